"""`python -m canopy`: the same as the command `canopy`."""

import gc
import os
import sys


def main() -> None:
    """Run the command line. New files are their owner's alone; the collector rests while modules load."""
    os.umask(0o077)
    gc.disable()
    from canopy.cli.main import run_command_line  # noqa: PLC0415 - start-up time: after the collector was stopped

    sys.exit(run_command_line(sys.argv[1:]))


if __name__ == "__main__":
    main()
