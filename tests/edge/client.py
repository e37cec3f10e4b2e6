"""A whole node in this process, spoken to over ASGI as over HTTP; its writer runs as in the real one."""

import asyncio
from types import TracebackType
from typing import Any

import httpx

from canopy.edge.http import Application
from canopy.node import Node

PASSWORD = "correct horse battery staple"


class Local:
    """Use with `async with`; `key` is the owner's once `set_up` ran."""

    def __init__(self, node: Node, application: Application | None = None, address: str = "127.0.0.1") -> None:
        self.node = node
        self.key: str | None = None
        self.user_id = ""
        self._deaths: list[BaseException] = []
        transport = httpx.ASGITransport(application or Application(node.core), client=(address, 4711))
        self.client = httpx.AsyncClient(transport=transport, base_url="http://localhost")

    async def __aenter__(self) -> "Local":
        self.node.bus.attach(asyncio.get_running_loop())
        self.node.streams.start()
        self.node.writer.start(self._deaths.append)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.client.aclose()
        self.node.writer.stop()
        assert self._deaths == []

    async def set_up(self, username: str = "ada") -> dict[str, Any]:
        """Make the owner and use its key from now on."""
        claim = self.node.home.token_file.read_text("ascii").strip()
        body = {"claim": claim, "username": username, "password": PASSWORD, "display_name": username.title()}
        made = (await self.client.post("/api/v1/setup", json=body)).raise_for_status().json()
        self.key, self.user_id = made["api_key"], made["user_id"]
        return dict(made)

    async def register(self, username: str, account_type: str = "human") -> dict[str, Any]:
        """Make another account; returns its answer with `api_key`."""
        body = {"username": username, "password": PASSWORD, "account_type": account_type}
        made = (await self.client.post("/api/v1/register", json=body)).raise_for_status().json()
        return dict(made)

    async def say(self, words: str, **fields: Any) -> dict[str, Any]:
        """Post in #general and return the message."""
        answer = await self.post("/channels/messages", {"channel_id": "general", "content": words, **fields})
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json()["message"])

    async def get(self, path: str, key: str | None = None, **headers: str) -> httpx.Response:
        return await self.call("GET", path, None, key, **headers)

    async def post(self, path: str, body: Any, key: str | None = None, **headers: str) -> httpx.Response:
        return await self.call("POST", path, body, key, **headers)

    async def call(self, method: str, path: str, body: Any, key: str | None = None, **headers: str) -> httpx.Response:
        """One call with the owner's key, or another; an empty key sends none."""
        key = self.key if key is None else key
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if key:
            sent["X-API-Key"] = key
        return await self.client.request(method, f"/api/v1{path}", json=body, headers=sent)
