"""Long lists: few rows are mounted, none of the frames is blank, and no row jumps (ui.md 10.2)."""

from __future__ import annotations

import pytest
from tests.browser.conftest import KEYS, People
from tests.browser.scrolling import say, send
from tests.browser.test_message_acts import arrived
from tests.e2e.node import Node

pytestmark = pytest.mark.browser

MESSAGES = 700
MOST_MOUNTED = 200
WATCH = """(target) => new Promise((resolve) => {
  const scroller = document.querySelector("canopy-channel .scroller");
  const seen = { most: 0, blank: 0, frames: 0, jumps: [] };
  let anchor = null;
  const step = target === "up" ? -180 : 180;
  const look = () => {
    const rows = [...document.querySelectorAll("article")];
    const view = scroller.getBoundingClientRect();
    const inView = rows.filter((row) => {
      const { top, bottom } = row.getBoundingClientRect();
      return bottom > view.top && top < view.bottom;
    });
    seen.frames += 1;
    seen.most = Math.max(seen.most, rows.length);
    if (inView.length < 5) seen.blank += 1;
    // What was in view has gone exactly as far as the list was scrolled, whatever was added or cut off meanwhile.
    const apart = anchor && anchor.row.getBoundingClientRect().bottom - anchor.due;
    const atEnd = scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop < 24; // which is followed
    if (anchor && !atEnd && !(anchor.row.isConnected && Math.abs(apart) <= 1)) seen.jumps.push(apart);
    const end = target === "up" ? "row 0." : "row 699.";
    if (rows.some((row) => row.textContent.includes(end)) || seen.frames > 3000) return resolve(seen);
    scroller.scrollTop += step;
    anchor = { row: inView[0], due: inView[0].getBoundingClientRect().bottom };
    return requestAnimationFrame(look);
  };
  look();
})"""


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_10_2_scrolling_mounts_few_rows_and_shows_no_blank_frame(own_team: Node, people: People) -> None:
    send(own_team, say([f"row {number}." for number in range(MESSAGES)], KEYS[own_team.root]), connections=1)
    own_team.call("POST", "/channels/general/read", {})
    ada = arrived(people(own_team), "ada")
    for target in ("up", "down"):
        seen = ada.page.evaluate(WATCH, target)
        assert seen["frames"] < 3000, "an end that is never reached"
        assert seen["blank"] == 0
        assert seen["jumps"] == []
        assert seen["most"] <= MOST_MOUNTED
    texts = ada.articles.locator(".message-text").all_inner_texts()
    numbers = [int(text[4:-1]) for text in texts]
    assert numbers == list(range(numbers[0], MESSAGES))
