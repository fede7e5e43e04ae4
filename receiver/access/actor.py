"""Who acts, what that allows, and how far it reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from receiver.access.matrix import MATRIX, roles_with
from receiver.access.roles import OFFICE_BOUND, PARTNER_BOUND, Role
from receiver.kit.errors import NotAllowed
from receiver.kit.words import _

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from receiver.access.permissions import Permission


class RoleNeeded(NotAllowed):
    """The actor lacks a right; the sentence says who has it."""

    sentence = _("Your account is not allowed to do this. It can be done by: %(roles)s.")


@dataclass(frozen=True, slots=True)
class Scope:
    """How far a right reaches: everywhere, in some offices, for one partner, or nowhere."""

    everywhere: bool = False
    offices: frozenset[UUID] = frozenset()
    partner: UUID | None = None

    def __bool__(self) -> bool:
        return self.everywhere or bool(self.offices) or self.partner is not None

    def covers(self, office: UUID | None) -> bool:
        """Whether something that belongs to this office is within reach."""
        return self.everywhere or office in self.offices


EVERYWHERE = Scope(everywhere=True)
NOWHERE = Scope()


@dataclass(frozen=True, slots=True)
class Actor:
    """A user, or the system itself, with the rights of this moment.

    `channel` says how the act came: web, cli, background or system; `os_user` names the account of the operating
    system behind a command line.
    """

    user_id: UUID | None
    name: str
    email: str = ""
    roles: frozenset[Role] = frozenset()
    offices: frozenset[UUID] = frozenset()
    partner_id: UUID | None = None
    language: str | None = None
    session_id: UUID | None = None
    stepped_up_at: datetime | None = None
    channel: str = "web"
    os_user: str | None = None

    @property
    def label(self) -> str:
        """What a log or a list calls the actor."""
        return self.name or self.channel

    def may(self, permission: Permission) -> bool:
        """Whether one of the roles held allows it."""
        return not self.roles.isdisjoint(MATRIX.get(permission, frozenset()))

    def demand(self, permission: Permission) -> None:
        """Refuse what is not allowed.

        Raises:
            RoleNeeded: naming the roles that may.
        """
        if not self.may(permission):
            raise RoleNeeded(roles=[role.label for role in roles_with(permission)])

    def scope(self, permission: Permission) -> Scope:
        """How far a right reaches, from the roles that hold it: the widest of them counts."""
        holding = self.roles & MATRIX.get(permission, frozenset())
        if holding - OFFICE_BOUND - PARTNER_BOUND:
            return EVERYWHERE
        return Scope(
            offices=self.offices if holding & OFFICE_BOUND else frozenset(),
            partner=self.partner_id if holding & PARTNER_BOUND else None,
        )


SYSTEM = Actor(user_id=None, name="", channel="system")
"""The program itself: scheduled work, and what happens before anybody is signed in."""
