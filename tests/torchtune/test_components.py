"""What is told of a package's components from its source."""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest

from tcwc.torchtune.introspect.components import members
from tcwc.torchtune.introspect.foreign_modules import Library


def read(source: str, **files: str) -> dict[str, Any]:
    """Read the components of `pkg/_code.py`, all of which `pkg` offers."""
    texts = {
        "pkg/__init__.py": "from pkg._code import *",
        "pkg/_code.py": dedent(source),
        **{f"pkg/{name}.py": dedent(text) for name, text in files.items()},
    }
    modules = [name.removesuffix(".py").replace("/", ".") for name in texts]
    return members(Library(texts.get), [name.removesuffix(".__init__") for name in modules])


def component(source: str, name: str = "f") -> dict[str, Any]:
    found: dict[str, Any] = read(source)[f"pkg._code.{name}"]
    return found


def parameters(source: str, name: str = "f") -> dict[str, str]:
    """Each parameter with its default, "!" where it is required."""
    listed = component(source, name)["parameters"]
    return {p["name"]: "!" if p["required"] else p["default"] for p in listed}


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("def f(a, b=1, *, c, d='x'): ...", {"a": "!", "b": "1", "c": "!", "d": "'x'"}),
        ("class f:\n  def __init__(self, a, b=2): ...", {"a": "!", "b": "2"}),
        ("class f:\n  pass", {}),
        ("class B:\n  def __init__(self, a): ...\nclass f(B):\n  pass", {"a": "!"}),
        (
            "@dataclass\nclass f:\n  a: int\n  b: int = 1\n  c: ClassVar[int] = 2",
            {"a": "!", "b": "1"},
        ),
        ("@dataclass\nclass f:\n  a: list = field(default_factory=list)", {"a": "list()"}),
        ("@dataclass\nclass f:\n  a: int = field(init=False)", {}),
        ("@dataclass\nclass B:\n  a: int\n@dataclass\nclass f(B):\n  b: int", {"a": "!", "b": "!"}),
        ("def g(a, b, c=1): ...\nf = partial(g, b=2)", {"a": "!", "b": "2", "c": "1"}),
        ("def g(a, b): ...\nf = functools.partial(g, 1)", {"b": "!"}),
        ("class g:\n  def __init__(self, a, b): ...\nf = partial(g, a=1)", {"a": "1", "b": "!"}),
        ("def g(a): ...\nh = partial(g, a=1)\nf = partial(h, a=2)", {"a": "2"}),
        ("def g(a): ...\nf = g", {"a": "!"}),
    ],
)
def test_parameters(source: str, expected: dict[str, str]) -> None:
    assert parameters(source) == expected


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("int", {"kinds": ["int"]}),
        ("Optional[int]", {"kinds": ["int", "null"]}),
        ("int = None", {"kinds": ["int", "null"]}),
        ("nn.Module = None", {"kinds": ["any"]}),
        ("int | str", {"kinds": ["int", "str"]}),
        ("List[str]", {"kinds": ["list"], "item": {"kinds": ["str"]}}),
        ("List[MODULES]", {"kinds": ["list"], "item": {"kinds": ["str"], "choices": ["q", "v"]}}),
        ("Literal['a', 'b']", {"kinds": ["str"], "choices": ["a", "b"]}),
        (
            "Union[List[str], Dict[str, str]]",
            {"kinds": ["list", "mapping"], "item": {"kinds": ["str"]}},
        ),
        ("Callable", {"kinds": ["any"]}),
        ("torch.dtype", {"kinds": ["any"]}),
    ],
)
def test_types(annotation: str, expected: dict[str, Any]) -> None:
    source = f"MODULES = Literal['q', 'v']\ndef f(a: {annotation}): ..."
    assert component(source)["parameters"][0]["type"] == expected


@pytest.mark.parametrize(
    ("source", "forwards"),
    [
        ("def f(a): ...", ""),
        ("def f(**k): ...", "*"),
        ("def f(**k):\n  k.pop('a')\n  g(**k)\ndef g(a): ...", "*"),
        ("def f(**k): g(1, b=2, **k)\ndef g(a, b, c): ...", "pkg._code.g"),
        ("def f(**k): unknown(**k)", "*"),
        ("from far.away import g\ndef f(**k): g(**k)", "far.away.g"),
        ("import far.away as w\ndef f(**k): w.g(**k)", "far.away.g"),
        ("class B:\n  def __init__(self, a): ...\nclass f(B):\n"
         "  def __init__(self, **k): super().__init__(**k)", "pkg._code.B"),
        ("class f(Protocol):\n  def m(self): ...", "*"),
        ("class P(Protocol): ...\nclass f(P): ...", ""),
        ("class f(nn.Module): ...", ""),
        ("class f(elsewhere.Unknown): ...", "*"),
        ("def g(**k): ...\nf = partial(g, a=1)", "*"),
    ],
)  # fmt: skip
def test_where_keyword_arguments_lead(source: str, forwards: str) -> None:
    assert component(source)["forwards"] == forwards


def test_what_a_forwarding_call_gives_by_itself() -> None:
    source = "def f(**k): g(1, c=2, b=3, **k)\ndef g(a, b, c, d): ..."
    assert component(source)["supplies"] == {"positional": 1, "keywords": ["b", "c"]}


def test_a_component_is_listed_once_under_its_public_name() -> None:
    found = members(
        Library(
            {
                "pkg/__init__.py": "from pkg.sub import f",
                "pkg/sub/__init__.py": "from ._code import f",
                "pkg/sub/_code.py": "def f(): ...\ndef _hidden(): ...",
            }.get
        ),
        ["pkg", "pkg.sub", "pkg.sub._code"],
    )
    assert set(found) == {"pkg.f", "pkg.sub.f", "pkg.sub._code.f"}
    assert found["pkg.sub.f"] == found["pkg.sub._code.f"] == "pkg.f"
    assert found["pkg.f"] == {"at": "pkg/sub/_code.py:1", "forwards": "", "parameters": []}


def test_what_is_no_component_is_not_listed() -> None:
    source = "import os\nX = 1\nclass E(Enum):\n  A = 1\nclass N(NamedTuple):\n  a: int\n"
    assert read(source) == {}


def test_listed_components_of_other_packages_are_referred_to() -> None:
    assert read("from torch.optim import AdamW\nfrom torch import nn") == {
        "pkg._code.AdamW": "torch.optim.AdamW"
    }
