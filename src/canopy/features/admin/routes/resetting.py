"""Links by which others than oneself take another password, for the owner."""

from starlette.responses import Response

from canopy.edge import resets
from canopy.edge.ask import Ask
from canopy.edge.identify import of_session
from canopy.edge.principal import Principal
from canopy.edge.route import ANY, post
from canopy.edge.routes.keys import check_grant
from canopy.features.admin.actions import find_opened
from canopy.ground.codec import Secret
from canopy.ground.instants import instant
from canopy.log.catalog import Draft
from canopy.log.db import Tx


class ResetLink(Secret, kw_only=True):
    """A link, which is never shown again. What stands behind the `#` is sent to nobody when the page is opened."""

    user_id: str
    username: str
    code: str
    path: str
    expires_at: str


async def make_link(ask: Ask) -> Response:
    """Make a link by which somebody takes another password. Raises Forbidden."""
    principal, shown_id = ask.principal, ask.token("user_id")
    principal.require_owner()
    made: list[ResetLink] = []

    def make(tx: Tx, principal: Principal, _: None) -> list[Draft]:
        account = find_opened(tx, principal, shown_id)
        # The link opens the account as its own password would: whoever makes it needs all that a session may do.
        check_grant(principal, of_session(account))
        code, expires = resets.make_reset(tx, account.user)
        made.append(
            ResetLink(
                user_id=shown_id,
                username=account.username,
                code=code,
                path=f"/reset#{code}",
                expires_at=instant(expires),
            )
        )
        return []

    return await ask.perform(make, None, lambda tx, principal, ids: made[0], shown_once=True)


ROUTES = [
    post("/admin/users/{user_id}/reset", make_link, ANY, "Make a reset link", None, ResetLink, status=201),
]
