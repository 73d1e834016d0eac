"""Checks of what is true of torchtune alone: its components, recipes, keys and models."""
