"""A second interpreter of the language, written from its description and not from the compiler.

`interpret.py` gives the runs of an experiment by brute force: plain dicts, all cells expanded, no
cache, numbers as fractions. `random_experiments` makes experiments of all features, each from a
seed. `compare.py` holds what `tcwc.compile` makes of one against what the interpreter makes of it,
and the emitted text against three readers of YAML. `proof.py` counts it all in eighths.
"""
