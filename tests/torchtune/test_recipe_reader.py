"""What is told of a recipe's source, one construct at a time."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcwc.model.known import RecipeKey, Supplied
from tcwc.torchtune.catalogue.model import RecipeReads
from tcwc.torchtune.introspect.recipe_reader import read_class, read_recipe


def read(body: str, **known: object) -> RecipeReads:
    """Read a recipe whose `recipe_main(cfg)` has this body."""
    head = "from torchtune import config\n\n@config.parse\ndef recipe_main(cfg):\n"
    return read_recipe(head + indent(dedent(body), "    "), "r.py", **known)  # type: ignore[arg-type]


def keys(body: str) -> dict[str, str]:
    """Each key read, with "!" for required, else with its default."""
    return {k.path: "!" if k.required else k.default for k in read(body).keys.values()}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("cfg.x", {"x": "!"}),
        ("cfg['x']", {"x": "!"}),
        ("cfg.get('x', 1 + 1)", {"x": "1 + 1"}),
        ("cfg.get('x')", {"x": "None"}),
        ("cfg.get(key='x', default_value=3)", {"x": "3"}),
        ("cfg.pop('x', 3)", {"x": "3"}),
        ("cfg.pop('x')", {"x": "!"}),
        ("getattr(cfg, 'x', False)", {"x": "False"}),
        ("getattr(cfg, 'x')", {"x": "!"}),
        ("hasattr(cfg, 'x')", {"x": ""}),
        ("'x' in cfg", {"x": ""}),
        ("OmegaConf.select(cfg, 'a.b', default=2)", {"a": "2", "a.b": "2"}),
        ("cfg.a.b.c", {"a": "!", "a.b": "!", "a.b.c": "!"}),
        ("cfg.get('a', {}).get('b', 0)", {"a": "{}", "a.b": "0"}),
        ("f'{cfg.x}'", {"x": "!"}),
        ("lambda: cfg.x", {"x": "!"}),
        ("with open(cfg.x) as f: pass", {"x": "!"}),
    ],
)
def test_reads(body: str, expected: dict[str, str]) -> None:
    assert keys(body) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("cfg.x = 1", {}),
        ("cfg['x'] = 1", {}),
        ("cfg.a.x = 1", {"a": "!"}),
        ("cfg.name.lower()", {"name": "!"}),
        ("cfg.files[0].split('.')", {"files": "!"}),
        ("'left' in cfg.collate_fn", {"collate_fn": "!"}),
        ("other.x", {}),
    ],
)
def test_what_reads_no_key_of_its_own(body: str, expected: dict[str, str]) -> None:
    assert keys(body) == expected


@pytest.mark.parametrize(
    "body",
    [
        "s = cfg.a\ns.b",
        "s, t = cfg.a, 1\ns.b",
        "s = t = cfg.a\nt.b",
        "s: DictConfig = cfg.a\ns.b",
        "if (s := cfg.a): s.b",
        "s = copy.deepcopy(cfg.a)\ns.b",
        "OmegaConf.to_container(cfg.a, resolve=True)['b']",
        "for s in cfg.a: s.b",
        "for i, s in enumerate(cfg.a): s.b",
        "[s.b for s in cfg.a]",
        "cfg.a[0].b",
        "def inner():\n    return cfg.a\ninner().b",
        "def inner(s, /): s.b\ninner(cfg.a)",
        "def inner(*, s): s.b\ninner(s=cfg.a)",
        "(cfg.a if True else None).b",
        "(cfg.a or {}).b",
    ],
)
def test_a_section_is_followed(body: str) -> None:
    assert keys(body) == {"a": "!", "a.b": "!"}


def test_methods_and_attributes_are_followed() -> None:
    reads = read_recipe(
        dedent("""
            class Recipe:
                def __init__(self, cfg):
                    self._cfg = cfg
                    self.size = cfg.size
                def setup(self, cfg):
                    self._model(cfg_model=cfg.model)
                def _model(self, cfg_model, more=None):
                    return cfg_model.rank, self._cfg.seed

            @config.parse
            def main(cfg):
                recipe = Recipe(cfg=cfg)
                recipe.setup(cfg)
        """),
        "r.py",
    )
    assert set(reads.keys) == {"size", "model", "model.rank", "seed"}
    assert not reads.unfollowed


def test_code_that_no_config_reaches_is_not_read() -> None:
    source = "@config.parse\ndef main(cfg): cfg.x\ndef helper(cfg): cfg.y\n"
    assert set(read_recipe(source, "r.py").keys) == {"x"}


def test_without_a_parsed_main_every_cfg_is_the_config() -> None:
    assert set(
        read_recipe("def main(cfg): cfg.x\nclass R:\n  def f(self, cfg): cfg.y", "r").keys
    ) == {
        "x",
        "y",
    }


@pytest.mark.parametrize(
    "body",
    [
        "if 'x' in cfg: cfg.x",
        "if cfg.get('x'): cfg.x",
        "if hasattr(cfg, 'x'): cfg.x",
        "'x' in cfg and cfg.x",
        "cfg.x if 'x' in cfg else 1",
        "while cfg.get('x', 0): cfg.x",
    ],
)
def test_what_is_read_only_if_it_is_there_is_not_required(body: str) -> None:
    assert not read(body).keys["x"].required


def test_what_is_read_elsewhere_too_is_required() -> None:
    assert keys("if 'x' in cfg: cfg.x\ncfg.x") == {"x": "!"}
    assert keys("if 'x' in cfg: pass\nelse: cfg.x") == {"x": "!"}


def test_where_each_read_stands() -> None:
    assert read("cfg.x\ncfg.y\ncfg.x").keys["x"] == RecipeKey("x", True, "", ("r.py:5", "r.py:7"))


def test_constants_stand_for_keys() -> None:
    body = "from torchtune.training import PROFILER_KEY as P\ncfg.get(P, None)"
    named = read(body, constants={"torchtune.training.PROFILER_KEY": "profiler"})
    assert set(named.keys) == {"profiler"}
    assert set(read_recipe("K = 'k'\ndef main(cfg): cfg[K]", "r").keys) == {"k"}


def test_what_a_section_is_instantiated_with() -> None:
    body = """
        config.instantiate(cfg.model)
        config.instantiate(cfg.optimizer, params)
        config.instantiate(cfg.scheduler, optimizer, last_epoch=1, num_training_steps=2)
        config.instantiate(config=cfg.loss)
        section = cfg.get("profiler")
        section["_component_"] = "a.b"
        config.instantiate(section)
    """
    assert read(body).instantiates == {
        "loss": Supplied(0),
        "model": Supplied(0),
        "optimizer": Supplied(1),
        "profiler": Supplied(0, (), "a.b"),
        "scheduler": Supplied(1, ("last_epoch", "num_training_steps")),
    }


def test_of_two_places_counts_what_both_supply() -> None:
    body = "config.instantiate(cfg.a, 1, x=2)\nconfig.instantiate(cfg.a, x=2, y=3)"
    assert read(body).instantiates == {"a": Supplied(0, ("x",))}


def test_items_of_a_list_have_the_path_of_the_list() -> None:
    body = "[config.instantiate(one, tokenizer) for one in cfg.dataset]\ncfg.dataset.get('packed')"
    reads = read(body)
    assert set(reads.keys) == {"dataset", "dataset.packed"}
    assert reads.instantiates == {"dataset": Supplied(1)}


@pytest.mark.parametrize(
    "body",
    ["helper(cfg)", "helper(**cfg)", "for k, v in cfg.items(): pass", "cfg[name]", "cfg.get(n)"],
)
def test_a_config_handed_on_whole_may_be_read_anywhere(body: str) -> None:
    reads = read(body)
    assert "*" in reads.keys
    assert list(reads.unfollowed.values()) == ["r.py:5"]


def test_a_section_handed_on_whole_is_open_where_keys_of_it_are_read_too() -> None:
    assert keys("load(**cfg.data)\ncfg.data.weight") == {
        "data": "!",
        "data.weight": "!",
        "data.*": "",
    }
    assert keys("load(cfg.data)") == {"data": "!"}


@pytest.mark.parametrize(
    "body", ["config.log_config('n', cfg)", "print(cfg)", "logger.log_config(cfg)"]
)
def test_logging_reads_no_key(body: str) -> None:
    assert not read(body).keys


def test_what_another_class_reads_counts_where_it_is_given_the_config() -> None:
    client = read_class(
        "class Other:\n  def f(self, cfg): cfg.other\n"
        "class Client:\n"
        "  def __init__(self, cfg):\n    self._cfg = cfg\n"
        "  def load(self): return self._cfg.get('resume', False)\n",
        "client.py",
        "Client",
        {},
    )
    body = "from a.b import Client\nClient(cfg)\ncfg.resume"
    reads = read(body, readers={"a.b.Client": client})
    assert reads.keys["resume"] == RecipeKey("resume", True, "", ("r.py:7", "client.py:6"))
    assert set(reads.keys) == {"resume"}


def test_a_text_that_is_no_python_is_an_error_with_its_line() -> None:
    assert read_recipe("x = 1\ndef (", "r.py").error.startswith("r.py:2: ")
    assert read_recipe("\0", "r.py").error
    assert read_recipe("x" + ".a" * 100_000, "r.py").error


@given(st.text())
def test_no_text_raises(text: str) -> None:
    read_recipe(text, "r.py")


@given(st.permutations(["s = cfg.a", "t = s", "u = t.b", "u.c"]))
def test_the_order_of_statements_does_not_matter(statements: list[str]) -> None:
    assert set(keys("\n".join(statements))) == {"a", "a.b", "a.b.c"}
