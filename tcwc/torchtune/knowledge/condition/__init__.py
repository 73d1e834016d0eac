"""The conditions of conditions.json: expressions of `tcwc/expressions/`, asked of a config.

    model.py       a condition as a value
    reader.py      what it reads of one case
    functions.py   the functions that its expression has beside those of every expression
    holds.py       whether it holds
    report.py      what is said where it does

`section` at the start of a path stands for each of the condition's `sections` in turn (`dataset[]`
is `dataset`, or each item where that is a list). What cannot be computed does not hold: a path that
is not there, or what is not known before the run, such as an `${oc.env:X}`.
"""
