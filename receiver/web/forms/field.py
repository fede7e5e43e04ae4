"""What every field of a form shares: its label, the inputs it is made of, and how text becomes a value and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Generic, Protocol, Self, TypeVar, cast, overload

from receiver.kit.words import Words, _

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    Raw = Mapping[str, Sequence[str]]
    """What was sent, as typed: the name of each input of a field, and its texts."""

    class Holder(Protocol):
        """A form that holds what was typed into a field."""

        def read_value(self, name: str) -> Any:
            """The value of a field."""
            ...


T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)


class FieldError(Exception):
    """What was typed into a field cannot be read; `part` names the input of a field that has several."""

    def __init__(self, words: Words, part: str | None = None) -> None:
        super().__init__(str(words.msgid))
        self.words = words
        self.part = part


class Field(Generic[T_co]):
    """One question of a form; on a form that was read, the attribute of its name is the value.

    `careful` marks what a compare page must not overwrite by default: money and consent.
    """

    kind: ClassVar[str] = "line"
    blank_words: ClassVar[Words] = _("Please fill in “%(label)s”.")
    secret: ClassVar[bool] = False
    many: ClassVar[bool] = False

    def __init__(
        self,
        label: Words,
        *,
        hint: Words | None = None,
        missing: Words | None = None,
        careful: bool = False,
        **attributes: str,
    ) -> None:
        self.label = label
        self.hint = hint
        self.missing = missing
        self.careful = careful
        self.required = True
        self.attributes = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
        self.name = ""

    def __set_name__(self, owner: type[Any], name: str) -> None:
        self.name = name

    @overload
    def __get__(self, form: None, owner: type[Any]) -> Self: ...
    @overload
    def __get__(self, form: Holder, owner: type[Any]) -> T_co: ...
    def __get__(self, form: Holder | None, owner: type[Any]) -> Self | T_co:
        return self if form is None else cast("T_co", form.read_value(self.name))

    @property
    def parts(self) -> tuple[str, ...]:
        """The names of the inputs it is made of, the first one being where an error summary leads."""
        return (self.name,)

    @property
    def several(self) -> tuple[str, ...]:
        """Those of its inputs that may be sent more than once."""
        return self.parts if self.many else ()

    def is_blank(self, raw: Raw) -> bool:
        """Whether nothing was typed or chosen."""
        return not any(text.strip() for part in self.parts for text in raw.get(part, ()))

    def read(self, raw: Raw) -> T_co:
        """The value of what was sent.

        Raises:
            FieldError: it is needed and missing, or cannot be read.
        """
        if self.is_blank(raw):
            if self.required:
                raise FieldError(self.missing or self.blank_words.with_(label=self.label))
            return cast("T_co", self.empty)
        return self.parse(raw)

    @property
    def empty(self) -> Any:
        """The value of an optional field that was left blank."""
        return None

    def parse(self, raw: Raw) -> T_co:
        """The value of what was sent, which is not blank."""
        return self.parse_text(first(raw, self.name))

    def parse_text(self, text: str) -> T_co:
        """The value of one text, for a field of one input."""
        raise NotImplementedError

    def write(self, value: Any) -> dict[str, list[str]]:
        """The texts with which a form that shows `value` begins."""
        return {self.name: [] if value is None else [str(value)]}

    def show(self, raw: Raw) -> Words | str | list[Words | str]:
        """What was sent, in words, for a page that compares or asks again."""
        return " ".join(text for part in self.parts for text in raw.get(part, ()) if text)


def first(raw: Raw, part: str) -> str:
    """The one text of an input, empty if it was not sent."""
    texts = raw.get(part, ())
    return texts[0] if texts else ""


def optional(field: Field[T]) -> Field[T | None]:
    """The same field, which may be left blank: its value is then None (for text: empty)."""
    field.required = False
    return cast("Field[T | None]", field)
