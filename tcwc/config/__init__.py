"""Values of a config, as the target reads them: merging, walking, ${...}, templates, one form."""
