"""Time limits from what trainings took, and what a log tells of the pace of one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcwc.jobs.limits import MARGIN, ROUND, Length, Took, limit_of, seconds_of
from tcwc.jobs.pace import Pace, paces

LOG = (
    "Generating train split: 100%|####| 64/64 [00:09<00:00, 7.1 examples/s]\n"
    "\r  0%|          | 0/8 [00:00<?, ?it/s]"
    "\r1|1|Loss: 5.3:  12%|#     | 1/8 [00:02<00:16, 2.3s/it]"
    "\r1|8|Loss: 5.1e-05: 100%|######| 8/8 [01:10<00:00, 8.7s/it]"
    "\rINFO saved\r1|8|Loss: 5.1e-05: 100%|######| 8/8 [05:00<00:00, 37s/it]\n"
    "\r2|2000|Loss: 4.0: 100%|######| 1999/2000 [1:00:00<00:00, 1.8s/it]"
    "\r2|2000|Loss: 4.0: 100%|######| 2000/2000 [1:00:02<00:00, 1.8s/it]"
    "\r3|1|Loss: 4.0:  50%|######| 1/2 [00:02<00:00, 1.8s/it]"
)


def test_a_log_tells_the_pace_of_each_whole_epoch() -> None:
    assert paces(LOG) == [Pace(8, 70), Pace(2000, 3602)]
    assert Pace(8, 70).of_a_step == 71 / 8


@pytest.mark.parametrize(
    "text",
    ["", "1|8|Loss: 100%|##| 8/8 [?<00:00]", "1|0|Loss: 1: 100%|##| 0/0 [00:00<00:00]", "100%|"],
)
def test_a_log_without_a_bar_tells_nothing(text: str) -> None:
    assert paces(text) == []


def one(steps: int | None, seconds: int, *, epochs: int = 1, **more: object) -> Took:
    return Took(f"run_{steps}", Length(steps, epochs), seconds, **more)  # type: ignore[arg-type]


def test_steps_and_what_is_beside_them_are_told_apart() -> None:
    """Ten minutes to load, 1 s a step: of a hundred times the steps they are the same."""
    measured = [one(100, 700, pace=1.0, beside=600)]
    assert seconds_of(Length(10_000, 1), measured) == 10_600
    assert seconds_of(Length(10_000, 3), measured) == 10_000 + 3 * 600
    assert limit_of(Length(100, 1), measured) == 1800  # 1.3 x 700 + 600 = 1510


def test_where_no_log_tells_it_is_as_long_as_a_longer_one() -> None:
    measured = [one(100, 700), one(100, 600), one(1000, 1500)]
    wanted = {50: 700, 100: 700, 101: 1500, 1000: 1500, 2000: 3000}
    assert {n: seconds_of(Length(n, 1), measured) for n in wanted} == wanted
    assert seconds_of(Length(500, 1), [*measured, one(400, 20)]) == 1500
    assert seconds_of(Length(300, 1), [*measured, one(400, 20)]) == 700


def test_the_slowest_counts() -> None:
    measured = [one(100, 110, pace=1, beside=10), one(100, 260, pace=2, beside=60)]
    assert seconds_of(Length(1000, 1), measured) == 2060
    assert seconds_of(Length(100, 1), measured) == 260


def test_runs_of_unknown_steps_are_as_long_as_those_of_the_same_keys() -> None:
    measured = [Took("run_000", Length(None, 2, (2, None)), 4000)]
    assert seconds_of(Length(None, 2, (2, None)), measured) == 4000
    assert seconds_of(Length(None, 3, (3, None)), measured) is None
    assert limit_of(Length(None, 3, (3, None)), measured) is None
    assert seconds_of(Length(50, 2, (2, 25)), measured) is None


def test_what_came_to_a_limit_tells_what_is_too_little() -> None:
    cut = one(2000, 7200, whole=False)
    assert limit_of(Length(2000, 1), [cut]) is None
    measured = [one(100, 60, pace=0.5, beside=10), cut]
    assert limit_of(Length(2000, 1), measured) == 9600  # 1.3 x 7200 + 10, and not 1.3 x 1010
    assert limit_of(Length(100, 1), measured) == 300


MEASURED = st.builds(
    lambda steps, epochs, per_step, beside, is_told, whole: Took(
        "run_000",
        Length(steps, epochs),
        int(steps * per_step) + beside,
        per_step if is_told and whole else None,
        beside if is_told and whole else 0,
        whole,
    ),
    st.integers(1, 10**6),
    st.integers(1, 20),
    st.floats(0.01, 60),
    st.integers(0, 7200),
    st.booleans(),
    st.booleans(),
)


@given(st.lists(MEASURED, min_size=1, max_size=6), st.integers(1, 10**6), st.integers(1, 20))
def test_more_steps_never_need_less(measured: list[Took], steps: int, epochs: int) -> None:
    limit = limit_of(Length(steps, epochs), measured)
    assert (limit is None) == (not any(each.whole for each in measured))
    if limit is None:
        return
    for longer in (Length(steps + 1, epochs), Length(2 * steps, epochs), Length(steps, epochs + 1)):
        more = limit_of(longer, measured)
        assert more is not None
        assert more >= limit
    assert limit % ROUND == 0


@given(st.lists(MEASURED, min_size=1, max_size=6))
def test_no_limit_is_below_what_was_seen(measured: list[Took]) -> None:
    for each in measured:
        limit = limit_of(each.length, measured)
        assert limit is None or limit >= MARGIN * each.seconds
