"""The verbs and their options (running.md, Command line). Without a verb: `run`."""

import sys
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from canopy import __version__
from canopy.cli import output
from canopy.cli.http import Client
from canopy.cli.options import Json, Root
from canopy.cli.peers import invite_app, peers_app, sync_app
from canopy.ground.errors import BadSettings, CanopyError, StartFailed

app = typer.Typer(
    name="canopy", no_args_is_help=False, add_completion=False, rich_markup_mode=None, pretty_exceptions_enable=False
)
user_app = typer.Typer(help="Accounts of this node.", no_args_is_help=True, rich_markup_mode=None)
key_app = typer.Typer(help="API keys.", no_args_is_help=True, rich_markup_mode=None)
app.add_typer(user_app, name="user")
app.add_typer(key_app, name="key")
app.add_typer(invite_app, name="invite")
app.add_typer(peers_app, name="peers")
app.add_typer(sync_app, name="sync")

_GLOBAL = {"--help", "--version", "--install-completion", "--show-completion"}


def run_command_line(arguments: list[str]) -> int:
    """Carry out one command; returns the exit code."""
    if not arguments or (arguments[0].startswith("-") and arguments[0] not in _GLOBAL):
        arguments = ["run", *arguments]
    if arguments == ["--version"]:
        output.say(f"canopy {__version__}")
        return 0
    try:
        result = app(arguments, standalone_mode=False)
        return result if isinstance(result, int) else 0
    except StartFailed as error:
        output.complain(error.sentence)
        return error.exit_code
    except CanopyError as error:
        output.complain(error.sentence)
        return output.exit_code(error)
    except typer.Exit as stop:
        return stop.exit_code
    except typer.Abort:
        return 1
    except Exception as error:
        # Usage errors come from the click that typer carries within itself; they know how to show themselves.
        if not hasattr(error, "show"):
            raise
        error.show()
        return 2


@app.command()
def run(
    host: Annotated[str | None, typer.Option(help="Address to answer on (default 0.0.0.0).")] = None,
    port: Annotated[int | None, typer.Option(help="Port of app and API (default 7770).")] = None,
    mesh_host: Annotated[str | None, typer.Option(help="Address for peers (default: host).")] = None,
    mesh_port: Annotated[int | None, typer.Option(help="Port for peers (default 7771).")] = None,
    data_root: Root = None,
    no_lan_discovery: Annotated[
        bool, typer.Option("--no-lan-discovery", help="Do not announce on the network.")
    ] = False,
    log_format: Annotated[str | None, typer.Option(help="text or json.")] = None,
    log_level: Annotated[str | None, typer.Option(help="debug, info, warning or error.")] = None,
) -> None:
    """Start a node."""
    options: dict[str, Any] = {
        "host": host,
        "port": port,
        "mesh_host": mesh_host,
        "mesh_port": mesh_port,
        "data_root": str(data_root) if data_root else None,
        "lan_discovery": False if no_lan_discovery else None,
        "log_format": log_format,
        "log_level": log_level,
    }
    from canopy.cli import serve  # noqa: PLC0415 - start-up time: other verbs need no store

    serve.serve({name: value for name, value in options.items() if value is not None})


@app.command()
def setup(
    username: Annotated[str, typer.Option(help="Handle of the owner.")],
    display_name: Annotated[str, typer.Option(help="Name that others see.")] = "",
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin.")] = False,
    data_root: Root = None,
    json: Json = False,
) -> None:
    """Make the first account without a browser."""
    password = _password(password_stdin)
    wish = {"username": username, "display_name": display_name, "password": password}
    client = Client.find(data_root)
    if client is None:
        from canopy.cli import offline  # noqa: PLC0415 - start-up time: only without a running node

        made = offline.set_up(data_root, wish)
    else:
        made = client.post("/setup", {**wish, "claim": client.claim()})
    output.show(made, json, f"Created @{made['username']}. API key (shown once): {made['api_key']}")


@app.command()
def status(data_root: Root = None, json: Json = False) -> None:
    """Whether the node runs, and where."""
    client = Client.find(data_root)
    if client is None:
        output.show({"running": False}, json, "No node runs on this data root.")
        raise typer.Exit(3)
    health = client.get("/health", good=(200, 503))
    found = {"running": True, "url": client.url, "pid": client.pid, **health}
    output.show(
        found, json, f"Canopy {health['version']} runs on {client.url} (process {client.pid}): {health['status']}."
    )
    raise typer.Exit(0 if health["ready"] else 1)


@app.command()
def doctor(
    data_root: Root = None,
    json: Json = False,
    fix: Annotated[bool, typer.Option("--fix", help="Make the tables anew from the log.")] = False,
) -> None:
    """Check this node: one line for each check; exit code 1 when one fails."""
    from canopy.cli import offline  # noqa: PLC0415 - start-up time: needs the store

    findings = offline.examine(data_root, fix=fix)
    text = "\n".join(f"{f['state']:4} {f['code']} {f['sentence']}" for f in findings)
    failed = any(f["state"] == "fail" for f in findings)
    output.show({"ok": not failed, "checks": findings}, json, text)
    raise typer.Exit(1 if failed else 0)


@user_app.command("create")
def user_create(
    username: str,
    display_name: Annotated[str, typer.Option(help="Name that others see.")] = "",
    agent: Annotated[bool, typer.Option("--agent", help="An agent, not a person.")] = False,
    password_stdin: Annotated[bool, typer.Option("--password-stdin", help="Read the password from stdin.")] = False,
    data_root: Root = None,
    json: Json = False,
) -> None:
    """Make an account."""
    kind: Literal["agent", "human"] = "agent" if agent else "human"
    wish = {
        "username": username,
        "display_name": display_name,
        "account_type": kind,
        "password": _password(password_stdin),
    }
    made = Client.need(data_root).post("/register", wish)
    output.show(made, json, f"Created @{made['username']} ({made['status']}). API key (shown once): {made['api_key']}")


@user_app.command("list")
def user_list(data_root: Root = None, json: Json = False) -> None:
    """All accounts of this node."""
    found = Client.need(data_root).get("/admin/users")
    lines = (f"{u['username']:24} {u['account_type']:6} {u['status']:17} {u['user_id']}" for u in found["users"])
    output.show(found, json, "\n".join(lines))


@user_app.command("approve")
def user_approve(username: str, data_root: Root = None, json: Json = False) -> None:
    """Let a waiting account in."""
    _change_user(username, "approve", data_root, json)


@user_app.command("suspend")
def user_suspend(username: str, data_root: Root = None, json: Json = False) -> None:
    """Shut an account out; its keys stop working at once."""
    _change_user(username, "suspend", data_root, json)


@user_app.command("reset-password")
def user_reset_password(
    username: str,
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="Read the new password from stdin instead of making a link.")
    ] = False,
    data_root: Root = None,
    json: Json = False,
) -> None:
    """Make a link for a new password, or set one; also for the owner."""
    client = Client.need(data_root)
    link = client.post(f"/admin/users/{client.user_id(username)}/reset", {})
    if password_stdin:
        done = client.post("/reset", {"code": link["code"], "password": _password(True)})
        output.show(done, json, f"@{done['username']} has a new password. Browsers signed out: {done['ended']}.")
        return
    url = f"{client.url}{link['path']}"
    output.show(
        {**link, "url": url}, json, f"Open this once, before {link['expires_at']}, and choose a new password:\n{url}"
    )


@user_app.command("make-owner")
def user_make_owner(username: str, data_root: Root = None, json: Json = False) -> None:
    """Make an account the owner of the node, in place of who owns it now."""
    client = Client.need(data_root)
    done = client.post("/admin/transfer", {"user_id": client.user_id(username), "handle": username})
    output.show(done, json, f"@{done['user']['username']} is the owner now.")


def _change_user(username: str, verb: str, root: Path | None, json: bool) -> None:
    client = Client.need(root)
    changed = client.post(f"/admin/users/{client.user_id(username)}/{verb}", {})
    output.show(changed, json, f"@{username} is now {changed['user']['status']}.")


@key_app.command("create")
def key_create(
    user: Annotated[str, typer.Option(help="Whose key it is.")],
    permissions: Annotated[str, typer.Option(help="Names with commas between, or all.")] = "",
    expires_days: Annotated[int | None, typer.Option(help="Days until it expires.")] = None,
    name: Annotated[str, typer.Option(help="What it is called.")] = "",
    data_root: Root = None,
    json: Json = False,
) -> None:
    """Make an API key; its text is shown once."""
    client = Client.need(data_root)
    wish: dict[str, Any] = {"name": name, "expires_days": expires_days}
    if permissions:
        wish["permissions"] = permissions.split(",") if permissions != "all" else "all"
    made = client.post(f"/admin/users/{client.user_id(user)}/keys", wish)
    shown = {"id": made["id"], "api_key": made["api_key"], "permissions": made["permissions"]}
    output.show(shown, json, f"API key (shown once): {made['api_key']}")


@key_app.command("list")
def key_list(
    user: Annotated[str, typer.Option(help="Whose keys.")], data_root: Root = None, json: Json = False
) -> None:
    """An account's keys."""
    client = Client.need(data_root)
    found = client.get(f"/admin/users/{client.user_id(user)}/keys")
    lines = (
        f"{k['id']}  {k['prefix']}...  {'revoked' if k['revoked'] else 'active':7}  {k['name']:20}  "
        f"{','.join(k['permissions'])}"
        for k in found["keys"]
    )
    output.show(found, json, "\n".join(lines))


@key_app.command("revoke")
def key_revoke(
    key_id: str, user: Annotated[str, typer.Option(help="Whose key.")], data_root: Root = None, json: Json = False
) -> None:
    """Revoke a key at once."""
    client = Client.need(data_root)
    gone = client.delete(f"/admin/users/{client.user_id(user)}/keys/{key_id}")
    output.show(gone, json, "Revoked.")


def _password(from_stdin: bool) -> str:
    if from_stdin:
        return sys.stdin.readline().rstrip("\n")
    if not sys.stdin.isatty():
        raise BadSettings("Give the password on stdin with --password-stdin.")
    typed: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    return typed
