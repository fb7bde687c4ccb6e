"""Paper: pure renderers from values to text."""
