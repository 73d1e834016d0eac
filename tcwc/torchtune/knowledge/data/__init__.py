"""Data: what stands in `dataset`, and whether tokenizer and collator fit it.

    check.py      goes through the values that these sections have over the runs
    told.py       what a check says, and the words for values
    source.py     where data come from: `load_dataset`, its builders, its splits
    selection.py  splits that select nothing, files that a builder cannot read
    splits.py     levels of a split that select the same samples
    template.py   the prompt template of a tokenizer
    fit.py        pictures and texts: data, tokenizer and collator
    classes.py    classes that no recipe can make of `dataset`
    column_map.py the keys of `column_map`: which are needed, and which nothing reads
    columns.py    columns that the data do not have, or in another form
    records.py    what the beginning of a file shows

What is known of torchtune and of `datasets` here is in schemas/knowledge/data.json.
"""
