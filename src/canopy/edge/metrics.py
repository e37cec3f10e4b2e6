"""Ten numbers that tell how a node is (decision 66). Counting is cheap; the text is made only when somebody asks."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)


class Histogram:
    """Counts of durations in seconds, or of sizes, by upper bound."""

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        self.total = 0.0

    def observe(self, value: float) -> None:
        place = 0
        for bound in self.bounds:
            if value <= bound:
                break
            place += 1
        self.counts[place] += 1
        self.total += value

    def cumulative(self) -> list[tuple[str, float]]:
        """Pairs of bound and count, as Prometheus wants them."""
        running, pairs = 0, []
        for bound, count in zip((*map(str, self.bounds), "+Inf"), self.counts, strict=True):
            running += count
            pairs.append((bound, float(running)))
        return pairs


class Metrics:
    """The counters of one node. `gauges` asks the node for what is not counted here."""

    def __init__(self) -> None:
        self.append_seconds = Histogram(BUCKETS)
        self.batch_size = Histogram((1, 2, 4, 8, 16, 32, 64))
        self.requests: dict[tuple[str, int], int] = defaultdict(int)
        self.request_seconds: dict[str, Histogram] = {}
        self.streams_open = 0
        self.gauges: Callable[[], Mapping[str, Mapping[str, float]]] = dict

    def committed(self, size: int, seconds: float) -> None:
        """The writer committed a batch."""
        self.batch_size.observe(size)
        self.append_seconds.observe(seconds)

    def answered(self, route: str, status: int, seconds: float) -> None:
        """A request was answered."""
        self.requests[route, status] += 1
        histogram = self.request_seconds.get(route)
        if histogram is None:
            histogram = self.request_seconds[route] = Histogram(BUCKETS)
        histogram.observe(seconds)

    def render(self) -> bytes:
        """The Prometheus text."""
        from prometheus_client import CollectorRegistry, generate_latest  # noqa: PLC0415 - start-up time

        registry = CollectorRegistry(auto_describe=False)
        registry.register(self)
        return generate_latest(registry)

    def describe(self) -> list[Any]:
        """Nothing is known before it is collected."""
        return []

    def collect(self) -> Iterable[Any]:
        """All metrics, as the client library wants them."""
        from prometheus_client import core  # noqa: PLC0415 - start-up time

        yield from self._counters(core)
        yield from self._histograms(core)
        gauges = self.gauges()
        for name, label in (
            ("canopy_events_waiting", "reason"),
            ("canopy_peers", "state"),
            ("canopy_health", "check"),
        ):
            gauge = core.GaugeMetricFamily(name, name.replace("_", " "), labels=[label])
            for value, number in gauges.get(name, {}).items():
                gauge.add_metric([value], number)
            yield gauge
        yield core.GaugeMetricFamily("canopy_streams_open", "Open event streams", value=self.streams_open)

    def _counters(self, core: Any) -> Iterable[Any]:
        gauges = self.gauges()
        taken = gauges.get("canopy_events_taken_total", {"": 0.0}).get("", 0.0)
        yield core.CounterMetricFamily("canopy_events_taken", "Events in the log", value=taken)
        refused = core.CounterMetricFamily("canopy_events_refused", "Events refused at the door", labels=["reason"])
        for reason, number in gauges.get("canopy_events_refused_total", {}).items():
            refused.add_metric([reason], number)
        yield refused
        requests = core.CounterMetricFamily("canopy_http_requests", "Requests answered", labels=["route", "status"])
        for (route, status), number in list(self.requests.items()):
            requests.add_metric([route, str(status)], number)
        yield requests

    def _histograms(self, core: Any) -> Iterable[Any]:
        for name, help_text, histogram in (
            ("canopy_append_seconds", "Seconds from BEGIN to COMMIT", self.append_seconds),
            ("canopy_commit_batch_size", "Jobs in one commit", self.batch_size),
        ):
            yield core.HistogramMetricFamily(name, help_text, histogram.cumulative(), histogram.total)
        seconds = core.HistogramMetricFamily("canopy_http_seconds", "Seconds to answer", labels=["route"])
        for route, histogram in list(self.request_seconds.items()):
            seconds.add_metric([route], histogram.cumulative(), histogram.total)
        yield seconds
