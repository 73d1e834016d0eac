"""A dict that stays small: what is kept of names that authors write, of which there is no end."""

from __future__ import annotations

from itertools import islice
from typing import TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Recent(dict[K, V]):
    """A dict of at most so many entries, set one by one: the oldest makes room for a new one."""

    __slots__ = ("_most",)

    def __init__(self, most: int) -> None:
        super().__init__()
        self._most = most

    def __setitem__(self, key: K, value: V) -> None:
        if len(self) >= self._most and key not in self:
            for oldest in list(islice(self, 1)):  # so that threads may do it at the same time
                self.pop(oldest, None)
        super().__setitem__(key, value)
