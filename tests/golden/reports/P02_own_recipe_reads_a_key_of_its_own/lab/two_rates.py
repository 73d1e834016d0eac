from torchtune import config


def recipe_main(cfg):
    base_model_lr = cfg.optimizer.pop("base_model_lr")
    optimizer = config.instantiate(cfg.optimizer, [{"params": [], "lr": base_model_lr}])
    print(optimizer, cfg.output_dir)


if __name__ == "__main__":
    recipe_main()
