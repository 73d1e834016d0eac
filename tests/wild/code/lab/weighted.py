"""Extends a recipe that torchtune ships, from a copy that is not in the repository."""

import torch
from lora_finetune_single_device import LoRAFinetuneRecipeSingleDevice
from torchtune import config


class WeightedRecipe(LoRAFinetuneRecipeSingleDevice):
    def setup(self, cfg):
        super().setup(cfg)
        self.weights = torch.tensor(cfg.class_weights)


@config.parse
def recipe_main(cfg):
    config.log_config(recipe_name="WeightedRecipe", cfg=cfg)
    recipe = WeightedRecipe(cfg=cfg)
    recipe.setup(cfg=cfg)
    recipe.train()
    recipe.cleanup()


if __name__ == "__main__":
    recipe_main()
