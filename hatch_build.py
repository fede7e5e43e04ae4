"""Build hook: make the static files before a wheel or an editable install is put together."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class StaticFilesHook(BuildHookInterface):  # type: ignore[type-arg]  # hatchling's generic has no use here
    """Runs `receiver.web.static_build` from its file, because the package's own dependencies are not there yet.

    The files lie inside the package in a folder that git ignores, and `artifacts` in pyproject.toml takes them into
    the wheel. Naming them in `build_data["force_include"]` instead would break editable installs.
    """

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002  # hatchling's signature
        """Build for wheels, editable ones included; a source distribution carries sources only."""
        if self.target_name != "wheel":
            return
        path = Path(self.root) / "receiver" / "web" / "static_build.py"
        spec = importlib.util.spec_from_file_location("static_build", path)
        if spec is None or spec.loader is None:
            raise FileNotFoundError(path)
        static_build = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(static_build)
        static_build.build()
