"""The tool as plain steps, a module a verb: check the files, connect, plan, apply; list; adopt."""
