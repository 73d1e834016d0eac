"""Factors and their levels: lists, generators, draws, arms."""

from __future__ import annotations

import decimal
import math
from fractions import Fraction
from hashlib import blake2b
from json import dumps
from typing import Any, NamedTuple

from tests.paper.filling import canonical_json
from tests.paper.formulas import FINE, Formula, parse
from tests.paper.merging import apart, overlap
from tests.paper.naming import Scene, known, resolve
from tests.paper.reading import Path, Set, Word, path_of, sets, spell
from tests.paper.receiving import Written, type_of, typed
from tests.paper.refusal import Refused

SPECIFICATION = {"values", "when", "range", "linspace", "logspace", "uniform", "loguniform"}
SPECIFICATION |= {"choice"}


class Level(NamedTuple):
    """One level: what stands for it in the coordinates, and what it sets."""

    value: Any
    says: list[Set]


class Factor(NamedTuple):
    """What varies. `drawn` is a distribution and its bounds, and then there are no levels."""

    name: str
    label: str
    path: Path
    op: str
    levels: list[Level]
    when: Formula | None
    drawn: tuple[str, str, str] | None
    listed: bool


class Place(NamedTuple):
    """What values are typed in."""

    scene: Scene
    base: dict[str, Any]


def variables(place: Place, section: dict[str, Any]) -> list[Factor]:
    """The factors of `variables`, in the order of the source."""
    return [variable(place, *each) for each in specified(section)]


def specified(
    section: dict[str, Any], op: str = "", above: Path = ()
) -> list[tuple[str, Path, Any]]:
    """Each path that has levels, with its levels as they are specified."""
    found: list[tuple[str, Path, Any]] = []
    for key, value in section.items():
        own, path = path_of(key)
        if isinstance(value, dict) and not (value and set(value) <= SPECIFICATION):
            found += specified(value, own or op, above + path)
        else:
            found.append((own or op, above + path, value))
    return found


def variable(place: Place, op: str, written: Path, value: Any) -> Factor:
    path = meant(place.scene, op, written)
    given = value if isinstance(value, dict) else {"values": value}
    when = parse(given["when"].text) if "when" in given else None
    ((kind, how),) = [(key, each) for key, each in given.items() if key != "when"]
    if not isinstance(how, list) or not how or op == "~":
        raise Refused(f"{path}: no levels")
    name, label = spell(path), spell(written)
    if kind in ("uniform", "loguniform"):
        bounds = (kind, how[0].text, how[1].text)
        return Factor(name, label, path, op, [], when, bounds, False)
    words = how if kind in ("values", "choice") else generated(kind, [each.text for each in how])
    made = [level(place, op, path, each) for each in words]
    return Factor(name, label, path, op, made, when, None, kind == "choice")


def meant(scene: Scene, op: str, path: Path) -> Path:
    """The path that a key stands for, which something must read."""
    if op == "+":
        return path
    found = resolve(scene, path)
    if op != "~" and not known(scene, found):
        raise Refused(f"nothing reads {found}")
    return found


def level(place: Place, op: str, path: Path, value: Any) -> Level:
    """One level of a variable; a mapping sets what stands in it."""
    if isinstance(value, dict) and op != "=":
        says = says_of(place, value, op, path)
        if not value:
            says = [Set(op, path, {})]
            return Level({}, says)
        return Level(shown(says, path), says)
    added = op == "+"
    found = typed(place.scene, {} if added else place.base, ("+", "+") if added else path, value)
    return Level(found, [Set(op, path, found)])


def says_of(place: Place, section: dict[str, Any], op: str = "", above: Path = ()) -> list[Set]:
    """A section's assignments, resolved and typed; a component in it types its neighbours."""
    flat = sets(section, op, above, -(op == "+")) if above else top_level(place, section)
    apart(flat)
    own = {
        each.path[:-1]: each.value.text
        for each in flat
        if each.path[-1] == "_component_" and isinstance(each.value, Word)
    }
    return [assigned(place, each, own) for each in flat]


def top_level(place: Place, section: dict[str, Any]) -> list[Set]:
    """The assignments of a section whose keys may be short names."""
    flat: list[Set] = []
    for key, value in section.items():
        op, path = path_of(key)
        target = meant(place.scene, op, path)
        if isinstance(value, dict) and value and op in ("", "+"):
            flat += sets(value, op, target, -(op == "+"))
        else:
            flat.append(Set(op, target, value))
    return flat


def assigned(place: Place, one: Set, own: dict[Path, str]) -> Set:
    """One assignment, its value typed by what reads it."""
    if one.plain > 0 and not known(place.scene, one.path[: one.plain]):
        raise Refused(f"nothing reads {one.path[: one.plain]}")
    if (
        one.op not in ("+", "~")
        and one.plain >= 0
        and not known(place.scene, one.path)
        and one.path[:-1] not in own
    ):
        raise Refused(f"nothing reads {one.path}")
    if one.op == "~":
        if one.value != Word("", False):
            raise Refused("~ takes no value")
        return one._replace(value=None)
    if one.op == "+" or one.plain < 0:
        return one._replace(value=typed(place.scene, {}, ("+", "+"), one.value, "?"))
    name = own.get(one.path[:-1], "")
    return one._replace(value=typed(place.scene, place.base, one.path, one.value, name))


def shown(says: list[Set], above: Path) -> dict[str, Any]:
    """What a mapping level sets, by paths; what it deletes or replaces keeps its sign."""
    return {each.op.strip("+") + spell(each.path[len(above) :]): each.value for each in says}


def generated(kind: str, texts: list[str]) -> list[Word]:
    """The levels that a generator makes; its ends are what was written."""
    first, last, third = map(Fraction, texts)
    whole = all(each.lstrip("-").isdigit() for each in texts[: 3 if kind == "range" else 2])
    if kind == "range":
        steps = (last - first) / third
        if steps.denominator != 1 or steps < 0:
            raise Refused("a range that does not end where it says")
        values = [first + place * third for place in range(int(steps) + 1)]
    elif kind == "linspace":
        gaps = int(third) - 1
        values = [first + (last - first) * place / gaps for place in range(gaps + 1)]
    else:
        gaps = int(third) - 1
        values = [geometric(first, last, Fraction(place, gaps)) for place in range(gaps + 1)]
    words = [Word(number_text(each, whole), False) for each in values]
    return [Word(texts[0], False), *words[1:-1], Word(texts[1], False)]


def number_text(value: Fraction, whole: bool) -> str:
    return str(int(value)) if whole and value.denominator == 1 else repr(float(value))


def geometric(low: Fraction, high: Fraction, share: Fraction) -> Fraction:
    """low * (high / low) ** share, in 80 digits; where it is exact within 60, exactly."""
    ratio = high / low
    exponent = FINE.divide(decimal.Decimal(share.numerator), share.denominator)
    base = FINE.divide(decimal.Decimal(ratio.numerator), ratio.denominator)
    made = Fraction(FINE.power(base, exponent)) * low
    near = Fraction(round(made))
    return near if near and abs(made - near) < Fraction(1, 10**60) else made


def unit(seed: int, name: str, index: int) -> Fraction:
    """Draw `index` of `name`, in [0, 1): the first eight bytes of a hash."""
    text = dumps([seed, name, index], ensure_ascii=False, separators=(",", ":"))
    return Fraction(int(blake2b(text.encode()).hexdigest()[:16], 16), 2**64)


def drawn(place: Place, factor: Factor, share: Fraction) -> Level:
    """The level of a factor that a draw comes to."""
    if factor.drawn is None:
        different = list({canonical_json(each.value): each for each in factor.levels}.values())
        return different[math.floor(share * len(different))]
    kind, low, high = factor.drawn
    one, other = Fraction(low), Fraction(high)
    kinds = type_of(place.scene, place.base, factor.path)["kinds"]
    whole = "int" in kinds and "float" not in kinds
    if kind == "uniform":
        exact = one + share * (other - one)
        if whole:
            exact = one + math.floor(share * (other - one + 1))
    else:
        exact = geometric(one, other, share)
        exact = Fraction(round(exact)) if whole else exact
    return level(place, factor.op, factor.path, Word(number_text(exact, whole), False))


def arms(place: Place, section: dict[str, Any]) -> list[Factor]:
    """The factors of `arms`: a level has a name and sets several keys."""
    found = []
    for name, levels in section.items():
        if name in place.scene.tree or name in place.scene.recipe:
            raise Refused(f"the arm {name} bears the name of a key")
        made = [Level(Written(key), says_of(place, each)) for key, each in levels.items()]
        found.append(Factor(name, name, (), "", made, None, None, False))
    return found


def touched(factor: Factor) -> list[Path]:
    """What a factor sets in one of its runs or another."""
    if factor.drawn is not None:
        return [factor.path]
    return [each.path for one in factor.levels for each in one.says]


def disjoint(groups: list[list[Path]]) -> None:
    """Refuse two factors of which one sets what the other sets."""
    for place, one in enumerate(groups):
        for other in groups[:place]:
            if any(overlap(a, b) for a in one for b in other):
                raise Refused(f"{one} and {other} set one path")
