"""Tests of rules in plain English."""
