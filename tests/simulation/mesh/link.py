"""A link of the simulated network: real handshakes and pumps at both ends of a pipe that delays, alters and breaks."""

from collections import deque
from collections.abc import Callable
from typing import Any

from tests.simulation.mesh.node import Node
from tests.simulation.mesh.timeline import Timeline
from tests.simulation.mesh.watched import EVENTS, WatchedPump
from tests.simulation.mesh.weather import Fault, Weather, flipped

from canopy.ground.codec import pack
from canopy.ground.errors import LinkBroken
from canopy.mesh.contents import Events, Hello, read
from canopy.mesh.handshake import Handshake, only
from canopy.mesh.noise import Channel, KeyPair
from canopy.mesh.pump import Job, Pump, Steps
from canopy.mesh.session import State
from canopy.mesh.wire import Arrived, Envelope

REMEMBERED = 12
"""Contents of a link that may come once more."""


Begun = Callable[["End", Hello, Hello, bool], None]
Left = Callable[["End", Envelope], None]


class End:
    """One end: what the node's link does in its task, as turns that the timeline gives it."""

    def __init__(self, edge: "Edge", node: Node, peer: Node, pump: Pump) -> None:
        self.edge = edge
        self.node = node
        self.peer = peer
        self.pump = pump
        self.closed = False
        self.trust_changed = False
        self._steps: Steps | None = pump.begin()
        self._result: Any = None
        self._planned: float | None = None
        self._waits = False
        """Whether its next turn is only one that its pump asked for."""
        self._past: deque[Envelope] = deque(maxlen=REMEMBERED)

    @property
    def idle(self) -> bool:
        return self._steps is None and not self.pump.inbox and (self._planned is None or self._waits)

    @property
    def settled(self) -> bool:
        return self.idle and self.pump.session.state is State.OPEN and self.pump.session.sync.level

    def wake(self, seconds: float) -> None:
        """Give it a turn soon, unless it has one sooner."""
        when = self.edge.timeline.now + seconds
        if self._planned is None or when < self._planned:
            self._planned, self._waits = when, False
            self.edge.timeline.at(when, lambda: self._turn(when))

    def receive(self, frame: bytes) -> None:
        """Take one frame. Raises a LinkBroken."""
        before = len(self.pump.inbox)
        self.pump.receive(frame)
        arrived = [one.envelope for one in list(self.pump.inbox)[before:] if one.envelope.kind == EVENTS]
        self._past.extend(arrived)
        self.edge.weather.taken += len(arrived)
        self.wake(self.edge.weather.delay())

    def _turn(self, when: float) -> None:
        if self._planned != when or not self.node.up or self.edge.is_forgotten(self):
            return
        self._planned = None
        self.edge.guard(self.node, self._work)

    def _work(self) -> None:
        try:
            if self._steps is None:
                self._begin_next()
            if self._steps is not None:
                self._step()
        except LinkBroken as fault:
            self._steps = None
            self.edge.broke(self, fault)

    def _begin_next(self) -> None:
        now = self.edge.timeline.now
        if not self.closed:
            self.edge.carry(self, self.pump.fill(now))
        if self.trust_changed:
            self.trust_changed = False
            self._steps = self.pump.trust_changed()
        elif self.pump.inbox:
            self._disorder()
            self._steps = self.pump.handle_next(now)
        elif not self.closed and (due := self.pump.due()) is not None:
            self.wake(max(0.0, due - now))
            self._waits = self._planned is not None and self._planned >= due

    def _step(self) -> None:
        """One job of the writer; others come in between."""
        if self._steps is None:
            return
        try:
            job: Job = self._steps.send(self._result)
            self._result = None
            self._result = self.node.write(job)
        except StopIteration:
            self._steps, self._result = None, None
        self.wake(self.edge.weather.rng.uniform(0.0, 0.005))

    def _disorder(self) -> None:
        """Let what is to come, or what was, come once more at any place, as if over several links."""
        weather = self.edge.weather
        if (
            weather.calm
            or not self._past
            or self.pump.session.state is not State.OPEN
            or weather.rng.random() >= weather.repeat_rate
        ):
            return
        envelope = weather.rng.choice(self._past)
        content = read(envelope)
        if isinstance(content, Events) and content.items:
            weather.repeated += 1
            again = Envelope(envelope.of, EVENTS, pack(Events(0, content.items)))
            self.pump.inbox.insert(weather.rng.randrange(len(self.pump.inbox) + 1), Arrived(again, 0))


class Edge:
    """A pair of nodes that want a link; the link itself, while one stands."""

    def __init__(self, timeline: Timeline, weather: Weather, one: Node, two: Node) -> None:
        self.timeline = timeline
        self.weather = weather
        self.nodes = (one, two)
        self.ends: tuple[End, End] | None = None
        self.blocked = False
        """Whether the network is split between the two."""
        self.problems: list[str] = []
        self.begun: Begun = lambda end, ours, theirs, merged: None
        self.left: Left = lambda end, envelope: None
        self.guard: Callable[[Node, Callable[[], None]], None] = lambda node, action: action()
        self.established = 0
        self.lies = False
        """Whether one of the two is a liar: then anything may break it."""
        self._zombies: list[End] = []
        self._arrival = [0.0, 0.0]
        self._held_back: list[bytes | None] = [None, None]
        self._tainted = [False, False]
        self._flying = 0
        self._dialling = False

    # Standing.

    def plan_dial(self, seconds: float) -> None:
        if not self._dialling:
            self._dialling = True
            self.timeline.after(seconds, self._dial)

    def _dial(self) -> None:
        self._dialling = False
        if self.ends is not None:
            return
        if self.blocked or not all(node.up for node in self.nodes):
            self.plan_dial(self.weather.rng.uniform(1, 10))
            return
        dialler, listener = self.weather.rng.sample(self.nodes, 2)
        channels = self._shake(dialler, listener)
        if channels is None:
            self.plan_dial(self.weather.rng.uniform(1, 5))
            return
        self._establish(dialler, listener, channels)

    def _shake(self, dialler: Node, listener: Node) -> tuple[Channel, Channel] | None:
        """A whole handshake; None when the weather spoilt it, which an end must notice."""
        now = self.timeline.now
        one = Handshake.dial(dialler.identity, only(listener.node), self._ephemeral, now)
        two = Handshake.listen(listener.identity, self._ephemeral, now)
        fault = self.weather.fault()
        try:
            for sender, receiver in ((one, two), (two, one), (one, two)):
                for message in sender.to_send():
                    receiver.receive(flipped(message, self.weather.rng) if fault else message)
        except LinkBroken:
            if fault is None:
                raise
            return None
        if fault is not None:
            self.problems.append("an altered handshake was completed")
        (at_dialler,), (at_listener,) = one.events(), two.events()
        return at_dialler.channel, at_listener.channel

    def _ephemeral(self) -> KeyPair:
        return KeyPair(self.weather.rng.randbytes(32))

    def _establish(self, dialler: Node, listener: Node, channels: tuple[Channel, Channel]) -> None:
        ends = []
        for node, peer, channel in zip((dialler, listener), (listener, dialler), channels, strict=True):
            pump = WatchedPump(node.stock, peer.node, channel, self.timeline.now)
            end = End(self, node, peer, pump)
            self._watch(end, pump, channel)
            ends.append(end)
        self.ends = (ends[0], ends[1])
        self.established += 1
        self._arrival, self._held_back = [0.0, 0.0], [None, None]
        self._tainted, self._flying = [False, False], 0
        for end in ends:
            end.wake(self.weather.delay())

    def _watch(self, end: End, pump: WatchedPump, channel: Channel) -> None:
        pump.watch(
            channel,
            lambda ours, theirs, merged: self.begun(end, ours, theirs, merged),
            lambda envelope: self.left(end, envelope),
        )

    # Ending.

    def cut(self) -> None:
        """What is on its way is lost; an end may still work on what it has."""
        if self.ends is None:
            return
        for end in self.ends:
            end.closed = True
            if end.node.up and not end.idle and self.weather.rng.random() < 0.5:
                self._zombies.append(end)
                end.wake(self.weather.delay())
        self.ends = None
        self.plan_dial(self.weather.rng.uniform(0.5, 20))

    def is_forgotten(self, end: End) -> bool:
        return (self.ends is None or end not in self.ends) and end not in self._zombies

    def crashed(self, node: Node) -> None:
        """One of the two lost its memory, its old links included."""
        self._zombies = [end for end in self._zombies if end.node is not node]
        self.cut()
        self._zombies = [end for end in self._zombies if end.node is not node]

    def broke(self, end: End, fault: LinkBroken) -> None:
        """What an end worked on broke the rules, though every frame was genuine."""
        if not self.lies:
            self.problems.append(f"{end.node}-{end.peer}: an honest peer broke a rule: {fault.sentence}")
        self.cut()

    # Frames.

    @property
    def quiet(self) -> bool:
        return self.ends is not None and not self._flying and all(end.settled for end in self.ends)

    def carry(self, sender: End, frames: list[bytes]) -> None:
        if self.ends is None:
            return
        side = self.ends.index(sender)
        for frame in frames:
            fault = self.weather.fault()
            if fault is not None:
                self._tamper(side, frame, fault)
            else:
                self._fly(side, frame, bad=self._tainted[side])
                self._tainted[side] = False
            if (late := self._held_back[side]) is not None and fault is None:
                self._held_back[side] = None
                self._fly(side, late, bad=True)

    def _tamper(self, side: int, frame: bytes, fault: Fault) -> None:
        match fault:
            case Fault.FLIP:
                self._fly(side, flipped(frame, self.weather.rng), bad=True)
            case Fault.REPEAT:
                self._fly(side, frame, bad=self._tainted[side])
                self._fly(side, frame, bad=True)
            case Fault.DROP:
                self._tainted[side] = True
            case Fault.SWAP:
                self._tainted[side], self._held_back[side] = True, frame
        # What cannot be noticed, because nothing more comes, ends as a dead connection does.
        ends = self.ends
        self.timeline.after(20.0, lambda: self.cut() if self.ends is ends else None)

    def _fly(self, side: int, frame: bytes, *, bad: bool) -> None:
        self._arrival[side] = max(self._arrival[side], self.timeline.now + self.weather.delay())
        self._flying += 1
        ends = self.ends
        self.timeline.at(self._arrival[side], lambda: self._land(ends, side, frame, bad=bad))

    def _land(self, ends: tuple[End, End] | None, side: int, frame: bytes, *, bad: bool) -> None:
        if ends is None or ends is not self.ends:
            return
        self._flying -= 1
        receiver = ends[1 - side]
        try:
            receiver.receive(frame)
        except LinkBroken as fault:
            if not bad and not self.lies:
                self.problems.append(f"a genuine frame broke the link: {fault.sentence}")
            self.cut()
            return
        if bad:
            self.problems.append("a frame that was altered, repeated or moved was accepted")

    def close_all(self) -> None:
        """Forget everything, at the end."""
        self.ends, self._zombies = None, []
