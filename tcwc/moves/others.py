"""Files of other programs that are not adopted, and of which lint knows what they are."""

from __future__ import annotations

from tcwc.api.compilation import compile
from tcwc.api.session import Session
from tcwc.model.printable import shell_path

_THIS_IS = "this is "
"""How the help for a file of another program begins."""


def of_other_program(path: str, text: str, session: Session) -> tuple[str, str]:
    """What a text is, in words, and what says which lines it is here; "" for both where nobody
    knows."""
    found = compile(path, text=text, session=session).diagnostics
    told = next((each.help for each in found if each.help.startswith(_THIS_IS)), "")
    what = told.partition(";")[0].partition(" (`")[0].removeprefix(_THIS_IS)
    help = f"`tcwc plan {shell_path(path)}` says which lines it is as an experiment"
    return what, help if what else ""
