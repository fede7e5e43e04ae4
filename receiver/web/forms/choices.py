"""Fields of choice: one of a few, several of many, yes or no, and a name out of a long list."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from receiver.kit.text import clean_line
from receiver.kit.words import LabelledEnum, Words, _
from receiver.web.forms.field import Field, FieldError, first

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from receiver.web.forms.field import Raw

E = TypeVar("E", bound=LabelledEnum)
Options = list[tuple[str, "Words | str"]]
RADIOS_AT_MOST = 7
_YES = frozenset({"1", "on", "true", "yes"})
_BESIDE_LIST = _("Please choose one of the answers given.")


class Choice(Field[E]):
    """One member of an enumeration: radios up to seven, else a list (U21)."""

    kind: ClassVar[str] = "choice"
    blank_words: ClassVar[Words] = _("Please choose an answer for “%(label)s”.")

    def __init__(self, label: Words, members: Iterable[E], **more: Any) -> None:
        super().__init__(label, **more)
        self.members = {member.value: member for member in members}

    @property
    def options(self) -> Options:
        """The values and their words."""
        return [(value, member.label) for value, member in self.members.items()]

    def parse_text(self, text: str) -> E:
        """The member.

        Raises:
            FieldError: there is none of this value.
        """
        member = self.members.get(text)
        if member is None:
            raise FieldError(_BESIDE_LIST)
        return member

    def show(self, raw: Raw) -> Words | str:
        """The words of the chosen member."""
        text = first(raw, self.name)
        return self.members[text].label if text in self.members else text


class Pick(Field[tuple[E, ...]]):
    """Any number of members of an enumeration, as boxes to tick."""

    kind: ClassVar[str] = "pick"
    blank_words: ClassVar[Words] = _("Please choose at least one answer for “%(label)s”.")
    many: ClassVar[bool] = True

    def __init__(self, label: Words, members: Iterable[E], *, optional: bool = False, **more: Any) -> None:
        super().__init__(label, **more)
        self.members = {member.value: member for member in members}
        self.required = not optional

    @property
    def options(self) -> Options:
        """The values and their words."""
        return [(value, member.label) for value, member in self.members.items()]

    @property
    def empty(self) -> tuple[E, ...]:
        """Nothing chosen."""
        return ()

    def parse(self, raw: Raw) -> tuple[E, ...]:
        """The members, in the order of the enumeration.

        Raises:
            FieldError: one is not among them.
        """
        chosen = {text for text in raw.get(self.name, ()) if text}
        if chosen - self.members.keys():
            raise FieldError(_BESIDE_LIST)
        return tuple(member for value, member in self.members.items() if value in chosen)

    def write(self, value: Iterable[E] | None) -> dict[str, list[str]]:
        """The values that begin ticked."""
        return {self.name: [str(member.value) for member in value or ()]}

    def show(self, raw: Raw) -> list[Words | str]:
        """The words of the chosen members."""
        texts = raw.get(self.name, ())
        return [self.members[text].label if text in self.members else text for text in texts]


class OneOf(Field[str]):
    """One of the options that the request offers (`form.offer`), such as an office; not read before they are known."""

    kind: ClassVar[str] = "choice"
    blank_words: ClassVar[Words] = _("Please choose an answer for “%(label)s”.")

    def parse_text(self, text: str) -> str:
        """The value as sent; `form.offer` holds it against the options."""
        return text


class ManyOf(Field[tuple[str, ...]]):
    """Several of the options that the request offers, such as the ticked rows of a table."""

    kind: ClassVar[str] = "pick"
    blank_words: ClassVar[Words] = _("Please choose at least one answer for “%(label)s”.")
    many: ClassVar[bool] = True

    @property
    def empty(self) -> tuple[str, ...]:
        """Nothing chosen."""
        return ()

    def parse(self, raw: Raw) -> tuple[str, ...]:
        """The values as sent, each once; `form.offer` holds them against the options."""
        return tuple(dict.fromkeys(text for text in raw.get(self.name, ()) if text))

    def write(self, value: Iterable[str] | None) -> dict[str, list[str]]:
        """The values that begin ticked."""
        return {self.name: [str(each) for each in value or ()]}

    def show(self, raw: Raw) -> list[Words | str]:
        """The values themselves; the page that offered them knows their words."""
        return list(raw.get(self.name, ()))


class Flag(Field[bool]):
    """One box to tick; `required` as for a declaration that must be made."""

    kind: ClassVar[str] = "flag"
    blank_words: ClassVar[Words] = _("Please tick “%(label)s” to go on.")

    def __init__(self, label: Words, *, required: bool = False, **more: Any) -> None:
        super().__init__(label, **more)
        self.required = required

    @property
    def empty(self) -> bool:
        """Not ticked."""
        return False

    def parse_text(self, text: str) -> bool:
        """Ticked.

        Raises:
            FieldError: it was sent with something else than yes.
        """
        if text.lower() not in _YES:
            raise FieldError(_BESIDE_LIST)
        return True

    def write(self, value: bool | None) -> dict[str, list[str]]:
        """Ticked or not."""
        return {self.name: ["1"] if value else []}

    def show(self, raw: Raw) -> Words:
        """Yes or no."""
        return _("Yes") if first(raw, self.name) else _("No")


class Lookup(Field[str]):
    """A code found by its name: a text box with suggestions, for lists longer than 25 (U21).

    `names` gives each code and its name in the reader's language, in the order in which to suggest them; what was
    typed is matched without regard to case, and the code itself is taken too. Of a long list the page suggests the
    first `often` names, and gets the others from the address `rest` once somebody comes to the box.
    """

    kind: ClassVar[str] = "lookup"

    def __init__(
        self, label: Words, names: Callable[[], Mapping[str, str]], *, often: int = 0, rest: str = "", **more: Any
    ) -> None:
        super().__init__(label, **{"dir": "auto", "autocomplete": "off", **more})
        self.names = names
        self.often, self.rest = often, rest

    @property
    def options(self) -> Options:
        """The codes and their names."""
        return list(self.names().items())

    def parse_text(self, text: str) -> str:
        """The code of what was typed.

        Raises:
            FieldError: the list has no such name.
        """
        wanted = clean_line(text).casefold()
        for code, name in self.names().items():
            if wanted in {code.casefold(), name.casefold()}:
                return code
        raise FieldError(
            _("“%(typed)s” is not in the list. Please choose one of the names that are suggested.", typed=text)
        )

    def write(self, value: str | None) -> dict[str, list[str]]:
        """The name of the code, as people know it."""
        return {self.name: [] if value is None else [self.names().get(value, value)]}
