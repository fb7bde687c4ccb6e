"""Tests of rules: read from YAML, run without the shop, measured, and suggested."""
