"""Components with values at, inside and outside the bounds that were read from their bodies.

Each is really made, by torchtune's own `instantiate`, in a process of the torchtune environment;
what becomes of it stands beside what the conditions in the catalogue say.
"""

from __future__ import annotations

import itertools
import json
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeAlias, TypeGuard

from tcwc.disk import data
from tcwc.expressions.syntax import Literal, walk
from tcwc.lint.cases import Case
from tcwc.model.types import misfit
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.knowledge.condition.holds import certain
from tcwc.torchtune.knowledge.condition.model import Test, tests_of
from tcwc.torchtune.knowledge.condition.reader import CaseReader

_MOST = 120
"""Combinations of values that are tried of one condition."""

_MADE_OF = {
    "torch.optim": ["param"],
    "torchao.optim": ["param"],
    "torchtune.datasets": ["tokenizer"],
}
_FILL = {"int": 8, "float": 0.5, "str": "x", "bool": False, "list": ["q_proj"], "mapping": {}}

_MAKE = """
import json, sys, traceback, types, torch, warnings
warnings.filterwarnings("ignore")
from omegaconf import OmegaConf
from torchtune.config import instantiate
first = {
    "param": [torch.nn.Parameter(torch.zeros(2, 2))],
    "tokenizer": types.SimpleNamespace(max_seq_len=None),
}
for line in sys.stdin:
    asked = json.loads(line)
    try:
        with torch.device("meta"):
            section = OmegaConf.create(asked["section"])
            made = instantiate(section, *[first[f] for f in asked["first"]])
            if asked["step"]:  # some are refused there
                first["param"][0].grad = torch.ones(2, 2)
                made.step()
            if "Chunked" in section._component_:
                logits = [torch.zeros(1, 2, 4)]
                both = (logits, logits) if "KL" in section._component_ else (logits,)
                made(*both, torch.zeros(1, 2, dtype=torch.long))
        print(json.dumps(None))
    except BaseException as error:
        frames = traceback.extract_tb(error.__traceback__)
        where = [[f.filename, f.lineno] for f in frames]
        print(json.dumps({"error": f"{type(error).__name__}: {error}"[:200], "where": where}))
"""


Result: TypeAlias = dict[str, Any]
"""An error, and where it was raised."""


@dataclass(frozen=True)
class Tried:
    """A section that is made, and where it is refused according to the catalogue."""

    section: dict[str, Any]
    refused: tuple[str, ...]

    @property
    def name(self) -> str:
        return str(self.section["_component_"])

    @property
    def line(self) -> str:
        module = self.name.rpartition(".")[0]
        asked = {"section": self.section, "first": _MADE_OF.get(module, [])}
        return json.dumps({**asked, "step": ".optim." in self.name and bool(self.refused)})


def catalogue() -> Catalogue:
    return Catalogue("0.6.1", data.read_schema, data.schema_names)


def sections(known: Catalogue, names: list[str]) -> Iterator[Tried]:
    """What is tried of these components, each section once."""
    seen = set()
    for name in names:
        read = [(m["at"], tests_of(json.dumps(m["tree"]))) for m in known.refusals(name)]
        for _, tests in read:
            for section in _sections(known, name, tests):
                text = json.dumps(section)
                if text not in seen:
                    seen.add(text)
                    yield Tried(section, tuple(at for at, each in read if holds(each, section)))


def holds(tests: tuple[Test, ...], section: dict[str, Any]) -> bool:
    """Whether the catalogue says that a section is refused."""
    reader = CaseReader(None, Case({"s": section}, (), ()))  # type: ignore[arg-type]
    reader.section = ("s",)
    return certain(tests, reader) is True


def _sections(known: Catalogue, name: str, tests: tuple[Test, ...]) -> Iterator[dict[str, Any]]:
    component = known.component(name)
    assert component is not None
    asked = list(dict.fromkeys(str(p[1]) for test in tests for p in test.expression.names))
    first = len(_MADE_OF.get(name.rpartition(".")[0], []))
    required = [p for p in list(component.parameters.values())[first:] if p.required]
    filled = {p.name: _FILL[p.type.kinds[0]] for p in required if p.type.kinds[0] in _FILL}
    if any(key not in component.parameters for key in asked) or len(filled) < len(required):
        return
    values = [
        [v for v in _values(tests) if misfit(v, component.parameters[key].type) is None]
        for key in asked
    ]
    for chosen in itertools.islice(itertools.product(*values), _MOST):
        given = {k: v for k, v in zip(asked, chosen, strict=True) if v != "absent"}
        yield {"_component_": name, **filled, **given}


def _values(tests: tuple[Test, ...]) -> list[Any]:
    """Values at, inside and outside the bounds of a condition."""
    nodes = [node for test in tests for node in walk(test.expression.root)]
    plain = [n.value for n in nodes if isinstance(n, Literal)]
    numbers = [float(v) if not isinstance(v, int) else v for v in plain if _is_number(v)]
    near = [each + step for each in numbers for step in (-1, 0, 1)]
    texts = [each for each in plain if isinstance(each, str)]
    lists: list[Any] = [[], [0.5], [0.5, 0.5], [0.5, 1.5], [-1.0, 0.5], {}]
    lists += [dict.fromkeys(texts, "x"), {texts[0]: "x"}] if texts else []
    every = [*near, 0, 1, -1, 0.5, -0.5, 1.5, *texts, "other", True, False, None, *lists]
    return list({json.dumps(each): each for each in every}.values())


def _is_number(value: object) -> TypeGuard[int | Decimal]:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def made(tried: list[Tried], python: Path) -> list[Result | None]:
    """What became of each: None where it was made, else the error and where it was raised."""
    lines = "".join(each.line + "\n" for each in tried)
    done = subprocess.run(
        [str(python), "-c", _MAKE],
        input=lines,
        capture_output=True,
        text=True,
        check=True,
        env={"HF_HUB_OFFLINE": "1", "PATH": "/usr/bin:/bin", "HF_HOME": "/nonexistent"},
    )
    return [json.loads(line) for line in done.stdout.splitlines() if line[:1] in "{n"]


def raised_at(error: Result, at: str) -> bool:
    """Whether an error came from a statement: the file and the line of its beginning, or a few
    lines below, where a call in it stands."""
    file, _, line = at.rpartition(":")
    return any(
        where.endswith(f"/{file}") and int(line) - 1 <= number <= int(line) + 8
        for where, number in error["where"]
    )
