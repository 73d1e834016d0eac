"""Random experiments of all features, each from a seed."""
