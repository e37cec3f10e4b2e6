"""The floors of the web app: base < parts < features, and no feature knows another."""

import re
from pathlib import Path, PurePosixPath

from canopy.edge.pages import modules, tree

WEB = Path(__file__).parent.parent.parent / "src" / "canopy" / "web"
_IMPORT = re.compile(r"""^\s*(?:import|export)\b[^'"(]*?['"](\.{1,2}/[^'"]+)['"]""", re.MULTILINE)
_MAY_USE = {
    "base": {"base", "vendor"},
    "parts": {"base", "parts", "vendor"},
    "features": {"base", "parts", "vendor", "features"},
}


def _resolve(path: Path, spec: str) -> PurePosixPath:
    return PurePosixPath((path.parent / spec).resolve().relative_to(WEB).as_posix())


def test_modules_import_only_from_below() -> None:
    for path in WEB.rglob("*.js"):
        own = PurePosixPath(path.relative_to(WEB).as_posix()).parts
        if own[0] not in _MAY_USE:
            continue
        for spec in _IMPORT.findall(path.read_text("utf-8")):
            target = _resolve(path, spec).parts
            assert target[0] in _MAY_USE[own[0]], f"{'/'.join(own)} imports {spec}"
            if own[0] == target[0] == "features":
                assert own[1] == target[1], f"{'/'.join(own)} imports a neighbour: {spec}"


def test_every_import_leads_to_a_file() -> None:
    for path in WEB.rglob("*.js"):
        for spec in _IMPORT.findall(path.read_text("utf-8")):
            assert (path.parent / spec).is_file(), f"{path.name} imports {spec}"


def test_the_page_preloads_every_module_that_it_needs() -> None:
    contents = {name: file.plain for name, file in tree().files.items()}
    needed = modules(contents, "main.js")
    page = tree().shell.plain.decode()
    assert len(needed) > 5
    for name in needed:
        assert f"/assets/{tree().name}/{name}" in page
    assert "/assets/-/" not in page


_MARKUP = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function")


def test_no_markup_is_made_from_text() -> None:
    """But in one place, which takes what the node sanitised."""
    for path in WEB.rglob("*.js"):
        if "vendor" not in path.parts:
            found = _MARKUP.findall(path.read_text("utf-8"))
            assert found == (["innerHTML"] if path == WEB / "parts" / "markup.js" else []), path


def test_colours_and_sizes_stand_in_tokens() -> None:
    for path in (WEB / "styles").glob("*.css"):
        if path.name != "tokens.css":
            assert not re.search(r"#[0-9a-fA-F]{3,8}\b", path.read_text("utf-8")), path.name


def test_the_style_of_the_first_screen_comes_as_one_sheet() -> None:
    page = tree().shell.plain.decode()
    assert page.count('rel="stylesheet"') == 1
    joined = tree().files["canopy.css"].plain.decode()
    for name in ("tokens", "reset", "layout", "parts"):
        assert (WEB / "styles" / f"{name}.css").read_text("utf-8") in joined


def test_what_is_loaded_later_is_not_preloaded() -> None:
    contents = {name: file.plain for name, file in tree().files.items()}
    needed = modules(contents, "main.js")
    assert not [name for name in needed if name == "base/types.js" or "/help/" in name or "/switcher/" in name]
    later = b'export async function f() {\n  await import("./b.js");\n}\n'
    assert modules({"a.js": later, "b.js": b""}, "a.js") == ["a.js"]
