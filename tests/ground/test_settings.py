"""Settings: four sources, one precedence, and no misspelling that passes in silence."""

from pathlib import Path
from typing import Any

import pytest

from canopy.ground.errors import BadSettings
from canopy.ground.settings import ELSEWHERE, Settings, load, strange_names

TRUE = ["1", "true", "yes", "on", "TRUE", "Yes", "oN"]
FALSE = ["", "0", "false", "no", "off", "FALSE", "No", "oFF"]
BOOLEANS = ["lan_discovery", "lan_auto_trust", "auto_approve_agents", "secure_cookies"]


def settings(root: Path, file: str = "", environment: dict[str, str] | None = None, **options: Any) -> Settings:
    if file:
        (root / "config.toml").write_text(file, "utf-8")
    return load({"data_root": str(root), **options}, environment or {})


def test_defaults(tmp_path: Path) -> None:
    found = settings(tmp_path)
    assert found == Settings(data_root=tmp_path)
    assert (found.host, found.port, found.mesh_port) == ("0.0.0.0", 7770, 7771)
    assert (found.lan_discovery, found.rate_limits, found.registration) == (True, "on", "")


def test_an_option_beats_the_environment_beats_the_file_beats_the_default(tmp_path: Path) -> None:
    file, environment = "port = 1001", {"CANOPY_PORT": "1002"}
    assert settings(tmp_path).port == 7770
    assert settings(tmp_path, file).port == 1001
    assert settings(tmp_path, file, environment).port == 1002
    assert settings(tmp_path, file, environment, port=1003).port == 1003


def test_sources_are_merged_key_by_key(tmp_path: Path) -> None:
    found = settings(tmp_path, 'host = "::1"\nlog_level = "debug"', {"CANOPY_LOG_LEVEL": "error"}, port=1)
    assert (found.host, found.log_level, found.port) == ("::1", "error", 1)


def test_the_real_environment_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CANOPY_DATA_ROOT", str(tmp_path))
    monkeypatch.setenv("CANOPY_PORT", "1004")
    found = load({})
    assert (found.data_root, found.port) == (tmp_path, 1004)


# Where the data root is.


def test_the_data_root_decides_which_file_is_read(tmp_path: Path) -> None:
    for name, port in (("one", 1001), ("two", 1002)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.toml").write_text(f"port = {port}")
    environment = {"CANOPY_DATA_ROOT": str(tmp_path / "one")}
    assert load({}, environment).port == 1001
    found = load({"data_root": str(tmp_path / "two")}, environment)
    assert (found.port, found.data_root) == (1002, tmp_path / "two")


@pytest.mark.parametrize("environment", [{}, {"CANOPY_DATA_ROOT": ""}])
def test_without_one_it_is_the_platforms(
    environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert load({}, environment).data_root == tmp_path / "canopy"


def test_a_file_cannot_move_its_own_data_root(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="cannot move its own data root"):
        settings(tmp_path, f'data_root = "{tmp_path}"')


# What is refused.


def test_unknown_keys_of_the_file_are_errors(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match=r"'prot' in .*config\.toml.*Known are: .*port"):
        settings(tmp_path, "prot = 1")


def test_unknown_names_of_the_environment_are_told_and_ignored(tmp_path: Path) -> None:
    assert settings(tmp_path, environment={"CANOPY_PROT": "1"}) == settings(tmp_path)
    assert strange_names({"CANOPY_PROT": "1", "CANOPY_PORT": "1", "CANOPY_URL": "x", "PATH": "/"}) == ["CANOPY_PROT"]
    assert "CANOPY_DATA_ROOT" not in strange_names()


def test_a_section_of_the_file_is_no_setting(tmp_path: Path) -> None:
    with pytest.raises(BadSettings, match="'network'"):
        settings(tmp_path, "[network]\nport = 1")


def test_names_that_others_read_are_left_alone(tmp_path: Path) -> None:
    environment = {f"CANOPY_{name}": "x" for name in ELSEWHERE}
    assert settings(tmp_path, environment={**environment, "PATH": "/", "CANOPYPORT": "x"}) == settings(tmp_path)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ('port = "many"', "port"),
        ("port = 1.5", "port"),
        ("port = [1]", "port"),
        ("host = 7", "host"),
        ('log_format = "xml"', "log_format"),
        ('registration = "maybe"', "registration"),
        ('rate_limits = "fast"', "rate_limits"),
        ('key_storage = "tpm"', "key_storage"),
        ('allowed_hosts = "one"', "allowed_hosts"),
        ("allowed_hosts = [1]", "allowed_hosts"),
        ('secure_cookies = "maybe"', "secure_cookies"),
    ],
)
def test_wrong_types_are_errors_that_name_the_setting(tmp_path: Path, file: str, name: str) -> None:
    with pytest.raises(BadSettings, match=name):
        settings(tmp_path, file)


@pytest.mark.parametrize("name", ["port", "mesh_port"])
def test_a_port_has_16_bits(tmp_path: Path, name: str) -> None:
    root: dict[str, Any] = {"data_root": str(tmp_path)}
    for good in (0, 1, 65535):
        assert getattr(load({**root, name: good}, {}), name) == good
    for bad in (-1, 65536, 10**30):
        with pytest.raises(BadSettings, match=name if bad < 10**30 else "wrong form"):
            load({**root, name: bad}, {})
    with pytest.raises(BadSettings, match="wrong form"):
        settings(tmp_path, environment={f"CANOPY_{name.upper()}": ""})


@pytest.mark.parametrize("content", [b"port = ", b"port = 1\nport = 2", b'host = "\xff"', b"\0"])
def test_a_file_that_is_no_toml_is_named(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "config.toml").write_bytes(content)
    with pytest.raises(BadSettings, match=r"config\.toml cannot be read"):
        settings(tmp_path)


def test_a_file_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    (tmp_path / "config.toml").mkdir()
    with pytest.raises(BadSettings, match=r"config\.toml cannot be read"):
        settings(tmp_path)


# What the environment spells.


@pytest.mark.parametrize("name", BOOLEANS)
@pytest.mark.parametrize(("texts", "value"), [(TRUE, True), (FALSE, False)])
def test_every_spelling_of_a_truth(tmp_path: Path, name: str, texts: list[str], value: bool) -> None:
    for text in texts:
        assert getattr(settings(tmp_path, environment={f"CANOPY_{name.upper()}": text}), name) is value


@pytest.mark.parametrize("text", ["2", "maybe", "y", " on"])
def test_what_is_no_truth_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadSettings, match="CANOPY_LAN_DISCOVERY must be true or false"):
        settings(tmp_path, environment={"CANOPY_LAN_DISCOVERY": text})


def test_all_booleans_are_known_to_the_reader_of_the_environment() -> None:
    booleans = [name for name, kind in Settings.__annotations__.items() if kind is bool]
    assert sorted(booleans) == sorted(BOOLEANS)


def test_a_list_is_separated_by_commas(tmp_path: Path) -> None:
    found = settings(tmp_path, environment={"CANOPY_ALLOWED_HOSTS": " one.example, two.example ,,"})
    assert found.allowed_hosts == ("one.example", "two.example")
    assert settings(tmp_path, 'allowed_hosts = ["one.example"]').allowed_hosts == ("one.example",)


def test_settings_do_not_change(tmp_path: Path) -> None:
    found: Any = settings(tmp_path)
    with pytest.raises(AttributeError):
        found.port = 1
