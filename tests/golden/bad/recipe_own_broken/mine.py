def recipe_main(cfg)
    pass
