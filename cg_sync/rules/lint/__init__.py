"""Findings about single rules: what is allowed, and yet is seldom meant."""
