"""A form: its fields in order, what was typed into them, what that means, and what is wrong with it."""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, ClassVar, Self

from receiver.kit.errors import Refusal
from receiver.kit.ids import new_id
from receiver.kit.words import Words, _
from receiver.web.body import BODY_LIMIT, KEY
from receiver.web.forms.choices import ManyOf, OneOf, Options
from receiver.web.forms.field import Field, FieldError, first
from receiver.web.forms.files import File, Upload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from receiver.web.sent import SentFile

VERSION = "_ver"
WAS = "_was"
_stamp: ContextVar[Callable[[Form], dict[str, str]] | None] = ContextVar("stamp", default=None)


@contextmanager
def stamping(stamp: Callable[[Form], dict[str, str]]) -> Iterator[None]:
    """Let forms carry what `stamp` gives while a page is drawn."""
    token = _stamp.set(stamp)
    try:
        yield
    finally:
        _stamp.reset(token)


class NotRead(LookupError):  # noqa: N818 - the name says the state, as those of refusals do
    """The value of a field was asked for that has none: the form was not sent, or the field has an error."""


class VersionMissing(Refusal):
    """An edit that does not say which version of the record it began from."""

    sentence: ClassVar[Words] = _("This page did not say which version it began from. Please open it again.")
    status: ClassVar[int] = 428


class Form:
    """The base of all forms; a room declares fields as class attributes and gets their values as attributes.

    `versioned` forms edit a record that others edit too: they carry the version they began from. `check` may be
    given to compare fields with one another.
    """

    fields: ClassVar[dict[str, Field[Any]]] = {}
    known: ClassVar[dict[str, type[Form]]] = {}
    versioned: ClassVar[bool] = False

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        own = {name: field for name, field in vars(cls).items() if isinstance(field, Field)}
        cls.fields = {**cls.fields, **own}
        Form.known[cls.form_name()] = cls

    def __init__(self, *, version: int | None = None, key: str | None = None, prefix: str = "f") -> None:
        self.raw: dict[str, list[str]] = {}
        self.values: dict[str, Any] = {}
        self.errors: dict[str, Words] = {}
        self.error_parts: dict[str, str] = {}
        self.general_errors: list[Words] = []
        self.options: dict[str, Options] = {}
        self.kept: dict[str, tuple[str, str]] = {}
        self.was = ""
        self.version = version
        self.unversioned = False
        self.key = key or str(new_id())
        self.prefix = prefix
        self.sent = False

    @classmethod
    def form_name(cls) -> str:
        """What tickets know it by: the place of its class."""
        return f"{cls.__module__.removeprefix('receiver.')}.{cls.__qualname__}"

    @classmethod
    def body_limit(cls) -> int:
        """How many bytes a body of this form may have."""
        files = sum(field.most for field in cls.fields.values() if isinstance(field, File))
        return BODY_LIMIT + files

    @classmethod
    def claims_kept(cls, fields: Mapping[str, Sequence[str]]) -> bool:
        """Whether a body names a file that came before."""
        return any(isinstance(field, File) and first(fields, field.kept_part) for field in cls.fields.values())

    @classmethod
    def blank(cls, *, version: int | None = None, prefix: str = "f", **values: Any) -> Self:
        """The form as it begins: empty, or filled with what is known.

        Raises:
            TypeError: it has no field of such a name.
        """
        form = cls(version=version, prefix=prefix)
        for name, value in values.items():
            if name not in cls.fields:
                raise TypeError(f"{cls.__name__} has no field {name}")
            form.raw.update(cls.fields[name].write(value))
        return form

    @classmethod
    def sent_with(
        cls,
        fields: Mapping[str, Sequence[str]],
        files: Mapping[str, Sequence[SentFile]] | None = None,
        kept: Mapping[str, tuple[str, Upload]] | None = None,
    ) -> Self:
        """The form with what was sent, read; names that it does not have are passed over (the binder refuses them).

        `kept` are files that came before, by field, each with the text that stands for it.
        """
        form = cls(key=first(fields, KEY) or None)
        form.sent = True
        form.raw = {part: list(fields[part]) for field in cls.fields.values() for part in field.parts if part in fields}
        form.kept = {name: (token, upload.name) for name, (token, upload) in (kept or {}).items()}
        for name, field in cls.fields.items():
            sent = (files or {}).get(name, ())
            if name in form.kept and kept:
                form.values[name] = kept[name][1]
            else:
                form._read(name, field, sent[0] if sent else None)
        if not form.errors:
            form.check()
        return form

    def _read(self, name: str, field: Field[Any], sent: SentFile | None) -> None:
        try:
            if isinstance(field, File) and sent is not None:
                self.values[name] = field.parse_file(sent)
            else:
                self.values[name] = field.read(self.raw)
        except FieldError as error:
            self.add_error(name, error.words, part=error.part)

    def check(self) -> None:
        """Compare fields with one another and call `add_error`; called when each field by itself is right."""

    def add_error(self, name: str | None, words: Words | Refusal, *, part: str | None = None) -> None:
        """Say what is wrong, at a field or (None) with the whole; the first error of a field counts."""
        if isinstance(words, Refusal):
            words = words.words
        if name is None:
            self.general_errors.append(words)
            return
        if name not in self.fields:
            raise KeyError(name)
        self.errors.setdefault(name, words)
        if part is not None:
            self.error_parts.setdefault(name, part)
        self.values.pop(name, None)

    def offer(self, name: str, options: Iterable[tuple[str, Words | str]]) -> None:
        """The options of a `OneOf` or `ManyOf` in this request; what was sent and is not among them is an error."""
        self.options[name] = list(options)
        value = self.values.get(name)
        allowed = {option for option, _label in self.options[name]}
        chosen = set(value) if isinstance(value, tuple) else {value} - {None}
        if chosen - allowed:
            self.add_error(name, _("Please choose one of the answers given."))

    def read_value(self, name: str) -> Any:
        """The value of a field.

        Raises:
            NotRead: it has none, or its options were never offered, so that nobody knows whether it is one of them.
        """
        if isinstance(self.fields[name], OneOf | ManyOf) and name not in self.options and self.values.get(name):
            raise NotRead(f"the options of {name} were not offered before its value was asked for")
        try:
            return self.values[name]
        except KeyError:
            raise NotRead(f"{type(self).__name__}.{name} has no value: ask form.ok first") from None

    @property
    def started(self) -> dict[str, str]:
        """What the form carries unseen besides key and version; known while a page is drawn."""
        stamp = _stamp.get()
        return stamp(self) if stamp else {}

    @property
    def ok(self) -> bool:
        """Whether it was sent, and nothing is wrong with it.

        Raises:
            VersionMissing: said here and not when the form is read, because a route first looks whether there is such
                a record for this person: what is unknown answers 404 to every form.
        """
        if self.unversioned:
            raise VersionMissing
        return self.sent and not self.errors and not self.general_errors

    def value_of(self, name: str) -> str:
        """What was typed into an input, exactly; never a password."""
        field = self.fields.get(name)
        return "" if field is not None and field.secret else first(self.raw, name)

    def values_of(self, name: str) -> list[str]:
        """Everything that was chosen in an input that may be sent several times; never a password."""
        field = self.fields.get(name)
        return [] if field is not None and field.secret else list(self.raw.get(name, ()))

    def id_of(self, part: str) -> str:
        """The id of an input."""
        return f"{self.prefix}-{part}"

    @property
    def summary(self) -> list[tuple[str, Words]]:
        """Every error in the order of the fields, with the id of the input to go to (empty where there is none)."""
        told: list[tuple[str, Words]] = [("", words) for words in self.general_errors]
        for name, field in self.fields.items():
            if name in self.errors:
                part = self.error_parts.get(name) or field.parts[0]
                seen = field.kind != "hidden"  # there is nothing to go to
                told.append((self.id_of(part) if seen else "", self.errors[name]))
        return told

    @property
    def uploads(self) -> dict[str, Upload]:
        """The files that came and were accepted."""
        return {name: value for name, value in self.values.items() if isinstance(value, Upload)}

    def __getitem__(self, name: str) -> BoundField:
        """A field as the page shows it: `form["phone"].error`."""
        return BoundField(self, self.fields[name])

    def __iter__(self) -> Iterator[BoundField]:
        return (BoundField(self, field) for field in self.fields.values())


def secret_parts(form: str | None = None) -> set[str]:
    """The names under which a form takes a password or a code; of an unknown form those of any.

    What comes under them is never kept or shown.
    """
    kinds = [Form.known[form]] if form in Form.known else list(Form.known.values())
    return {part for kind in kinds for field in kind.fields.values() if field.secret for part in field.parts}


class BoundField:
    """A field of one form at one moment, for the macros that draw it."""

    def __init__(self, form: Form, field: Field[Any]) -> None:
        self.form = form
        self.field = field
        self.name = field.name
        self.kind = field.kind
        self.label = field.label
        self.hint = field.hint
        self.optional = not field.required
        self.id = form.id_of(field.parts[0])

    @property
    def error(self) -> Words | None:
        """What is wrong with it."""
        return self.form.errors.get(self.name)

    @property
    def raw(self) -> str:
        """What was typed, exactly."""
        return self.form.value_of(self.name)

    @property
    def raws(self) -> list[str]:
        """Everything that was chosen."""
        return self.form.values_of(self.name)

    @property
    def attributes(self) -> dict[str, str]:
        """More attributes of its input, such as inputmode."""
        return self.field.attributes

    @property
    def options(self) -> Options:
        """What there is to choose from: of the request, else of the field."""
        return self.form.options.get(self.name) or list(getattr(self.field, "options", ()))

    def part(self, suffix: str) -> str:
        """What was typed into one of several inputs: `born.part("year")`."""
        return first(self.form.raw, f"{self.name}-{suffix}")

    def part_id(self, suffix: str) -> str:
        """The id of one of several inputs."""
        return self.form.id_of(f"{self.name}-{suffix}")

    def wrong(self, suffix: str) -> bool:
        """Whether the error is about this one of several inputs."""
        at = self.form.error_parts.get(self.name)
        return self.error is not None and at in {None, f"{self.name}-{suffix}"}

    @property
    def asks_to_keep(self) -> bool:
        """Whether an odd telephone number may be saved as it is."""
        ask = getattr(self.field, "asks_to_keep", None)
        return bool(ask and (self.form.sent or self.part("keep")) and ask(self.form.raw))

    @property
    def kept(self) -> tuple[str, str] | None:
        """A file that came before: the text that stands for it, and its name."""
        return self.form.kept.get(self.name)
