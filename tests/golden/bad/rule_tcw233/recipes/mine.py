from torchtune import config


@config.parse
def recipe_main(cfg):
    print(cfg.seed, cfg.output_dir)
