"""Documents that a test can check cannot rot."""

import re
import tomllib
from pathlib import Path

import pytest
from tools.reference import FOLDER, PAGES

from canopy import installed
from canopy.log.catalog import Catalog

ROOT = Path(__file__).parent.parent.parent


@pytest.mark.parametrize("name", PAGES)
def test_reference_pages_are_what_the_code_says(name: str) -> None:
    assert (FOLDER / name).read_text("utf-8") == PAGES[name](), "run .venv/bin/python -m tools.reference"


def test_every_kind_has_its_row_in_the_protocol() -> None:
    page = (ROOT / "docs" / "protocol.md").read_text("utf-8")
    headings = set(re.findall(r"^### `([a-z.]+)`$", page, re.MULTILINE))
    assert headings == set(Catalog(installed.ROOMS).kinds)
    for name, kind in Catalog(installed.ROOMS).kinds.items():
        section = page.partition(f"### `{name}`")[2].partition("\n### ")[0]
        for field in kind.body.__struct_fields__:
            assert f"`{field}`" in section, f"{name} does not say what {field} is"


def test_decisions_are_numbered_without_gaps() -> None:
    numbers = sorted(int(path.name[:4]) for path in (ROOT / "docs" / "decisions").glob("*.md"))
    assert numbers == list(range(1, len(numbers) + 1))


def test_locks_name_no_package_index() -> None:
    for path in [*ROOT.glob("*.lock"), *ROOT.glob("*.in"), ROOT / "pyproject.toml"]:
        text = path.read_text("utf-8")
        assert not re.search(r"https?://", text.replace("https://json", "")), path.name
    for line in (ROOT / "requirements.lock").read_text("utf-8").splitlines():
        assert line.startswith(("    --hash=sha256:", "    #", "#")) or "==" in line or not line.strip(), line


def test_the_version_is_said_once_and_the_same() -> None:
    from canopy import __version__

    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    assert project["version"] == __version__
