"""What makes a password, a session, a one-time link and a role good: pure rules, given the time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from receiver.access import Role
from receiver.kit.errors import Gone, Refusal, TooMany
from receiver.kit.words import LabelledEnum, _, p_

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

PASSWORD_SHORTEST = 12
PASSWORD_LONGEST = 256
"""Characters, any script, spaces included; nothing is cut off (ASVS 5.0, 6.2)."""
PRODUCT = "receiver"
"""What stands on the page where the password is chosen is the first that comes to mind."""
WEAK_BELOW = 2
"""On zxcvbn's scale of 0 to 4: what is below is among the first million guesses."""

INVITATION_LASTS = timedelta(hours=72)
RESET_LASTS = timedelta(hours=24)
CODE_WAITS = timedelta(minutes=10)
"""How long after the password the code may follow."""
SEEN_EVERY = timedelta(minutes=1)
"""A session's last-seen time is written at most this often."""
RECOVERY_CODES = 10
TOTP_STEP_SECONDS = 30


class UserState(LabelledEnum):
    """Whether somebody can sign in."""

    INVITED = "invited", p_("user", "Invited")
    ACTIVE = "active", p_("user", "Active")
    LOCKED = "locked", p_("user", "Locked")


class InvitationKind(LabelledEnum):
    """What a one-time link is for."""

    INVITE = "invite", p_("one-time link", "First password")
    RESET = "reset", p_("one-time link", "New password")


class TextSize(LabelledEnum):
    """How large a user wants the text."""

    NORMAL = "normal", p_("text size", "Normal")
    LARGE = "large", p_("text size", "Larger")


class PasswordTooShort(Refusal):
    """Fewer characters than needed."""

    sentence = _("Please choose a password of at least %(shortest)s characters. A few words with spaces are fine.")
    status = 422


class PasswordTooLong(Refusal):
    """More characters than anybody types."""

    sentence = _("Please choose a password of at most %(longest)s characters.")
    status = 422


class PasswordTooCommon(Refusal):
    """A password that is among the first that anybody would guess."""

    sentence = _("This password is easy to guess. Please choose another; a few unusual words work well.")
    status = 422


class PasswordNamesYou(Refusal):
    """A password made of the user's own name or e-mail."""

    sentence = _("Please choose a password that does not contain your name or e-mail address.")
    status = 422


class WrongSignIn(Refusal):
    """One sentence for an unknown e-mail, a wrong password and a locked account."""

    sentence = _("This e-mail address and password do not fit together. Please try again.")
    status = 422


class WrongCode(Refusal):
    """A code that is wrong, old or already used."""

    sentence = _(
        "This code is not right or was already used. Codes change every 30 seconds; please type the one shown now."
    )
    status = 422


class TooManyAttempts(TooMany):
    """Guessing is slowed down; the account itself is not locked."""

    sentence = _("There were too many attempts. Please try again in %(minutes)s minutes.")


class LinkGone(Gone):
    """A one-time link that was used, replaced or has run out."""

    sentence = _("This link has been used or has run out. Please ask an administrator for a new one.")


class LinkWaits(Refusal):
    """A one-time link that a second administrator has yet to confirm."""

    sentence = _("This link works once a second administrator has confirmed it. Please try again after that.")
    status = 403


class OwnLink(Refusal):
    """Nobody confirms a link that they made or that is for themselves."""

    sentence = _("Nobody can confirm a link of their own. Please ask another administrator.")
    status = 403


class StepUpNeeded(Refusal):
    """An act that asks for the password and code again."""

    sentence = _("Please confirm that it is you before you go on.")
    status = 403


class OwnRoles(Refusal):
    """Nobody changes their own roles, and nobody confirms what they asked for."""

    sentence = _("Nobody can change or confirm their own roles. Please ask another administrator.")
    status = 403


class OwnAccount(Refusal):
    """Nobody locks themselves out."""

    sentence = _("You cannot lock your own account. Please ask another administrator.")


class LastAdministrator(Refusal):
    """One administrator must stay."""

    sentence = _("This is the last active administrator. Please make someone else administrator first.")


class TooFewAdministrators(Refusal):
    """Whoever is left alone confirms links and roles alone."""

    sentence = _(
        "Two active administrators must stay, so that one can confirm what the other does. Please make someone else "
        "administrator first. If that cannot wait, whoever runs the server can lock the account there."
    )


class EmailTaken(Refusal):
    """Two users cannot share an e-mail."""

    sentence = _("Someone already has an account with this e-mail address.")
    status = 422


class OfficeCodeTaken(Refusal):
    """Two offices cannot share a code."""

    sentence = _("Another office already has this code.")
    status = 422


class OfficeInUse(Refusal):
    """An office is retired only when nobody works in it."""

    sentence = _("People still work in this office. Please move them to another office first.")


class OfficeNeeded(Refusal):
    """A role that works in offices without one would see nothing."""

    sentence = _("Please choose at least one office for this role.")
    status = 422


class PartnerNeeded(Refusal):
    """A partner's user belongs to an organisation, and holds no other role."""

    sentence = _("A partner user belongs to one partner organisation and holds no other role.")
    status = 422


SENSITIVE_ROLES = frozenset(
    {Role.FINANCE_OFFICER, Role.APPROVER, Role.DATA_PROTECTION_OFFICER, Role.AUDITOR, Role.ADMINISTRATOR}
)
"""Roles that a second administrator confirms (screens S74)."""
ADMINISTRATORS_STAY = 2
"""So many, that what one does to a sensitive account another can confirm."""
SHORT_IDLE_ROLES = frozenset({Role.FINANCE_OFFICER, Role.APPROVER, Role.ADMINISTRATOR})
"""Roles whose sessions end sooner when nobody works in them (U25)."""
OFFICE_ROLES = frozenset({Role.CASEWORKER, Role.RECEPTION_OFFICER, Role.SUPERVISOR, Role.JOB_OFFICER})


def check_password(password: str, *, guess_score: int, email: str, name: str) -> None:
    """Refuse a password that is too short, too long, easy to guess or made of the user's own name.

    `guess_score` is zxcvbn's, 0 to 4. There are no rules on kinds of characters (NIST SP 800-63B, 3.1.1.2).

    Raises:
        PasswordTooShort, PasswordTooLong, PasswordTooCommon, PasswordNamesYou
    """
    if len(password) < PASSWORD_SHORTEST:
        raise PasswordTooShort(shortest=PASSWORD_SHORTEST)
    if len(password) > PASSWORD_LONGEST:
        raise PasswordTooLong(longest=PASSWORD_LONGEST)
    if _is_made_of(password, [email, *re.split(r"[\s.@_+-]+", f"{email} {name}")]):
        raise PasswordNamesYou
    if _is_made_of(password, [PRODUCT, email, *re.split(r"[\s.@_+-]+", f"{email} {name}")]):
        raise PasswordTooCommon
    if guess_score < WEAK_BELOW:
        raise PasswordTooCommon


def _is_made_of(password: str, words: Collection[str]) -> bool:
    """Whether little is left of a password without these words and what stands between them."""
    rest = password.casefold()
    for word in sorted((word.casefold() for word in words if len(word) > 3), key=len, reverse=True):  # noqa: PLR2004 - "Ali" is in many words
        rest = rest.replace(word, "")
    return rest != password.casefold() and len(re.sub(r"[\s.@_+-]", "", rest)) < PASSWORD_SHORTEST // 2


@dataclass(frozen=True)
class Limit:
    """At most `most` attempts within `window`, counted from the first of them."""

    most: int
    window: timedelta

    def minutes_left(self, began_at: datetime, now: datetime) -> int:
        """Whole minutes until the window is over, at least one."""
        return max(1, -(-int((began_at + self.window - now).total_seconds()) // 60))


ACCOUNT_HERE = Limit(most=5, window=timedelta(minutes=10))
"""One account from one address."""
ACCOUNT_ANYWHERE = Limit(most=50, window=timedelta(minutes=60))
"""One account from all addresses together: far above what its owner needs, far below what guessing needs."""
ADDRESS = Limit(most=200, window=timedelta(minutes=10))
"""One address, behind which a whole office may sit."""


def idle_for(roles: Collection[Role], *, usual: timedelta, short: timedelta) -> timedelta:
    """How long a session of somebody with these roles may rest."""
    return min(usual, short) if SHORT_IDLE_ROLES & set(roles) else usual


def is_over(*, seen_at: datetime, ends_at: datetime, ended_at: datetime | None, idle: timedelta, now: datetime) -> bool:
    """Whether a session is over: signed out, at its absolute end, or idle for too long."""
    return ended_at is not None or now >= ends_at or now - seen_at >= idle


def is_stepped_up(stepped_up_at: datetime | None, *, lasts: timedelta, now: datetime) -> bool:
    """Whether the password and code were given again recently enough for a sensitive act."""
    return stepped_up_at is not None and timedelta(0) <= now - stepped_up_at < lasts


def check_link(
    *,
    ends_at: datetime,
    used_at: datetime | None,
    revoked_at: datetime | None,
    confirmed_at: datetime | None,
    now: datetime,
) -> None:
    """Refuse a one-time link that no longer works, or that does not work yet.

    Raises:
        LinkGone, LinkWaits
    """
    if used_at is not None or revoked_at is not None or now >= ends_at:
        raise LinkGone
    if confirmed_at is None:
        raise LinkWaits


def check_places(roles: Collection[Role], *, offices: int, partner: bool) -> None:
    """Refuse roles without the place they act in: an office, or the one partner organisation.

    Raises:
        OfficeNeeded, PartnerNeeded
    """
    held = set(roles)
    if (Role.PARTNER_USER in held) != partner or (partner and held != {Role.PARTNER_USER}):
        raise PartnerNeeded
    if OFFICE_ROLES & held and not offices:
        raise OfficeNeeded


def waits_for_second(role: Role, *, other_administrators: int) -> bool:
    """Whether a role that is being given waits for a second administrator; it cannot where there is none."""
    return role in SENSITIVE_ROLES and other_administrators > 0


def check_administrators(*, others: int, is_active: bool, from_desk: bool) -> None:
    """Refuse that an administrator goes if too few others stay; `others` are the active ones besides.

    The command line on the server (not `from_desk`) may leave one: it is the way out when nobody can confirm. Who is
    not active confirms nothing, so nothing is lost with them.

    Raises:
        LastAdministrator, TooFewAdministrators
    """
    if not others:
        raise LastAdministrator
    if from_desk and is_active and others < ADMINISTRATORS_STAY:
        raise TooFewAdministrators


def link_waits_for_second(roles: Collection[Role], *, other_administrators: int) -> bool:
    """Whether a one-time link waits for a second administrator.

    Whoever opens it acts with these roles, so it is given as they are. `roles` are those that are in effect: a role
    that waits gives nothing yet, and is confirmed by itself.
    """
    return any(waits_for_second(role, other_administrators=other_administrators) for role in roles)


_BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("Chrome", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


def device_words(user_agent: str) -> str:
    """A browser and a system as their makers call them, such as "Chrome, Android"; never more of the header."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in user_agent), "")
    return ", ".join(part for part in (browser, system) if part)
