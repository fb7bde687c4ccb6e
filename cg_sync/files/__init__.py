"""The disk: reading and writing the project's files."""
