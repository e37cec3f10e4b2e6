"""What is refused before anyone looks at a request: wrong hosts, foreign origins, too much, too often.

Buckets are kept by verified user where there is one and by address elsewhere, so that inventing keys gains nothing.
"""

import ipaddress
from functools import lru_cache
from urllib.parse import urlsplit

import msgspec

from canopy.edge.principal import Principal
from canopy.edge.route import Rate
from canopy.ground.clock import Clock
from canopy.ground.errors import Forbidden, HostNotAllowed, TooManyRequests

BAD_ORIGIN = "bad_origin"
"""The code of the refusal below."""
BODY_LIMIT = 1024 * 1024
"""Bytes of a JSON body (decision 66)."""
IDLE_SECONDS = 3600.0
MOST_BUCKETS = 100_000
_PACES: dict[Rate, tuple[float, float]] = {
    "read": (20.0, 60.0),
    "write": (5.0, 20.0),
    "search": (2.0, 10.0),
    "register": (0.1, 3.0),
    "login": (0.2, 5.0),
}
"""Requests a second and burst (REST section 17)."""
FAILURES_AN_HOUR = 10
COMMAND_LINE = "cli"
"""The credential of the command line, which is on this machine and not limited."""


def check_host(host: str | None, allowed: tuple[str, ...]) -> None:
    """A page under a name that an attacker controls must not reach us (DNS rebinding). Raises HostNotAllowed."""
    name = _name_of(host or "")
    if name == "localhost" or name.endswith(".local") or name in allowed or _is_address(name):
        return
    raise HostNotAllowed


def check_origin(origin: str | None, host: str | None) -> None:
    """A request that the browser's cookie vouches for must come from our own page. Raises Forbidden."""
    if origin is not None and _place_of(origin) != (host or "").lower():
        raise Forbidden("This request came from another site.", code="bad_origin")


def _place_of(origin: str) -> str:
    try:
        return urlsplit(origin).netloc.lower()
    except ValueError:
        return ""


@lru_cache(maxsize=1_024)
def is_loopback(address: str) -> bool:
    """Whether a caller is on this machine."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False


def _name_of(host: str) -> str:
    host = host.strip().lower()
    if host.startswith("["):
        return host[1:].partition("]")[0]
    return host.partition(":")[0] if host.count(":") == 1 else host


@lru_cache(maxsize=1_024)
def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Bucket(msgspec.Struct):
    """Tokens that come back with time."""

    tokens: float
    at: float


class Limits:
    """Token buckets of one node."""

    def __init__(self, clock: Clock, *, off: bool) -> None:
        self._clock = clock
        self._off = off
        self._buckets: dict[tuple[str, str], Bucket] = {}
        self._failures: dict[str, list[float]] = {}

    def lifted(self, address: str) -> bool:
        """CANOPY_RATE_LIMITS=off, which holds on loopback only."""
        return self._off and is_loopback(address)

    def spend(self, pace: Rate, principal: Principal | None, address: str) -> dict[str, str]:
        """Take a token; returns the headers that tell how many are left. Raises TooManyRequests."""
        by_command_line = principal is not None and principal.credential == COMMAND_LINE
        if pace == "free" or by_command_line or self.lifted(address):
            return {}
        rate, burst = _PACES[pace]
        by_address = principal is None or pace in ("register", "login")
        bucket = self._bucket(pace, address if by_address or principal is None else principal.user_id, rate, burst)
        if bucket.tokens < 1:
            wait = max(1, round((1 - bucket.tokens) / rate + 0.5))
            raise TooManyRequests(retry_after=wait)
        bucket.tokens -= 1
        return {
            "RateLimit-Policy": f'"{pace}";q={burst:.0f};w={burst / rate:.0f}',
            "RateLimit": f'"{pace}";r={bucket.tokens:.0f};t={1 / rate:.0f}',
        }

    def count_guess(self, username: str, address: str) -> None:
        """Ten wrong passwords an hour for one account. Raises TooManyRequests.

        Each is wrong until it proves right: comparing takes its time, and many that come at once are not all free.
        """
        now = self._clock.monotonic()
        recent = [at for at in self._failures.get(username, []) if now - at < IDLE_SECONDS]
        if len(recent) >= FAILURES_AN_HOUR and not self.lifted(address):
            raise TooManyRequests(retry_after=round(IDLE_SECONDS - (now - recent[0])) or 1)
        if len(self._failures) >= MOST_BUCKETS:
            self._failures.clear()
        self._failures[username] = [*recent, now][-FAILURES_AN_HOUR:]

    def guessed_right(self, username: str) -> None:
        """The password that was counted last is the one of this account."""
        if self._failures.get(username):
            self._failures[username].pop()

    def forgive(self, username: str) -> None:
        """Wrong passwords of before do not count: the account has another one, by a link that nobody guesses."""
        self._failures.pop(username, None)

    def _bucket(self, pace: Rate, who: str, rate: float, burst: float) -> Bucket:
        now = self._clock.monotonic()
        bucket = self._buckets.get((pace, who))
        if bucket is None:
            if len(self._buckets) >= MOST_BUCKETS:
                self.prune()
            bucket = self._buckets[pace, who] = Bucket(burst, now)
        bucket.tokens = min(burst, bucket.tokens + (now - bucket.at) * rate)
        bucket.at = now
        return bucket

    def prune(self) -> None:
        """Forget buckets that nobody used for an hour."""
        now = self._clock.monotonic()
        self._buckets = {key: bucket for key, bucket in self._buckets.items() if now - bucket.at < IDLE_SECONDS}
