"""From a template and data to a PDF. Templates are typst; data goes in as JSON, so nobody's words are ever markup."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import typst

from receiver.letters.fonts import FAMILY, fonts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

_HEAD = """\
#let data = json(bytes(sys.inputs.data))
#set text(font: "%(family)s", lang: data.lang, dir: if data.dir == "rtl" { rtl } else { ltr }, fallback: false)
#let ltr-run(value) = box(text(dir: ltr, value))
#let run-of(value) = if value.contains(regex("\\p{Arabic}")) { value } else { ltr-run(value) }
"""
"""What every template can use: `data`, `ltr-run` for numbers, amounts and references inside Arabic, and `run-of` for a
value that may be one of these or Arabic itself."""


class BadLetterError(RuntimeError):
    """A template cannot be typeset; the fault is ours and not the reader's."""


def typeset(template: Path, data: Mapping[str, object], *, language: str, direction: str, made_at: datetime) -> bytes:
    """The PDF of a template, tagged for screen readers; the same data and moment give the same bytes.

    Raises:
        BadLetterError: the template is wrong, or does not fit its data.
    """
    text = (_HEAD % {"family": FAMILY} + template.read_text("utf-8")).encode()
    inputs = {"data": json.dumps({**data, "lang": language, "dir": direction}, ensure_ascii=False)}
    try:
        made = typst.Compiler(input=text, font_paths=fonts(), sys_inputs=inputs).compile(
            format="pdf", timestamp=made_at.replace(microsecond=0)
        )
    except typst.TypstError as error:
        raise BadLetterError(str(error)) from error
    if not isinstance(made, bytes):
        raise BadLetterError("typst gave no document")
    return made
