"""Times and memory as texts: `12:00:00`, `1-00:00:00`, `64G`; others get the one that is meant.

A time is never a number: `90` is minutes to Slurm, and hours or seconds to others.
"""

from __future__ import annotations

from decimal import Decimal

from tcwc.language.values import Mistyped
from tcwc.model.cut import cut
from tcwc.model.patterns import pattern
from tcwc.model.resources import time_text

_CLOCK = pattern(r"(?:([0-9]{1,3})-)?([0-9]{1,5}):([0-9]{2}):([0-9]{2})")
_DAYS = pattern(r"([0-9]{1,3})-([0-9]{1,2})(?::([0-9]{2}))?")
_SHORT = pattern(r"([0-9]{1,5}):([0-9]{1,2})")
_UNIT = pattern(r"([0-9]{1,7}(?:\.[0-9]{1,3})?)\s*([A-Za-z]+)\s*(?:,|and)?\s*")
_BARE = pattern(r"[0-9]{1,9}(?:\.[0-9]{1,3})?")
_SECONDS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86_400),
    **dict.fromkeys(("w", "week", "weeks"), 604_800),
}
_ENDLESS = ("unlimited", "infinite", "inf", "none", "max", "-1")
_MEMORY = pattern(r"([0-9]{1,7}(?:\.[0-9]{1,3})?)\s*([KMGTkmgt])(?:i?[Bb])?")
_MIB = {"K": Decimal(1) / 1024, "M": Decimal(1), "G": Decimal(1024), "T": Decimal(1024 * 1024)}
_TIME = "a time is hours, minutes and seconds, `12:00:00`, or begins with days, `1-00:00:00`"
_SIZE = "memory is a number with its unit: `64G`, `512M`, `1T`"


def time_of(text: str) -> int | Mistyped:
    """The seconds of a time; why a text is none, with what it was meant to be."""
    found = _CLOCK.fullmatch(text)
    if found is None:
        return _no_clock(text)
    days, hours, minutes, seconds = (int(each or 0) for each in found.groups())
    whole = days * 86_400 + hours * 3600 + minutes * 60 + seconds
    if not whole:
        return Mistyped(f"`{text}` is no time at all", "write how long a run may take: 12:00:00")
    if minutes > 59 or seconds > 59 or (found[1] and hours > 23):
        part = "minutes and seconds go to 59" + (", hours beside days to 23" if found[1] else "")
        return _meant(f"`{text}` is no time: {part}", whole, surely=False)
    return whole


def memory_of(text: str) -> int | Mistyped:
    """The MiB of a memory; why a text is none, with what it was meant to be."""
    found = _MEMORY.fullmatch(text)
    if found is None:
        return _no_memory(text)
    size = Decimal(found[1]) * _MIB[found[2].upper()]
    if size < 1:
        return Mistyped(f"`{text}` is less than 1M", "write how much a node needs: 64G")
    if size != size.to_integral_value():
        whole = f"{int(size) + 1}M"
        return Mistyped(f"`{text}` is no whole number of MiB", f"write {whole}", instead=whole)
    return int(size)


def _no_clock(text: str) -> Mistyped:
    if found := _DAYS.fullmatch(text):
        whole = int(found[1]) * 86_400 + int(found[2]) * 3600 + int(found[3] or 0) * 60
        return _meant(
            f"`{text}` has days, and not all of the rest",
            whole,
            surely=int(found[2]) < 24,
        )
    if found := _SHORT.fullmatch(text):
        slurm = time_text(int(found[1]) * 60 + int(found[2]))
        other = time_text(int(found[1]) * 3600 + int(found[2]) * 60)
        message = f"`{text}` is minutes and seconds to Slurm, and hours and minutes to most people"
        return Mistyped(message, f"write {other}, or {slurm} if that is meant")
    if _BARE.fullmatch(text):
        return _ambiguous(text)
    if (seconds := _in_units(text)) is not None:
        return _meant(f"`{cut(text)}` is no time as it is written here", seconds, surely=True)
    if text.lower() in _ENDLESS:
        help = "write the longest that a run may take, such as 24:00:00"
        return Mistyped(f"`{text}` is no time: a run that never ends is none", help)
    return Mistyped(f"`{cut(text)}` is no time", _TIME)


def _ambiguous(text: str) -> Mistyped:
    number = Decimal(text)
    minutes, hours = (int(number * size) for size in (60, 3600))
    message = f"`{text}` has no unit: minutes to Slurm, hours or seconds to others"
    help = f"write {time_text(max(minutes, 1))} for {text} minutes"
    if number <= 1000:
        help += f", {time_text(max(hours, 1))} for {text} hour{'' if text == '1' else 's'}"
    else:
        help += f", {time_text(int(number))} for {text} seconds"
    return Mistyped(message, help)


def _in_units(text: str) -> int | None:
    """The seconds of `1 day 12 hours`, `90min`; None where something in it is no unit of time."""
    at, whole = 0, Decimal(0)
    while at < len(text):
        found = _UNIT.match(text, at)
        size = _SECONDS.get(found[2].lower()) if found else None
        # A month is no minute, and `M` is a month to some.
        if found is None or size is None or found[2] == "M":
            return None
        whole, at = whole + Decimal(found[1]) * size, found.end()
    return int(whole) if whole >= 1 and whole == whole.to_integral_value() else None


def _no_memory(text: str) -> Mistyped:
    if _BARE.fullmatch(text):
        message = f"`{text}` has no unit: mebibytes to Slurm, gigabytes to others"
        if not text.strip("0."):
            help = "write how much a node needs, 64G; without the line the site decides"
            return Mistyped("a memory of 0 is Slurm's word for all that a node has", help)
        # Nobody has nodes of terabytes by the hundred, nor jobs of megabytes.
        first, other = ("G", "M") if Decimal(text) < 4096 else ("M", "G")
        return Mistyped(message, f"write {text}{first}, or {text}{other} if that is meant")
    return Mistyped(f"`{cut(text)}` is no memory", _SIZE)


def _meant(message: str, seconds: int, *, surely: bool) -> Mistyped:
    text = time_text(seconds)
    return Mistyped(message, f"write {text}", instead=text, surely=surely)
