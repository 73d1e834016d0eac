"""Dataclasses that are frozen and have slots, for a twentieth of what the standard ones cost.

The standard `dataclass` writes and compiles six methods for each class: half a millisecond, beside
the modules that it imports. `tcwc lint`, which is to take no more than a dozen starts of Python,
defines sixty classes and makes values of half of them. Here the methods are shared, and `__init__`
is compiled when a class has made a few values without: for most it never comes to that.

To a type checker this is the standard module; `tests/model/test_frozen.py` holds the two together
at run time. The functions of the standard module (`fields`, `asdict`, `replace`, ...) take these
values too. What changes (`slots` alone) stays a standard dataclass.
"""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NoReturn

__all__ = ["dataclass", "field", "replace"]


class _Field:
    """A default that is made anew for each value."""

    __slots__ = ("compare", "make")

    def __init__(self, make: Callable[[], Any], compare: bool) -> None:
        self.make, self.compare = make, compare


def _dataclass(*, frozen: bool, slots: bool) -> Callable[[type], type]:
    """A class decorator; of the standard options there are only these two, both true."""
    assert frozen
    assert slots
    return _defined


def _field(*, default_factory: Callable[[], Any], compare: bool = True) -> _Field:
    """The default of a field: made anew for each value, and left out of comparisons if so said."""
    return _Field(default_factory, compare)


def _replace(value: Any, /, **changes: Any) -> Any:
    """A copy of a value with other fields. Raises TypeError for a name that is none."""
    kept = {name: getattr(value, name) for name in value.__match_args__ if name not in changes}
    return type(value)(**kept, **changes)


if TYPE_CHECKING:
    from dataclasses import dataclass, field, replace
else:
    dataclass, field, replace = _dataclass, _field, _replace


def _defined(bare: type) -> type:
    """The class again, with slots for its fields and the methods of a value."""
    names = tuple(bare.__annotations__)
    defaults = {name: bare.__dict__[name] for name in names if name in bare.__dict__}
    ignored = {n for n, made in defaults.items() if isinstance(made, _Field) and not made.compare}
    kept = bare.__dict__.keys() - defaults.keys() - {"__dict__", "__weakref__"}
    namespace = {
        "__qualname__": bare.__qualname__,
        "__slots__": names,
        "__match_args__": names,
        "__init__": _init_at_first,
        "_left": [_FEW],
        "_names": frozenset(names),
        "__repr__": _repr,
        "__eq__": _eq,
        "__hash__": _hash,
        "__setattr__": _refuse,
        "__delattr__": _refuse,
        "__reduce__": _reduce,
        "__replace__": _replace,
        "__dataclass_fields__": _Standard(),
        "__dataclass_params__": _Standard(),
        "_defaults": defaults,
        "_compared": property(_getter([name for name in names if name not in ignored])),
    }
    # Slots cannot be added to a class, so it is made again, as the standard module does.
    return type(bare.__name__, bare.__bases__, namespace | {n: bare.__dict__[n] for n in kept})


class _Standard:
    """What the standard module notes on a class of its own, made when somebody asks for it.

    Only a caller's program does: to make it here would import `dataclasses` in every lint.
    """

    def __set_name__(self, owner: type, name: str) -> None:
        self._owner, self._name = owner, name

    def __get__(self, value: object, cls: type) -> object:
        noted: object = getattr(_twin(self._owner), self._name)
        setattr(self._owner, self._name, noted)
        return noted


def _twin(cls: Any) -> type:
    """The standard dataclass with the fields of one of ours."""
    from dataclasses import field, make_dataclass

    fields = []
    for name in cls.__match_args__:
        given: dict[str, Any] = {}
        if name in cls._defaults:
            default = cls._defaults[name]
            given["default"] = default
            if isinstance(default, _Field):
                given = {"default_factory": default.make, "compare": default.compare}
        fields.append((name, cls.__annotations__[name], field(**given)))
    return make_dataclass(cls.__name__, fields, frozen=True, slots=True)


def _getter(names: list[str]) -> Callable[[Any], Any]:
    """A function from a value to a tuple of some of its fields."""
    if len(names) > 1:
        return attrgetter(*names)
    # Of one name attrgetter gives no tuple, and of none it refuses to be made.
    return lambda value: tuple(getattr(value, name) for name in names)


_FEW = 30
"""Values that cost less without an `__init__` of their class's own than compiling one."""


def _init_at_first(self: Any, *values: Any, **named: Any) -> None:
    cls = type(self)
    names, defaults, left = cls.__match_args__, cls._defaults, cls._left
    left[0] -= 1  # in a list, as to set it on the class would empty Python's caches of the class
    if left[0] and not named and len(values) == len(names):
        for name, value in zip(names, values, strict=True):
            _set(self, name, value)
        return
    given = dict(zip(names, values, strict=False), **named)
    fits = len(given) == len(values) + len(named)
    for name, default in defaults.items():
        if name not in given:
            given[name] = default.make() if isinstance(default, _Field) else default
    if not left[0] or not fits or given.keys() != cls._names:
        cls.__init__ = _init(cls)  # which says what is wrong with the arguments
        cls.__init__(self, *values, **named)
        return
    for name, value in given.items():
        _set(self, name, value)


_set = object.__setattr__


def _init(cls: Any) -> Any:
    """`__init__` as one would write it, but for the fields, which are set past `__setattr__`."""
    known: dict[str, Any] = {}
    parameters, lines = ["self"], ["pass"]
    for name in cls.__match_args__:
        # The slot's own setter takes a quarter less time than object.__setattr__.
        known[f"set_{name}"] = getattr(cls, name).__set__
        parameter = value = name
        if name in cls._defaults:
            default = known[f"or_{name}"] = cls._defaults[name]
            parameter = f"{name}=or_{name}"
            if isinstance(default, _Field):
                value = f"or_{name}.make() if {name} is or_{name} else {name}"
        parameters.append(parameter)
        lines.append(f"set_{name}(self, {value})")
    exec(f"def __init__({', '.join(parameters)}):\n " + "\n ".join(lines), known)
    return known["__init__"]


def _repr(self: Any) -> str:
    fields = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__match_args__)
    return f"{type(self).__qualname__}({fields})"


def _eq(self: Any, other: Any) -> Any:
    return self._compared == other._compared if type(self) is type(other) else NotImplemented


def _hash(self: Any) -> int:
    return hash(self._compared)


def _refuse(self: object, name: str, *_: object) -> NoReturn:
    raise AttributeError(f"{type(self).__qualname__} is frozen: `{name}` stays as it is")


def _reduce(self: Any) -> tuple[type, tuple[Any, ...]]:
    # Pickle's own way would set the slots by setattr, and a frozen value refuses that.
    return type(self), tuple(getattr(self, name) for name in self.__match_args__)
