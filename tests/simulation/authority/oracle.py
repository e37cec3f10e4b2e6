"""The rule of protocol section 4 in its own words: slow, without intervals, marks or trees of the module."""

from collections.abc import Iterable

from canopy.ground.ids import NO_EVENT, EventId, NodeId
from canopy.log.cuts import Chain, CutHead, Link
from canopy.log.line import Ruling

Line = list[tuple[Ruling, bool]]


class Oracle:
    """What a set of events means, straight from the text."""

    def __init__(self, founder: NodeId, events: Iterable[Link | Ruling]) -> None:
        events = list(events)
        self.links = {link.id: link for link in map(link_of, events)}
        self.rulings = {
            event.link.id: event for event in events if isinstance(event, Ruling) and event.link.chain.node == founder
        }
        self.closed_from: dict[Chain, int] = {}
        self._find_forks()
        self.line = self._line()
        self._cuts = [self._contains(ruling) if counts else set() for ruling, counts in self.line]

    def judge(self, event: EventId) -> int | None:
        """The index of the line under whose state the event is judged."""
        if event in self.rulings:
            on_line = [index for index, (ruling, _) in enumerate(self.line) if ruling.link.id == event]
            return on_line[0] if on_line else None
        for index, cut in enumerate(self._cuts):
            if event in cut:
                return index
        return None if self._closed(self.links[event]) else len(self.line)

    def _find_forks(self) -> None:
        seen: dict[tuple[Chain, int], EventId] = {}
        for link in self.links.values():
            if seen.setdefault((link.chain, link.height), link.id) != link.id:
                old = self.closed_from.get(link.chain, link.height)
                self.closed_from[link.chain] = min(old, link.height)

    def _closed(self, link: Link) -> bool:
        return link.chain in self.closed_from and link.height >= self.closed_from[link.chain]

    def _contains(self, ruling: Ruling) -> set[EventId]:
        """Ancestors of, or, the heads that the cut names."""
        found: set[EventId] = set()
        for head in (*ruling.cut, CutHead(ruling.link.chain, ruling.link.height, ruling.link.id)):
            link = self.links.get(head.id)
            if link and (link.chain, link.height) == (head.chain, head.height):
                found |= self._ancestors(link)
        return found

    def _ancestors(self, link: Link | None) -> set[EventId]:
        found = set()
        while link:
            found.add(link.id)
            link = self.links.get(link.prev)
        return found

    def _trail(self, ruling: Ruling) -> list[Ruling] | None:
        """From the first authority event to this one along `line`, or None when it does not hang together."""
        if ruling.line == NO_EVENT:
            return None if ruling.resumes else [ruling]
        before = self.rulings.get(ruling.line)
        if before is None:
            return None
        same = before.link.chain == ruling.link.chain
        if same == ruling.resumes or (same and before.link.height >= ruling.link.height):
            return None
        trail = self._trail(before)
        return trail and [*trail, ruling]

    def _line(self) -> Line:
        trails = {event: self._trail(ruling) for event, ruling in self.rulings.items()}
        connected = {event: trail for event, trail in trails.items() if trail}
        openers = [
            (-len(trail), event)
            for event, trail in connected.items()
            if (trail[-1].resumes or len(trail) == 1) and not self._closed(trail[-1].link)
        ]
        own = list(connected[min(openers)[1]]) if openers else []
        while own and (following := self._following(own[-1])):
            own.append(following)
        return self._with_what_takes_away(own, connected)

    def _following(self, last: Ruling) -> Ruling | None:
        candidates = [
            (ruling.link.height, event)
            for event, ruling in self.rulings.items()
            if ruling.line == last.link.id and not ruling.resumes and not self._closed(ruling.link)
            if ruling.link.chain == last.link.chain and ruling.link.height > last.link.height
        ]
        return self.rulings[min(candidates)[1]] if candidates else None

    def _with_what_takes_away(self, own: list[Ruling], connected: dict[EventId, list[Ruling]]) -> Line:
        late: dict[EventId, list[tuple[int, EventId]]] = {}
        for event, trail in connected.items():
            if trail[-1].takes and trail[-1] not in own:
                shared = [ruling for ruling in trail if ruling in own]
                base = self._end_of_run(own, shared[-1]) if shared else NO_EVENT
                late.setdefault(base, []).append((len(trail), event))
        line: Line = [(self.rulings[event], False) for _, event in sorted(late.get(NO_EVENT, []))]
        for ruling in own:
            line.append((ruling, True))
            line += [(self.rulings[event], False) for _, event in sorted(late.get(ruling.link.id, []))]
        return line

    def _end_of_run(self, own: list[Ruling], ruling: Ruling) -> EventId:
        place = own.index(ruling)
        while place + 1 < len(own) and own[place + 1].link.chain == ruling.link.chain:
            place += 1
        return own[place].link.id


def link_of(event: Link | Ruling) -> Link:
    return event.link if isinstance(event, Ruling) else event
