"""Files that are none of ours, and of which `tcwc adopt` makes experiments."""

from __future__ import annotations

from tcwc.api.session import TARGET
from tcwc.language.script import starts_runs
from tcwc.model.printable import shell_path
from tcwc.moves.given import Given, kind_of

_WHAT = {
    "script": "a script that starts runs",
    "multirun": "a script with a multirun line of Hydra's",
    "sweep": "a sweep of W&B's",
    "hydra": "a config of Hydra's with a sweep in it",
    "summary": "a summary of experiments",
}


def what_it_is(path: str, text: str) -> tuple[str, str]:
    """What a text is, in words, and what makes an experiment of it; "" for both where none does."""
    kind = kind_of(Given(path, text), TARGET)
    if kind == "script" and not starts_runs(text, TARGET):
        return "", ""
    what = _WHAT.get(kind, "")
    return what, f"`tcwc adopt {shell_path(path)}` makes an experiment of it" if what else ""
