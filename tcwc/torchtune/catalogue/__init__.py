"""The catalogue of one revision: what its recipes read, what its components take."""
