"""Runs on this machine: its devices, what is left to begin, how far a training is, a look."""
