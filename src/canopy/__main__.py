"""`python -m canopy`: the same as the command `canopy`."""

import gc
import sys


def main() -> None:
    """Run the command line. The collector rests while modules load: nothing that they make is garbage."""
    gc.disable()
    from canopy.cli.main import run_command_line  # noqa: PLC0415 - start-up time: after the collector was stopped

    sys.exit(run_command_line(sys.argv[1:]))


if __name__ == "__main__":
    main()
