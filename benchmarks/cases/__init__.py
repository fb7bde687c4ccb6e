"""What is measured, by the part of the tool that it is about."""
