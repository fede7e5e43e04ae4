"""Sentences that are written in English and translated at the moment someone reads them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_PLACEHOLDER = re.compile(r"%\((?P<name>[A-Za-z_][A-Za-z0-9_]*)\)s|%%")


def placeholders(template: str) -> frozenset[str]:
    """The names that a sentence leaves open."""
    return frozenset(match["name"] for match in _PLACEHOLDER.finditer(template) if match["name"])


def fill(template: str, params: Mapping[str, object], show: Callable[[object], str] = str) -> str:
    """Put `params`, each shown by `show`, into the named placeholders of `template`.

    A lone per cent sign stays as it is, so that a translator cannot break a page with one; `%%` is read as one too.

    Raises:
        KeyError: a placeholder has no value.
    """

    def value(match: re.Match[str]) -> str:
        name = match["name"]
        return show(params[name]) if name else "%"

    return _PLACEHOLDER.sub(value, template)


@dataclass(frozen=True, slots=True)
class Words:
    """A sentence in English with what goes into it; `i18n.text` gives it in the reader's language.

    It is a value: equal and hashable by what it says, never changed in place. `plural` and `count` are set for
    counted sentences, `context` for short words that need one to be translated well.
    """

    msgid: str
    plural: str | None = None
    context: str | None = None
    count: int | None = None
    items: tuple[tuple[str, object], ...] = ()

    @property
    def params(self) -> dict[str, object]:
        """What goes into the placeholders, the count as `n`."""
        return dict(self.items)

    def with_(self, **params: object) -> Words:
        """The same sentence with these values added; `n` also changes the count of a counted sentence."""
        count = self.count
        if self.plural is not None and isinstance(params.get("n"), int):
            count = int(str(params["n"]))
        return replace(self, count=count, items=tuple(sorted({**self.params, **params}.items())))

    @property
    def missing(self) -> frozenset[str]:
        """The placeholders that have no value yet."""
        return (placeholders(self.msgid) | placeholders(self.plural or "")) - {name for name, _value in self.items}

    def __str__(self) -> str:
        """The sentence in English, filled in: for logs and for programs, not for people who read another language."""
        template = self.msgid if self.plural is None or self.count == 1 else self.plural
        return fill(template, self.params, lambda value: str(value.label if isinstance(value, LabelledEnum) else value))

    def __mod__(self, params: Mapping[str, object]) -> Words:
        """`words % {...}` reads like a filled-in sentence and stays translatable."""
        return self.with_(**params)


def _(msgid: str, /, **params: object) -> Words:
    """A whole sentence: `_("Welcome, %(name)s.", name=name)`."""
    return Words(msgid, items=tuple(sorted(params.items())))


def p_(context: str, msgid: str, /, **params: object) -> Words:
    """A short word whose meaning depends on where it stands: `p_("pay run", "Draft")`."""
    return Words(msgid, context=context, items=tuple(sorted(params.items())))


def n_(singular: str, plural: str, n: int, /, **params: object) -> Words:
    """A counted sentence: `n_("%(n)s person", "%(n)s people", 3)`."""
    return Words(singular, plural=plural, count=n, items=tuple(sorted({**params, "n": n}.items())))


_NO_WORDS = Words("")


class LabelledEnum(StrEnum):
    """An enumeration whose members carry the words that people see: `DRAFT = "draft", p_("pay run", "Draft")`."""

    label: Words

    # Looking a member up by its value does not come here; without the default the type checker believes that it does.
    def __new__(cls, value: str, label: Words = _NO_WORDS) -> Self:
        """A member: its stored value, and its words.

        Raises:
            TypeError: a member has no words.
        """
        if label is _NO_WORDS:
            raise TypeError(f"{cls.__name__} member {value!r} needs words")
        member = str.__new__(cls, value)
        member._value_ = value
        member.label = label
        return member
