"""`python -m cg_sync` is `cg-sync`."""

from cg_sync.cli.main import run

run()
