"""The terminal: arguments, environment, and the one place that prints and exits."""
