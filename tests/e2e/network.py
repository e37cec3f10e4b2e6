"""A network of its own for one test: a thread in a fresh network namespace, whose sockets and child processes see
nothing but it. Multicast stays inside, so nothing is announced to the real network.
"""

from __future__ import annotations

import ctypes
import os
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Self

import pytest

CLONE_NEWNET = 0x40000000
ADDRESS = "10.99.0.1"
MDNS = ("224.0.0.251", 5353)


def in_network(story: Callable[[], None], seconds: float = 100.0) -> None:
    """Run a test on a network that holds this machine alone; skip where that is not permitted."""
    # The namespace ends with its thread, so each story has a thread of its own.
    pool = ThreadPoolExecutor(1)
    try:
        pool.submit(_run, story).result(seconds)
    finally:
        pool.shutdown(wait=False)


def _run(story: Callable[[], None]) -> None:
    _enter()
    story()


def _enter() -> None:
    if sys.platform != "linux":
        pytest.skip("network namespaces are of Linux")
    if ctypes.CDLL(None, use_errno=True).unshare(CLONE_NEWNET) != 0:
        pytest.skip(f"no network of its own: {os.strerror(ctypes.get_errno())}")
    for command in (
        "ip link set lo up",
        "ip link set lo multicast on",
        f"ip addr add {ADDRESS}/24 dev lo",
        "ip route add 224.0.0.0/4 dev lo",
    ):
        try:
            subprocess.run(command.split(), check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"the network cannot be set up: {error}")


class Sniffer:
    """Keeps every mDNS packet."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self._socket.bind(("", MDNS[1]))
        joined = struct.pack("4s4s", socket.inet_aton(MDNS[0]), socket.inet_aton(ADDRESS))
        self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, joined)
        self._socket.settimeout(0.2)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(5)
        self._socket.close()

    def _listen(self) -> None:
        while not self._over.is_set():
            try:
                self.packets.append(self._socket.recv(65_536))
            except TimeoutError:
                continue
