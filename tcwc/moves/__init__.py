"""Source to source: an experiment made of what people have: configs, scripts, searches."""
