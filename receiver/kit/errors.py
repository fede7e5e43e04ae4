"""Refusals: what the system will not do, each a class with a whole sentence and a status."""

from __future__ import annotations

import re
from typing import ClassVar

from receiver.kit.words import Words, _

_INNER_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


class Refusal(Exception):  # noqa: N818 - a refusal is an answer to a person, not an error of the program
    """A broken rule, told in one sentence; one handler shows it as page, fragment, problem+json or message."""

    sentence: ClassVar[Words] = _("This cannot be done.")
    status: ClassVar[int] = 409

    def __init__(self, **params: object) -> None:
        self.params = params
        self.words = self.sentence.with_(**params)
        if self.words.missing:  # a hole in a sentence is found where it is made, not where it is read
            raise TypeError(f"{type(self).__name__} needs {', '.join(sorted(self.words.missing))}")
        super().__init__(str(self.words))

    @property
    def code(self) -> str:
        """The name that programs know this refusal by: `ApproverPreparedRun` is `approver-prepared-run`."""
        return _INNER_CAPITAL.sub("-", type(self).__name__).lower()

    def __reduce__(self) -> tuple[object, ...]:
        """Copies and other processes get the same refusal, translatable as before."""
        return (_restore, (type(self), self.__dict__))


def _restore(kind: type[Refusal], state: dict[str, object]) -> Refusal:
    """Build a refusal again without asking its constructor, whose parameters differ by class."""
    refusal = kind.__new__(kind)
    refusal.__dict__.update(state)
    refusal.args = (str(state["words"]),)
    return refusal


class NotFound(Refusal):
    """What is unknown, and what this person may not see, answer alike."""

    sentence = _("We could not find this. It may have been removed, or it may belong to another office.")
    status = 404


class NotAllowed(Refusal):
    """The signed-in person lacks the permission."""

    sentence = _("Your account is not allowed to do this.")
    status = 403


class StaleVersion(Refusal):
    """Somebody else saved the same record in the meantime."""

    sentence = _("Someone else has changed this since you opened it. Nothing of yours has been saved yet.")
    status = 409


class TooMany(Refusal):
    """Asked too often; `retry_after` is in whole seconds."""

    sentence = _("There were too many attempts. Please wait a moment and try again.")
    status = 429

    def __init__(self, *, retry_after: int, **params: object) -> None:
        super().__init__(retry_after=retry_after, **params)
        self.retry_after = retry_after


class Invalid(Refusal):
    """What was sent cannot be read or is outside what is possible."""

    sentence = _("Something in what was sent is not right. Please check it and try again.")
    status = 422


class Gone(Refusal):
    """A link that has been used, revoked or has run out."""

    sentence = _("This link no longer works. Please ask the sender for a new one.")
    status = 410
