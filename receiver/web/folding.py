"""One Jinja environment for each language, in which constant sentences are part of the compiled template.

`_("Save")` costs nothing when a page is drawn: it is looked up, escaped and written into the template's text when the
template is compiled for that language. A sentence with values is prepared as far as it can be. What a page says is the
same as without folding, byte for byte; a test compares.

The compiler also follows the HTML that it passes. Where a value lands inside a tag, or in a title, an option or a text
box, tags cannot stand; there a translation that is missing appears bare, without the `<span lang="en">` that marks it
elsewhere (U41).
"""

from __future__ import annotations

import re
from copy import copy
from typing import TYPE_CHECKING, Any, TypeVar

from jinja2 import Environment, nodes
from jinja2.visitor import NodeTransformer
from markupsafe import Markup

if TYPE_CHECKING:
    from receiver.web.speech import Speech

N = TypeVar("N", bound=nodes.Node)

_SPOKEN = {"_": 1, "_a": 1, "p_": 2, "n_": 3}  # how many arguments of each say what is to be said
_TAG = re.compile(r"<[^>]*>")
_BARE_ELEMENTS = ("title", "option", "textarea")
_BARE_END = re.compile(rf"</({'|'.join(_BARE_ELEMENTS)})\b", re.IGNORECASE)
_OPENING = re.compile(r"<(?:!--|(?P<close>/)?(?P<name>[a-zA-Z][\w-]*))")


def bare(value: Any) -> Any:
    """The text of a marked-up sentence, for where no tag can stand; anything else as it is."""
    if isinstance(value, Markup) and "<" in value:
        return Markup(_TAG.sub("", value))  # noqa: S704 - what was safe stays safe without its tags
    return value


class Place:
    """Where in the HTML the compiler has come: in text, in a tag, in a quoted value, or in an element without tags."""

    def __init__(self) -> None:
        self.tag = ""  # the element whose tag is open
        self.quote = ""
        self.element = ""  # the element in which no tag can stand

    @property
    def is_bare(self) -> bool:
        """Whether a tag cannot stand here."""
        return bool(self.tag or self.element)

    def pass_over(self, data: str) -> None:
        """Go on behind this piece of HTML."""
        at = 0
        while at < len(data):
            at = self._in_tag(data, at) if self.tag else self._in_text(data, at)

    def _in_tag(self, data: str, at: int) -> int:
        for end in range(at, len(data)):
            sign = data[end]
            if self.quote:
                self.quote = "" if sign == self.quote else self.quote
            elif sign in "\"'":
                self.quote = sign
            elif sign == ">":
                name, self.tag = self.tag, ""
                self.element = name if name in _BARE_ELEMENTS else ""
                return end + 1
        return len(data)

    def _in_text(self, data: str, at: int) -> int:
        found = (_BARE_END if self.element else _OPENING).search(data, at)
        if found is None:
            return len(data)
        if found[0] == "<!--":
            end = data.find("-->", found.end())
            return len(data) if end < 0 else end + 3
        closes = bool(self.element) or bool(found["close"])
        self.element = ""
        self.tag = "/" if closes else found["name"].lower()
        return found.end()


class Folder(NodeTransformer):
    """Rewrites the tree of a template: constant sentences become text, values in bare places lose their tags."""

    def __init__(self, speech: Speech, *, fold: bool) -> None:
        self.speech = speech
        self.fold = fold
        self.place = Place()

    def visit_Macro(self, node: nodes.Macro) -> nodes.Macro:  # noqa: N802 - the name is Jinja's
        """A macro is drawn somewhere else: what surrounds its definition says nothing about it."""
        return self._apart(node)

    def visit_Block(self, node: nodes.Block) -> nodes.Block:  # noqa: N802 - the name is Jinja's
        """A block may be drawn alone, and stands where its place in the layout is: both are text or a title."""
        outer, self.place = self.place, Place()
        self.place.element = "title" if node.name == "title" else ""
        self.generic_visit(node)
        self.place = outer
        return node

    def visit_CallBlock(self, node: nodes.CallBlock) -> nodes.CallBlock:  # noqa: N802 - the name is Jinja's
        """What is handed to a macro is drawn where the macro says."""
        return self._apart(node)

    def visit_AssignBlock(self, node: nodes.AssignBlock) -> nodes.AssignBlock:  # noqa: N802 - the name is Jinja's
        """What is set aside is drawn later."""
        return self._apart(node)

    def visit_If(self, node: nodes.If) -> nodes.If:  # noqa: N802 - the name is Jinja's
        """Both branches begin at the same place."""
        start = self.place
        node.test = self.visit(node.test)
        for branch in (node.else_, node.elif_, node.body):
            self.place = copy(start)
            branch[:] = [self.visit(child) for child in branch]
        return node

    def _apart(self, node: N) -> N:
        outer, self.place = self.place, Place()
        self.generic_visit(node)
        self.place = outer
        return node

    def visit_Output(self, node: nodes.Output) -> nodes.Output:  # noqa: N802 - the name is Jinja's
        """Text and values in the order in which they are drawn."""
        drawn: list[nodes.Expr] = []
        for child in node.nodes:
            if isinstance(child, nodes.TemplateData):
                self.place.pass_over(child.data)
                drawn.append(child)
                continue
            spoken = self.visit(child)
            if self.place.is_bare:
                spoken = nodes.Filter(spoken, "bare", [], [], None, None, lineno=child.lineno)
            drawn.append(spoken)
        node.nodes = drawn
        return node

    def visit_Call(self, node: nodes.Call) -> nodes.Expr:  # noqa: N802 - the name is Jinja's
        """A call of `_`, `_a`, `p_` with constant words: text, or text with holes for its values.

        `_(label)` of something that is no constant says it without looking a text up: only sentences that stand in
        our own files are translated.
        """
        self.generic_visit(node)
        words = self._constant_words(node)
        if words is None:
            if isinstance(node.node, nodes.Name) and node.node.name in TOLD:
                node.node.name = TOLD[node.node.name]
            return _direct(node)
        if not self.fold:
            return node
        name, arguments = words
        if not node.kwargs:
            return nodes.Const(getattr(self.speech, name)(*arguments), lineno=node.lineno)
        template = self.speech.template(name, *arguments)
        holes = nodes.Const(template, lineno=node.lineno)
        fill = "fill_a_" if name == "say_bare" else "fill_"
        return nodes.Filter(holes, fill, [], node.kwargs, None, None, lineno=node.lineno)

    def _constant_words(self, node: nodes.Call) -> tuple[str, list[str]] | None:
        name = node.node.name if isinstance(node.node, nodes.Name) else ""
        if name not in _SPOKEN or name == "n_" or node.dyn_args or node.dyn_kwargs:
            return None
        if len(node.args) != _SPOKEN[name]:
            return None
        constants = [argument.value for argument in node.args if isinstance(argument, nodes.Const)]
        texts = [constant for constant in constants if isinstance(constant, str)]
        return (METHODS[name], texts) if len(texts) == len(node.args) else None


def _direct(node: nodes.Call) -> nodes.Expr:
    """A call of one of `DIRECT` as the filter of that name, which Jinja calls without looking at what it is."""
    name = node.node.name if isinstance(node.node, nodes.Name) else ""
    if name not in DIRECT or not node.args or node.dyn_args or node.dyn_kwargs:
        return node
    first, *others = node.args
    return nodes.Filter(first, name, others, node.kwargs, None, None, lineno=node.lineno)


DIRECT = ("t", "ta", "may", "options_")
METHODS = {"_": "say", "_a": "say_bare", "p_": "say_in_context"}
TOLD = {"_": "t", "_a": "ta"}


class SpeakingEnvironment(Environment):
    """A Jinja environment that speaks one language."""

    speech: Speech
    fold: bool

    def _generate(
        self, source: nodes.Template, name: str | None, filename: str | None, defer_init: bool = False
    ) -> str:
        folded = Folder(self.speech, fold=self.fold).visit(source)
        return super()._generate(folded, name, filename, defer_init)
