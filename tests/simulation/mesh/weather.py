"""What a network does to frames."""

import random
from enum import Enum, auto


class Fault(Enum):
    """What the pipe does to a frame against the rules; the receiver must notice every one."""

    FLIP = auto()
    REPEAT = auto()
    DROP = auto()
    SWAP = auto()


class Weather:
    """How bad the network is; a calm one only takes time."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self.calm = False
        self.slowness = rng.choice([0.01, 0.1, 0.5])
        self.fault_rate = rng.choice([0.0, 0.003, 0.01])
        self.repeat_rate = 0.15
        self.faults = 0
        self.repeated = 0
        self.taken = 0

    def delay(self) -> float:
        return self.rng.expovariate(1 / self.slowness)

    def fault(self) -> Fault | None:
        if self.calm or self.rng.random() >= self.fault_rate:
            return None
        self.faults += 1
        return self.rng.choice(list(Fault))


def flipped(frame: bytes, rng: random.Random) -> bytes:
    at = rng.randrange(len(frame))
    return frame[:at] + bytes([frame[at] ^ (1 << rng.randrange(8))]) + frame[at + 1 :]
