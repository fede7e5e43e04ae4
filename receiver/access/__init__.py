"""Who may do what: roles, rights, the one table that joins them, and the actor who carries them."""

from receiver.access.actor import EVERYWHERE, NOWHERE, SYSTEM, Actor, RoleNeeded, Scope
from receiver.access.matrix import CONFLICTS, MATRIX, SYSTEM_MAY, roles_with
from receiver.access.permissions import PUBLIC, SIGNED_IN, Permission, Public, SignedIn
from receiver.access.roles import OFFICE_BOUND, PARTNER_BOUND, Role

__all__ = [
    "CONFLICTS",
    "EVERYWHERE",
    "MATRIX",
    "NOWHERE",
    "OFFICE_BOUND",
    "PARTNER_BOUND",
    "PUBLIC",
    "SIGNED_IN",
    "SYSTEM",
    "SYSTEM_MAY",
    "Actor",
    "Permission",
    "Public",
    "Role",
    "RoleNeeded",
    "Scope",
    "SignedIn",
    "roles_with",
]
