"""Every setting, and the only reader of the environment.

Precedence: option > CANOPY_<NAME> in the environment > config.toml of the data root > default (running.md).
Unknown keys of the file are errors, because a misspelt setting that is silently ignored looks exactly like one
that works. Unknown names in the environment are told but no error: the environment is shared with other programs.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import msgspec

from canopy.ground.errors import BadSettings

PREFIX = "CANOPY_"
ELSEWHERE = {"API_KEY", "API_KEY_FILE", "URL", "CHROMIUM", "REQUIRE_BROWSER", "RETRY_AFTER_SECONDS", "PASSPHRASE"}
"""Names in the environment that other parts read: the CLI's key, the tests' browser, the vault's passphrase."""


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """What a person may set. `docs/reference/settings.md` has a heading for each."""

    data_root: Path
    host: str = "0.0.0.0"  # noqa: S104 - people on the same network are the point; strangers need a key
    port: int = 7770
    mesh_host: str = ""
    mesh_port: int = 7771
    lan_discovery: bool = True
    lan_auto_trust: bool = False
    log_format: Literal["text", "json"] = "text"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    registration: Literal["", "open", "approval", "closed"] = ""
    auto_approve_agents: bool = False
    rate_limits: Literal["on", "off"] = "on"
    allowed_hosts: tuple[str, ...] = ()
    secure_cookies: bool = False
    key_storage: Literal["auto", "file", "passphrase", "keyring"] = "auto"

    def __post_init__(self) -> None:
        for name in ("port", "mesh_port"):
            if not 0 <= getattr(self, name) <= 65535:
                raise ValueError(f"{name} must lie between 0 and 65535")


def load(options: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> Settings:
    """Merge the four sources. `options` holds only what was given. Raises BadSettings."""
    environment = os.environ if environment is None else environment
    from_environment = _from_environment(environment)
    root = options.get("data_root") or from_environment.get("data_root") or _default_root()
    merged = {**_from_file(Path(root)), **from_environment, **options, "data_root": str(root)}
    try:
        return msgspec.convert(merged, Settings, strict=False, dec_hook=_to_path)
    except msgspec.ValidationError as error:
        raise BadSettings(f"A setting has the wrong form: {error}.") from error


def strange_names(environment: Mapping[str, str] | None = None) -> list[str]:
    """Names in the environment that look like settings and are none."""
    environment = os.environ if environment is None else environment
    known = {*ELSEWHERE, *(name.upper() for name in Settings.__struct_fields__)}
    return sorted(name for name in environment if name.startswith(PREFIX) and name[len(PREFIX) :] not in known)


def _to_path(kind: type, value: Any) -> Any:
    """msgspec knows no paths."""
    return Path(value) if kind is Path else value


def _default_root() -> Path:
    import platformdirs  # noqa: PLC0415 - start-up time: only without an explicit data root

    return platformdirs.user_data_path("canopy", appauthor=False)


def _from_environment(environment: Mapping[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in environment.items():
        if not name.startswith(PREFIX) or name[len(PREFIX) :] in ELSEWHERE:
            continue
        if (setting := name[len(PREFIX) :].lower()) in Settings.__struct_fields__:
            found[setting] = value
    if "allowed_hosts" in found:
        found["allowed_hosts"] = [host.strip() for host in found["allowed_hosts"].split(",") if host.strip()]
    for name in ("lan_discovery", "lan_auto_trust", "auto_approve_agents", "secure_cookies"):
        if name in found:
            found[name] = _truth(found[name], name)
    return found


def _truth(text: str, name: str) -> bool:
    if text.lower() in {"1", "true", "yes", "on"}:
        return True
    if text.lower() in {"", "0", "false", "no", "off"}:
        return False
    raise BadSettings(f"{PREFIX}{name.upper()} must be true or false, not {text!r}.")


def _from_file(root: Path) -> dict[str, Any]:
    path = root / "config.toml"
    try:
        with path.open("rb") as file:
            found = tomllib.load(file)
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        raise BadSettings(f"{path} cannot be read: {error}.") from error
    for name in found:
        if name == "data_root":
            raise BadSettings(f"{path} cannot move its own data root; use --data-root or {PREFIX}DATA_ROOT.")
        if name not in Settings.__struct_fields__:
            known = ", ".join(sorted(Settings.__struct_fields__))
            raise BadSettings(f"Unknown setting {name!r} in {path}. Known are: {known}.")
    return found
