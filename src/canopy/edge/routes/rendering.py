"""Markdown as the app shows it, for previews (decisions 35 and 65)."""

import msgspec
from starlette.responses import Response

from canopy.edge.ask import Ask, check_text
from canopy.edge.markup import to_html
from canopy.edge.route import ANY, post

CONTENT_LENGTH = 50_000


class Source(msgspec.Struct, kw_only=True):
    """A text as somebody writes it."""

    content: str


class Rendered(msgspec.Struct, kw_only=True):
    """The same as HTML."""

    html: str


def render(ask: Ask) -> Response:
    """Show a text as messages are shown. Nobody is called by it."""
    source = check_text(ask.decode(Source).content, "content", CONTENT_LENGTH)
    return ask.answer(Rendered(html=to_html(source)))


ROUTES = [post("/render", render, ANY, "Show a text as HTML", Source, Rendered, status=200)]
