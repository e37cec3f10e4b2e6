"""Markdown as HTML: what is marked up, and what nobody can smuggle in (ui.md 10.4, decision 35)."""

import re
import time

import pytest
from hypothesis import given
from hypothesis.strategies import text

from canopy.edge.markup import DEEPEST, LONGEST, to_html
from tests.edge.client import Local
from tests.edge.conftest import Stage

TAGS = r"</?(?:p|br|hr|strong|em|s|code|pre|blockquote|ul|ol|li|a|bdi|span|table|thead|tbody|tr|th|td)(?:\s[^<>]*)?>"
REL = 'rel="noopener noreferrer"'


@pytest.mark.parametrize(
    ("source", "wanted"),
    [
        ("**b** _i_ `c` ~~s~~", "<p><strong>b</strong> <em>i</em> <code>c</code> <s>s</s></p>"),
        ("one\ntwo", "<p>one<br>\ntwo</p>"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>"),
        ("3. a", '<ol start="3">\n<li>a</li>\n</ol>'),
        ("```python\na < b\n```", '<pre><code data-language="python">a &lt; b\n</code></pre>'),
        ("    indented", "<pre><code>indented\n</code></pre>"),
        ("# Big", '<p class="heading h1">Big</p>'),
        ("> said", "<blockquote>\n<p>said</p>\n</blockquote>"),
        ("see setup.py", "<p>see setup.py</p>"),
        ("http://x.org/a", f'<p><a href="http://x.org/a" target="_blank" {REL}>http://x.org/a</a></p>'),
        ("<b>bold</b> &amp;", "<p>&lt;b&gt;bold&lt;/b&gt; &amp;</p>"),
    ],
)
def test_what_is_marked_up(source: str, wanted: str) -> None:
    assert to_html(source).strip() == wanted


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[x](javascript:alert(1))",
        "[x](data:text/html,hi)",
        "[x](vbscript:x)",
        "![x](javascript:alert(1))",
        "![x](https://tracker.example/pixel.png)",
        '[x](https://a.example "\\" onmouseover=alert(1)")',
        '```" onload=x\n</code><script>\n```',
        "<iframe src=https://x></iframe>",
        "[a]: https://x\n\n![t][a]",
        "<a href='javascript:x'>x</a>",
        "\u202e@ada\u202c <style>*{}</style>",
    ],
)
def test_nothing_runs_and_nothing_is_loaded(source: str) -> None:
    made = to_html(source, (("ada", "user_1"),))
    for tag in re.findall(r"<[^>]*>", made):
        assert re.fullmatch(TAGS, tag), tag
        assert not re.search(r"\son\w+\s*=|\ssrc\s*=|\sstyle\s*=", re.sub(r'"[^"]*"', '""', tag)), tag
    for href in re.findall(r'href="([^"]*)"', made):
        assert href.startswith(("https://", "http://", "mailto:"))


def test_a_link_says_where_it_leads() -> None:
    hint = "<bdi>https://good.example</bdi> <bdi>[evil.example]</bdi></a>"
    assert hint in to_html("[https://good.example](https://evil.example/x)")
    assert "[good.example]" not in to_html("[good.example](https://good.example/x)")
    assert "<bdi>cat</bdi> <bdi>(pics.example)</bdi></a>" in to_html("![cat](https://pics.example/cat.png)")


TURNING = [chr(code) for code in (0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A))]


@pytest.mark.parametrize("turn", TURNING)
def test_the_words_of_a_link_cannot_turn_where_it_leads(turn: str) -> None:
    hint = "<bdi>https://bank.example</bdi> <bdi>[evil.test]</bdi></a>"
    for written in (
        f"https://bank.example{turn}",
        f"https://bank.ex{turn}ample",
        f"https://bank.example&#{ord(turn)};",
    ):
        assert hint in to_html(f"[{written}](https://evil.test/x)")
    code = "<bdi><code>https://bank.example</code></bdi> <bdi>[evil.test]</bdi></a>"
    assert code in to_html(f"[`https://bank.example{turn}`](https://evil.test/x)")
    assert "<bdi>cat</bdi> <bdi>(evil.test)</bdi></a>" in to_html(f"![cat{turn}](https://evil.test/x)")
    assert turn not in to_html(f"https://a{turn}b.test/{turn}x <https://c{turn}d.test/>")


def test_who_is_called_is_marked_but_not_in_code() -> None:
    made = to_html("@Ada and `@ada`, ada@ada.org, @adam\n\n```\n@ada\n```", (("ada", "user_1"),))
    assert made.count('<span class="mention" data-user="user_1">') == 1
    assert '<span class="mention" data-user="user_1">@Ada</span>' in made


MESSAGE = "M" + "0123456789abcdef" + "00000000"
REFERENCE = f"mesh:C0123456789abcdef/{MESSAGE}"


def references(source: str) -> list[tuple[str, str]]:
    """What leads into the app, and how it is called."""
    return re.findall(r'<a class="reference" href="([^"]*)" rel="[^"]*">([^<]*)</a>', to_html(source))


@pytest.mark.parametrize(
    "around", ["{}", "see {}.", "({})", "**{}**", "- {}", "> {}, said she", "{}\n", "a\n{}", "<{}>", "*{}*!"]
)
@pytest.mark.parametrize("channel", ["general", "C0123456789abcdef"])
def test_a_reference_leads_to_its_message(around: str, channel: str) -> None:
    reference = f"mesh:{channel}/{MESSAGE}"
    assert references(around.format(reference)) == [(f"/c/{channel}/{MESSAGE}", reference)]


def test_two_references_and_a_call_in_one_line() -> None:
    other = f"mesh:general/{MESSAGE}"
    made = to_html(f"@ada {REFERENCE} and {other} @ada", (("ada", "user_1"),))
    assert made.count('class="reference"') == made.count('class="mention"') == 2
    assert re.sub(r"<[^>]*>", "", made).strip() == f"@ada {REFERENCE} and {other} @ada"


@pytest.mark.parametrize(
    "source",
    [
        f"`{REFERENCE}`",
        f"```\n{REFERENCE}\n```",
        f"    {REFERENCE}",
        f"[{REFERENCE}](https://evil.example)",
        f"[see]({REFERENCE})",
        f"[{REFERENCE}]({REFERENCE})",
        f"![{REFERENCE}]({REFERENCE})",
        f"https://x.example/{REFERENCE}",
        f"x{REFERENCE}",
        f"x-{REFERENCE}",
        f"/{REFERENCE}",
        f"@{REFERENCE}",
        f"mesh:{REFERENCE}",
        f"{REFERENCE}0",
        f"{REFERENCE}/x",
        f"{REFERENCE}-",
        f"{REFERENCE}#x",
        f"{REFERENCE}é",
        f"é{REFERENCE}",
        REFERENCE.upper(),
        REFERENCE[:-1],
        REFERENCE.replace("C0", "D0"),
        REFERENCE.replace("/", "//"),
        REFERENCE.replace("/", "/ "),
        REFERENCE.replace("mesh:", "mesh: "),
        REFERENCE.replace("mesh:", "canopy:"),
        f"mesh:random/{MESSAGE}",
        f"mesh:../{MESSAGE}",
        f"mesh:general/../{MESSAGE}",
        REFERENCE.replace("/M0", "/M\u0660"),
    ],
)
def test_nothing_else_is_a_reference(source: str) -> None:
    assert references(source) == []
    assert 'href="/' not in to_html(source)
    assert 'href="mesh' not in to_html(source)


def test_a_link_that_calls_itself_a_message_says_where_it_leads() -> None:
    assert f"<bdi>{REFERENCE}</bdi> <bdi>[evil.example]</bdi></a>" in to_html(f"[{REFERENCE}](https://evil.example)")
    assert "[evil.example]" in to_html("[MESH:general/x](https://evil.example)")


@given(text(alphabet="mesh:generalCM0f/ `[]()<>*_\\\n@.-#é\u202e", max_size=40), text(max_size=10), text(max_size=10))
def test_whatever_stands_around_it_only_the_reference_itself_is_a_link(noise: str, before: str, after: str) -> None:
    for source in (noise, f"{before}{REFERENCE}{after}", f"{noise}{REFERENCE}{noise}"):
        found = references(source)
        assert found == [(f"/c/C0123456789abcdef/{MESSAGE}", REFERENCE)] * len(found)
        assert len(found) == to_html(source).count("reference") <= source.count(REFERENCE)


def test_a_long_text_is_shown_as_it_is() -> None:
    made = to_html("**<b>** " * LONGEST)
    assert made.startswith('<p class="plain">**&lt;b&gt;**')


def staircase(marks: str, depth: int) -> str:
    """A word on each level, and one below them."""
    lines = [(marks * level)[: 2 * level] + f"word{level}" for level in range(1, depth + 1)]
    return "\n\n".join([*lines, "after"])


DEPTHS = [1, DEEPEST // 2, DEEPEST - 1, DEEPEST, DEEPEST + 1, 60]
_NESTED = [
    *(staircase(marks, depth) for marks in ("> ", "- ", "> - ", "- > ") for depth in DEPTHS),
    *("> " * depth + "deep\n\nafter" for depth in [*DEPTHS, 400, 4000]),
    *("\n".join("  " * level + f"- word{level}" for level in range(depth)) for depth in DEPTHS),
    *("> - 1. " * depth + "deep" for depth in DEPTHS),
    *("[" * depth + "deep" + "](https://a.test)" * depth + " after" for depth in [*DEPTHS, 500]),
    *("![" * depth + "deep" + "](https://a.test)" * depth + " after" for depth in [*DEPTHS, 500]),
    *("".join(f"{mark}word{level} " for level in range(400)) + f"deep{mark}" * 400 for mark in ("*", "**", "~~")),
    "".join(f"*_~~word{level} " for level in range(200)) + "deep~~_*" * 200,
]


@pytest.mark.parametrize("number", range(len(_NESTED)))
def test_nothing_of_a_deeply_nested_text_is_lost(number: int) -> None:
    source = _NESTED[number]
    words = re.findall(r"word\d+|deep|after", source)
    assert re.findall(r"word\d+|deep|after", re.sub(r"<[^>]*>", " ", to_html(source))) == words


def test_quotes_in_quotes_are_marked_up_until_they_are_too_deep() -> None:
    assert to_html(">" * (DEEPEST - 1) + "deep").count("<blockquote>") == DEEPEST - 1
    assert to_html(">" * DEEPEST + "<b>deep") == f'<p class="plain">{"&gt;" * DEEPEST}&lt;b&gt;deep</p>'


@pytest.mark.parametrize("marks", [">", "> ", "- ", "> - ", "1. ", "["])
@pytest.mark.parametrize("length", [LONGEST, 50_000])
def test_hostile_depth_is_cheap_and_safe(marks: str, length: int) -> None:
    to_html("warm")
    tries = [
        _seconds_for((marks * length)[: length - 21] + f"{number}<script>deep</script>"[:21]) for number in range(3)
    ]
    assert min(tries) < (0.1 if marks != "[" or length > LONGEST else 1), "the quickest of three, on a busy machine"


def _seconds_for(hostile: str) -> float:
    begun = time.process_time()
    made = to_html(hostile)
    taken = time.process_time() - begun
    assert "<script" not in made
    assert "deep" in made
    return taken


_LAZY = [(">" * (DEEPEST - 1) + "a\n" + "b\n" * LONGEST)[:LONGEST], ("> - " * 10 + "a\n" + "b\n" * LONGEST)[:LONGEST]]


@pytest.mark.slow
@pytest.mark.parametrize("number", range(len(_LAZY)))
def test_lines_that_go_on_a_deep_quote_do_not_hold_the_node_up(number: int) -> None:
    begun = time.process_time()
    assert "b" in to_html(_LAZY[number])
    assert time.process_time() - begun < 1


_PARTS = [*"[<>_", "![", "*a ", "_a*b", "http://a.", "[a](", "- ", "|-|\n", "[a]: b\n", "~~a~"]


@pytest.mark.slow
@pytest.mark.parametrize("part", _PARTS)
def test_no_text_holds_the_node_up(part: str) -> None:
    begun = time.process_time()
    to_html((part * LONGEST)[:LONGEST] + " ")
    assert time.process_time() - begun < 1


def test_html_comes_to_who_asks_for_it(stage: Stage) -> None:
    async def script(local: Local) -> None:
        mira = await local.register("mira")
        wish = {"channel_id": "general", "content": "**hi** @mira"}
        wanted = f'<p><strong>hi</strong> <span class="mention" data-user="{mira["user_id"]}">@mira</span></p>\n'
        said = (await local.post("/channels/messages?render=html", wish)).json()["message"]
        assert said["html"] == wanted
        path = f"/channels/general/messages/{said['id']}"
        assert "html" not in (await local.get(path)).json()["message"]
        assert (await local.get(path + "?render=html")).json()["message"]["html"] == wanted
        lists = ("/channels/general/messages?render=html", "/channels/general/search?q=hi&render=html")
        for there in (*lists, path + "/replies?render=html"):
            answer = (await local.get(there)).json()
            assert [one["html"] for one in [*answer["messages"], answer.get("root")] if one] == [wanted]
        events = (await local.get("/events?types=channel.message.created&render=html")).json()["items"]
        assert events[0]["payload"]["message"]["html"] == wanted
        edited = await local.call("PATCH", path + "?render=html", {"content": "_bye_"}, None)
        assert edited.json()["message"]["html"] == "<p><em>bye</em></p>\n"
        preview = await local.post("/render", {"content": "`x`"})
        assert (preview.status_code, preview.json()) == (200, {"html": "<p><code>x</code></p>\n"})
        wrong = await local.get(path + "?render=pdf")
        assert (wrong.status_code, wrong.json()["allowed"]) == (400, ["html"])

    stage.play(script)
