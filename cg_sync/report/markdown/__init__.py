"""A plan as markdown for a pull request: what matters first, and never longer than it may be."""
