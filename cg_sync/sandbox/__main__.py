"""`python -m cg_sync.sandbox`: a sandbox without the rest of the tool."""

import argparse
import sys
from pathlib import Path

from cg_sync.sandbox.serve import ForeignData, Options, PortTaken, serve


def main() -> int:
    """Run a sandbox as the arguments say; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m cg_sync.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=Options.port, help="0 picks a free one")
    parser.add_argument("--customers", type=int, default=Options.customers)
    parser.add_argument("--seed", type=int, default=Options.seed)
    parser.add_argument("--data", type=Path, help="keep the shop in this folder")
    parser.add_argument("--ready-file", type=Path, help="written once the shop answers")
    parser.add_argument("--max-page-size", type=int, default=Options.max_page_size)
    parser.add_argument("--throttle", metavar="N/Ts", help="such as 50/1s; default: off")
    parser.add_argument("--faults", metavar="FILE", help="a fault script: a file, or JSON itself")
    parser.add_argument("--stop-with-parent", action="store_true")
    arguments = parser.parse_args()
    try:
        serve(Options(**vars(arguments)), announce=_say)
    except (ForeignData, PortTaken, ValueError) as error:
        parser.exit(1, f"error: {error}\n")
    return 0


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
