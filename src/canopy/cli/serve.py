"""`canopy run`: settings, logs, and the node."""

import getpass
import logging
import os
import sys
from collections.abc import Mapping
from typing import Any

from canopy.cli.logs import configure
from canopy.ground.errors import StartFailed, StorageFailed, WrongKey
from canopy.ground.settings import load, strange_names

_log = logging.getLogger(__name__)


def serve(options: Mapping[str, Any]) -> None:
    """Run a node until a signal comes. Raises StartFailed."""
    settings = load(options)
    configure(settings.log_format, settings.log_level)
    for name in strange_names():
        _log.warning("%s in the environment is no setting of this program and is ignored.", name)
    from canopy import node  # noqa: PLC0415 - start-up time: wrong options are told before the store is loaded

    try:
        node.run(settings, passphrase)
    except StorageFailed as error:
        raise StartFailed(error.sentence) from error
    logging.shutdown()


def passphrase() -> str:
    """The passphrase of the master key: from the environment, else asked for. Raises WrongKey."""
    given = os.environ.get("CANOPY_PASSPHRASE")
    if given is not None:
        return given
    if not sys.stdin.isatty():
        raise WrongKey("This data root is locked by a passphrase. Give it in CANOPY_PASSPHRASE.")
    return getpass.getpass("Passphrase: ")
