"""A recipe that takes a rate of its own out of the optimizer's section, before it makes of it."""

from lora_finetune_single_device import LoRAFinetuneRecipeSingleDevice
from torchtune import config


class TwoRates(LoRAFinetuneRecipeSingleDevice):
    def setup(self, cfg):
        self.base_model_lr = cfg.optimizer.pop("base_model_lr")
        super().setup(cfg)


@config.parse
def recipe_main(cfg):
    recipe = TwoRates(cfg)
    recipe.setup(cfg)
    recipe.train()
