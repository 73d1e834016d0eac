"""Makes wandb-*.wandb, as torchtune's WandBLogger calls W&B: `WANDB_MODE=offline log_wandb.py DIR`.

Not run by tests: W&B is no dependency of theirs.
"""

import sys

import wandb

wandb.init(project="tiny", dir=sys.argv[1], settings=wandb.Settings(disable_code=True))
wandb.define_metric("global_step")
wandb.define_metric("*", step_metric="global_step", step_sync=True)
for step in range(1, 161):
    values = {"loss": 5.0 / step, "lr": 1e-5 * step, "tokens_per_second_per_gpu": 100.25 + step}
    wandb.log({**values, "global_step": step})
wandb.finish()
