"""The front end: from the text of an experiment to its IR and the findings on the way."""
