"""Files that are none of ours: what they are, and which command does something with them."""

from __future__ import annotations

from tcwc.api.session import TARGET, Session
from tcwc.language.script import starts_runs
from tcwc.model.printable import shell_path
from tcwc.moves.given import Given, kind_of
from tcwc.moves.others import of_other_program

_ENDS = (".yaml", ".yml")
_WHAT = {
    "script": "a script that starts runs",
    "multirun": "a script with a multirun line of Hydra's",
    "sweep": "a sweep of W&B's",
    "hydra": "a config of Hydra's with a sweep in it",
    "summary": "a summary of experiments",
}


def what_it_is(path: str, text: str, session: Session) -> tuple[str, str]:
    """What a text is, in words, and the command that does something with it; "" for both where
    none does."""
    kind = kind_of(Given(path, text), TARGET)
    if kind == "script" and not starts_runs(text, TARGET):
        return "", ""
    if what := _WHAT.get(kind, ""):
        return what, f"`tcwc adopt {shell_path(path)}` makes an experiment of it"
    return of_other_program(path, text, session) if path.endswith(_ENDS) else ("", "")
