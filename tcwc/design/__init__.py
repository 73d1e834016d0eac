"""The design of an experiment: which runs there are, and which id each of them has."""
