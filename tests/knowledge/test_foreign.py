"""Signatures of other packages: how they are read, and that what ships is what is made."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from tcwc.disk.packages import open_packages
from tcwc.torchtune.catalogue.packages import PACKAGES, REVISION
from tcwc.torchtune.introspect import foreign as generator
from tcwc.torchtune.introspect import foreign_paths
from tcwc.torchtune.introspect.foreign_modules import Library
from tcwc.torchtune.introspect.foreign_types import annotation_type
from tcwc.torchtune.introspect.listed import LISTED
from tests.conftest import missing
from tests.experiments import CATALOGUE
from tests.knowledge.data import SCHEMAS, foreign

FILES = sorted((SCHEMAS / "foreign").glob("*.json"))
NEWEST = PACKAGES["0.6.1"][max(PACKAGES["0.6.1"])]


def library(**files: str) -> Library:
    texts = {f"{name.replace('__', '/')}.py": text for name, text in files.items()}
    return Library(texts.get)


def kinds(annotation: str, **files: str) -> tuple[str, ...]:
    lib = library(**{"m": "", **files})
    module = lib.module("m")
    assert module is not None
    return annotation_type(lib, module, ast.parse(annotation, mode="eval").body).kinds


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("int", ("int",)),
        ("Optional[int]", ("int", "null")),
        ("Union[str, list[str]]", ("str", "list")),
        ("float | Tensor", ("float",)),
        ("'Optional[Dict[str, int]]'", ("mapping", "null")),
        ("Literal['a', 'b']", ("str",)),
        ("Tuple[float, float]", ("list",)),
        ("os.PathLike", ("str",)),
        ("Tensor", ("any",)),
        ("Optional[Callable[[int], int]]", ("any",)),
        ("Unknown", ("any",)),
        ("Union[int, Unknown]", ("any",)),
    ],
)
def test_kinds_of_annotations(annotation: str, expected: tuple[str, ...]) -> None:
    assert kinds(annotation) == expected


def test_an_alias_is_followed_and_a_class_is_nothing_that_yaml_gives() -> None:
    assert kinds("A", m="A = Union[int, B]\nclass B: ...") == ("int",)


def test_an_alias_of_itself_ends() -> None:
    assert kinds("A", m="A = Union[int, A]") == ("any",)


def test_items_and_choices() -> None:
    lib = library(m="")
    module = lib.module("m")
    assert module is not None
    node = ast.parse("Optional[List[Literal['a', 'b']]]", mode="eval").body
    found = annotation_type(lib, module, node)
    assert found.item is not None
    assert found.item.choices == ("a", "b")


_OPTIMIZERS = {
    "torch/optim/__init__.py": "from .sgd import SGD as SGD\nfrom ._base import *\n"
    '__all__ = ["SGD", "Own", "lr_scheduler"]\n'
    "from . import lr_scheduler\n",
    "torch/optim/lr_scheduler.py": "import torch\n",
    "torch/optim/sgd.py": "from ._base import Own as B\nclass SGD(B):\n    x = 1\n",
    "torch/optim/_base.py": "from typing import overload\n"
    "class Own:\n    def __init__(self, params, /, lr: float = 1e-3, *, n: int, **kw): ...\n",
}


def members(files: Mapping[str, str]) -> Mapping[str, generator.Member]:
    return generator.members("torch", files.get)


def test_inherited_initialisers_and_re_exports_are_found() -> None:
    found = members(_OPTIMIZERS)
    assert list(found) == ["torch.optim.Own", "torch.optim.SGD"]
    assert found["torch.optim.SGD"]["at"] == "torch/optim/sgd.py:2"
    assert found["torch.optim.SGD"]["parameters"] == found["torch.optim.Own"]["parameters"]


def test_a_member_is_described_in_full() -> None:
    any_, float_, int_ = ({"kinds": [kind]} for kind in ("any", "float", "int"))
    expected = [
        _parameter("params", any_, "", True, "") | {"positional_only": True},
        _parameter("lr", float_, "float", False, "1e-3"),
        _parameter("n", int_, "int", True, ""),
    ]
    assert members(_OPTIMIZERS)["torch.optim.Own"] == {
        "at": "torch/optim/_base.py:2",
        "forwards": "*",
        "parameters": expected,
    }


def _parameter(
    name: str, of: object, annotation: str, required: bool, default: str
) -> dict[str, object]:
    return {
        "name": name,
        "type": of,
        "annotation": annotation,
        "required": required,
        "default": default,
    }


def test_what_shipped_configs_name_is_there() -> None:
    assert {
        "bitsandbytes.optim.PagedAdamW",
        "bitsandbytes.optim.PagedAdamW8bit",
        "datasets.load_dataset",
        "torch.nn.CrossEntropyLoss",
        "torch.optim.AdamW",
        "torchao.quantization.qat.Int8DynActInt4WeightQATQuantizer",
    } <= foreign().keys()


def test_torchs_adamw_is_typed_as_yaml_gives_it() -> None:
    types = {p["name"]: p["type"] for p in foreign()["torch.optim.AdamW"]["parameters"]}
    assert types["lr"] == {"kinds": ["float"]}
    assert types["betas"] == {"kinds": ["list"], "item": {"kinds": ["float"]}}
    assert types["fused"] == {"kinds": ["bool", "null"]}


def test_every_file_is_of_a_revision_and_every_revision_has_its_files() -> None:
    named = [each for of_version in PACKAGES.values() for each in of_version.values()]
    assert {f"{p}-{at}.json" for each in named for p, at in each.items()} == {f.name for f in FILES}
    assert {min(each) for each in PACKAGES.values()} == {1}
    assert max(max(each) for each in PACKAGES.values()) <= REVISION
    assert {package for each in named for package in each} == set(LISTED)


def _shipped(package: str) -> Path:
    return SCHEMAS / "foreign" / f"{package}-{NEWEST[package]}.json"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_every_listed_component_has_its_paths(file: Path) -> None:
    package = file.name.partition("-")[0]
    paths = json.loads((file.parent / "paths" / file.name).read_text("utf-8"))
    listed = json.loads(file.read_text("utf-8"))
    for module, _, last in (name.rpartition(".") for name in listed):
        assert module not in LISTED[package] or module in paths[last], last


@pytest.mark.parametrize(
    ("name", "absent"),
    [
        ("torch.AdamW", True),
        ("torch.optimizer.AdamW", True),
        ("torch.nn.AdamW", True),
        ("bitsandbytes.PagedAdamW", True),
        ("torch.optim.adamw.AdamW", False),
        ("bitsandbytes.adam.Adam8bit", False),
        ("torchao.prototype.low_bit_optim.AdamW8bit", False),
        ("torch.Generator", False),
        ("mylab.AdamW", False),
    ],
)
def test_a_path_that_a_package_has_not_is_known_to_be_none(name: str, absent: bool) -> None:
    assert CATALOGUE.is_closed(name) is absent


@pytest.mark.slow
@pytest.mark.network
@pytest.mark.parametrize("package", ["bitsandbytes", "datasets", "torchao"])
def test_what_ships_is_what_the_wheel_gives(package: str, tmp_path: Path) -> None:
    shipped = _shipped(package)
    requirement = shipped.stem.replace(f"{package}-", f"{package}==")
    download = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(tmp_path)]
    done = subprocess.run([*download, requirement], capture_output=True, text=True, check=False)
    wheels = sorted(tmp_path.glob("*.whl"))
    if done.returncode:
        missing(f"the wheel of {requirement} ({done.stderr.strip().splitlines()[-1:]})")
    with open_packages(wheels[0]) as packages:
        made = generator.generate(packages) | foreign_paths.generate(packages)
    paths = shipped.parent / "paths" / shipped.name
    assert made == {
        shipped.name: shipped.read_text(encoding="utf-8"),
        f"paths/{shipped.name}": paths.read_text(encoding="utf-8"),
    }


@pytest.mark.torchtune
def test_what_ships_is_what_the_installed_torch_gives(site_packages: Path) -> None:
    shipped = _shipped("torch")
    with open_packages(site_packages) as packages:
        made = generator.generate(packages)
    if shipped.name not in made:
        pytest.skip(f"another torch than that of {shipped.name} is installed: {sorted(made)}")
    assert made[shipped.name] == shipped.read_text(encoding="utf-8")
