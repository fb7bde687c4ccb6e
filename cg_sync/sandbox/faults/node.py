"""One JSON object of a fault script, read key by key, so that none is overlooked. Pure."""

from collections.abc import Sequence, Set
from typing import Any


class BadScript(ValueError):
    """No fault script: where it is wrong, and how."""

    def __init__(self, place: str, what: str) -> None:
        super().__init__(f"{place}: {what}")


class Node:
    """A JSON object and its place; every method raises BadScript for what does not fit."""

    def __init__(self, place: str, data: Any) -> None:
        if not isinstance(data, dict):
            raise BadScript(place, "expected a JSON object")
        self.place = place
        self._data = dict(data)
        self._left = set(self._data)

    def names(self) -> Set[str]:
        """Its keys."""
        return self._data.keys()

    def close(self) -> None:
        """Refuse what nobody has asked for."""
        if self._left:
            raise BadScript(self.place, f"unknown key {', '.join(map(repr, sorted(self._left)))}")

    def whatever(self) -> dict[str, Any]:
        """All of it, as it is."""
        self._left = set()
        return dict(self._data)

    def part(self, name: str) -> "Node | None":
        """The object below the key; None when it is left out."""
        value = self._take(name)
        return Node(f"{self.place}.{name}", value) if name in self._data else None

    def parts(self, name: str) -> list["Node"]:
        """The objects in the list below the key, which must be there."""
        items = self._take(name)
        if not isinstance(items, list):
            raise BadScript(f"{self.place}.{name}", "expected a list")
        return [Node(f"{name}[{number}]", item) for number, item in enumerate(items)]

    def text(self, name: str) -> str | None:
        """A text; None when it is left out."""
        value = self._take(name)
        if name not in self._data:
            return None
        if not isinstance(value, str):
            raise BadScript(f"{self.place}.{name}", "expected a text")
        return value

    def choice(self, name: str, choices: Sequence[str]) -> str | None:
        """One of the words; None when it is left out."""
        value = self.text(name)
        if value is not None and value not in choices:
            raise BadScript(f"{self.place}.{name}", f"{value!r} is none of {', '.join(choices)}")
        return value

    def words(self, name: str, choices: Sequence[str] | None = None) -> tuple[str, ...] | None:
        """One word or a list of them, None when left out; all among the choices, if any."""
        value = self._take(name)
        if name not in self._data:
            return None
        words = value if isinstance(value, list) else [value]
        for word in words:
            if not isinstance(word, str) or (choices is not None and word not in choices):
                wanted = "a text" if choices is None else f"of {', '.join(choices)}"
                raise BadScript(f"{self.place}.{name}", f"{word!r} is not {wanted}")
        return tuple(words)

    def number(self, name: str, low: float, high: float, *, default: float | None = None) -> float:
        """A number from `low` to `high`; one that must be there if it has no default."""
        value = self._take(name, default)
        if (
            not isinstance(value, int | float)
            or isinstance(value, bool)
            or not low <= value <= high
        ):
            raise BadScript(f"{self.place}.{name}", f"expected a number from {low:g} to {high:g}")
        return float(value)

    def whole(self, name: str, low: int, high: int, *, default: int | None = None) -> int:
        """A whole number from `low` to `high`; one that must be there if it has no default."""
        return self._whole(name, self._take(name, default), low, high)

    def wholes(self, name: str, low: int, high: int) -> tuple[int, ...]:
        """One whole number, or a list of them."""
        value = self._take(name)
        items = value if isinstance(value, list) else [value]
        return tuple(self._whole(name, it, low, high) for it in items)

    def one_of(self, name: str, choices: Sequence[int], *, default: int | None = None) -> int:
        """One of the numbers; one that must be there if it has no default."""
        value = self._take(name, default)
        if isinstance(value, bool) or value not in choices:
            raise BadScript(
                f"{self.place}.{name}", f"expected one of {', '.join(map(str, choices))}"
            )
        return int(value)

    def _whole(self, name: str, value: Any, low: int, high: int) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise BadScript(f"{self.place}.{name}", f"expected a whole number from {low} to {high}")
        return value

    def _take(self, name: str, default: Any = None) -> Any:
        self._left.discard(name)
        return self._data.get(name, default)
