"""Writes docs/reference from the code: settings, commands, routes, errors. A test compares; run it after a change."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import typer

from canopy import installed, node
from canopy.cli import http, offline
from canopy.cli.main import app
from canopy.edge.openapi import describe
from canopy.edge.rooms import Rooms
from canopy.edge.route import NOBODY
from canopy.edge.routes import ROUTES
from canopy.ground import errors
from canopy.ground.ids import NodeId
from canopy.ground.settings import PREFIX, Settings

ALL_ERRORS = (http, offline, node)
"""Modules that load everything, so that every leaf of the tree of errors is known."""

FOLDER = Path(__file__).parent.parent / "docs" / "reference"
_NOTE = "\n<!-- Made by tools/reference.py; change the code, then run it. -->\n"

SENTENCES = {
    "data_root": "The folder of keys and messages.",
    "host": "The address on which app and API answer.",
    "port": "The port of app and API; 0 takes a free one.",
    "mesh_host": "The address for peers; empty means the same as `host`.",
    "mesh_port": "The port for peers.",
    "lan_discovery": "Whether the node announces itself on the local network.",
    "lan_auto_trust": "Whether every node found on the network is trusted at once; only where all machines are yours.",
    "log_format": "`text` for people or `json` for machines, on stderr.",
    "log_level": "The least important line that is written.",
    "registration": "Who may make an account: `open`, `approval` or `closed`. Empty: open from this machine, "
    "by approval from others.",
    "auto_approve_agents": "Whether agents that register are active at once.",
    "rate_limits": "`off` lifts them for callers on this machine; for load tests.",
    "allowed_hosts": "Further host names under which the node answers, with commas between.",
    "secure_cookies": "Whether cookies are marked `Secure`; set it behind TLS.",
    "key_storage": "Where the master key is kept: `auto`, `file`, `passphrase` or `keyring`.",
}


def settings_page() -> str:
    lines = ["# Settings", _NOTE, "An option wins over the environment, that over `config.toml` of the data root."]
    for field in msgspec.structs.fields(Settings):
        default = "the platform's user data folder" if field.name == "data_root" else f"`{_plain(field.default)}`"
        lines += [
            f"\n## {field.name}\n",
            SENTENCES[field.name],
            f"Environment: `{PREFIX}{field.name.upper()}`.",
            f"Default: {default}.",
        ]
    return "\n".join(lines) + "\n"


def _plain(value: Any) -> str:
    if value == "":
        return "(empty)"
    return str(value).lower() if isinstance(value, bool) else str(value or "(none)")


def commands_page() -> str:
    lines = ["# Commands", _NOTE, "Exit codes: 0 ok, 1 failed, 2 usage, 3 not found, 4 refused, 5 busy."]
    for name, command in _commands(typer.main.get_command(app), "canopy"):
        lines += [f"\n## {name}\n", (command.help or "").strip().split("\n")[0]]
        for option in command.params:
            spelled = (
                ", ".join(f"`{o}`" for o in option.opts) if option.param_type_name == "option" else f"`{option.name}`"
            )
            lines.append(f"- {spelled} {getattr(option, 'help', None) or ''}".rstrip())
    return "\n".join(lines) + "\n"


def _commands(command: Any, name: str) -> Iterator[tuple[str, Any]]:
    for child_name, child in getattr(command, "commands", {}).items():
        if hasattr(child, "commands"):
            yield from _commands(child, f"{name} {child_name}")
        else:
            yield f"{name} {child_name}", child


def routes_page() -> str:
    routes = (*ROUTES, *Rooms(installed.ROOMS, NodeId(bytes(32))).routes)
    describe(routes)
    lines = ["# Routes", _NOTE, "`/api/v1` is canonical; `/api` answers identically. Details: `/api/v1/openapi.json`."]
    for route in routes:
        path = route.path if route.bare else f"/api/v1{route.path}"
        needs = "no key" if route.permission == NOBODY else f"`{route.permission}`"
        lines += [f"\n## {route.method} {path}\n", f"{route.summary}.", f"Needs: {needs}."]
    return "\n".join(lines) + "\n"


def errors_page() -> str:
    lines = [
        "# Errors",
        _NOTE,
        "Every answer that is not 2xx carries `error`, a stable `code`, and the members of RFC 9457.",
    ]
    for code, (status, sentence) in sorted(all_codes().items()):
        lines += [f"\n## {code}\n", f"Status {status}." if status else "", sentence]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)) + "\n"


def all_codes() -> dict[str, tuple[int | None, str]]:
    """Every code that the program can answer with: those of the tree, and those given where an error is raised."""
    found: dict[str, tuple[int | None, str]] = {}
    for leaf in _leaves(errors.CanopyError):
        found.setdefault(leaf.code, (leaf.status, (leaf.__doc__ or "").strip().split("\n")[0]))
    for path in sorted((Path(__file__).parent.parent / "src").rglob("*.py")):
        for code in re.findall(r'\bcode="([a-z_]+)"', path.read_text("utf-8")):
            found.setdefault(code, (None, "Told with a sentence where it occurs."))
    return found


def _leaves(kind: type[errors.CanopyError]) -> Iterator[type[errors.CanopyError]]:
    yield kind
    for child in kind.__subclasses__():
        yield from _leaves(child)


PAGES = {
    "settings.md": settings_page,
    "commands.md": commands_page,
    "routes.md": routes_page,
    "errors.md": errors_page,
}


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), "utf-8")
