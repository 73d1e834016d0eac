"""Values of configs, and where they are in one."""

from __future__ import annotations

from typing import TypeAlias

Scalar: TypeAlias = None | bool | int | float | str
Value: TypeAlias = "Scalar | list[Value] | dict[str, Value]"
"""A typed config value. Never changed in place once it is in the IR."""

Path: TypeAlias = tuple[str | int, ...]
"""Where a value is in a config: keys, and indices into lists. `("dataset", 0, "split")`."""
