"""What is told of a component's body: under which conditions it surely raises."""

from __future__ import annotations

import json
from textwrap import dedent, indent

import pytest

from tcwc.torchtune.introspect.components import members
from tcwc.torchtune.introspect.foreign_modules import Library


def refused(source: str, name: str = "f") -> list[str]:
    """The conditions under which a component of a module is refused."""
    texts = {"pkg/__init__.py": dedent(source)}
    member = members(Library(texts.get), ["pkg"])[f"pkg.{name}"]
    assert isinstance(member, dict)
    return [each["when"] for each in member.get("refuses", ())]


def of_body(body: str, parameters: str = "a, b=1, c=None") -> list[str]:
    return refused(f"def f({parameters}):\n" + indent(dedent(body), "    "))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("if a < 0: raise E", ["section.a < 0"]),
        ("if not 0.0 <= a < 1.0: raise E", ["not (0.0 <= section.a < 1.0)"]),
        ("assert b > 0", ["not (default(section.b, 1) > 0)"]),
        (
            "if c is not None and c < a: raise E",
            ["default(section.c, null) != null and default(section.c, null) < section.a"],
        ),
        ("if a not in ['x', 'y']: raise E", ["section.a not in ['x', 'y']"]),
        (
            "if c:\n  if b: raise E",
            ["truth(default(section.c, null)) and truth(default(section.b, 1))"],
        ),
        (
            "if a == 'x': pass\nelif a == 'y': pass\nelse: raise E",
            ["section.a != 'x' and section.a != 'y'"],
        ),
        ("if isinstance(a, Tensor): raise E", []),
        ("if isinstance(a, dict): raise E", ["is_a(section.a, 'dict')"]),
        (
            "d = a if c else b\nif d < 0: raise E",
            [
                "(truth(default(section.c, null)) and section.a < 0) or "
                "(not truth(default(section.c, null)) and default(section.b, 1) < 0)"
            ],
        ),
        ("x = 8 % a", ["section.a == 0"]),
        ("x = torch.zeros(2) / a", []),
        ("x = a[1]", ["len(section.a) <= 1"]),
        (
            "for _ in range(b):\n  if a < 0: raise E",
            ["default(section.b, 1) > 0 and section.a < 0"],
        ),
        ("x.chunk(b, dim=1)", ["default(section.b, 1) <= 0"]),
    ],
)
def test_what_surely_raises(body: str, expected: list[str]) -> None:
    assert of_body(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        "if torch.cuda.is_available(): return\nif a < 0: raise E",
        "if a < 0 and unknown(): raise E",
        "try:\n  if a < 0: raise E\nexcept E: pass",
        "while a:\n  if b < 0: raise E",
        "a = fetch(a)\nif a < 0: raise E",
        "for each in c:\n  if a < 0: raise E",
        "c.append(1)\nif c == 1: raise E",
        "for a in c: pass\nif a < 0: raise E",
        "lambda: 1 / a",
        "yield a\nif a < 0: raise E",
        "def inner():\n  raise E",
        "if a < 0:\n  a = 0\nif unknown(a): raise E",
    ],
)
def test_what_may_not_raise_is_left_out(body: str) -> None:
    assert of_body(body) == []


def test_a_branch_that_returns_is_left_behind() -> None:
    assert of_body("if c: return\nif a < 0: raise E") == [
        "not truth(default(section.c, null)) and section.a < 0"
    ]


def test_an_unknown_part_of_an_or_is_left_out() -> None:
    assert of_body("if a < 0 or unknown(): raise E") == ["section.a < 0"]


def test_calls_are_followed_with_their_arguments() -> None:
    source = """
    def g(x, y=0):
        if x < y: raise E
    def f(a, b=2):
        g(a, y=b)
    """
    assert refused(source) == ["section.a < default(section.b, 2)"]


def test_classes_their_parents_and_methods() -> None:
    source = """
    class Base:
        def __init__(self, rate):
            self.rate = rate
            self.check()
        def check(self):
            if self.rate < 0: raise E
    class f(Base):
        def __init__(self, a, b=1):
            super().__init__(a)
    """
    assert refused(source) == ["section.a < 0"]


def test_a_method_of_a_subclass_is_the_one_that_is_called() -> None:
    source = """
    class Base:
        def __init__(self, rate):
            self.rate = rate
            self.check()
        def check(self):
            if self.rate < 0: raise E
    class f(Base):
        def check(self):
            pass
    """
    assert refused(source) == []


def test_tables_and_enumerations() -> None:
    source = """
    class Kind(Enum):
        ONE: str = "one"
        TWO = "two"
    TABLE = {"x": 1, "y": 2}
    def f(a, b):
        Kind[a]
        TABLE[b]
    """
    assert refused(source) == ["section.a not in ['ONE', 'TWO']", "section.b not in ['x', 'y']"]


def test_what_a_loss_divides_into_in_each_step() -> None:
    source = """
    class MyLoss:
        def __init__(self, chunks=8):
            self.chunks = chunks
        def forward(self, labels):
            return [each for each in labels.chunk(self.chunks)]
    """
    assert refused(source, "MyLoss") == ["default(section.chunks, 8) <= 0"]


def test_a_message_names_what_it_shows() -> None:
    source = 'def f(a):\n    if a < 0:\n        raise ValueError(f"no {a}, but {a + 1}")\n'
    member = members(Library({"pkg/__init__.py": source}.get), ["pkg"])["pkg.f"]
    assert isinstance(member, dict)
    (only,) = member["refuses"]
    assert (only["message"], only["at"]) == ("no {section.a}, but ...", "pkg/__init__.py:3")
    assert json.dumps(only["tree"]) == '["compare", ["<"], ["name", "section", "a"], 0]'
