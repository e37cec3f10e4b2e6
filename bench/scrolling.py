"""A channel of 10,000 messages in a browser: what a turning wheel costs, a key, a jump, and fifty channels visited.

Milliseconds of script are the page's own thread and do not depend on who else uses the machine; the length of a
frame does, and is here to be looked at on a quiet one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.measure import Figure, percentile
from playwright.sync_api import Browser, Page, sync_playwright
from tests.browser.conftest import FLAGS, KEYS, Person, find_chromium, settle
from tests.browser.scrolling import fill, held, open_place, say, scroll, send, text_of, type_in
from tests.e2e.node import Node

MESSAGES = 10_000
TURNS = [48_000, -24_000, 24_000]  # px: up, down, and up again over what was read already
JUMPS = range(500, MESSAGES, 500)
PLACES = 50
FRAME = 1000 / 60 + 1  # ms
SENTENCE = "The quick brown fox jumps over the lazy dog, again and again and again."


def long_list(work: Path) -> Iterator[Figure]:
    with Node(work / "long") as node, chromium() as browser:
        settle(node)
        ids = fill(node, MESSAGES, KEYS[node.root])
        places = [make_place(node, number) for number in range(PLACES)]
        page = opened(browser, node)
        yield from wheel(browser, page)
        page.get_by_role("textbox", name="Message #general").click()
        took = type_in(page, SENTENCE)
        yield Figure("key to paint: p95", percentile(took, 0.95), "ms", 16, note="rounded up to 8 ms by the browser")
        took = [open_place(page, f"/c/general/{ids[-back]}") for back in JUMPS]
        yield Figure(f"link into {MESSAGES:,} messages: p95", percentile(took, 0.95), "ms", 400)
        for place in [*places, "general"]:
            open_place(page, f"/c/{place}")
        yield Figure(f"heap after {PLACES} channels", held(page)["MB"], "MB", 150)


def wheel(browser: Browser, page: Page) -> Iterator[Figure]:
    done = scroll(browser, page, TURNS)
    frames = done.seen["lengths"][1:]
    both = [script + layout for script, layout in zip(done.script, done.layout, strict=True)]
    p50, most = percentile(done.script, 0.5), max(done.script)
    yield Figure(
        "script of a frame: p95", percentile(done.script, 0.95), "ms", 4, note=f"p50 {p50:.2f}, max {most:.1f}"
    )
    yield Figure("the same with its layouts: p95", percentile(both, 0.95), "ms", note=f"max {max(both):.1f}")
    yield Figure("longest task", max(done.tasks), "ms", 50)
    yield Figure("rows mounted at most", done.seen["mounted"], "rows", 200)
    yield Figure("frames with a gap", done.seen["blank"], "frames", 0)
    yield Figure("frames that wait for the node", done.seen["waits"], "frames", 0)
    lost = sum(abs(turned - moved) for turned, moved in done.turns)
    yield Figure("wheel turned, rows not moved", lost, "px", 1, note="a stalled frame lets it run against the end")
    on_time = sum(length <= FRAME for length in frames) / len(frames)
    yield Figure("frames on time", 100 * on_time, "%", 95, more_is_better=True, note="on a quiet machine")


@contextmanager
def chromium() -> Iterator[Browser]:
    path = find_chromium()
    if path is None:
        raise RuntimeError("no Chromium: set CANOPY_CHROMIUM or put `chromium` on the PATH")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


def opened(browser: Browser, node: Node) -> Page:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    ada = Person(context, context.new_page(), node, node.url)
    ada.sign_in("ada")
    ada.open_general()
    return ada.page


def make_place(node: Node, number: int) -> str:
    body = {"name": f"place-{number}", "channel_type": "public"}
    place = str(node.call("POST", "/channels", body)["channel"]["id"])
    send(node, say([text_of(row) for row in range(60)], node.key, place))
    return place
