"""Noise_XX_25519_ChaChaPoly_SHA256 (noiseprotocol.org, revision 34): three messages, then a cipher each way.

Only the arithmetic of the channel: who the other side is, `handshake` asks; what travels, `wire` says. X25519
keys of small order and spellings that no honest node writes are refused. Nothing here prints a secret.
"""

import hmac
from collections.abc import Callable
from dataclasses import dataclass, field
from hashlib import sha256

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import ChaCha20Poly1305

from canopy.ground.errors import BadHandshake, NotGenuine

NAME = b"Noise_XX_25519_ChaChaPoly_SHA256"
KEY_BYTES = 32
TAG_BYTES = 16
MESSAGES_PER_KEY = 1 << 20
"""After so many messages a direction changes its key by itself (protocol section 5)."""

_FIELD_PRIME = (1 << 255) - 19
_REKEY_NONCE = bytes(4) + b"\xff" * 8


class KeyPair:
    """An X25519 key pair, lasting or made for one handshake. Never prints itself."""

    __slots__ = ("_private", "public")

    def __init__(self, private: bytes) -> None:
        self._private = X25519PrivateKey.from_private_bytes(private)
        self.public = self._private.public_key().public_bytes_raw()

    @classmethod
    def generate(cls) -> "KeyPair":
        """A new pair."""
        return cls(X25519PrivateKey.generate().private_bytes_raw())

    def private_bytes(self) -> bytes:
        """The 32 bytes to keep."""
        return self._private.private_bytes_raw()

    def exchange(self, public: bytes) -> bytes:
        """The secret shared with the owner of `public`. Raises BadHandshake for a key that nobody honest has."""
        if int.from_bytes(public, "little") >= _FIELD_PRIME:
            raise BadHandshake("The peer's key is not written as X25519 keys are.")
        try:
            return self._private.exchange(X25519PublicKey.from_public_bytes(public))
        except ValueError as error:  # of another length, or the secret is zero: a point of small order
            raise BadHandshake("The peer's key is not a usable X25519 key.") from error

    def __repr__(self) -> str:
        return f"KeyPair(public={self.public.hex()[:8]}, secret hidden)"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a key pair is not pickled")


class Cipher:
    """One direction under one key at a time; the message number is the nonce and goes on over changes of the key.

    So a message that is altered, repeated, left out, out of order or of the other direction does not open.
    """

    __slots__ = ("_box", "_nonce", "_used")

    def __init__(self, key: bytes) -> None:
        self._box = ChaCha20Poly1305(key)
        self._nonce = 0
        self._used = 0

    def encrypt(self, clear: bytes, context: bytes = b"") -> bytes:
        """Seal the next message."""
        sealed = self._box.encrypt(self._next_nonce(), clear, context)
        self._count()
        return sealed

    def decrypt(self, sealed: bytes, context: bytes = b"") -> bytes:
        """Open the next message. Raises NotGenuine, and then still waits for that message."""
        try:
            clear = self._box.decrypt(self._next_nonce(), sealed, context)
        except InvalidTag as error:
            raise NotGenuine from error
        self._count()
        return clear

    def change_key(self) -> None:
        """Go on under the next key; where no message has used the present one, that is the next one already."""
        if self._used:
            self._box = ChaCha20Poly1305(self._box.encrypt(_REKEY_NONCE, bytes(KEY_BYTES), b"")[:KEY_BYTES])
            self._used = 0

    def _next_nonce(self) -> bytes:
        return bytes(4) + self._nonce.to_bytes(8, "little")

    def _count(self) -> None:
        self._nonce += 1
        self._used += 1
        if self._used == MESSAGES_PER_KEY:
            self.change_key()

    def __repr__(self) -> str:
        return f"Cipher(message={self._nonce}, key hidden)"

    def __reduce__(self) -> str | tuple[object, ...]:
        raise TypeError("a cipher is not pickled")


@dataclass(frozen=True, slots=True)
class Channel:
    """What a handshake leaves: the two directions, and the hash that names this handshake and no other."""

    outward: Cipher
    inward: Cipher
    handshake_hash: bytes = field(repr=False)


class Exchange:
    """The pattern XX from one end. Each message is written or read once, in turn; after the third, `split`."""

    __slots__ = ("_chaining_key", "_cipher", "_dialler", "_make_ephemeral", "_own", "_theirs", "_turn", "hash")

    def __init__(self, dialler: bool, static: KeyPair, make_ephemeral: Callable[[], KeyPair], prologue: bytes) -> None:
        self._dialler = dialler
        self._own = {"s": static}
        self._make_ephemeral = make_ephemeral
        self._theirs: dict[str, bytes] = {}
        self._cipher: Cipher | None = None
        self._chaining_key = self.hash = NAME  # as long as a hash, so it stands for itself
        self._turn = 0
        self._mix_hash(prologue)

    @property
    def their_static(self) -> bytes:
        """The other side's static key, once it was read."""
        return self._theirs["s"]

    def write(self, payload: Callable[[bytes], bytes]) -> bytes:
        """The next message; `payload` makes its payload from the handshake hash just before it."""
        message = b""
        for part in self._parts():
            if part == "e":
                self._own["e"] = self._make_ephemeral()
                message += self._own["e"].public
                self._mix_hash(self._own["e"].public)
            elif part == "s":
                message += self._seal(self._own["s"].public)
            else:
                self._mix_key(self._agree(part))
        return message + self._seal(payload(self.hash))

    def read(self, message: bytes) -> tuple[bytes, bytes]:
        """The payload of the next message, and the handshake hash just before it."""
        for part in self._parts():
            if part == "e":
                self._theirs["e"], message = message[:KEY_BYTES], message[KEY_BYTES:]
                self._mix_hash(self._theirs["e"])
            elif part == "s":
                sealed, message = message[: KEY_BYTES + TAG_BYTES], message[KEY_BYTES + TAG_BYTES :]
                self._theirs["s"] = self._open(sealed)
            else:
                self._mix_key(self._agree(part))
        before = self.hash
        return self._open(message), before

    def split(self) -> Channel:
        """The two ciphers, the first for what the dialler sends. What they came from is forgotten."""
        first, second = (Cipher(key) for key in _hkdf(self._chaining_key, b""))
        self._own.clear()
        self._cipher, self._chaining_key = None, b""
        outward, inward = (first, second) if self._dialler else (second, first)
        return Channel(outward, inward, self.hash)

    def _parts(self) -> tuple[str, ...]:
        self._turn += 1
        return PATTERN[self._turn - 1]

    def _agree(self, pair: str) -> bytes:
        """The first letter of `ee`, `es`, `se` names the dialler's key, the second the listener's."""
        own, theirs = (pair[0], pair[1]) if self._dialler else (pair[1], pair[0])
        return self._own[own].exchange(self._theirs[theirs])

    def _mix_hash(self, data: bytes) -> None:
        self.hash = sha256(self.hash + data).digest()

    def _mix_key(self, secret: bytes) -> None:
        self._chaining_key, key = _hkdf(self._chaining_key, secret)
        self._cipher = Cipher(key)

    def _seal(self, clear: bytes) -> bytes:
        sealed = self._cipher.encrypt(clear, self.hash) if self._cipher else clear
        self._mix_hash(sealed)
        return sealed

    def _open(self, sealed: bytes) -> bytes:
        clear = self._cipher.decrypt(sealed, self.hash) if self._cipher else sealed
        self._mix_hash(sealed)
        return clear

    def __repr__(self) -> str:
        return f"Exchange(message={self._turn}, keys hidden)"


def _hkdf(chaining_key: bytes, secret: bytes) -> tuple[bytes, bytes]:
    """HKDF of the Noise specification, with two outputs."""
    fresh = hmac.digest(chaining_key, secret, "sha256")
    first = hmac.digest(fresh, b"\x01", "sha256")
    return first, hmac.digest(fresh, first + b"\x02", "sha256")


PATTERN = (("e",), ("e", "ee", "s", "es"), ("s", "se"))
"""The messages of XX: dialler, listener, dialler."""
