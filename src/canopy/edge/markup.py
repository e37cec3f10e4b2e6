"""Markdown into the HTML that the app shows (decision 35, ui.md 10.4). What peers send is source, never HTML.

The parser makes no HTML of what the source calls HTML, and what it makes goes through a sanitiser with a short list.
Nothing in it is fetched by itself: a picture from elsewhere becomes a link that says where it leads.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache, lru_cache
from html import escape
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from markdown_it import MarkdownIt
    from markdown_it.rules_block import StateBlock
    from markdown_it.token import Token

KEPT = 4_096
"""Texts whose HTML is remembered: most readers read the same newest ones."""
LONGEST = 10_000
"""Characters above which a text is shown as it is: marking it up would hold everybody else up."""
MOST_ADDRESSES = 100
"""Above this many, addresses are left as words: finding them takes the square of their number."""
DEEPEST = 32
"""Blocks in each other above which a text is shown as it is: each level costs a reading of all its lines."""
_LIST_AND_ITEM = 2


class _TooDeepError(Exception):
    """The parser would leave out what lies deeper."""


Called = tuple[tuple[str, str], ...]
"""Whom a text calls: pairs of (handle as written, user id)."""

_TAGS = {
    *("p", "br", "hr", "strong", "em", "s", "code", "pre", "blockquote", "ul", "ol", "li", "a", "bdi", "span"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}
_ATTRIBUTES = {
    "a": {"href", "title", "class", "target"},
    "code": {"data-language"},
    "ol": {"start"},
    "p": {"class"},
    "span": {"class", "data-user"},
}
_HOST = re.compile(r"(?:https?://)?((?:[\w-]+\.)+[a-z]{2,})(?::\d+)?(?:/\S*)?", re.IGNORECASE)
_TURNING = dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))
"""Characters that turn the direction of what follows: a link has none, or it could rewrite where it says it leads."""
_WORD = re.compile(r"[\w.+-]{1,30}")
_REFERENCE = re.compile(r"(?<![\w:/.@#-])mesh:(general|C[0-9a-f]{16})/(M[0-9a-f]{24})(?![\w:/@#-])")
"""A message by what it is called on every node. What stands right beside it makes it another word."""


@lru_cache(maxsize=KEPT)
def to_html(source: str, called: Called = ()) -> str:
    """The HTML of a text; whom it calls is marked, outside of code."""
    import nh3  # noqa: PLC0415 - start-up time

    if len(source) > LONGEST:
        return _plain(source)
    links = source.count("://") <= MOST_ADDRESSES
    try:
        made = _parser(links=links).render(source, {"called": {name.casefold(): user for name, user in called}})
    except _TooDeepError:
        return _plain(source)
    return nh3.clean(
        made,
        tags=_TAGS,
        attributes=_ATTRIBUTES,
        url_schemes={"http", "https", "mailto"},
        link_rel="noopener noreferrer",
        generic_attribute_prefixes=set(),
    )


def _plain(source: str) -> str:
    return f'<p class="plain">{escape(source)}</p>'


@cache
def _parser(*, links: bool) -> MarkdownIt:
    from linkify_it import LinkifyIt  # noqa: PLC0415 - start-up time
    from markdown_it import MarkdownIt  # noqa: PLC0415 - start-up time

    # The parser drops what reaches its own limit without a word, so ours lies below it.
    nesting = DEEPEST + _LIST_AND_ITEM
    parser = MarkdownIt("commonmark", {"html": False, "linkify": links, "breaks": True, "maxNesting": nesting})
    parser.enable(["table", "strikethrough", "linkify"]).disable(["html_block", "html_inline", "lheading"])
    # Only what is written as an address: `setup.py` is no place in Paraguay.
    parser.linkify = LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False})
    parser.block.ruler.before("table", "depth", _refuse_depth)
    parser.core.ruler.push("calls", _mark_calls)
    for rule in (fence, image, heading_open, heading_close):
        parser.add_render_rule(rule.__name__, rule)
    return parser


def _refuse_depth(state: StateBlock, *_: Any) -> bool:
    """A rule before all others, which matches nothing."""
    if state.level >= DEEPEST:
        raise _TooDeepError
    return False


# What stands differently from the parser's own HTML. Each takes the renderer, the tokens, a place, options and env.


def fence(_: Any, tokens: Sequence[Token], at: int, *__: Any) -> str:
    """Code, with the language that it says."""
    language = _WORD.match(tokens[at].info.strip())
    named = f' data-language="{escape(language[0])}"' if language else ""
    return f"<pre><code{named}>{escape(tokens[at].content)}</code></pre>\n"


def image(_: Any, tokens: Sequence[Token], at: int, *__: Any) -> str:
    """A link that says where the picture lies: nothing is loaded because of what somebody wrote."""
    source = str(tokens[at].attrs.get("src", ""))
    label = f"<bdi>{escape(tokens[at].content.translate(_TURNING) or 'Image')}</bdi>"
    host = _host(source)
    if not host:
        return label
    return f'<a class="image" target="_blank" href="{escape(source)}">{label} <bdi>({escape(host)})</bdi></a>'


def heading_open(_: Any, tokens: Sequence[Token], at: int, *__: Any) -> str:
    """A line that stands out; the outline of the page belongs to the app."""
    return f'<p class="heading {tokens[at].tag}">'


def heading_close(*_: Any) -> str:
    """The end of that line."""
    return "</p>\n"


def _mark_calls(state: Any) -> None:
    """Links say where they lead, and handles whom they call."""
    for block in state.tokens:
        if block.children:
            block.children = _marked(block.children, state.env["called"])


def _marked(children: list[Token], called: dict[str, str]) -> list[Token]:
    made: list[Token] = []
    link: Token | None = None
    said: list[Token] = []
    for token in children:
        if token.type == "link_open":
            link, said = token, []
        elif token.type == "link_close" and link is not None:
            made += [link, *_where(link, said), token]
            link = None
        elif link is not None:
            said.append(token)
        else:
            made += _words(token, called) if token.type == "text" else [token]
    return made


def _words(text: Token, called: dict[str, str]) -> list[Token]:
    """Plain words: references lead to their message on the reader's own node, handles to whom they call."""
    made: list[Token] = []
    end = 0
    for reference in _REFERENCE.finditer(text.content):
        made += [*_calls(_text(text.content[end : reference.start()]), called), *_reference(reference)]
        end = reference.end()
    return [*made, *_calls(_text(text.content[end:]), called)] if end else _calls(text, called)


def _reference(found: re.Match[str]) -> list[Token]:
    from markdown_it.token import Token  # noqa: PLC0415 - start-up time

    link = Token("link_open", "a", 1)
    link.attrs = {"class": "reference", "href": f"/c/{found[1]}/{found[2]}"}
    return [link, _text(found[0]), Token("link_close", "a", -1)]


def _where(link: Token, said: list[Token]) -> list[Token]:
    """The words of a link, and the host that it really leads to when they name another, or a message."""
    if link.info == "auto" and (found := _REFERENCE.fullmatch(str(link.attrs["href"]))):
        link.attrs = {"class": "reference", "href": f"/c/{found[1]}/{found[2]}"}
        return said
    link.attrSet("target", "_blank")
    for token in said:
        token.content = token.content.translate(_TURNING)
    words = "".join(token.content for token in said)
    host = _host(str(link.attrs.get("href", "")))
    if not host or not _names_another(words, host):
        return said
    return [*_apart(said), _text(" "), *_apart([_text(f"[{host}]")])]


def _names_another(words: str, host: str) -> bool:
    named = _HOST.search(words)
    return "mesh:" in words.casefold() or (named is not None and named[1].casefold() != host.casefold())


def _apart(tokens: list[Token]) -> list[Token]:
    """Words whose direction changes nothing around them."""
    from markdown_it.token import Token  # noqa: PLC0415 - start-up time

    return [Token("bdi_open", "bdi", 1), *tokens, Token("bdi_close", "bdi", -1)]


def _text(content: str) -> Token:
    from markdown_it.token import Token  # noqa: PLC0415 - start-up time

    return Token("text", "", 0, content=content)


def _host(address: str) -> str:
    return (urlsplit(address).hostname or "").translate(_TURNING)


_CALL = re.compile(r"(?<![A-Za-z0-9_.\-@])@([A-Za-z0-9](?:[A-Za-z0-9_.-]{0,47}[A-Za-z0-9])?)")


def _calls(text: Token, called: dict[str, str]) -> list[Token]:
    from markdown_it.token import Token  # noqa: PLC0415 - start-up time

    if not called:
        return [text]
    made: list[Token] = []
    end = 0
    for call in _CALL.finditer(text.content):
        name = call[1].casefold()
        # Another node writes the beginning of this one's id behind a handle that has none here.
        user = called.get(name) or called.get(name.rpartition(".")[0])
        if user is not None:
            made.append(_text(text.content[end : call.start()]))
            span = Token("span_open", "span", 1)
            span.attrs = {"class": "mention", "data-user": user}
            made += [span, _text(call[0]), Token("span_close", "span", -1)]
            end = call.end()
    return [*made, _text(text.content[end:])]
