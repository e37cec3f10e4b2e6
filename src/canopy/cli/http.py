"""Talking to the node that runs on a data root, with the key that it wrote for us."""

import http.client
import os
from pathlib import Path
from typing import Any

import msgspec

from canopy.ground.errors import CanopyError, NotFound
from canopy.ground.settings import load

TIMEOUT = 30.0


class RemoteError(CanopyError):
    """What the node answered instead of doing what it was asked."""

    def __init__(self, status: int, body: dict[str, Any]) -> None:
        super().__init__(str(body.get("error", f"The node answered {status}.")), code=str(body.get("code", "")))
        self.status = status  # type: ignore[misc]


class NotRunning(NotFound):
    """No node runs on this data root. Start one with `canopy run`."""

    code = "not_running"


class Client:
    """One running node."""

    def __init__(self, root: Path, port: int, pid: int, key: str) -> None:
        self.root = root
        self.url = f"http://localhost:{port}"
        self.pid = pid
        self._port = port
        self._key = key

    @classmethod
    def find(cls, root: Path | None) -> "Client | None":
        """The node of a data root, if one runs and answers."""
        root = load({"data_root": str(root)} if root else {}).data_root
        try:
            running = msgspec.json.decode((root / "node.json").read_bytes(), type=dict[str, Any])
            key = next(root.glob("devices/*/keys/cli")).read_text("ascii")
            os.kill(running["pid"], 0)
        except (OSError, StopIteration, msgspec.MsgspecError, KeyError):
            return None
        return cls(root, running["port"], running["pid"], key)

    @classmethod
    def need(cls, root: Path | None) -> "Client":
        """The node of a data root. Raises NotRunning."""
        found = cls.find(root)
        if found is None:
            raise NotRunning
        return found

    def claim(self) -> str:
        """The setup token; empty once the node is set up."""
        try:
            return (self.root / "setup-token").read_text("ascii").strip()
        except FileNotFoundError:
            return ""

    def get(self, path: str, good: tuple[int, ...] = (200,)) -> dict[str, Any]:
        return self._call("GET", path, None, good)

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        return self._call("POST", path, body, (200, 201, 202))

    def delete(self, path: str) -> dict[str, Any]:
        return self._call("DELETE", path, None, (200,))

    def user_id(self, username: str) -> str:
        """The id of an account of this node. Raises NotFound."""
        for user in self.get("/admin/users")["users"]:
            if user["username"].casefold() == username.casefold() or user["user_id"] == username:
                return str(user["user_id"])
        raise NotFound(f"This node has no account @{username}.")

    def _call(self, method: str, path: str, body: dict[str, Any] | None, good: tuple[int, ...]) -> dict[str, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT)
        headers = {"X-API-Key": self._key, "Content-Type": "application/json"}
        try:
            connection.request(method, f"/api/v1{path}", None if body is None else msgspec.json.encode(body), headers)
            response = connection.getresponse()
            answer = msgspec.json.decode(response.read() or b"{}", type=dict[str, Any])
        except OSError as error:
            raise NotRunning(f"The node on {self.url} does not answer: {error}.") from error
        finally:
            connection.close()
        if response.status not in good:
            raise RemoteError(response.status, answer)
        return answer
