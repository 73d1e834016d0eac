"""What of a fork cannot be used, or lies outside of it, is left out of its catalogue and said."""

from __future__ import annotations

import json
import os
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.study import Said, Study

REGISTRY = """\
from dataclasses import dataclass
_ALL_RECIPES = [
    Recipe(
        name="tiny",
        file_path="tiny.py",
        configs=[Config(name="tiny/one", file_path="tiny/one.yaml")],
        supports_distributed=False,
    ),
    Recipe(
        name="other",
        file_path="other.py",
        configs=[],
        supports_distributed=True,
    ),
]
"""
FILES = {
    "version.txt": "0.7.0\n",
    "torchtune/__init__.py": "",
    "torchtune/_recipe_registry.py": REGISTRY,
    "torchtune/models.py": "def tiny(size: int = 1): ...\n",
    "recipes/tiny.py": "def recipe_main(cfg):\n    print(cfg.seed)\n",
    "recipes/other.py": "def recipe_main(cfg):\n    print(cfg.other)\n",
    "recipes/configs/tiny/one.yaml": "seed: 1\n",
}


class Fork:
    """A torchtune of a few lines, and a repository that has a catalogue of it."""

    def __init__(self, folder: Path) -> None:
        self.tree = folder / "fork"
        for name, text in FILES.items():
            self.write(name, text)
        subprocess.run(["git", "init", "-q", folder / "lab"], check=True)
        self.study = Study(folder / "lab")

    def write(self, name: str, content: str | bytes) -> None:
        path = self.tree / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)

    def build(self, source: Path | None = None) -> Said:
        return self.study.cli("catalog", "build", "--from", str(source or self.tree), "--name", "x")

    def read(self, file: str) -> dict[str, Any]:
        text = (self.study.folder / "catalogues/x" / f"{file}.json").read_text(encoding="utf-8")
        found: dict[str, Any] = json.loads(text)
        return found


@pytest.fixture
def fork(tmp_path: Path) -> Fork:
    return Fork(tmp_path)


def test_a_sound_tree_is_built_without_a_warning(fork: Fork) -> None:
    said = fork.build()
    assert (said.code, said.err) == (0, "")
    assert list(fork.read("recipes")) == ["other", "tiny"]
    assert list(fork.read("configs")) == ["tiny/one"]
    assert "torchtune.models.tiny" in fork.read("components")


NO_MODULES: dict[str, tuple[str | bytes, str]] = {
    "marks of a merge": ("x = 1\n<<<<<<< HEAD\n", ":2: Python"),
    "deep attributes": (f"X = a{'.b' * 3000}\n", ": it nests too deeply"),
    "deep sums": (f"X = {'1 + ' * 400}1\n", ": it nests too deeply"),
    "not UTF-8": (b"x = 1\n# \xff\n", ":2: not UTF-8"),
    "NUL": ("x = '\0'\n", ""),
    "too large": ("X = 1\n" * 200_000, ": larger than 1 MB"),
}


@pytest.mark.parametrize("kind", NO_MODULES)
def test_a_module_that_cannot_be_read_is_left_out(kind: str, fork: Fork) -> None:
    content, where = NO_MODULES[kind]
    fork.write("torchtune/lab.py", content)
    said = fork.build()
    assert said.code == 0
    assert f"warning: torchtune/lab.py{where}" in said.err
    assert "its components are unknown" in said.err
    assert "torchtune.models.tiny" in fork.read("components")


ODD_MODULES = {
    "a class over its own import": "from torchtune.models import A\nclass A(A):\n    x = 1\n",
    "classes of each other": "class A(B): ...\nclass B(A): ...\n",
    "a name of itself": "x: int = x\ny = y\na = b\nb = a\n",
    "a partial of itself": "from functools import partial\nf = partial(f, 1)\n",
    "a method of its own class's parent": (
        "class A(A):\n    def __init__(self, **kw):\n        super().__init__(**kw)\n"
    ),
    "annotations that are none": (
        "from typing import Annotated, Literal\n"
        "def f(a: 'no (', b: Annotated[()], c: Literal[b'x', 1], d: '', e: Literal[()]): ...\n"
    ),
    "a value of itself": f"def f(a):\n    x = a\n{'    x = [x, 1]' + chr(10)}    assert x\n",
    "a sum of sums": "def f(a):\n" + "    a = a + 1\n" * 900 + "    if a > 0:\n        raise E\n",
    "a value that doubles": "def f(a):\n"
    + "    a = a + a\n" * 60
    + "    if a > a / 2:\n        raise E\n",
    "a value that forks": (
        "def f(a, b):\n    x = a\n"
        + "".join(f"    if b == {n}:\n        x = x + {n}\n" for n in range(60))
        + "    if x > 3:\n        raise E('no')\n"
    ),
    "a text of a million pages": "def f(a):\n    x = 'a' * 10**10\n    x = 'a' * 99999999999\n"
    "    if a == x:\n        raise E('no')\n",
    "a byte order mark": "\ufeffdef f(a): ...\n",
    "half a character": "def f(a='\\ud800'):\n    if a == '\\ud800':\n        raise E('\\ud800')\n",
}


@pytest.mark.parametrize("kind", ODD_MODULES)
def test_an_odd_module_makes_a_catalogue_that_can_be_used(kind: str, fork: Fork) -> None:
    fork.write("torchtune/lab.py", ODD_MODULES[kind])
    said = fork.build()
    assert (said.code, said.err) == (0, "")
    fork.study.source.write_text(
        'experiment_name: a\nbase_config: tiny/one\ntorchtune: "local:x"\n', encoding="utf-8"
    )
    assert fork.study.cli("lint").code in (0, 1)


def test_a_recipe_that_cannot_be_read_is_left_out(fork: Fork) -> None:
    fork.write("recipes/other.py", "def recipe_main(cfg)\n")
    said = fork.build()
    assert said.code == 0
    assert "warning: recipes/other.py:1: Python" in said.err
    assert "the recipe is left out" in said.err
    assert list(fork.read("recipes")) == ["tiny"]


def test_a_recipe_without_a_file_is_left_out(fork: Fork) -> None:
    (fork.tree / "recipes/other.py").unlink()
    said = fork.build()
    assert said.code == 0
    assert "torchtune/_recipe_registry.py:9: recipe other is registered with" in said.err
    assert list(fork.read("recipes")) == ["tiny"]


def test_what_is_registered_otherwise_is_left_out(fork: Fork) -> None:
    other = 'Recipe(name=NAME, file_path="x.py", configs=[], supports_distributed=True)'
    fork.write("torchtune/_recipe_registry.py", f"{REGISTRY}MORE = [{other}]\n")
    said = fork.build()
    assert said.code == 0
    assert "warning: torchtune/_recipe_registry.py:16: a recipe that is registered" in said.err
    assert list(fork.read("recipes")) == ["other", "tiny"]


@pytest.mark.parametrize("text", ["a: [\n", "a: .nan\n", "a: .inf\n", "- 1\n"])
def test_a_config_that_cannot_be_read_is_left_out(text: str, fork: Fork) -> None:
    fork.write("recipes/configs/tiny/two.yaml", text)
    said = fork.build()
    assert said.code == 0
    assert "warning: recipes/configs/tiny/two.yaml" in said.err
    assert "the config is left out" in said.err
    assert list(fork.read("configs")) == ["tiny/one"]


def test_a_registry_that_cannot_be_read_is_an_error_with_its_line(fork: Fork) -> None:
    fork.write("torchtune/_recipe_registry.py", "x = 1\n=======\n")
    said = fork.build()
    assert said.code == 2
    assert "torchtune/_recipe_registry.py:2: " in said.err


def test_many_warnings_are_counted(fork: Fork) -> None:
    for number in range(50):  # as of a folder with the marks of a merge all over
        fork.write(f"torchtune/lab_{number}.py", "(\n")
    said = fork.build()
    assert said.err.count("warning: ") == 21
    assert "30 more" in said.err


# Outside of the tree


SECRET = "hunter2"


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """Files of somebody's beside the fork, of which nothing may come into a catalogue."""
    folder = tmp_path / "outside"
    folder.mkdir()
    (folder / "secret.yaml").write_text(f"topsecret: {SECRET}\n", encoding="utf-8")
    (folder / "secret.py").write_text(
        f"def recipe_main(cfg):\n    print(cfg.{SECRET})\ndef {SECRET}(): ...\n", encoding="utf-8"
    )
    return folder


def nothing_of_it_is_there(fork: Fork) -> None:
    for file in (fork.study.folder / "catalogues").rglob("*"):
        if file.is_file():
            assert SECRET not in file.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("link", "to"),
    [
        ("recipes/configs/secret.yaml", "secret.yaml"),
        ("torchtune/secret.py", "secret.py"),
        ("recipes/tiny.py", "secret.py"),
        ("torchtune/lab", "."),
    ],
)
def test_a_link_out_of_the_tree_is_not_followed(
    link: str, to: str, fork: Fork, outside: Path
) -> None:
    (fork.tree / link).unlink(missing_ok=True)
    (fork.tree / link).symlink_to(outside / to)
    fork.write("torchtune/more.py", f"from torchtune.lab.secret import {SECRET[:3]}\n")
    said = fork.build()
    assert said.code == 0
    assert SECRET not in said.all
    nothing_of_it_is_there(fork)
    if to != ".":
        assert f"warning: {link}: it leads out of the tree" in said.err


@pytest.mark.parametrize("kind", ["recipe", "config"])
@pytest.mark.parametrize("up", ["../../outside/", "/"])
def test_a_registered_path_out_of_the_tree_is_not_read(
    kind: str, up: str, fork: Fork, outside: Path
) -> None:
    old, name = {
        "recipe": ("tiny.py", "secret.py"),
        "config": ("tiny/one.yaml", "../secret.yaml"),
    }[kind]
    path = f"{outside}/{name}" if up == "/" else f"{up}{name}"
    if kind == "config":
        path = path.replace("outside/../", "../outside/") if up != "/" else path
    text = REGISTRY.replace(f'"{old}"', f'"{path}"')
    fork.write("torchtune/_recipe_registry.py", text)
    said = fork.build()
    assert said.code == 0
    assert "warning: " in said.err or kind == "config"
    nothing_of_it_is_there(fork)


def test_a_folder_of_the_tree_that_is_elsewhere_is_not_read(fork: Fork, outside: Path) -> None:
    (fork.tree / "recipes/configs/tiny/one.yaml").unlink()
    (fork.tree / "recipes/configs/tiny").rmdir()
    (fork.tree / "recipes/configs").rmdir()
    (fork.tree / "recipes/configs").symlink_to(outside)
    assert fork.build().code == 0
    nothing_of_it_is_there(fork)


def test_links_within_the_tree_are_followed(fork: Fork, tmp_path: Path) -> None:
    fork.write("lab/two.yaml", "seed: 2\n")
    (fork.tree / "recipes/configs/two.yaml").symlink_to(fork.tree / "lab/two.yaml")
    (tmp_path / "named").symlink_to(fork.tree)
    assert fork.build(tmp_path / "named").err == ""
    assert list(fork.read("configs")) == ["tiny/one", "two"]


def test_a_dangling_link_is_named(fork: Fork) -> None:
    (fork.tree / "recipes/configs/gone.yaml").symlink_to("nowhere.yaml")
    said = fork.build()
    assert said.code == 0
    assert "warning: recipes/configs/gone.yaml: it is a link that leads to no file" in said.err


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_what_is_no_plain_file_is_not_waited_for(fork: Fork) -> None:
    os.mkfifo(fork.tree / "recipes/configs/pipe.yaml")
    assert fork.build().code == 0


def test_a_wheel_with_names_that_lead_up(fork: Fork, outside: Path, tmp_path: Path) -> None:
    wheel = tmp_path / "torchtune-0.7.0-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, text in FILES.items():
            archive.writestr(name, text.replace("tiny.py", "../../outside/secret.py"))
        archive.writestr("recipes/../../outside/more.py", "x = 1\n")
        archive.writestr("torchtune/large.py", "X = 1\n" * 200_000)
    said = fork.build(wheel)
    assert said.code == 0
    assert "warning: torchtune/large.py: larger than 1 MB" in said.err
    assert list(fork.read("recipes")) == ["other"]
    nothing_of_it_is_there(fork)


# What is said of what was made


def test_git_is_kept_from_the_line_ends(fork: Fork) -> None:
    fork.build()
    folder = fork.study.folder / "catalogues/x"
    assert (folder / ".gitattributes").read_text() == "* -text\n"
    (folder / ".gitattributes").write_text("mine\n")
    fork.build()
    assert (folder / ".gitattributes").read_text() == "mine\n"


def test_what_a_catalogue_replaces_is_said(fork: Fork) -> None:
    assert "made catalogues/x: " in fork.build().out
    said = fork.build().out
    assert "catalogues/x is as it was" in said
    assert "tcwc catalog diff 0.7.0.dev local:x" in said
    fork.write("recipes/configs/tiny/one.yaml", "seed: 2\n")
    assert "replaced catalogues/x: " in fork.build().out
    fork.write("version.txt", "0.6.1\n")
    assert "replaced catalogues/x of torchtune 0.7.0.dev by one of 0.6.1: " in fork.build().out


def test_the_folder_above_is_named(fork: Fork) -> None:
    said = fork.build(fork.tree / "torchtune")
    assert said.code == 2
    assert "name the folder above it: `tcwc catalog build --from ../fork`" in said.err


def test_words_that_an_action_does_not_take(fork: Fork) -> None:
    tree = str(fork.tree)
    said = fork.study.cli("catalog", "build", "mine", "--from", tree)
    assert said.code == 2
    assert f"`tcwc catalog build --from {tree} --name mine`" in said.err
    assert fork.study.cli("catalog", "list", "0.5.0").code == 2


def test_a_recipe_that_the_fork_does_not_register(fork: Fork) -> None:
    fork.build()
    source = 'experiment_name: a\nbase_config: tiny/one\nrecipe: {}\ntorchtune: "local:x"\n'
    fork.study.source.write_text(source.format("unregistered_distillation"), encoding="utf-8")
    assert "once torchtune/_recipe_registry.py there lists it" in fork.study.cli("lint").all


def test_a_config_of_the_release_that_the_fork_has_not(fork: Fork) -> None:
    fork.build()
    source = 'experiment_name: a\nbase_config: qwen3/8B_full\ntorchtune: "local:x"\n'
    fork.study.source.write_text(source, encoding="utf-8")
    said = fork.study.cli("lint").all
    assert "is a config in torchtune 0.7.0.dev, and not in local:x" in said
