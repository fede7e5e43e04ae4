"""Stipend policies: terms that are written as versions, put in force by a second human, and never edited afterwards."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from receiver.kit.errors import Invalid, Refusal
from receiver.kit.money import Money
from receiver.kit.words import LabelledEnum, _, p_

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import date
    from uuid import UUID


class PolicyState(LabelledEnum):
    """Where a version stands."""

    DRAFT = "draft", p_("policy", "Draft")
    IN_FORCE = "in_force", p_("policy", "In force")
    WITHDRAWN = "withdrawn", p_("policy", "Withdrawn")


class TermsWrong(Invalid):
    """Terms that no one could be paid by."""

    sentence = _(
        "These terms do not fit together. The base amount must be above zero, top-ups zero or more, "
        "the limit not below the base amount, and the last day not before the first."
    )


class PolicyCodeTaken(Invalid):
    """Two policies cannot share a code."""

    sentence = _("Another policy already has this code.")


class OtherMoney(Invalid):
    """A programme is paid in one currency."""

    sentence = _("This programme is paid in %(currency)s, so all amounts must be in it.")


class VersionNotDraft(Refusal):
    """What is in force is never edited."""

    sentence = _("Version %(version)s of policy %(policy)s is no longer a draft. Please write a new version.")


class DrafterPutsInForce(Refusal):
    """Two humans for every policy."""

    sentence = _("You wrote version %(version)s of policy %(policy)s, so someone else must put it in force.")


class OverlapsVersion(Refusal):
    """One day, one version."""

    sentence = _(
        "These dates overlap version %(version)s of policy %(policy)s, which is in force from %(first)s. "
        "Please end that version first or choose other dates."
    )


@dataclass(frozen=True, slots=True)
class Terms:
    """One version of a policy; amounts are minor units of `currency` for a whole month.

    `member_minor` is added for each counted member of the household, up to `members_most` of them;
    `limit_minor`, if any, is the most that base and top-up may come to. `last` is the last day, if one is known.

    Raises:
        TermsWrong: nobody could be paid by them.
    """

    policy: str
    version: int
    currency: str
    base_minor: int
    first: date
    last: date | None = None
    member_minor: int = 0
    members_most: int = 0
    limit_minor: int | None = None

    def __post_init__(self) -> None:
        least = (self.base_minor - 1, self.member_minor, self.members_most)
        limited = self.limit_minor is not None and self.limit_minor < self.base_minor
        if min(least) < 0 or limited or (self.last is not None and self.last < self.first):
            raise TermsWrong

    def covers(self, day: date) -> bool:
        """Whether this version speaks for this day."""
        return self.first <= day and (self.last is None or day <= self.last)

    @property
    def base(self) -> Money:
        """The base amount for a whole month."""
        return Money(self.base_minor, self.currency)

    @property
    def each(self) -> Money:
        """What one counted member of the household adds for a whole month."""
        return Money(self.member_minor, self.currency)

    @property
    def limit(self) -> Money | None:
        """The most for a whole month, if there is a limit."""
        return None if self.limit_minor is None else Money(self.limit_minor, self.currency)

    def counted(self, members: int) -> int:
        """How many of `members` the top-up counts."""
        return min(members, self.members_most) if self.member_minor else 0

    def whole_month(self, members: int) -> Money:
        """What a whole month brings somebody with so many other members in the household."""
        return self.base + self.top_up(members)

    def top_up(self, members: int) -> Money:
        """The household's top-up for a whole month, after the limit."""
        full = self.each * self.counted(members)
        return full if self.limit is None else min(full, self.limit - self.base)


@dataclass(frozen=True, slots=True)
class Change:
    """What a whole month brings people with so many other members of the household, by two versions of a policy.

    `more` means so many members or more.
    """

    members: int
    more: bool
    people: int
    was: Money
    now: Money

    @property
    def each(self) -> Money:
        """By how much the month of one of them differs."""
        return self.now - self.was

    @property
    def together(self) -> Money:
        """By how much it differs for all of them."""
        return self.each * self.people


def changes(was: Terms, now: Terms, people: Mapping[int, int]) -> tuple[Change, ...]:
    """What another version changes for whom; `people` says how many have so many other members in the household.

    Beyond the members that either version counts nothing changes any more: those people stand in the last row.
    """
    most = max(was.counted(_MANY), now.counted(_MANY))
    sums = [0] * (most + 1)
    for members, count in people.items():
        sums[min(members, most)] += count
    return tuple(
        Change(members, members == most, count, was.whole_month(members), now.whole_month(members))
        for members, count in enumerate(sums)
        if count
    )


_MANY = 1_000_000


def in_force_on(versions: Iterable[Terms], day: date) -> Terms | None:
    """The version that speaks for a day; the newest, should there ever be two."""
    speaking = [terms for terms in versions if terms.covers(day)]
    return max(speaking, key=lambda terms: terms.version) if speaking else None


def demand_may_put_in_force(
    terms: Terms, state: PolicyState, drafted_by: UUID, user: UUID, in_force: Iterable[Terms]
) -> None:
    """Raise unless `user` may put this version in force beside those of the same policy that already are.

    Raises:
        VersionNotDraft: it was decided before.
        DrafterPutsInForce: the same human wrote it.
        OverlapsVersion: another version speaks for some of the same days.
    """
    if state is not PolicyState.DRAFT:
        raise VersionNotDraft(policy=terms.policy, version=terms.version)
    if user == drafted_by:
        raise DrafterPutsInForce(policy=terms.policy, version=terms.version)
    for other in in_force:
        ends_before = other.last is not None and other.last < terms.first
        begins_after = terms.last is not None and terms.last < other.first
        if not (ends_before or begins_after):
            raise OverlapsVersion(policy=other.policy, version=other.version, first=other.first)
