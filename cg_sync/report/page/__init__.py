"""The HTML report in parts: its markup, its look, its behaviour, and what it says."""
