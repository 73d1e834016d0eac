"""What runs left, as rows: weights to be had, metrics, and statistics over them. All of it is pure.

`exported.py` is a row of `tcwc export`, `rows.py` one of `tcwc results`; what reads the disk for
them is in `api/`.
"""
