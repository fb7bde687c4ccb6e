"""The sandbox, asked over HTTP like any shop."""
