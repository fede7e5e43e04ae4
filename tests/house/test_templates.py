"""Every template: it compiles in every language, stays on its floor, is used, and its blocks can be drawn alone."""

from __future__ import annotations

import ast
import re
import tomllib
from functools import lru_cache
from pathlib import Path

import pytest
from jinja2 import nodes

from receiver import i18n
from receiver.kit.resources import resource
from receiver.web import render

ROOT = Path(__file__).resolve().parents[2]
COMMON = ("_layout", "_ui")
TEMPLATES = sorted(str(path.relative_to(resource("templates"))) for path in resource("templates").rglob("*.html"))
DRAWINGS = {"accounts/second_factor.html", "accounts/slip.html", "stipends/receipt.html"}
"""These print a drawing that our own code has made (a QR code), and nothing else unescaped."""

_QUOTED = re.compile(r"[\"']([a-z_]+/[a-z0-9_/-]+(?:\{[^}]*\})?\.html)[\"']")


@lru_cache
def asked_for() -> dict[str, set[str]]:
    """The templates that code names, and the blocks it asks of each."""
    found: dict[str, set[str]] = {}
    for path in (ROOT / "receiver").rglob("*.py"):
        source = path.read_text("utf-8")
        for name in _QUOTED.findall(source):
            found.setdefault(name, set())
        for call in ast.walk(ast.parse(source)):
            if isinstance(call, ast.Call) and getattr(call.func, "id", "") in {"page", "form_page"}:
                found.setdefault(_template_of(call), set()).update(_blocks_of(call))
    return found


def _template_of(call: ast.Call) -> str:
    second = call.args[1] if len(call.args) > 1 else None
    return second.value if isinstance(second, ast.Constant) else ""


def _blocks_of(call: ast.Call) -> set[str]:
    given = next((keyword.value for keyword in call.keywords if keyword.arg == "block"), None)
    if given is None:
        return set()
    return {part.value for part in ast.walk(given) if isinstance(part, ast.Constant) and isinstance(part.value, str)}


@lru_cache
def floors() -> dict[str, int]:
    """Each room with its floor, the roof being 0, as the import contract has them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = next(each["layers"] for each in settings["contracts"] if each["name"] == "Floors")
    return {room.strip(" ()"): floor for floor, layer in enumerate(layers) for room in layer.split("|")}


def tree_of(name: str) -> nodes.Template:
    environment = render.environment_of("en")
    return environment.parse((resource("templates") / name).read_text("utf-8"), name)


@pytest.mark.parametrize("code", i18n.LOCALES)
def test_all_compile(code: str) -> None:
    environment = render.environment_of(code)
    for name in TEMPLATES:
        environment.get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
class TestEachTemplate:
    def test_it_stays_on_its_floor(self, name: str) -> None:
        room = name.partition("/")[0]
        for node in tree_of(name).find_all((nodes.Extends, nodes.Include, nodes.Import, nodes.FromImport)):
            if isinstance(node.template, nodes.Const):  # what is no constant comes out of a slot
                other = node.template.value.partition("/")[0]
                below = other == "_layout" or floors()[other] > floors().get(room, -1)
                assert other == room or below, "templates look down as imports do; macros come from `ui`"

    def test_it_is_used(self, name: str) -> None:
        if name.startswith(COMMON):
            return
        named = set(asked_for())
        for path in resource("templates").rglob("*.html"):
            named |= set(_QUOTED.findall(path.read_text("utf-8")))
        begun = tuple(filter(None, (each.partition("{")[0] for each in named if "{" in each)))
        assert name in named or name.startswith(begun), "nothing draws it"

    def test_its_blocks_are_there(self, name: str) -> None:
        blocks = set(render.environment_of("en").get_template(name).blocks)
        assert asked_for().get(name, set()) <= blocks

    def test_a_text_is_said_and_never_printed(self, name: str) -> None:
        """`safe` would let HTML of people's making through."""
        if name in DRAWINGS:
            return
        assert not [each for each in tree_of(name).find_all(nodes.Filter) if each.name == "safe"]
        assert not list(tree_of(name).find_all(nodes.MarkSafe))

    def test_what_was_done_is_told_by_the_layout_alone(self, name: str) -> None:
        """Else it stands there twice."""
        told = "t(done)" in (resource("templates") / name).read_text("utf-8")
        assert told == (name == "_layout/page.html")

    def test_it_is_short(self, name: str) -> None:
        lines = (resource("templates") / name).read_text("utf-8").count("\n")
        assert lines <= 150, f"{lines} lines; the house keeps nine in ten templates to 100"


def test_what_code_draws_exists() -> None:
    named = {name for name in asked_for() if name and "{" not in name}
    assert sorted(named - set(TEMPLATES)) == []
