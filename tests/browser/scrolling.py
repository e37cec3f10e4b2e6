"""A long channel, a wheel that turns in it, and what a page does meanwhile.

For the test of long lists and for `bench`: both need the same ten thousand messages and the same figures.
Script time is taken from a trace, as seconds of the page's own thread: a busy neighbour does not spoil them.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from bisect import bisect
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Page
from tests.e2e.node import GENERAL, Node
from tests.e2e.wire import Line, request, run

CONNECTIONS = 16
SPEED = 4_800  # px/s: a wheel that turns without a pause
PARAGRAPH = "People write about all that happens on a day, and some of them write more than one line of it. " * 3
CODE = "```python\ndef rows(count):\n    for number in range(count):\n        yield number\n```"
LIST = "What is left:\n\n- the **first** thing\n- the `second` thing\n- and https://example.org/a/long/address"
TABLE = "| place | rows |\n|---|---|\n| general | 10,000 |\n| random | 12 |"
Calls = Iterator[tuple[str, str, Any, str]]
"""method, path, body, key"""


def text_of(number: int) -> str:
    """Mostly one line; now and then what is costly to draw."""
    name = f"row {number}."
    shapes = {3: CODE, 7: LIST, 11: PARAGRAPH, 17: TABLE, 19: "> what was said before\n\nand the answer to it"}
    return f"{name}\n\n{shapes[number % 20]}" if number % 20 in shapes else f"{name} A line of the usual length."


def fill(node: Node, count: int, key: str) -> list[str]:
    """So many messages of two people, with reactions, replies and edits among them; their ids, oldest first."""
    by = itertools.cycle([node.key, key, key])
    send(node, (next(say([text_of(number)], next(by))) for number in range(count)))
    ids = [str(message["id"]) for message in node.messages()]
    send(node, _deeds(node, ids, key))
    node.call("POST", f"/channels/{GENERAL}/read", {})
    return ids


def say(texts: Iterable[str], key: str, channel: str = GENERAL) -> Calls:
    return (("POST", "/channels/messages", {"channel_id": channel, "content": text}, key) for text in texts)


def _deeds(node: Node, ids: list[str], key: str) -> Calls:
    for number, message in enumerate(ids):
        path = f"/channels/{GENERAL}/messages/{message}"
        if number % 20 == 1:
            yield "PUT", f"{path}/reactions/celebrate", None, key
            yield "PUT", f"{path}/reactions/eyes", None, node.key
        if number % 50 == 7:
            reply = {"channel_id": GENERAL, "content": "a reply", "parent_message_id": message}
            yield "POST", "/channels/messages", reply, key
    for number, found in enumerate(node.messages()):
        if number % 50 == 9:
            by = key if found["username"] == "mira" else node.key
            body = {"content": f"{found['content']} And more."}
            yield "PATCH", f"/channels/{GENERAL}/messages/{found['id']}", body, by


def send(node: Node, calls: Calls, connections: int = CONNECTIONS) -> None:
    """All of these calls, which must succeed. Only those of one connection keep their order."""

    async def one(line: Line) -> None:
        for method, path, body, key in calls:
            answer = await line.ask(request(method, f"/api/v1{path}", body, key=key))
            assert 200 <= answer.status < 300, (method, path, answer.body[:300])

    async def all_of_them() -> None:
        lines = [await Line.connect(node.port) for _ in range(connections)]
        async with asyncio.TaskGroup() as group:
            for line in lines:
                group.create_task(one(line))

    # Playwright's own loop runs in this thread.
    with ThreadPoolExecutor(max_workers=1) as elsewhere:
        elsewhere.submit(lambda: run(all_of_them())).result()


PROBE = """() => {
  const scroller = document.querySelector("canopy-channel .scroller");
  const seen = { frames: 0, mounted: 0, blank: 0, waits: 0, lost: 0, back: 0, moved: 0, turned: 0, lengths: [] };
  window.seen = seen;
  let way = 0;
  scroller.addEventListener("wheel", ({ deltaY }) => {
    seen.turned -= deltaY;
    way = -Math.sign(deltaY);
  }, { passive: true });
  let anchor = null;
  let last = performance.now();
  function firstInView(lines, edge) {
    let [low, high] = [0, lines.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (lines[middle].getBoundingClientRect().bottom > edge) high = middle;
      else low = middle + 1;
    }
    return low;
  }
  function probe(now) {
    requestAnimationFrame(probe);
    seen.frames += 1;
    seen.lengths.push(now - last);
    last = now;
    const view = scroller.getBoundingClientRect();
    const lines = scroller.querySelectorAll("article, .day, .older, .beginning");
    seen.mounted = Math.max(seen.mounted, scroller.getElementsByTagName("article").length);
    if (anchor && !anchor.element.isConnected) seen.lost += 1;
    else if (anchor) {
      const moved = anchor.element.getBoundingClientRect().bottom - anchor.bottom;
      seen.moved += moved;
      if (moved * way < -1) seen.back += 1;
    }
    anchor = null;
    let covered = view.top;
    for (let index = firstInView(lines, view.top); index < lines.length && covered < view.bottom; index += 1) {
      const { top, bottom } = lines[index].getBoundingClientRect();
      if (top >= view.bottom) break;
      if (top - covered > 1) seen.blank += 1;
      if (lines[index].classList.contains("older")) seen.waits += 1;
      covered = bottom;
      if (!anchor && lines[index].tagName === "ARTICLE") anchor = { element: lines[index], bottom };
    }
    const padding = 16;
    if (view.bottom - covered > padding || !anchor) seen.blank += 1;
  }
  requestAnimationFrame(probe);
}"""
"""At each frame: is the view covered, how many rows are there, and how far has the row at its upper edge moved."""

GO_ON = "() => { window.seen.moved = window.seen.turned = 0 }"
SETTLED = "() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))"
CATEGORIES = ["devtools.timeline", "disabled-by-default-devtools.timeline", "toplevel"]
SCRIPT = {
    "FireAnimationFrame",
    "EventDispatch",
    "TimerFire",
    "FunctionCall",
    "BlinkScheduler_PerformMicrotaskCheckpoint",
}
LAYOUT = {"Layout", "UpdateLayoutTree"}


@dataclass(frozen=True)
class Work:
    """What a page did while it was scrolled, in milliseconds of its own thread, and what its reader saw."""

    script: list[float]
    """for each frame, without the layouts that the script asked for: those belong to drawing"""
    layout: list[float]
    """for each frame: these layouts"""
    tasks: list[float]
    seen: dict[str, Any]
    turns: list[tuple[float, float]]
    """for each turn of the wheel: px that it turned, px that the rows moved"""


def scroll(browser: Browser, page: Page, turns: list[int]) -> Work:
    """Turn the wheel so many px, upwards when positive, one turn after the other."""
    page.evaluate(PROBE)
    cdp = page.context.new_cdp_session(page)
    browser.start_tracing(page=page, categories=CATEGORIES)
    done = []
    for turn in turns:
        page.evaluate(GO_ON)
        gesture = {"x": 700, "y": 400, "yDistance": turn, "speed": SPEED, "gestureSourceType": "mouse"}
        cdp.send("Input.synthesizeScrollGesture", {**gesture, "preventFling": True})
        page.evaluate(SETTLED)
        turned, moved = page.evaluate("() => [window.seen.turned, window.seen.moved]")
        done.append((turned, moved))
    events = json.loads(browser.stop_tracing())["traceEvents"]
    cdp.detach()
    script, layout, tasks = work_of(events)
    return Work(script, layout, tasks, page.evaluate("() => window.seen"), done)


def work_of(events: list[dict[str, Any]]) -> tuple[list[float], list[float], list[float]]:
    """Script and layout of each frame, and the tasks. What the probe does is nobody's work."""
    main = {(each["pid"], each["tid"]) for each in events if each.get("args", {}).get("name") == "CrRendererMain"}
    timed = [each for each in events if (each["pid"], each["tid"]) in main and each["ph"] == "X" and "tdur" in each]
    frames = sorted(each["ts"] for each in timed if each["name"] == "Commit")
    script, layout = [0.0] * (len(frames) + 1), [0.0] * (len(frames) + 1)
    script_end = layout_end = -1.0
    probing = False
    for each in sorted(timed, key=lambda each: (each["ts"], -each["dur"])):
        begun, spent, frame = each["ts"], each["tdur"] / 1000, bisect(frames, each["ts"])
        if each["name"] in SCRIPT:
            if begun >= script_end:
                script_end, probing = begun + each["dur"], False
                script[frame] += spent
            if not probing and each["args"].get("data", {}).get("functionName") == "probe":
                probing = True
                script[frame] -= spent
        elif each["name"] in LAYOUT and layout_end <= begun < script_end and not probing:
            layout_end = begun + each["dur"]
            script[frame] -= spent
            layout[frame] += spent
    return script, layout, [each["tdur"] / 1000 for each in timed if each["name"] == "RunTask"]


LISTEN_TO_KEYS = """() => {
  window.keys = [];
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) if (name === "keydown") window.keys.push(duration);
  }).observe({ type: "event", durationThreshold: 16 });
}"""


def type_in(page: Page, text: str) -> list[float]:
    """Milliseconds from each key to what it painted, as the page's own event timing has them.

    It rounds to 8 ms and is silent about what took less than 16: such a key counts as 8.
    """
    page.evaluate(LISTEN_TO_KEYS)
    page.keyboard.type(text, delay=30)
    page.evaluate(SETTLED)
    late = [float(each) for each in page.evaluate("() => window.keys")]
    return late + [8.0] * (len(text) - len(late))


OPEN = """async (path) => {
  const begun = performance.now();
  const link = Object.assign(document.createElement("a"), { href: path });
  document.querySelector("canopy-channel").append(link);
  link.click();
  link.remove();
  const [, , channel, message] = path.split("/");
  for (let frames = 0; frames < 600; frames += 1) {
    const screen = document.querySelector("canopy-channel");
    const found = message ? document.activeElement?.dataset.messageId === message : screen?.querySelector("article");
    if (screen?.channelId === channel && found) return performance.now() - begun;
    await new Promise(requestAnimationFrame);
  }
  throw new Error(`${path} did not open`);
}"""


def open_place(page: Page, path: str) -> float:
    """Follow a link to `/c/<channel>` or `/c/<channel>/<message>`; milliseconds until its rows are there."""
    return float(page.evaluate(OPEN, path))


def held(page: Page) -> dict[str, float]:
    """What the page keeps once the garbage is collected: MB of heap, nodes, listeners."""
    cdp = page.context.new_cdp_session(page)
    cdp.send("Performance.enable")
    for _ in range(2):
        cdp.send("HeapProfiler.collectGarbage")
    found = {each["name"]: float(each["value"]) for each in cdp.send("Performance.getMetrics")["metrics"]}
    cdp.detach()
    return {"MB": found["JSHeapUsedSize"] / 2**20, "nodes": found["Nodes"], "listeners": found["JSEventListeners"]}
