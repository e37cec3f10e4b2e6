# ruff: noqa: N802 - the names quote the ids of ui.md
"""Weight, silence and closed doors (ui.md 10)."""

from __future__ import annotations

import gzip

import pytest
from playwright.sync_api import Response, expect
from tests.browser.conftest import People, Person, claim_of, mira_says
from tests.e2e.node import Node

pytestmark = pytest.mark.browser

MOST_SCRIPT = 250_000  # bytes of gzip, all of it
AIM_SCRIPT = 120_000  # of what a conversation needs (ui.md 10.1)
MOST_STYLE = 40_000
MOST_HTML = 30_000
MOST_REQUESTS = 60
MOST_LOGO = 6_000
MOST_OF_A_RELOAD = 4
IDLE_MILLISECONDS = 4_000


def weigh(responses: list[Response], suffix: str) -> int:
    return sum(len(gzip.compress(each.body())) for each in responses if each.url.endswith(suffix))


def test_PF_1_every_route_is_silent(fresh: Node, people: People) -> None:
    """The fixture looks at the console of every test; this one visits what others do not."""
    visitor = people(fresh)
    for route in ("/", "/setup", f"/setup?claim={claim_of(fresh)}"):
        visitor.go(route)
        visitor.page.get_by_role("heading", level=1, name="Set up this node").wait_for()
    fresh.setup("ada")
    for route in ("/", "/login", "/register", "/setup", "/c/general"):
        visitor.go(route)
        visitor.page.get_by_role("heading", level=1).wait_for()
    visitor.sign_in("ada")
    for route in ("/", "/c/general", "/login", "/channels", "/no/such/page"):
        visitor.go(route)
        visitor.page.get_by_role("heading", level=1).wait_for()
        visitor.page.get_by_role("status").get_by_text("Live", exact=True).wait_for()
    assert visitor.noise == []


def test_PF_2_nobody_but_the_node_is_asked(team: Node, people: People) -> None:
    """Whatever people write: nothing is fetched before a click."""
    links = [
        "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
        "https://www.openstreetmap.org/#map=5/51/10",
        "https://www.tradingview.com/x/abc/",
    ]
    mira_says(team, "look: " + " ".join(links) + " ![a](https://example.org/a.png) <img src=https://example.org/b.png>")
    ada = people(team)
    ada.sign_in("ada")
    ada.open_general()
    expect(ada.article("look:")).to_be_visible()
    assert ada.foreign() == []
    assert len(ada.requests) > 10


def test_PF_3_without_any_other_network_nothing_is_missing(team: Node, people: People) -> None:
    ada = people(team)
    ours = f"{ada.url}/"
    ada.context.route("**/*", lambda route: route.continue_() if route.request.url.startswith(ours) else route.abort())
    ada.sign_in("ada")
    ada.open_general()
    expect(ada.box).to_be_visible()
    icons = ada.page.locator("svg.icon:visible")
    assert icons.count() >= 3
    assert all(icon.evaluate("e => e.getBBox().width > 0") for icon in icons.all())


def test_PF_4_the_first_load_keeps_its_budgets(team: Node, people: People) -> None:
    ada = people(team)
    ada.sign_in("ada")
    # Who has a cookie has signed in here, and the browser remembers that it did.
    ada.page.add_init_script("localStorage.setItem('canopy.signed-in', 'yes')")
    responses: list[Response] = []
    ada.page.on("response", lambda each: responses.append(each))
    ada.open_general()
    ada.page.wait_for_function("() => performance.getEntriesByName('app-interactive').length === 1")
    assert len(ada.requests) <= MOST_REQUESTS, [request.url for request in ada.requests]
    read = [each for each in responses if "/events/stream" not in each.url]
    html = next(each for each in read if each.url.endswith("/c/general"))
    assert len(gzip.compress(html.body())) <= MOST_HTML
    assert weigh(read, ".css") <= MOST_STYLE
    assert weigh(read, ".js") <= AIM_SCRIPT <= MOST_SCRIPT
    marks = ada.page.evaluate("() => performance.getEntriesByType('mark').map((mark) => mark.name)")
    assert "route:channel" in marks


def test_PF_5_the_logo_is_small(team: Node, people: People) -> None:
    ada = people(team)
    ada.sign_in("ada")
    ada.open_general()
    address = ada.page.locator("link[rel=icon]").get_attribute("href") or ""
    assert address.endswith(".svg")
    assert len(team.request("GET", address).body) <= MOST_LOGO


def test_PF_4_a_warm_reload_asks_for_little(team: Node, people: People) -> None:
    ada = people(team)
    ada.sign_in("ada")
    ada.open_general()
    served: list[Response] = []
    ada.page.on("response", lambda each: served.append(each))
    ada.go("/c/general")
    ada.wait_live()
    ada.page.wait_for_function("() => performance.getEntriesByName('app-interactive').length === 1")
    fetched = [each.url for each in served if "/assets/" not in each.url or not cached(ada, each)]
    assert len(fetched) <= MOST_OF_A_RELOAD, fetched


def cached(person: Person, response: Response) -> bool:
    """Whether the browser took it from its own cache."""
    size = person.page.evaluate("url => performance.getEntriesByName(url).at(-1)?.transferSize ?? 0", response.url)
    return bool(size == 0)


@pytest.mark.slow
def test_idle_means_no_request(team: Node, people: People) -> None:
    # What is unread is told to be read once the reader has come to rest.
    team.call("POST", "/channels/general/read", {})
    ada = people(team)
    ada.sign_in("ada")
    ada.open_general()
    ada.page.wait_for_load_state("load")
    ada.page.wait_for_function("() => performance.getEntriesByName('app-interactive').length === 1")
    before = len(ada.requests)
    ada.page.evaluate("wait => new Promise((resolve) => setTimeout(resolve, wait))", IDLE_MILLISECONDS)
    assert [request.url for request in ada.requests[before:]] == []


def test_the_page_is_behind_a_strict_policy(team: Node, people: People) -> None:
    ada = people(team)
    answer = ada.page.goto(f"{ada.url}/login")
    assert answer is not None
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
