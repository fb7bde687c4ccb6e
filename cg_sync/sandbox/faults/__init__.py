"""Faults played by a script: what a shop and the way to it do on a bad day."""
