"""One tree of errors. Each leaf has a stable `code`, an HTTP status, whether a retry can help, and a sentence.

The docstring of a leaf is the sentence a person sees when the raiser gives none. Raise at the wall, catch at
the three supervised places (request, peer session, background task), never in between.
"""

from typing import Any, ClassVar


class CanopyError(Exception):
    """Something went wrong inside this node; the log has the details."""

    code: ClassVar[str] = "internal_error"
    status: ClassVar[int] = 500
    retryable: ClassVar[bool] = False

    def __init__(self, sentence: str | None = None, *, code: str | None = None, **details: Any) -> None:
        self.sentence = sentence or (self.__doc__ or "").strip().split("\n")[0]
        self.actual_code = code or self.code
        self.details = details
        super().__init__(self.sentence)


class OurFault(CanopyError):
    """This node could not do what was asked."""


class TheirFault(CanopyError):
    """The request cannot be carried out as it stands."""

    code = "bad_request"
    status = 400


# What callers get wrong.


class InvalidJson(TheirFault):
    """The body is not valid JSON in UTF-8."""

    code = "invalid_json"


class InvalidRequest(TheirFault):
    """Some fields of the request are missing or have the wrong form."""

    code = "invalid_request"


class InvalidParameter(TheirFault):
    """A parameter has the wrong form."""

    code = "invalid_parameter"


class NotAvailable(TheirFault):
    """This node does not offer that yet."""

    code = "not_available"


class ContentTooLarge(TheirFault):
    """That is longer than a node accepts."""

    code = "content_too_large"
    status = 413


class Unauthenticated(TheirFault):
    """Send an API key in X-API-Key, or sign in."""

    code = "missing_credentials"
    status = 401


class InvalidKey(TheirFault):
    """This API key is unknown, expired or revoked."""

    code = "invalid_key"
    status = 403


class Forbidden(TheirFault):
    """This key or account may not do that."""

    code = "insufficient_scope"
    status = 403


class NotFound(TheirFault):
    """There is nothing here, or it is not shared with you."""

    code = "not_found"
    status = 404


class MethodNotAllowed(TheirFault):
    """That method does not exist here."""

    code = "method_not_allowed"
    status = 405


class Conflict(TheirFault):
    """That name or id is already taken."""

    code = "conflict"
    status = 409


class PreconditionFailed(TheirFault):
    """The item changed since you read it."""

    code = "precondition_failed"
    status = 412


class UnsupportedMediaType(TheirFault):
    """Send the body as application/json."""

    code = "unsupported_media_type"
    status = 415


class HostNotAllowed(TheirFault):
    """This node does not answer under that host name; add it to allowed_hosts."""

    code = "host_not_allowed"
    status = 421


class IdempotencyMismatch(TheirFault):
    """This Idempotency-Key was already used with another request."""

    code = "idempotency_mismatch"
    status = 422


class TooManyRequests(TheirFault):
    """Too many requests; wait as long as Retry-After says."""

    code = "rate_limited"
    status = 429
    retryable = True


class BadInvite(TheirFault):
    """This is no invite code, or not the whole of one. Copy it again, from `canopy:` to its end."""

    code = "bad_invite"


class OwnInvite(BadInvite):
    """This is the invite of this node itself. Give it to someone else, and import theirs here."""

    code = "own_invite"


class InviteExpired(BadInvite):
    """This invite has expired. Ask for a new one."""

    code = "invite_expired"


# What this node cannot do just now, or at all.


class Busy(OurFault):
    """The node has more to write than it can take; try again in a moment."""

    code = "busy"
    status = 503
    retryable = True


class StorageFailed(OurFault):
    """The node cannot write to its disk; nothing was saved. Free some space or check the folder, then try again."""

    code = "storage_failed"
    status = 503
    retryable = True


class ProjectionFailed(OurFault):
    """The node could not work out what this would change, so nothing was saved. This is a bug: please report it."""

    code = "projection_failed"


class MeshOff(OurFault):
    """This node does not speak with peers just now; start it again, or look into its log."""

    code = "mesh_off"
    status = 503
    retryable = True


class PeerUnreachable(OurFault):
    """The peer could not be reached at any address that is known of it."""

    code = "peer_unreachable"
    status = 502


class StartFailed(OurFault):
    """The node cannot start."""

    code = "start_failed"
    exit_code: ClassVar[int] = 1


class WrongKey(StartFailed):
    """The key of this data root does not open its database. Put back the `keys` folder that belongs to it."""

    code = "wrong_key"


class DamagedDatabase(StartFailed):
    """The database file is damaged. Nothing was changed; restore a backup or copy the file aside."""

    code = "damaged_database"


class UnusableFolder(StartFailed):
    """The data root cannot be written to. Check its permissions or choose another with --data-root."""

    code = "unusable_folder"


class AlreadyRunning(StartFailed):
    """Another process is using this data root."""

    code = "already_running"
    exit_code = 5


class PortTaken(StartFailed):
    """The port is already in use by another program."""

    code = "port_taken"
    exit_code = 5


class BadSettings(StartFailed):
    """A setting is unknown or has the wrong form."""

    code = "bad_settings"
    exit_code = 2


# What the door says of an event that it does not take (protocol section 4).


class Refused(TheirFault):
    """The event is not genuine and was not taken."""

    code = "refused"


class Malformed(Refused):
    """The header or body is not of the form of protocol section 2."""

    code = "malformed"


class BadSignature(Refused):
    """The signature does not belong to this header and author."""

    code = "bad_signature"


class BadChain(Refused):
    """The event does not continue the chain that it names."""

    code = "bad_chain"


class NotShared(Refused):
    """The event belongs to what people keep apart on this link."""

    code = "not_shared"


class TooLarge(Refused):
    """The header or body is above its limit."""

    code = "too_large"


# What ends a link with a peer (protocol section 5). Counted per peer and code.


class LinkBroken(TheirFault):
    """The peer broke the rules of a link, and it was closed."""

    code = "link_broken"


class BadHandshake(LinkBroken):
    """The peer did not complete the encrypted handshake."""

    code = "bad_handshake"


class NotGenuine(LinkBroken):
    """Something on the way altered or repeated the peer's messages, or they are not the peer's."""

    code = "not_genuine"


class WrongNode(LinkBroken):
    """Another node answers at that address than the one that was meant."""

    code = "wrong_node"


class BadFrame(LinkBroken):
    """The peer sent a frame or an envelope that is not of the agreed form."""

    code = "bad_frame"


class Overstepped(LinkBroken):
    """The peer sent more than it was granted."""

    code = "overstepped"


class LinkMisused(OurFault):
    """This node was about to send a peer what no link carries. This is a bug: please report it."""

    code = "link_misused"
