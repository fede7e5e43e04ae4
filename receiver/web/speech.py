"""What `_`, `_a`, `p_`, `n_` and `t` say in a template of one language: text ready for HTML, values marked apart.

A plain text among the values (a name, something typed) and an amount are wrapped in `<bdi>`, so that they cannot turn
the sentence round them (U42). A sentence that the language lacks is English and marked so (U41).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from receiver import i18n
from receiver.kit.money import Money
from receiver.kit.words import LabelledEnum, Words

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_HOLES = re.compile(r"%\([A-Za-z_][A-Za-z0-9_]*\)s|%%|%")
_FALLBACK = '<span lang="en" dir="ltr">{}</span>'
_TAG = re.compile(r"<[^>]*>")
_KEPT_AT_MOST = 5_000
_LONG = 30


class Speech:
    """The voice of one language."""

    def __init__(self, code: str) -> None:
        self.code = code
        self._ready: dict[tuple[str, bool], str] = {}
        self._whole: dict[Words, Markup] = {}
        self._bare: dict[Words, str] = {}

    def say(self, words: Words | LabelledEnum | str, /, **params: object) -> Markup:
        """A sentence as text of an element; an English one by its words, or `Words`."""
        return self._fill(self._words(words, params))

    def say_bare(self, words: Words | LabelledEnum | str, /, **params: object) -> str:
        """A sentence without any markup: for attributes, titles and files; it still has to be escaped."""
        whole = self._words(words, params)
        if whole.items:
            return i18n.text(whole.with_(**{name: self._plain(value) for name, value in whole.items}), self.code)
        known = self._bare.get(whole)
        if known is None:
            known = i18n.text(whole, self.code)
            if len(self._bare) < _KEPT_AT_MOST:
                self._bare[whole] = known
        return known

    def say_in_context(self, context: str, msgid: str, /, **params: object) -> Markup:
        """A short word that needs to be known where it stands."""
        return self._fill(Words(msgid, context=context, items=tuple(params.items())))

    def say_counted(self, singular: str, plural: str, n: int, /, **params: object) -> Markup:
        """A counted sentence in the form that the language has for this number."""
        return self._fill(Words(singular, plural=plural, count=n, items=(*params.items(), ("n", n))))

    def tell(self, value: object, /, **params: object) -> Markup:
        """Anything that can be said: words and labels translated, texts as they are, values formatted.

        A text is never looked up: what people typed, and labels that they can edit, are not sentences of ours.
        """
        if value is None:
            return Markup()
        if isinstance(value, Markup):
            return value
        if isinstance(value, Words | LabelledEnum):
            return self.say(value, **params)
        return escape(i18n.show(value, self.code))

    def tell_bare(self, value: object, /, **params: object) -> str:
        """The same without any markup."""
        if value is None:
            return ""
        if isinstance(value, Words | LabelledEnum):
            return self.say_bare(value, **params)
        return i18n.show(self._plain(value), self.code)

    def options(self, options: Sequence[tuple[str, Words | str]], chosen: str) -> Markup:
        """The options of a list to choose from; long ones, such as languages, are remembered as they are drawn."""
        draw = _options if len(options) < _LONG else _known_options
        return draw(self, tuple(options), chosen)

    def template(self, method: str, *words: str) -> str:
        """A constant sentence, ready for its values: what `fill` or `fill_bare` is given when the page is drawn."""
        context, msgid = (words[0], words[1]) if len(words) > 1 else (None, words[0])
        found = Words(msgid, context=context)
        if method == "say_bare":
            return _holes(i18n.find(found, self.code).text)
        return self._prepared(found)

    def fill(self, template: str, /, **params: object) -> Markup:
        """Put values into a prepared sentence."""
        return Markup(template % {name: self._shown(value) for name, value in params.items()})  # noqa: S704 - escaped

    def fill_bare(self, template: str, /, **params: object) -> str:
        """Put values into a prepared sentence without markup."""
        return template % {name: i18n.show(self._plain(value), self.code) for name, value in params.items()}

    def _words(self, words: Words | LabelledEnum | str, params: Mapping[str, object]) -> Words:
        if isinstance(words, LabelledEnum):
            words = words.label
        if not isinstance(words, Words):
            words = Words(str(words))
        return words.with_(**params) if params else words

    def _fill(self, words: Words) -> Markup:
        if words.items:
            return self.fill(self._prepared(words), **words.params)
        known = self._whole.get(words)
        if known is None:
            known = Markup(self._prepared(words) % ())  # noqa: S704 - escaped when it was prepared
            if len(self._whole) < _KEPT_AT_MOST:
                self._whole[words] = known
        return known

    def _prepared(self, words: Words) -> str:
        """The sentence as HTML with its holes, remembered."""
        found = i18n.find(words, self.code)
        known = self._ready.get((found.text, found.fallback))
        if known is None:
            text = str(escape(found.text))
            known = _holes(_FALLBACK.format(text) if found.fallback else text)
            if len(self._ready) < _KEPT_AT_MOST:
                self._ready[found.text, found.fallback] = known
        return known

    def _shown(self, value: Any) -> str:
        """A value as it stands in a sentence of HTML."""
        if isinstance(value, Markup):
            return value
        if isinstance(value, Words | LabelledEnum):
            return self.say(value)
        if isinstance(value, str):
            return str(escape(value)) if value.isdigit() else f"<bdi>{escape(value)}</bdi>"
        if isinstance(value, Money):
            return f"<bdi>{escape(i18n.show(value, self.code))}</bdi>"
        if isinstance(value, list | tuple):
            return i18n.fmt.listing([self._shown(each) for each in value], self.code)
        return str(escape(i18n.show(value, self.code)))

    def _plain(self, value: Any) -> Any:
        """A value without markup, for where none can stand."""
        if isinstance(value, Markup):
            return Markup(_TAG.sub("", value)).unescape()  # noqa: S704 - only to read it as text again
        return value


def _options(speech: Speech, options: tuple[tuple[str, Words | str], ...], chosen: str) -> Markup:
    drawn = []
    for value, label in options:
        mark = " selected" if value == chosen else ""
        drawn.append(f'\n<option value="{escape(value)}"{mark}>{escape(speech.tell_bare(label))}</option>')
    return Markup("".join(drawn))  # noqa: S704 - each part is escaped


_known_options = lru_cache(maxsize=200)(_options)


def _holes(text: str) -> str:
    """The text with its named holes and every other per cent sign doubled, as `%` wants it."""
    return _HOLES.sub(lambda found: found[0] if found[0].startswith("%(") else "%%", text)
