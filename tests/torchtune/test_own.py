"""The author's own components, told from the text of their modules."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcwc.disk import data
from tcwc.disk.files import Place
from tcwc.model.arguments import Arguments, arguments
from tcwc.model.types import Type
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.catalogue.own import OwnCode


def catalogue(*folders: dict[str, str]) -> Catalogue:
    """The catalogue, with these folders' files as the author's own code."""
    own = OwnCode(tuple(folder.get for folder in folders))
    return Catalogue(
        "0.6.1",
        data.read_schema,
        data.schema_names,
        lambda: own,
    )


def taken(source: str, name: str = "lab.made") -> Arguments | None:
    return arguments(catalogue({"lab.py": source}), name)


@pytest.mark.parametrize(
    ("source", "named", "more"),
    [
        ("def made(a, b=1, *, c): ...", ["a", "b", "c"], False),
        ("async def made(a): ...", ["a"], False),
        ("def made(a, **rest): ...", ["a"], True),
        ("class made:\n  def __init__(self, a): ...", ["a"], False),
        ("class made: ...", [], False),
        ("PATTERN = '\\d'  # Python warns of it\ndef made(a): ...", ["a"], False),
        ("class Base:\n  def __init__(self, a): ...\nclass made(Base): ...", ["a"], False),
        ("from dataclasses import dataclass\n@dataclass\nclass made:\n  a: int\n  b: str = ''",
         ["a", "b"], False),
        ("import far\nclass made(far.Thing): ...", [], True),
        ("import far\n@far.registered\ndef made(a): ...", ["a"], True),
        ("class made(metaclass=Meta):\n  def __init__(self, a): ...", ["a"], True),
        ("class made:\n  def __new__(cls, *args, **rest): ...", [], True),
        ("def other(a): ...\nmade = other", ["a"], False),
        ("from functools import partial\ndef other(a, b): ...\nmade = partial(other, b=1)",
         ["a", "b"], False),
        ("from torch.optim import SGD\ndef made(params, **rest): return SGD(params, **rest)",
         ["params", "lr", "momentum"], False),
    ],
)  # fmt: skip
def test_what_is_taken(source: str, named: list[str], more: bool) -> None:
    found = taken(source)
    assert found is not None
    assert list(found.named)[: len(named)] == named
    assert found.more == more


@pytest.mark.parametrize(
    "source",
    [
        "from torchtune.datasets import alpaca_dataset as made",
        "import torchtune\nmade = torchtune.datasets.alpaca_dataset",
        "from functools import partial\nfrom torchtune.datasets import alpaca_dataset\n"
        "made = partial(alpaca_dataset, source='x')",
        "from torchtune.datasets import alpaca_dataset\n"
        "def made(tokenizer, **rest): return alpaca_dataset(tokenizer, **rest)",
    ],
)
def test_what_stands_for_a_component_of_torchtune_takes_what_that_takes(source: str) -> None:
    found = taken(source)
    assert found is not None
    assert {"train_on_input", "packed", "column_map"} <= set(found.named)


def test_a_subclass_without_an_initialiser_takes_what_its_torchtune_base_takes() -> None:
    found = taken("from torchtune.datasets import TextCompletionDataset\n"
                  "class made(TextCompletionDataset): ...")  # fmt: skip
    assert found is not None
    assert "add_eos" in found.named


def test_types_come_from_annotations_and_nothing_else() -> None:
    found = taken("from typing import Literal, Optional\n"
                  "def made(a: int, b: Optional[float] = None, c: Literal['x', 'y'] = 'x',"
                  " d=1, e: Thing = None): ...")  # fmt: skip
    assert found is not None
    types = {name: parameter.type for name, parameter in found.named.items()}
    assert types["a"] == Type(("int",))
    assert types["b"] == Type(("float", "null"))
    assert types["c"] == Type(("str",), ("x", "y"))
    assert types["d"] == types["e"] == Type(("any",))


@pytest.mark.parametrize(
    ("files", "name"),
    [
        ({"lab.py": "def made(a): ..."}, "lab.made"),
        ({"lab/__init__.py": "from .data import made", "lab/data.py": "def made(a): ..."},
         "lab.made"),
        ({"lab/__init__.py": "", "lab/data/__init__.py": "from lab.data.notes import *",
          "lab/data/notes.py": "def made(a): ..."}, "lab.data.made"),
        ({"lab/data.py": "def made(a): ..."}, "lab.data.made"),
    ],
)  # fmt: skip
def test_modules_packages_and_namespaces(files: dict[str, str], name: str) -> None:
    for folders in ((files,), ({}, files), ({"other.py": ""}, files)):
        found = arguments(catalogue(*folders), name)
        assert found is not None
        assert list(found.named) == ["a"]


def test_the_first_folder_counts() -> None:
    found = arguments(
        catalogue({"lab.py": "def made(a): ..."}, {"lab.py": "def made(b): ..."}), "lab.made"
    )
    assert found is not None
    assert list(found.named) == ["a"]


@pytest.mark.parametrize(
    ("source", "name", "absent"),
    [
        ("def made(a): ...", "lab.mode", True),
        ("def made(a): ...", "lab", True),
        ("from elsewhere import *", "lab.made", False),
        ("def __getattr__(name): ...", "lab.made", False),
        ("globals().update(made=1)", "lab.made", False),
        ("for made in range(3): ...", "lab.made", False),
        ("class made:\n  @classmethod\n  def of(cls, a): ...", "lab.made.of", False),
        ("def made(a)", "lab.made", False),
        ("made = (" + "(" * 400, "lab.made", False),
    ],
)
def test_why_there_is_none(source: str, name: str, absent: bool) -> None:
    known = catalogue({"lab.py": source})
    assert arguments(known, name) is None
    trouble = known.own_trouble(name)
    assert trouble is not None
    assert trouble.absent == absent


@pytest.mark.parametrize("name", ["", ".", "lab..made", "../lab.made", "/etc/passwd.x", "a b.c"])
def test_only_names_are_looked_for(name: str) -> None:
    asked: list[str] = []

    def read(file: str) -> None:
        asked.append(file)

    own = OwnCode((read,))
    assert own.component(name) is own.trouble(name) is own.module(name) is None
    assert asked == []


@given(st.text(alphabet="def clasmade():\n .=@*,[]{}'\"#\\\t\0é", max_size=60))
def test_no_text_is_too_odd(text: str) -> None:
    own = OwnCode(({"lab.py": text}.get,))
    own.component("lab.made")
    own.trouble("lab.made")
    own.module("lab")


def test_folders_reach_up_to_the_repository(tmp_path: Path) -> None:
    root = tmp_path / "repository"
    (root / ".git").mkdir(parents=True)
    (root / "src").mkdir()
    (root / "studies" / "one").mkdir(parents=True)
    (root / "src" / "low.py").write_text("x = 1", encoding="utf-8")
    (root / "studies" / "middle.py").write_text("x = 2", encoding="utf-8")
    (tmp_path / "outside.py").write_text("x = 3", encoding="utf-8")
    readers = Place(str(root / "studies" / "one" / "experiment.yaml")).code_folders()

    def found(name: str) -> list[str]:
        return [text for read in readers if (text := read(name)) is not None]

    assert found("low.py") == ["x = 1"]
    assert found("middle.py") == ["x = 2"]
    assert found("outside.py") == []


def test_without_a_repository_only_the_experiments_folder_counts(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    (tmp_path / "above.py").write_text("x = 1", encoding="utf-8")
    (tmp_path / "one" / "here.py").write_text("x = 2", encoding="utf-8")
    readers = Place(str(tmp_path / "one" / "experiment.yaml")).code_folders()
    assert [read("above.py") for read in readers] == [None, None]
    assert readers[0]("here.py") == "x = 2"
