"""The design of an experiment: which runs there are, in which order, and what is wrong with it."""
