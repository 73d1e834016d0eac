"""Generates the parsers of `grammar/` ahead, so that tcwc starts without lark's own import.

python -m tools.regenerate_parsers

What lark's generator gives is a runtime, the same for every grammar, and tables. The runtime is
written once, to `tcwc/_generated/lark_runtime.py`. Lark numbers the states of a parser in an order
that differs from run to run; the parsers are the same.
"""

from __future__ import annotations

import io
from contextlib import redirect_stdout
from pathlib import Path

ROOT = Path(__file__).parents[1]
GENERATED = ROOT / "tcwc" / "_generated"
SEAM = "import pickle, zlib, base64\n"
"""What the generator writes between the runtime and the tables; neither needs it here."""
RUNTIME = """\
# The runtime of the parsers that lark's standalone generator makes of grammar/:
# python -m tools.regenerate_parsers
"""
LOGGER = """\
logger: logging.Logger = logging.getLogger("lark")
logger.addHandler(logging.StreamHandler())
"""
OWN_LOGGER = """\
logger: logging.Logger = logging.getLogger("tcwc.lark")
"""
"""A program that tcwc is imported in may use lark itself, and sets up that logger as it likes."""
TABLES = """\
# The tables of the parser of grammar/{name}.lark, made by lark's standalone generator, whose
# licence stands in lark_runtime.py: python -m tools.regenerate_parsers
from tcwc._generated.lark_runtime import Lark, UnexpectedInput

"""


def generate(name: str) -> tuple[str, str]:
    """The texts of `lark_runtime.py` and of `{name}_parser.py`."""
    from lark import Lark
    from lark.tools.standalone import gen_standalone

    grammar = (ROOT / "grammar" / f"{name}.lark").read_text(encoding="utf-8")
    out = io.StringIO()
    with redirect_stdout(out):
        gen_standalone(Lark(grammar, parser="lalr", maybe_placeholders=False), out=out)
    runtime, _, tables = out.getvalue().partition(SEAM)
    if LOGGER not in runtime:
        raise SystemExit("lark sets up its logger in another way now: see LOGGER")
    runtime = runtime.replace(LOGGER, OWN_LOGGER)
    return RUNTIME + runtime.rstrip() + "\n", TABLES.format(name=name) + tables


def main() -> None:
    """Write all of them; one runtime has to do for every grammar."""
    made = {path.stem: generate(path.stem) for path in (ROOT / "grammar").glob("*.lark")}
    (runtime,) = {runtime for runtime, _ in made.values()}
    texts = {"lark_runtime": runtime} | {f"{n}_parser": tables for n, (_, tables) in made.items()}
    for stem, text in texts.items():
        (GENERATED / f"{stem}.py").write_text(text, encoding="utf-8")
        print(f"tcwc/_generated/{stem}.py")


if __name__ == "__main__":
    main()
