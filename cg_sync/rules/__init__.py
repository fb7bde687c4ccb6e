"""The rule language: pure; knows no file and no API."""
