"""Imports strictyaml so that the program that tcwc is a guest in does not notice.

strictyaml imports dateutil and urllib.parse for types that no experiment has, and with them
zoneinfo, ctypes, tempfile and ipaddress: a seventh of what a lint takes. While it is imported,
stand-ins take their places; behind it the places are as before, for whoever needs the modules
themselves. A LazyLoader would not do: its modules load as soon as a second `import` meets them.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from warnings import catch_warnings

_USER = "strictyaml.scalar"
"""The module that imports them, and uses them as `dateutil.parser.parse`, by global names."""

_SPARED = ("dateutil.parser", "urllib.parse")


def import_strictyaml() -> None:
    """Import strictyaml, or nothing where it is imported already.

    Neither `sys.modules` nor the warning filters, to which its ruamel adds, keep a trace of how.
    """
    if "strictyaml" in sys.modules:
        return
    # What the program has imported already is used as it is.
    places = {name: _StandIn(name) for name in _SPARED if name not in sys.modules}
    sys.modules.update(places)
    try:
        with catch_warnings():
            user = import_module(_USER)
    finally:
        # Left there, find_spec("urllib.parse") raised ValueError in the program around tcwc, and
        # pickles of what it imported from there broke.
        for name, stand_in in places.items():
            # Otherwise another thread has put the module itself there.
            if sys.modules.get(name) is stand_in:
                del sys.modules[name]
    for name in places:
        package, _, module = name.partition(".")
        setattr(user, package, _Package(package, module))


class _StandIn(ModuleType):
    """A module's place in `sys.modules`; another thread that finds it there can use it."""

    def __getattr__(self, name: str) -> object:
        if sys.modules.get(self.__name__) is self:
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


class _Package(ModuleType):
    """What strictyaml knows a package by: its one module is imported when it is used."""

    def __init__(self, name: str, module: str) -> None:
        super().__init__(name)
        self._module = module

    def __getattr__(self, name: str) -> ModuleType:
        if name != self._module:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        return import_module(f"{self.__name__}.{name}")
