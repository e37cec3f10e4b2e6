"""Long lists: few rows are mounted, and none of the frames is blank (ui.md 10.2)."""

from __future__ import annotations

import pytest
from tests.browser.conftest import People, mira_says
from tests.browser.test_message_acts import arrived
from tests.e2e.node import Node

pytestmark = pytest.mark.browser

MESSAGES = 700
MOST_MOUNTED = 200
WATCH = """(target) => new Promise((resolve) => {
  const scroller = document.querySelector("canopy-channel .scroller");
  const seen = { most: 0, blank: 0, frames: 0, texts: [] };
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
    const end = target === "up" ? "row 0." : "row 699.";
    if (rows.some((row) => row.textContent.includes(end)) || seen.frames > 3000) return resolve(seen);
    scroller.scrollTop += step;
    return requestAnimationFrame(look);
  };
  look();
})"""


@pytest.mark.slow
@pytest.mark.timeout(180)
def test_10_2_scrolling_mounts_few_rows_and_shows_no_blank_frame(own_team: Node, people: People) -> None:
    for number in range(MESSAGES):
        mira_says(own_team, f"row {number}.")
    own_team.call("POST", "/channels/general/read", {})
    ada = arrived(people(own_team), "ada")
    for target in ("up", "down"):
        seen = ada.page.evaluate(WATCH, target)
        assert seen["frames"] < 3000, "an end that is never reached"
        assert seen["blank"] == 0
        assert seen["most"] <= MOST_MOUNTED
    texts = ada.articles.locator(".message-text").all_inner_texts()
    numbers = [int(text[4:-1]) for text in texts]
    assert numbers == list(range(numbers[0], MESSAGES))
