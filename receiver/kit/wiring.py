"""Places that a lower room leaves open and the roof fills, so that nothing imports upwards."""

from __future__ import annotations

from typing import TYPE_CHECKING, Generic, ParamSpec, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

T = TypeVar("T")
P = ParamSpec("P")
R = TypeVar("R")


def _name_of(thing: object) -> str:
    """What a thing is known by: its own `name`, or where its code stands.

    Raises:
        TypeError: it has neither, so that offering it twice could not be noticed.
    """
    own = getattr(thing, "name", None)
    if isinstance(own, str) and own:
        return own
    module, qualified = getattr(thing, "__module__", None), getattr(thing, "__qualname__", None)
    if not (module and qualified):
        raise TypeError(f"{type(thing).__name__} has no name of its own: give one")
    return f"{module}.{qualified}"


class Slot(Generic[T]):
    """A list that the roof fills once: tabs of a person, lines of the menu.

    What is offered again under the same name takes the place of the first, so wiring twice changes nothing.
    """

    def __init__(self, name: str) -> None:
        self.name = name
        self._items: dict[str, T] = {}

    def offer(self, item: T, *, name: str | None = None) -> T:
        """Add `item` at the end; it is returned, so that this also decorates."""
        self._items[name or _name_of(item)] = item
        return item

    def clear(self) -> None:
        """Forget everything offered, for a test that wires anew."""
        self._items.clear()

    def __iter__(self) -> Iterator[T]:
        return iter(tuple(self._items.values()))

    def __len__(self) -> int:
        return len(self._items)

    def __repr__(self) -> str:
        return f"<Slot {self.name}: {', '.join(self._items) or 'empty'}>"


class Hook(Generic[P, R]):
    """A moment at which other rooms are asked, without knowing which: calling it runs all connected in order."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._slot: Slot[Callable[P, R]] = Slot(name)

    def connect(self, function: Callable[P, R], *, name: str | None = None) -> Callable[P, R]:
        """Run `function` too whenever the hook is called; connected twice it runs once."""
        return self._slot.offer(function, name=name)

    def clear(self) -> None:
        """Forget everything connected, for a test that wires anew."""
        self._slot.clear()

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> list[R]:
        """The answers of all that is connected, in order."""
        return [function(*args, **kwargs) for function in self._slot]

    def __len__(self) -> int:
        return len(self._slot)
