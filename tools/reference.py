"""Writes docs/reference from the code. A test compares; run it after a change."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import typer

from canopy import installed, node
from canopy.cli import http, offline
from canopy.cli.main import app
from canopy.edge import stream
from canopy.edge.metrics import Metrics
from canopy.edge.openapi import describe
from canopy.edge.principal import Permission, with_implied
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

EVENT_TYPES = {
    "account.changed": "An account of this node waits, was let in or was suspended; only the owner hears it.",
    "bookmark.changed": "The caller saved something or let it go, perhaps elsewhere; nobody else hears it.",
    "channel.message.created": "A message is new.",
    "channel.message.deleted": "A message is gone: taken back, removed by a moderator, or its time is over.",
    "channel.message.edited": "A message has new words.",
    "channel.message.read": "The caller has read on, perhaps elsewhere; nobody else hears it.",
    "channel.state.updated": "A channel was opened, changed, archived or deleted, somebody came or left, or, with a "
    "`message_id`, the reactions to a message changed.",
    "mention.acknowledged": "The caller has dealt with a mention, perhaps elsewhere.",
    "mention.created": "Somebody called the caller.",
    "peer.changed": "A peer came, went, or has another level.",
    "profile.updated": "A user or a node has another card than before.",
}
"""What the live events say. A new type needs a sentence here."""

FRAMES = {
    "ping": "Nothing happened; the line stands.",
    "reset": "The cursor is older than the journal, or from another one: read anew what you show, and go on from here.",
    "state": "Whether the node can save what is written: `storage` is `ok`, or says what is wrong.",
}
"""What a stream says beside events."""

METRICS = {
    "canopy_append_seconds": "How long a commit took, from its beginning to the disk.",
    "canopy_commit_batch_size": "How many jobs shared a commit.",
    "canopy_events_refused": "Events that were refused at the door.",
    "canopy_events_taken": "Events in the log.",
    "canopy_events_waiting": "Events that wait, by what they wait for.",
    "canopy_health": "1 where a check is well, 0 where it is not.",
    "canopy_http_requests": "Requests that were answered.",
    "canopy_http_seconds": "How long an answer took.",
    "canopy_peers": "Peers by state.",
    "canopy_streams_open": "Event streams that are open.",
}

PERMISSIONS = {
    "read_messages": "Read messages as they appear in events.",
    "write_messages": "React to messages.",
    "read_files": "Read files.",
    "write_files": "Store files.",
    "read_feed": "Read channels, people, agents, mentions and live events.",
    "write_feed": "Write in channels, and keep lists of people to mention.",
    "voice_call": "Call.",
    "manage_keys": "Make and revoke one's own keys.",
    "view_trust": "See what peers may do.",
    "delete_data": "Delete channels, and forget peers.",
    "read_channels": "Read channels, and nothing else of the feed.",
    "write_channels": "Write in channels, and nothing else of the feed.",
    "moderate_channels": "Moderate channels.",
    "manage_node": "Do what the owner of the node does.",
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


def events_page() -> str:
    lines = [
        "# Live events",
        _NOTE,
        "What `GET /api/v1/events` lists and `GET /api/v1/events/stream` sends, by `event_type`.",
        "Each says which user, channel or message it is about; what else is there is read when it is sent, after the "
        "reader's right to it was asked.",
    ]
    for name, kinds in sorted(Rooms(installed.ROOMS, NodeId(bytes(32))).event_types.items()):
        needs = " or ".join(dict.fromkeys(f"`{kind.permission}`" for kind in kinds))
        lines += [f"\n## {name}\n", EVENT_TYPES[name], f"Needs: {needs}."]
    source = Path(stream.__file__).read_text("utf-8")
    said = set(re.findall(r"event: ([a-z]+)\\n", source))
    lines += ["\n## What a stream says beside events\n", "These are in no list, and may come at any time."]
    lines += [f"- `{name}`: {FRAMES[name]}" for name in sorted(said)]
    return "\n".join(lines) + "\n"


def metrics_page() -> str:
    lines = [
        "# Metrics",
        _NOTE,
        "`GET /metrics` tells them to Prometheus, on this machine or to a key with `manage_node`.",
    ]
    for family in sorted(Metrics().collect(), key=lambda family: str(family.name)):
        # A family that has no sample yet says what its labels are called nowhere else.
        labels = ", ".join(f"`{label}`" for label in family._labelnames)
        name = f"{family.name}_total" if family.type == "counter" else family.name
        lines += [f"\n## {name}\n", METRICS[family.name], f"A {family.type}{' by ' + labels if labels else ''}."]
    return "\n".join(lines) + "\n"


def permissions_page() -> str:
    lines = [
        "# Permissions",
        _NOTE,
        "What a key or a session may be allowed to do.",
        "A permission never opens a channel that its holder may not read.",
    ]
    rooms = Rooms(installed.ROOMS, NodeId(bytes(32)))
    for permission in Permission:
        implied = sorted(with_implied(frozenset({permission.value})) - {permission.value})
        routes = [route for route in (*ROUTES, *rooms.routes) if route.permission == permission]
        types = [kind for kinds in rooms.event_types.values() for kind in kinds if kind.permission == permission]
        lines += [f"\n## {permission.value}\n", PERMISSIONS[permission.value]]
        lines += [f"Implies {', '.join(f'`{name}`' for name in implied)}."] if implied else []
        lines += [] if routes or types else ["Nothing asks for it yet."]
        lines += [f"- `{route.method} /api/v1{route.path}`" for route in routes]
    return "\n".join(lines) + "\n"


PAGES = {
    "settings.md": settings_page,
    "commands.md": commands_page,
    "routes.md": routes_page,
    "errors.md": errors_page,
    "events.md": events_page,
    "metrics.md": metrics_page,
    "permissions.md": permissions_page,
}


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), "utf-8")
