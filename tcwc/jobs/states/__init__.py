"""What became of runs: stamps, what Slurm says and what was noted, and the table that decides."""
