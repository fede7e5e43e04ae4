"""Who acts, what that allows, and how far it reaches."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from receiver.access.matrix import MATRIX, SYSTEM_MAY, roles_with
from receiver.access.roles import OFFICE_BOUND, PARTNER_BOUND, Role
from receiver.kit.errors import NotAllowed
from receiver.kit.words import Words, _

if TYPE_CHECKING:
    from datetime import datetime
    from uuid import UUID

    from receiver.access.permissions import Permission


class RoleNeeded(NotAllowed):
    """The actor lacks a right; the sentence says which, and which roles hold it."""

    sentence: ClassVar[Words] = _(
        "Your account is not allowed to do this: %(permission)s. It can be done by: %(roles)s."
    )

    def __init__(self, permission: Permission) -> None:
        self.permission = permission
        self.roles = roles_with(permission)
        super().__init__(permission=permission.label, roles=_Names(role.label for role in self.roles))


class _Names(tuple[Words, ...]):
    """Several words, which i18n shows as a list of the language."""

    __slots__ = ()

    def __str__(self) -> str:
        return ", ".join(map(str, self))


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
    system behind a command line. Four eyes are two `user_id`s: the system has none and never counts as a human.
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
        """What a log calls the actor: never a name."""
        return str(self.user_id or self.channel)

    @property
    def is_system(self) -> bool:
        """Whether this is scheduled work, which acts in nobody's name."""
        return self.user_id is None and self.channel == "system"

    def may(self, permission: Permission) -> bool:
        """Whether one of the roles held allows it."""
        if self.is_system:
            return permission in SYSTEM_MAY
        return not self.roles.isdisjoint(MATRIX.get(permission, ()))

    def demand(self, permission: Permission) -> None:
        """Refuse what is not allowed.

        Raises:
            RoleNeeded: naming the roles that may.
        """
        if not self.may(permission):
            raise RoleNeeded(permission)

    def scope(self, permission: Permission) -> Scope:
        """How far a right reaches, from the roles that hold it: the widest of them counts."""
        if self.is_system:
            return EVERYWHERE if self.may(permission) else NOWHERE
        holding = self._holding(permission)
        if holding - OFFICE_BOUND - PARTNER_BOUND:
            return EVERYWHERE
        return Scope(
            offices=self.offices if holding & OFFICE_BOUND else frozenset(),
            partner=self.partner_id if holding & PARTNER_BOUND else None,
        )

    def _holding(self, permission: Permission) -> frozenset[Role]:
        """Which of the actor's roles allow it."""
        return self.roles & MATRIX.get(permission, frozenset())


SYSTEM = Actor(user_id=None, name="", channel="system")
"""The program itself: scheduled work, and what happens before anybody is signed in."""
