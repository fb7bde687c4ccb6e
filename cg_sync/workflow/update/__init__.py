"""What the shop holds otherwise, written back into the files that are there."""
