"""Recipes of one's own that import, and extend, others."""

from __future__ import annotations

from tcwc.disk import data
from tcwc.torchtune.catalogue.load import Catalogue
from tcwc.torchtune.catalogue.model import RecipeReads
from tcwc.torchtune.introspect.recipe_reader import read_recipe

CATALOGUE = Catalogue(
    "0.6.1",
    data.read_schema,
    data.schema_names,
)
HEAD = "from torchtune import config\n"
MAIN = """
@config.parse
def recipe_main(cfg):
    recipe = Mine(cfg=cfg)
    recipe.setup(cfg=cfg)
    recipe.train()
"""
SHIPPED = "from recipes.lora_finetune_single_device import LoRAFinetuneRecipeSingleDevice\n"


def read(text: str, **files: str) -> RecipeReads:
    """Read a recipe beside modules of the same folder, `lab/NAME.py`."""
    texts = {f"lab.{name}": (f"lab/{name}.py", source) for name, source in files.items()}
    return read_recipe(
        HEAD + text,
        "lab/mine.py",
        constants=CATALOGUE.constants(),
        readers=CATALOGUE.readers(),
        modules=texts.get,
        parents=CATALOGUE.recipe_class,
    )


def test_a_subclass_of_a_shipped_recipe_reads_what_that_reads() -> None:
    reads = read(
        SHIPPED
        + "class Mine(LoRAFinetuneRecipeSingleDevice):\n"
        + "  def setup(self, cfg):\n    super().setup(cfg)\n    self.w = cfg.weights\n"
        + MAIN
    )
    shipped = CATALOGUE.recipe("lora_finetune_single_device")
    assert shipped is not None
    assert reads.unfollowed == {}
    assert set(reads.keys) == {*shipped.keys, "weights"}
    assert reads.keys["epochs"].required
    assert reads.instantiates["dataset"] == shipped.instantiates["dataset"]


def test_nothing_is_required_where_setup_is_replaced() -> None:
    reads = read(
        SHIPPED
        + "class Mine(LoRAFinetuneRecipeSingleDevice):\n"
        + "  def setup(self, cfg):\n    self.w = cfg.weights\n"
        + MAIN
    )
    assert [key.path for key in reads.keys.values() if key.required] == ["weights"]
    assert "epochs" in reads.keys


def test_a_shipped_recipe_used_as_it_is() -> None:
    reads = read(SHIPPED + MAIN.replace("Mine", "LoRAFinetuneRecipeSingleDevice"))
    assert reads.unfollowed == {}
    assert "epochs" in reads.keys


def test_methods_that_a_shipped_recipe_calls_are_given_sections() -> None:
    reads = read(
        SHIPPED
        + "class Mine(LoRAFinetuneRecipeSingleDevice):\n"
        + "  def _setup_data(self, cfg_dataset, shuffle, batch_size):\n"
        + "    return cfg_dataset.get('mixing', 1), self._cfg.get('extra')\n"
        + MAIN
    )
    assert {"dataset.mixing", "extra"} <= set(reads.keys)


def test_an_unknown_parent_may_read_anything() -> None:
    reads = read(
        "from far.away import Recipe\n"
        "class Mine(Recipe):\n  def setup(self, cfg):\n    super().setup(cfg)\n" + MAIN
    )
    assert "*" in reads.keys


def test_imported_modules_of_the_repository_are_read_with_it() -> None:
    reads = read(
        "from lab.parts import build\nfrom . import more\n"
        "@config.parse\ndef recipe_main(cfg):\n  build(cfg)\n  more.log(cfg)\n",
        parts="def build(cfg):\n  return cfg.model\n",
        more="\n\ndef log(config):\n  return config.get('every', 1)\n",
    )
    assert reads.unfollowed == {}
    assert reads.keys["model"].at == ("lab/parts.py:2",)
    assert reads.keys["every"].at == ("lab/more.py:4",)


def test_another_files_entry_is_not_entered() -> None:
    reads = read(
        "from lab.other import helper\n@config.parse\ndef recipe_main(cfg):\n  helper(cfg.a)\n",
        other=HEAD + "def helper(x): ...\n@config.parse\ndef recipe_main(cfg):\n  cfg.b\n",
    )
    assert set(reads.keys) == {"a"}


def test_what_a_subclass_replaces_is_not_read() -> None:
    parent = (
        "class Base:\n  def setup(self, cfg):\n    cfg.old\n  def train(self, cfg):\n    cfg.b\n"
    )
    body = "from .parent import Base\nclass Mine(Base):\n  def setup(self, cfg):\n    cfg.new\n"
    main = "@config.parse\ndef recipe_main(cfg):\n  r = Mine()\n  r.setup(cfg)\n  r.train(cfg)\n"
    assert set(read(body + main, parent=parent).keys) == {"new", "b"}
    called = body + "    super().setup(cfg)\n" + main
    assert set(read(called, parent=parent).keys) == {"new", "old", "b"}


def test_modules_that_import_each_other_end() -> None:
    reads = read(
        "from lab.one import f\n@config.parse\ndef recipe_main(cfg):\n  f(cfg)\n",
        one="from lab.two import g\ndef f(cfg):\n  g(cfg)\n",
        two="from lab.one import f\ndef g(cfg):\n  cfg.x\n  f(cfg)\n",
    )
    assert set(reads.keys) == {"x"}
