"""The web app's files: served as they are written, compressed once, under an address that changes with them.

`/assets/<hash of the web tree>/...` may be kept for ever; the page itself may not. The links that let the browser
fetch all modules at once are written from the import graph, and the style sheets that every page needs come as one.
"""

import gzip
import mimetypes
import re
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any

import msgspec
from blake3 import blake3
from starlette.requests import Request
from starlette.responses import Response

from canopy import __version__
from canopy.ground.errors import MethodNotAllowed, NotFound

FRAME_SOURCES = "'self'"
CSP = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob:; "
    f"connect-src 'self'; font-src 'self'; frame-src {FRAME_SOURCES}; manifest-src 'self'; worker-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
)
SAFETY = {
    "Content-Security-Policy": CSP,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}
VERSION = "X-Canopy-Version"
"""On the stream of events: a page that is older than what the node now serves learns of it here."""
_FOREVER = "public, max-age=31536000, immutable"
_OURS = ("/api", "/assets/", "/metrics", "/livez", "/readyz", "/mcp")
_OLD = {
    "/channels": "/",
    "/messages": "/dm",
    "/tasks": "/board",
    "/keys": "/settings/keys",
    "/profile": "/settings/profile",
}
_PLACES = frozenset(
    (
        *("", "setup", "login", "register", "reset", "pending", "claim-admin", "offline", "c", "dm", "feed"),
        *("board", "agents", "people", "activity", "search", "live", "files", "connect", "trust", "settings", "admin"),
    )
)
"""First parts of the app's addresses (the map of its screens)."""
_IMPORT = re.compile(r"""^\s*(?:import|export)\b[^'"(]*?['"](\.{1,2}/[^'"]+)['"]""", re.MULTILINE)
_TEXT = {".js", ".css", ".html", ".svg", ".json"}
_SHEETS = (
    *(f"styles/{name}.css" for name in ("tokens", "reset", "layout", "parts")),
    *(f"features/{room}/{room}.css" for room in ("people", "channels", "messages")),
)
"""What the first screen looks like, in the order in which it is read; other screens bring their own."""
_JOINED = "canopy.css"
_FIRST = b"<!--first-->"


class File(msgspec.Struct, frozen=True):
    """One file in both forms."""

    media: str
    plain: bytes
    packed: bytes | None


class Tree(msgspec.Struct, frozen=True):
    """All files of the web app, and the hash that names them."""

    name: str
    files: dict[str, File]
    shell: File


def is_page(path: str, method: str) -> bool:
    """Whether this is for the browser, not for the API."""
    if path.startswith("/assets/"):
        return True
    return method in ("GET", "HEAD") and not any(
        path == p.rstrip("/") or path.startswith(p.rstrip("/") + "/") for p in _OURS
    )


def is_shell(request: Request) -> bool:
    """Whether a browser is about to get the app."""
    path = request.url.path
    return request.method == "GET" and path not in _OLD and _wants_shell(path, request.headers.get("accept", ""))


def serve(request: Request, first: bytes = b"") -> Response:
    """A file, a redirect from an old address, or the shell in which the app shows every other path.

    `first` is JSON that the shell brings along.
    """
    path = request.url.path
    if request.method not in ("GET", "HEAD"):
        raise MethodNotAllowed(allow="GET, HEAD")
    if path.startswith("/assets/"):
        return _asset(request, path)
    if path in _OLD:
        return Response(status_code=308, headers={"Location": _OLD[path]})
    if not _wants_shell(path, request.headers.get("accept", "*/*")):
        raise NotFound("There is no such path.", code="unknown_path")
    return _respond(request, _with(tree().shell, first), {}, trusted=_is_trustworthy(request))


def _with(shell: File, first: bytes) -> File:
    """The shell with data in it; a block of JSON is no script, and nothing runs it."""
    if not first:
        return shell
    plain = shell.plain.replace(_FIRST, b'<script type="application/json" id="first">' + first + b"</script>")
    return File(shell.media, plain, gzip.compress(plain, 4, mtime=0))


def _wants_shell(path: str, accept: str) -> bool:
    """A browser gets the app everywhere; a program that takes anything gets it where the app has places."""
    if "." in PurePosixPath(path).name:
        return False
    place = path.split("/")[1]
    return "text/html" in accept or ("*/*" in accept and place in _PLACES)


def _is_trustworthy(request: Request) -> bool:
    """Whether browsers take this origin for a secure context; elsewhere they complain of some headers."""
    name = (request.url.hostname or "").lower()
    return request.url.scheme == "https" or name in ("localhost", "127.0.0.1", "::1") or name.endswith(".localhost")


def _asset(request: Request, path: str) -> Response:
    name, _, rest = path.removeprefix("/assets/").partition("/")
    file = tree().files.get(rest)
    if file is None:
        raise NotFound("There is no such file.", code="unknown_path")
    # An open page of an older version may still ask for a part; what it gets must not be kept under the old name.
    kept = _FOREVER if name == tree_name() else "no-store"
    return _respond(request, file, {"Cache-Control": kept}, trusted=False)


def _respond(request: Request, file: File, headers: dict[str, str], *, trusted: bool) -> Response:
    headers["Vary"] = "Accept-Encoding"
    if trusted:
        headers["Cross-Origin-Opener-Policy"] = "same-origin"
    if file.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(file.packed, 200, headers, file.media)
    return Response(file.plain, 200, headers, file.media)


@cache
def tree() -> Tree:
    """Read and compress the web app; once, at the first page."""
    contents = _contents()
    name = tree_name()
    served = {path: _file(path, content) for path, content in contents.items() if path != "index.html"}
    return Tree(name, served, _file("index.html", _shell(contents, name)))


@cache
def tree_name() -> str:
    """The hash of the web app; ten times quicker than packing it, for who needs nothing else."""
    hasher = blake3()
    for path, content in _contents().items():
        hasher.update(path.encode() + b"\0" + len(content).to_bytes(8, "big") + content)
    return hasher.hexdigest()[:16]


def app_version() -> str:
    """The program's version and the web app's, as semantic versioning writes them together."""
    return _version_of(tree_name())


def _version_of(name: str) -> str:
    return f"{__version__}+{name}"


def _contents() -> dict[str, bytes]:
    contents = dict(sorted(_walk(files("canopy").joinpath("web"), "")))
    contents[_JOINED] = b"\n".join(contents[path] for path in _SHEETS if path in contents)
    return contents


def _walk(folder: Any, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for item in folder.iterdir():
        if item.is_dir():
            found += _walk(item, f"{prefix}{item.name}/")
        elif PurePosixPath(item.name).suffix in _TEXT | {".png", ".ico", ".webmanifest"}:
            found.append((prefix + item.name, item.read_bytes()))
    return found


def _file(path: str, content: bytes) -> File:
    media = mimetypes.guess_type(path)[0] or "application/octet-stream"
    if PurePosixPath(path).suffix == ".js":
        media = "text/javascript"
    text = PurePosixPath(path).suffix in _TEXT
    packed = gzip.compress(content, 9, mtime=0) if text else None
    return File(f"{media}; charset=utf-8" if text else media, content, packed)


def _shell(contents: dict[str, bytes], name: str) -> bytes:
    page = contents.get("index.html", b"<!doctype html><title>Canopy</title>").decode()
    links = "\n".join(f'<link rel="modulepreload" href="/assets/-/{path}">' for path in modules(contents, "main.js"))
    style = f'<link rel="stylesheet" href="/assets/-/{_JOINED}">'
    page = page.replace("<!--styles-->", style).replace("<!--preload-->", links)
    page = page.replace("<!--version-->", f'<meta name="canopy-version" content="{_version_of(name)}">')
    return page.replace("/assets/-/", f"/assets/{name}/").encode()


def modules(contents: dict[str, bytes], entry: str) -> list[str]:
    """All modules that `entry` reaches by static imports, itself first."""
    order: dict[str, None] = {}
    queue = [entry] if entry in contents else []
    while queue:
        path = queue.pop(0)
        if path in order:
            continue
        order[path] = None
        source = contents[path].decode()
        queue += [target for spec in _IMPORT.findall(source) if (target := _resolve(path, spec)) in contents]
    return list(order)


def _resolve(importer: str, spec: str) -> str:
    parts = list(PurePosixPath(importer).parent.parts)
    for part in PurePosixPath(spec).parts:
        if part == "..":
            parts = parts[:-1]
        elif part != ".":
            parts.append(part)
    return "/".join(parts)
