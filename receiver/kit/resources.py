"""Where the files beside the code lie: inside an installed package, or one level above it in a checkout."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

_PACKAGE = Path(__file__).resolve().parent.parent


def resource(name: Literal["templates", "locales", "migrations"]) -> Path:
    """The folder of that name.

    Raises:
        FileNotFoundError: neither place has it, so the installation is broken.
    """
    for folder in (_PACKAGE / "_share" / name, _PACKAGE.parent / name):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"the installation lacks its {name}")
