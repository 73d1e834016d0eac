"""Random bases with references in them: every form of OmegaConf's grammar, right and wrong."""

from __future__ import annotations

from random import Random
from typing import Any

KEYS = ("a", "b", "c", "d", "k1", "out-dir", "0", "10", "x_y", "dir")
SCALARS = (
    None, True, False, 0, 1, 7, -3, 2.5, 1e-05, 3e20, "", "text", "10", "1_0", "a", "b.c", "true",
    "it's", 'say "x"', "back\\slash", "ends\\", "$x", "cost $5", "{a}", "}", "a,b", "null", "é",
)  # fmt: skip
LITERALS = (
    "", "", "x", "/", "runs/", "_", " ", ".", "\\", "\\\\", "\\\\\\", "$", "$$", "{", "}", "'", '"',
    ",", "é", "a b", ":",
)  # fmt: skip
ARGUMENTS = (
    "HOME", "N,5", "N, 'a b'", '"x"', "N,null", "[1, 2]", "{a: 1, b: [x]}", "a/b", "${a}", "'${b}'",
    "N,${oc.env:M,3}", "", " ", "a:b", "\\,", "it's", "'open", "[1, 2", "{a}", "a}b", "é", "(x)",
    "a b c", "N,,x", "-1.5", "a=b", "'it\\'s'", '"{"', "'}'", "\\\\", "$x", "x ]", "[a]b", "{a:1}b",
    "'a' b", "!x",
)  # fmt: skip
RESOLVERS = ("oc.env", "oc.select", "oc.decode", "nope", "a.b.c", "now", "1x", "x-y", "", "oc.")


def config(seed: int) -> dict[str, Any]:
    """A config of a few levels, with references in about half of its texts."""
    return _Maker(Random(seed)).mapping(0)


class _Maker:
    def __init__(self, random: Random) -> None:
        self.random = random

    def mapping(self, depth: int) -> dict[str, Any]:
        names = self.random.sample(KEYS, self.random.randint(2 if depth else 4, 6 - depth))
        return {name: self.value(depth + 1) for name in names}

    def value(self, depth: int) -> Any:
        roll = self.random.random()
        if depth < 4 and roll < 0.22:
            return self.mapping(depth)
        if depth < 4 and roll < 0.36:
            return [self.value(depth + 1) for _ in range(self.random.randint(0, 3))]
        if roll < 0.62:
            return self.random.choice(SCALARS)
        return self.text()

    def text(self) -> str:
        if self.random.random() < 0.35:
            return self.interpolation(0)
        pieces = []
        for _ in range(self.random.randint(1, 3)):
            pieces += [self.random.choice(LITERALS), self.interpolation(0)]
        return "".join([*pieces, self.random.choice(LITERALS)])

    def interpolation(self, depth: int) -> str:
        roll = self.random.random()
        if roll < 0.02:
            return self.random.choice(("${", "${}", "${ }", "${a b}", "${a..b}", "${a.}", "${{a}}"))
        if roll < 0.16:
            name, given = self.random.choice(RESOLVERS), self.random.choice(ARGUMENTS)
            return f"${{{name}:{given}}}"
        return f"${{{self.space()}{self.path(depth)}{self.space()}}}"

    def space(self) -> str:
        return self.random.choice(("", "", "", "", " ", "\t"))

    def path(self, depth: int) -> str:
        made = "." * self.random.choice((0, 0, 0, 0, 1, 1, 2, 3))
        for at in range(self.random.choice((1, 1, 1, 2, 2, 3))):
            key = self.key(depth)
            bracketed = self.random.random() < 0.15
            made += f"[{key}]" if bracketed else key if not at else f".{key}"
        return made

    def key(self, depth: int) -> str:
        roll = self.random.random()
        if depth < 2 and roll < 0.06:
            return self.interpolation(depth + 1)
        if roll < 0.16:
            return self.random.choice(("0", "1", "+1", "1_0", "01", "-1", "99"))
        if roll < 0.2:
            return self.random.choice(
                (
                    "a\\.b",
                    "a\\[0\\]",
                    "\\:a",
                    "a\\=b",
                    "a\\\\",
                    "a\\x",
                    "\\",
                    "é",
                    "$a",
                    "a$",
                    "k${a}",
                    "a'b",
                    "x y",
                    "(a)",
                )
            )
        return self.random.choice(KEYS)
