"""The language's expressions: `parse(text)`, `Expression.names`, `evaluate(expression, lookup)`.

    parse.py       text to a syntax tree, or why not and where      grammar/expression.lark
    complaints.py  why not, and what to write instead
    syntax.py      the syntax tree, with offsets into the text
    trees.py       syntax trees from JSON: what is known of torchtune comes parsed
    evaluate.py    a syntax tree and a lookup of paths to a value
    arithmetic.py  numbers: exact integers, and decimals rounded once to a double

Pure functions of text and values. Whatever the text: no exception, well under a second, and no
memory to speak of. Import what you need from the modules; nothing is loaded before it is used.
"""
