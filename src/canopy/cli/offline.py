"""Verbs that open the data root themselves: `setup` without a running node, and `doctor`."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from canopy import installed
from canopy.cli.http import Client
from canopy.cli.serve import passphrase
from canopy.crypto.passwords import RULES, broken_rules, hash_password
from canopy.edge.act import Repeats, take_turn
from canopy.edge.principal import Principal
from canopy.features.people.actions import NewAccount, open_account
from canopy.ground.errors import BadSettings, CanopyError, InvalidRequest
from canopy.ground.ids import UserKey
from canopy.ground.settings import Settings, load
from canopy.ground.text import clean_name, is_handle
from canopy.log import replay
from canopy.log.catalog import Catalog
from canopy.log.db import Database
from canopy.log.examine import Finding
from canopy.log.examine import examine as examine_log
from canopy.log.home import Running, find_device, open_database, open_home
from canopy.log.judge import Judge
from canopy.mesh.examine import examine as examine_peers
from canopy.mesh.examine import examine_port
from canopy.node import SystemClock, open_door

GIB = 1024**3
BACKUP_DAYS = 7


def set_up(root: Path | None, wish: dict[str, Any]) -> dict[str, Any]:
    """Make the owner's account in a data root that nobody uses. Raises Conflict when there is one."""
    settings = _settings(root)
    handle = str(wish["username"]).strip()
    if not is_handle(handle):
        raise BadSettings("A handle has 2 to 49 letters, digits, dots, dashes or underscores.")
    broken = broken_rules(wish["password"], handle)
    if broken:
        texts = [rule["text"] for rule in RULES if rule["code"] in broken]
        raise InvalidRequest("This password is not accepted: " + "; ".join(texts) + ".", code="weak_password")
    account = NewAccount(
        username=handle,
        display_name=clean_name(str(wish["display_name"])) or handle,
        account_type="human",
        status="active",
        password=hash_password(wish["password"]),
        owner=True,
    )
    home = open_home(settings.data_root, SystemClock(), settings.key_storage, passphrase)
    try:
        door = open_door(home)
        nobody = Principal(
            user=UserKey(""),
            user_id="",
            node=home.key.node,
            username="",
            account_type="human",
            status="active",
            owner=False,
            permissions=frozenset(),
            credential="",
        )
        nothing = Repeats(None, b"", None)
        home.database.write(
            lambda tx: take_turn(tx, door, nobody, account, open_account, lambda tx, who, ids: {}, nothing, 201)
        )
        home.token_file.unlink(missing_ok=True)
    finally:
        home.close()
    keys = ("user_id", "username", "api_key", "permissions")
    return {name: getattr(account, name) for name in keys}


def examine(root: Path | None, *, fix: bool) -> list[dict[str, Any]]:
    """Every check, one finding each; with `fix`, the tables are made anew first."""
    settings = _settings(root)
    if fix:
        _rebuild(settings)
    return [msgspec.structs.asdict(finding) for finding in _findings(settings)]


def _settings(root: Path | None) -> Settings:
    return load({"data_root": str(root)} if root else {})


def _rebuild(settings: Settings) -> None:
    home = open_home(settings.data_root, SystemClock(), settings.key_storage, passphrase)
    try:
        judge = Judge(Catalog(installed.ROOMS))
        rooms = {projection.room for projection in judge.catalog.projections}
        home.database.write(lambda tx: replay.rebuild(tx, judge, rooms))
    finally:
        home.close()


def _findings(settings: Settings) -> Iterator[Finding]:
    device = find_device(settings.data_root)
    if device is None:
        yield Finding("fail", "key", f"{settings.data_root} holds no node yet. Start one with `canopy run`.")
        return
    try:
        database = open_database(device, SystemClock(), passphrase)
    except CanopyError as error:
        yield Finding("fail", "key", error.sentence)
        return
    try:
        yield Finding("ok", "key", "The key opens the database.")
        yield from _log_findings(database)
    finally:
        database.close()
    yield _space(settings)
    yield from _ports(settings)
    yield _backup(device)


def _log_findings(database: Database) -> Iterator[Finding]:
    yield from examine_log(database, Judge(Catalog(installed.ROOMS)))
    yield from examine_peers(database)


def _space(settings: Settings) -> Finding:
    free = shutil.disk_usage(settings.data_root).free
    if free < GIB:
        return Finding("warn", "space", f"Only {free // 1024**2} MiB are free on the disk of the data root.")
    return Finding("ok", "space", f"{free // GIB} GiB are free.")


def _ports(settings: Settings) -> Iterator[Finding]:
    client = Client.find(settings.data_root)
    if client is None:
        yield Finding("ok", "ports", "The node is not running.")
        return
    try:
        client.get("/health", good=(200, 503))
    except CanopyError as error:
        yield Finding("fail", "ports", error.sentence)
        return
    yield Finding("ok", "ports", f"The node answers on {client.url}.")
    running = msgspec.json.decode((settings.data_root / "node.json").read_bytes(), type=Running)
    yield examine_port(running.mesh_host, running.mesh_port)


def _backup(device: Path) -> Finding:
    backups = sorted(device.glob("backups/*.db"), key=lambda path: path.stat().st_mtime)
    if not backups:
        return Finding("warn", "backup", "There is no backup yet.")
    days = (SystemClock().now_ms() / 1000 - backups[-1].stat().st_mtime) / 86400
    state: Any = "warn" if days > BACKUP_DAYS else "ok"
    return Finding(state, "backup", f"The newest backup is {days:.0f} days old.")
