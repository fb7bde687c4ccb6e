"""Other tools of the same sort, given the same work against servers of our own."""
