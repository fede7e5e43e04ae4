"""Fields of written text: lines, paragraphs, names, numbers that are names, passwords."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, ClassVar

from receiver.kit.ids import clean_reference, is_reference
from receiver.kit.text import clean_line, clean_text, western_digits
from receiver.kit.words import Words, _
from receiver.web.forms.field import Field, FieldError

if TYPE_CHECKING:
    from receiver.web.forms.field import Raw

LINE_LENGTH = 200
TEXT_LENGTH = 2_000
SECRET_LENGTH = 1_000
EMAIL_LENGTH = 254  # RFC 5321
_EMAIL = re.compile(r"[^@\s,;:<>()\[\]\"\\]{1,64}@(?:[^@\s.,;:<>()\[\]\"\\]+\.)+[^@\s.,;:<>()\[\]\"\\]{2,}")


class Line(Field[str]):
    """One line of text in any script, at most `length` signs once cleaned; white space at the ends is not kept."""

    def __init__(self, label: Words, *, length: int = LINE_LENGTH, optional: bool = False, **more: Any) -> None:
        super().__init__(label, **more)
        self.length = length
        self.required = not optional
        self.attributes.setdefault("dir", "auto")

    @property
    def empty(self) -> str:
        """An empty text."""
        return ""

    def parse_text(self, text: str) -> str:
        """The text without controls, in one line."""
        return self.fitting(clean_line(text))

    def fitting(self, text: str) -> str:
        """The text itself, if there is any and it is not too long.

        Raises:
            FieldError: it is too long, or only signs that nobody sees.
        """
        if not text and self.required:
            raise FieldError(self.missing or self.blank_words.with_(label=self.label))
        if len(text) > self.length:
            raise FieldError(
                _(
                    "“%(label)s” may be up to %(limit)s characters long; this has %(count)s.",
                    label=self.label,
                    limit=self.length,
                    count=len(text),
                )
            )
        return text


class Name(Line):
    """A person's name as they give it: any script, any number of words (U18)."""

    kind: ClassVar[str] = "name"
    blank_words: ClassVar[Words] = _("Please write the name, as the person gives it.")

    def __init__(self, label: Words, **more: Any) -> None:
        super().__init__(label, **{"spellcheck": "false", "autocomplete": "off", **more})


class Text(Line):
    """Paragraphs, at most `length` signs; lines are kept."""

    kind: ClassVar[str] = "text"

    def __init__(self, label: Words, *, length: int = TEXT_LENGTH, rows: int = 6, **more: Any) -> None:
        super().__init__(label, length=length, **more)
        self.rows = rows

    def parse_text(self, text: str) -> str:
        """The text without controls, its lines ended by one newline each."""
        return self.fitting(clean_text(text))


class Hidden(Line):
    """What the page itself remembers, such as the digest of what was shown; never trusted, only compared."""

    kind: ClassVar[str] = "hidden"


class Secret(Line):
    """A password or one-time code: taken as typed, never shown again, never parked."""

    kind: ClassVar[str] = "secret"
    secret: ClassVar[bool] = True

    def __init__(self, label: Words, **more: Any) -> None:
        super().__init__(label, **{"length": SECRET_LENGTH, "dir": "ltr", "autocomplete": "current-password", **more})

    def is_blank(self, raw: Raw) -> bool:
        """Spaces may be a password, nothing is none."""
        return not any(raw.get(self.name, ()))

    def parse_text(self, text: str) -> str:
        """The text exactly as typed."""
        return self.fitting(text)

    def show(self, raw: Raw) -> str:  # noqa: ARG002 - nothing of it is ever shown
        """Nothing."""
        return ""


class Email(Line):
    """An e-mail address, its domain in small letters; whether it exists is not asked."""

    kind: ClassVar[str] = "email"

    def __init__(self, label: Words, **more: Any) -> None:
        super().__init__(
            label,
            **{
                "length": EMAIL_LENGTH,
                "dir": "ltr",
                "inputmode": "email",
                "autocomplete": "off",
                "spellcheck": "false",
                **more,
            },
        )

    def parse_text(self, text: str) -> str:
        """The address.

        Raises:
            FieldError: it is not written like one.
        """
        address = self.fitting(clean_line(text))
        if not _EMAIL.fullmatch(address):
            raise FieldError(_("Please write an e-mail address such as name@example.org."))
        local, _at, domain = address.rpartition("@")
        return f"{local}@{domain.lower()}"


class Reference(Line):
    """A public reference such as R-4QX7TKB, however it was typed; `prefix` is without its dash."""

    kind: ClassVar[str] = "reference"

    def __init__(self, label: Words, *, prefix: str, **more: Any) -> None:
        super().__init__(label, **{"dir": "ltr", "autocomplete": "off", "spellcheck": "false", **more})
        self.prefix = prefix

    def parse_text(self, text: str) -> str:
        """The reference in its one written form.

        Raises:
            FieldError: a letter is wrong or missing.
        """
        reference = clean_reference(text)
        if not is_reference(reference, self.prefix):
            raise FieldError(
                _(
                    "This is not a whole reference. It begins with %(prefix)s and seven letters or digits follow.",
                    prefix=f"{self.prefix}-",
                )
            )
        return reference


class Code(Line):
    """Digits of a known number, such as a one-time code: spaces and dashes between them do not matter."""

    kind: ClassVar[str] = "code"
    secret: ClassVar[bool] = True

    def __init__(self, label: Words, *, digits: int, **more: Any) -> None:
        super().__init__(
            label,
            **{"dir": "ltr", "inputmode": "numeric", "autocomplete": "one-time-code", "spellcheck": "false", **more},
        )
        self.digits = digits

    def parse_text(self, text: str) -> str:
        """The digits alone, western.

        Raises:
            FieldError: something else, or another number of them.
        """
        code = re.sub(r"[\s-]", "", western_digits(clean_line(text)))
        if not (code.isascii() and code.isdigit() and len(code) == self.digits):
            raise FieldError(_("Please write the %(count)s digits of the code.", count=self.digits))
        return code
