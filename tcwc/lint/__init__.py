"""Checks over an experiment as a whole, once its names are resolved and its values typed."""
