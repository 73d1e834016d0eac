#!/usr/bin/env python3
"""Makes tokenizer and data sets of configs, as their trainings do, and no model.

What they fetch lies in the cache then, and what is wrong with them shows here.
"""

import sys

from omegaconf import OmegaConf
from torchtune import config


def main(paths):
    for path in paths:
        cfg = OmegaConf.load(path)
        args = []
        if "tokenizer" in cfg:
            args = [config.instantiate(cfg.tokenizer)]
        for key in cfg:
            if key.startswith("dataset") and cfg[key] is not None:
                for each in cfg[key] if OmegaConf.is_list(cfg[key]) else [cfg[key]]:
                    if "_component_" not in each:
                        continue  # its recipe alone knows what it makes of it
                    made = config.instantiate(each, *args)
                    print(f"{path}: {key}: {len(made)} samples", flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
