"""Fields for files: bounded in size, judged by content, and never asked for twice (U12)."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar

from receiver.kit.text import clean_line
from receiver.kit.words import LabelledEnum, Words, _, p_
from receiver.web.body import MIB
from receiver.web.forms.field import Field, FieldError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from receiver.web.sent import SentFile

_NAME_LENGTH = 120
_ENTRIES_AT_MOST = 2_000
_HEAD = 4_096
_UTF16 = (b"\xff\xfe", b"\xfe\xff")


class FileKind(LabelledEnum):
    """The kinds of files that are understood, by what is in them and not by what they are called."""

    CSV = "csv", p_("file kind", "CSV")
    XLSX = "xlsx", p_("file kind", "Excel (XLSX)")
    XML = "xml", p_("file kind", "XML")
    PDF = "pdf", p_("file kind", "PDF")
    PNG = "png", p_("file kind", "PNG picture")
    JPEG = "jpeg", p_("file kind", "JPEG picture")
    ZIP = "zip", p_("file kind", "ZIP")


_SIGNATURES = (
    (b"%PDF-", FileKind.PDF),
    (b"\x89PNG\r\n\x1a\n", FileKind.PNG),
    (b"\xff\xd8\xff", FileKind.JPEG),
)


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that was accepted: a harmless name, what its content is, and its bytes."""

    name: str
    kind: FileKind
    data: bytes


class File(Field[Upload]):
    """One file of the given kinds, at most `most` bytes."""

    kind: ClassVar[str] = "file"
    blank_words: ClassVar[Words] = _("Please choose a file for “%(label)s”.")

    def __init__(self, label: Words, kinds: Iterable[FileKind], *, most: int = 5 * MIB, **more: Any) -> None:
        super().__init__(label, **more)
        self.kinds = tuple(kinds)
        self.most = most

    @property
    def kept_part(self) -> str:
        """The name of the input that stands for a file which came before."""
        return f"_keep-{self.name}"

    @property
    def accept(self) -> str:
        """What a file chooser should offer."""
        endings = {FileKind.JPEG: ".jpg,.jpeg"}
        return ",".join(endings.get(kind, f".{kind.value}") for kind in self.kinds)

    def parse_file(self, sent: SentFile) -> Upload:
        """The file, judged.

        Raises:
            FieldError: it is too large, empty, or of another kind.
        """
        name = safe_name(sent.name)
        if len(sent.data) > self.most:
            raise FieldError(
                _("The file %(name)s is too large: up to %(limit)s MB are taken.", name=name, limit=self.most // MIB)
            )
        if not sent.data:
            raise FieldError(_("The file %(name)s is empty.", name=name))
        kind = kind_of(sent.data)
        if kind is None or kind not in self.kinds:
            raise FieldError(
                _(
                    "The file %(name)s is of another kind than this page takes. It takes: %(kinds)s.",
                    name=name,
                    kinds=[each.label for each in self.kinds],
                )
            )
        return Upload(name, kind, sent.data)


def safe_name(name: str) -> str:
    """The file's own name without folders, controls and what the file systems of any computer refuse."""
    last = PurePosixPath(clean_line(name).replace("\\", "/")).name
    kept = "".join("_" if sign in '<>:"|?*%' else sign for sign in last).strip(" .")
    stem, dot, ending = kept.rpartition(".")
    return (f"{stem[: _NAME_LENGTH - 10]}.{ending[:9]}" if dot and stem else kept[:_NAME_LENGTH]) or "file"


def kind_of(data: bytes) -> FileKind | None:
    """What the bytes are, or None: nothing known, or something with macros in it."""
    for signature, kind in _SIGNATURES:
        if data.startswith(signature):
            return kind
    if data.startswith(b"PK\x03\x04"):
        return _kind_of_archive(data)
    head = data[:_HEAD]
    if b"\x00" in head and not head.startswith(_UTF16):
        return None
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:5].lower()
    if start.startswith(b"<"):
        return FileKind.XML if start == b"<?xml" else None
    return FileKind.CSV


def _kind_of_archive(data: bytes) -> FileKind | None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError):
        return None
    if len(names) > _ENTRIES_AT_MOST or any(name.lower().endswith("vbaproject.bin") for name in names):
        return None
    return FileKind.XLSX if "xl/workbook.xml" in names else FileKind.ZIP
