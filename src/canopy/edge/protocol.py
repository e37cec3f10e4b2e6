"""The HTTP/1.1 protocol with a limit on what may come before anybody has said who they are.

Uvicorn keeps header bytes until the header is complete, however long that is; and it answers what is no HTTP with
plain text. Here a request line and header above 64 KiB get 431, and both answers are problems like all others.
"""

from http import HTTPStatus

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from canopy.edge.problem import members
from canopy.ground.codec import to_json
from canopy.ground.errors import TheirFault

HEAD_BYTES = 64 * 1024
LINGER_SECONDS = 0.5


class InvalidHttp(TheirFault):
    """This is not a request of HTTP/1.1."""

    code = "invalid_http"


class HeadTooLarge(TheirFault):
    """The request line and header are above 64 KiB."""

    code = "header_too_large"
    status = 431


class BoundedProtocol(HttpToolsProtocol):
    """One connection."""

    _head = 0
    _in_head = False
    _refused = False

    def data_received(self, data: bytes) -> None:
        if self._refused:
            return
        super().data_received(data)
        if self._in_head:
            self._head += len(data)
            if self._head > HEAD_BYTES:
                self._refuse(HeadTooLarge())

    def on_message_begin(self) -> None:
        self._head, self._in_head = 0, True
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        self._in_head = False
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """What uvicorn says of bytes that are no HTTP."""
        self._refuse(InvalidHttp())

    def _refuse(self, error: TheirFault) -> None:
        self._refused = True
        body = to_json(members(error, {}, "", ""))
        status = HTTPStatus(error.status)
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: application/json\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        # Closing while the caller still sends would reset the connection before the answer is read.
        self.loop.call_later(LINGER_SECONDS, self.transport.close)
