"""What the edge itself keeps of an account, and how it is forgotten; rooms forget theirs through `Room.forgets`."""

from canopy.edge import accounts, answers, presence, resets, sessions
from canopy.ground.ids import UserKey
from canopy.log.db import Tx


def forget_account(tx: Tx, user: UserKey) -> None:
    """Delete the account with its keys, sessions and all that was remembered for it. There is no way back."""
    sessions.end_other_sessions(tx, user, but="")
    resets.drop_reset(tx, user)
    answers.forget_user(tx, user)
    presence.forget_user(tx, user)
    accounts.delete_account(tx, user)
