"""OmegaConf's `${...}`: the only reading of it that there is.

`syntax` is what a text with references is made of, `parse` makes that of a text, `reading` says
what a value comes to in one config, `closure` which paths it may depend on in any config.
"""
