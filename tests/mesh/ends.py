"""Two ends of a link in one process, with keys that are always the same."""

from collections.abc import Callable
from hashlib import sha256

from canopy.crypto.keys import SigningKey
from canopy.mesh.handshake import Accepts, Established, Handshake, Identity, only
from canopy.mesh.noise import Channel, KeyPair

NOW = 1000.0


def fixed(label: str) -> bytes:
    """32 bytes that belong to this label."""
    return sha256(label.encode()).digest()


def identity(name: str) -> Identity:
    return Identity(SigningKey(fixed(name + " identity")), KeyPair(fixed(name + " static")))


def ephemeral(name: str) -> Callable[[], KeyPair]:
    return lambda: KeyPair(fixed(name + " ephemeral"))


ADA, BOB, EVE = identity("ada"), identity("bob"), identity("eve")


def dial(accepts: Accepts | None = None, me: Identity = ADA) -> Handshake:
    """Ada calls Bob, unless told otherwise."""
    return Handshake.dial(me, accepts or only(BOB.key.node), ephemeral("ada"), NOW)


def listen(me: Identity = BOB) -> Handshake:
    return Handshake.listen(me, ephemeral("bob"), NOW)


def one(messages: list[bytes]) -> bytes:
    (message,) = messages
    return message


def established(handshake: Handshake) -> Established:
    (event,) = handshake.events()
    return event


def shake(dialler: Handshake, listener: Handshake) -> list[bytes]:
    """Carry the three messages."""
    said = [one(dialler.to_send())]
    listener.receive(said[0])
    said.append(one(listener.to_send()))
    dialler.receive(said[1])
    said.append(one(dialler.to_send()))
    listener.receive(said[2])
    return said


def channels() -> tuple[Channel, Channel]:
    """Ada's end and Bob's end of a new link."""
    dialler, listener = dial(), listen()
    shake(dialler, listener)
    return established(dialler).channel, established(listener).channel
