"""What is evaluated: which weights of a run, the command for each, and what a result depends on."""
