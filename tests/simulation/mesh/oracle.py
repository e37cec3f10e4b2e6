"""What must hold at every moment, seen from outside: it looks into all databases, as no node can."""

from tests.simulation.mesh.link import End
from tests.simulation.mesh.node import Node
from tests.simulation.mesh.watched import events_in

from canopy.ground.ids import NodeId
from canopy.log import scope
from canopy.log.event import header_of
from canopy.mesh import syncing
from canopy.mesh.contents import Hello
from canopy.mesh.wire import Class, Envelope


class Oracle:
    """Notes whatever may not be."""

    def __init__(self) -> None:
        self.problems: list[str] = []
        self.cursors = 0
        """How many cursors were used, and found true."""

    def begun(self, end: End, ours: Hello, theirs: Hello, merged: bool) -> None:
        """A cursor that is used is true: what the peer says it holds of us, it holds."""
        if end.edge.lies or not syncing._valid(theirs, ours, merged) or theirs.have_run in end.node.runs:
            return
        said = end.node.shared(
            merged=theirs.have_merged, peers=(end.node.node, end.peer.node), upto=theirs.have_position
        )
        missing = said - end.peer.ids() if end.peer.up else set()
        self.cursors += 1
        if missing:
            self.problems.append(
                f"{end.peer} says that it holds all of {end.node} up to {theirs.have_position}, "
                f"but lacks {len(missing)} events, such as {min(missing).hex()[:8]}"
            )

    def left(self, end: End, envelope: Envelope) -> None:
        """Nothing of any scope leaves for a node that is not trusted, and nothing that stays apart."""
        if envelope.of is Class.CONTROL or end.edge.lies:
            return
        if not end.node.trusts(end.peer.node):
            self.problems.append(f"{end.node} sent {envelope.kind!r} to {end.peer}, which it does not trust")
        events = events_in(envelope)
        if events is None or end.pump.session.sync.merged:
            return
        for item in events.items:
            header = header_of(item.header)
            if header.scope != scope.of_node(NodeId(header.node)) or header.node not in (end.node.node, end.peer.node):
                self.problems.append(f"{end.node} sent {end.peer} words that stay apart")

    def restarted(self, node: Node) -> None:
        """After a crash every message that somebody was told of is there."""
        if absent := node.unfounded():
            self.problems.append(f"{node} announced {sorted(absent)[0]}, and lost it")
