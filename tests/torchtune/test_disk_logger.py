"""What is read of DiskLogger's files: each number that stands there whole, and no other."""

from __future__ import annotations

import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcwc.model.measured import MetricValue
from tcwc.torchtune.disk_logger import read_steps
from tests.fuzz.mutation import mutants

LINE = "Step 3 | loss:5.339517116546631 lr:1e-05 tokens_per_second_per_gpu:4125.7 \n"


def values(text: str) -> list[tuple[int | None, str, float]]:
    return [(each.step, each.metric, each.value) for each in read_steps(text).found]


def test_a_line_of_a_step() -> None:
    assert read_steps(LINE).unread == ()
    assert values(LINE) == [
        (3, "loss", 5.339517116546631),
        (3, "lr", 1e-05),
        (3, "tokens_per_second_per_gpu", 4125.7),
    ]


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("1e-05", 1e-5),
        ("1.5e+300", 1.5e300),
        ("-0.25", -0.25),
        ("7", 7.0),
        ("inf", math.inf),
        ("-inf", -math.inf),
        ("tensor(0.1234)", 0.1234),
        ("tensor(5.)", 5.0),
        ("tensor(-1.5000e-04, device='cuda:0')", -1.5e-4),
        ("tensor(2.5000, dtype=torch.bfloat16, requires_grad=True)", 2.5),
    ],
)
def test_numbers_as_python_and_torch_print_them(written: str, value: float) -> None:
    text = f"Step 1 | a:{written} b:2.0 \nStep 2 | a:{written}\n"
    assert values(text) == [(1, "a", value), (1, "b", 2.0), (2, "a", value)]


def test_what_is_not_a_number_is_one_of_its_kind() -> None:
    ((_, _, value),) = values("Step 1 | loss:nan \n")
    assert math.isnan(value)


@pytest.mark.parametrize("cut", range(1, len(LINE)))
def test_a_torn_end_has_no_value(cut: int) -> None:
    """Half of a number is a number, too: 5.33 of 5.339517116546631."""
    found = read_steps(LINE + LINE[:-cut].replace("Step 3", "Step 4"))
    assert [each for each in found.found if each.step == 4] == []
    assert len(found.unread) == 1
    assert "line 2" in found.unread[0]


@pytest.mark.parametrize("cut", range(1, len(LINE)))
def test_another_attempt_writes_behind_a_torn_end(cut: int) -> None:
    """With a file name of one's own: what both wrote into one line is nobody's."""
    text = LINE[:-cut] + LINE.replace("Step 3", "Step 4") + LINE.replace("Step 3", "Step 5")
    steps = {each.step for each in read_steps(text).found}
    assert steps == {5}


@pytest.mark.parametrize(
    "line",
    [
        "Step 1 | loss:5.3,2",
        "Step 1 | loss: 5.3",
        "Step 1 | loss:0x10",
        "Step 1 | loss:1_000",
        "Step 1 | loss:1e999",
        "Step 1 | loss:٣",
        "Step ١ | loss:3.0",
        "Step 1 | loss:5.3\tlr:1",
        "Step 1 | loss:5.3\r",
        "Step 1 | loss:tensor([1, 2])",
        "Step 1 | loss:infinity",
        "Step 1 | :5.3",
        "Step -1 | loss:5.3",
        "Step 1 |loss:5.3",
        "step 1 | loss:5.3",
        "1|5|Loss: 5.3",
        " Step 1 | loss:5.3",
        "Step 1 | loss:5.3\0\0\0",
    ],
)
def test_what_is_otherwise_has_no_value(line: str) -> None:
    found = read_steps(f"{line}\nStep 2 | loss:1.5\n")
    assert found.found == (MetricValue("loss", 1.5, 2),)
    assert found.unread == ("line 1 is none of DiskLogger's",)


def test_a_step_without_values() -> None:
    assert read_steps("Step 1 | \n") == read_steps("")


def test_a_line_without_an_end_of_megabytes_takes_no_time() -> None:
    assert read_steps("Step 1 | " + "a:1 " * 1_000_000 + "\n").found == ()
    assert read_steps("Step 1 | " + "a" * 60_000 + "\n").found == ()
    assert read_steps("Step 1 | " + "a:" * 30_000 + "\n").found == ()


PIECES = (
    ":",
    " ",
    "|",
    "\n",
    "\0",
    "5",
    ".",
    "e",
    "-",
    "tensor(",
    ")",
    "nan",
    "Step ",
    "\u2028",
    "٣",
)


@given(
    mutants(
        (LINE * 3, "Step 1 | loss:nan \nStep 2 | reward:tensor(1.5, device='cuda:0') \n"), PIECES
    )
)
def test_a_damaged_text_never_raises_and_has_no_number_that_is_not_there(text: str) -> None:
    found = read_steps(text)
    lines = set(text.split("\n")[:-1])
    for each in found.found:
        assert any(
            re.fullmatch(rf"Step 0*{each.step} \|.*{re.escape(each.metric)}:.*", line)
            and any(_is(number, each.value) for number in _numbers(line, each.metric))
            for line in lines
        ), each


@given(st.text())
def test_any_text_never_raises(text: str) -> None:
    for each in read_steps(text).found:
        assert "Step " in text
        assert each.metric in text


def _numbers(line: str, metric: str) -> list[str]:
    """What stands behind a name in a line, up to a blank or the end of a call."""
    found = re.findall(rf"(?<![^ ]){re.escape(metric)}:(?:tensor\()?([^ ,)]*)", line)
    return [str(each) for each in found]


def _is(text: str, value: float) -> bool:
    try:
        number = float(text)
    except ValueError:
        return False
    return number == value or (math.isnan(number) and math.isnan(value))
