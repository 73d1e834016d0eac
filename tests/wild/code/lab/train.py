"""A recipe of one's own, with an evaluation."""

import sys

from omegaconf import DictConfig
from torchtune import config

from lab.helpers import make_parts


class Trainer:
    def __init__(self, cfg: DictConfig) -> None:
        self.every = cfg.get("eval_every", 100)
        self.rate = cfg.batch_size * cfg.gradient_accumulation_steps
        self.epochs = cfg.epochs
        self.seed = cfg.seed

    def setup(self, cfg: DictConfig) -> None:
        self.parts = make_parts(cfg)
        self.shuffle = cfg.shuffle
        self.evaluation = config.instantiate(cfg.eval_dataset, self.parts["tokenizer"])


@config.parse
def recipe_main(cfg: DictConfig) -> None:
    config.log_config(recipe_name="Trainer", cfg=cfg)
    trainer = Trainer(cfg)
    trainer.setup(cfg)


if __name__ == "__main__":
    sys.exit(recipe_main())
