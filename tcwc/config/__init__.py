"""Values of a config, as torchtune reads them: merging, walking, ${...}, templates, one form."""
