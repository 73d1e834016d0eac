"""Extends a recipe of the same repository."""

from torchtune import config

from .train import Trainer as Base


class Child(Base):
    def setup(self, cfg):
        self.layers = cfg.freeze_layers
        self.eval_dataset = cfg.get("eval_dataset", None)
        from lab.helpers import make_parts

        self.parts = make_parts(cfg)
        self.shuffle = cfg.shuffle


@config.parse
def recipe_main(cfg):
    recipe = Child(cfg)
    recipe.setup(cfg)
