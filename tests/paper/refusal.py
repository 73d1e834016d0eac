"""What the interpreter raises where the language says that an experiment is an error."""

from __future__ import annotations


class Refused(Exception):
    """The experiment is an error; the text says why."""


class Late(Refused):
    """A value that only OmegaConf knows, when the run starts, is needed now."""
