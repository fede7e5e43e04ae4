"""Which function of the source uses which other one, read from the text of the modules without running them."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import receiver

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(receiver.__file__).parent

Symbol = tuple[str, str]
"""A module and a name at its top level; the name is empty for the module itself."""


@dataclass
class Source:
    """Modules by name, with what their names mean."""

    trees: dict[str, ast.Module]
    meanings: dict[str, dict[str, Symbol]] = field(default_factory=dict)

    @classmethod
    def of(cls, texts: dict[str, str]) -> Source:
        """Read modules from their texts."""
        source = cls({name: ast.parse(text) for name, text in texts.items()})
        for name, tree in source.trees.items():
            source.meanings[name] = dict(source._meanings(name, tree))
        return source

    @classmethod
    def of_receiver(cls) -> Source:
        """Read the whole package."""
        texts = {}
        for path in sorted(ROOT.rglob("*.py")):
            parts = ["receiver", *path.relative_to(ROOT).with_suffix("").parts]
            texts[".".join(parts).removesuffix(".__init__")] = path.read_text("utf-8")
        return cls.of(texts)

    def definitions(self, module: str) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
        """The functions and classes at the top of a module."""
        for node in self.trees[module].body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield node

    def uses(self, module: str, node: ast.AST) -> Iterator[Symbol]:
        """Everything from the source that a piece of a module names, called or not."""
        for inner in ast.walk(node):
            if isinstance(inner, (ast.Name, ast.Attribute)):
                found = self.resolve(module, inner)
                if found is not None:
                    yield found

    def resolve(self, module: str, node: ast.expr) -> Symbol | None:
        """Where the thing that an expression like `audit.record` names is defined."""
        if isinstance(node, ast.Name):
            return self._origin(self.meanings[module].get(node.id))
        if isinstance(node, ast.Attribute):
            owner = self.resolve(module, node.value)
            if owner is not None and owner[1] == "":
                return self._origin(self._member(owner[0], node.attr))
        return None

    def reaching(self, target: Symbol) -> set[Symbol]:
        """All functions and classes that use `target`, directly or through others."""
        graph = {
            (module, node.name): set(self.uses(module, node))
            for module in self.trees
            for node in self.definitions(module)
        }
        found = {target}
        while True:
            more = {symbol for symbol, used in graph.items() if symbol not in found and used & found}
            if not more:
                return found
            found |= more

    def _meanings(self, module: str, tree: ast.Module) -> Iterator[tuple[str, Symbol]]:
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module in self.trees:
                for name in node.names:
                    yield name.asname or name.name, self._member(node.module, name.name)
            elif isinstance(node, ast.Import):
                for name in node.names:
                    if name.asname:
                        yield name.asname, (name.name, "")
                    else:
                        first = name.name.split(".")[0]
                        yield first, (first, "")
        for node in tree.body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield node.name, (module, node.name)

    def _member(self, module: str, name: str) -> Symbol:
        inner = f"{module}.{name}"
        return (inner, "") if inner in self.trees else (module, name)

    def _origin(self, symbol: Symbol | None) -> Symbol | None:
        """Follow names that a package only passes on."""
        seen = set()
        while symbol is not None and symbol[1] and symbol not in seen:
            seen.add(symbol)
            onward = self.meanings.get(symbol[0], {}).get(symbol[1])
            if onward is None or onward == symbol:
                break
            symbol = onward
        return symbol if symbol is not None and symbol[0] in self.trees else None
