"""The language of conditions.json: a conjunction of tests on the values of a config.

A test is `[path, op]` or `[path, op, value]`. `$` at the start of a path stands for each of the
condition's `sections` in turn (`dataset[]` is `dataset`, or each item where that is a list).
`{"of": path}` as a value is what stands there, also times another path's. What is not known
before the run, such as an `${oc.env:X}`, passes no test.
"""
