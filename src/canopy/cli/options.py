"""Options that most verbs have."""

from pathlib import Path
from typing import Annotated

import typer

Root = Annotated[Path | None, typer.Option("--data-root", help="Folder of keys and messages.")]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on stdout.")]
