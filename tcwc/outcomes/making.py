"""Rows, from what was read and from what is known of the run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from tcwc.jobs.states.stamp import Attempt, word_in
from tcwc.model.frozen import dataclass
from tcwc.model.measured import MetricValue
from tcwc.model.values import Value
from tcwc.outcomes.attempts import mode_of
from tcwc.outcomes.curves import Point, comes_to, mean
from tcwc.outcomes.evaluated import EvaluationStamp
from tcwc.outcomes.rows import LAST, STEP, ResultRow


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What all rows of a run say (rows.py has what each is). `tried` are its attempts that trained;
    `why_not` says why nothing of it is included, "" where its training is. `epochs` are how many it
    has, None where nobody can tell; `pruned` those whose weights were removed."""

    experiment: str
    run: str
    name: str
    parameters: Mapping[str, Value]
    seed: Value
    tried: Sequence[Attempt]
    bit_equal: bool
    world: int | None
    seconds: int | None
    science_hash: str
    why_not: str
    epochs: int | None
    pruned: Collection[int] = ()


def step_rows(
    about: RunFacts, curves: Mapping[str, Sequence[Point]], source: str, speed: str
) -> Iterator[ResultRow]:
    """A row for each step of each metric."""
    tokens = _mean_of(curves.get(speed, ()))
    for metric, curve in curves.items():
        for point in curve:
            value = MetricValue(metric, point.value, point.step)
            yield _trained(about, value, STEP, source, point.file, point.attempt, tokens)


def summary_rows(
    about: RunFacts, curves: Mapping[str, Sequence[Point]], source: str, speed: str
) -> Iterator[ResultRow]:
    """What the curve of each metric comes to."""
    tokens = _mean_of(curves.get(speed, ()))
    for metric, curve in curves.items():
        for statistic, (point, number) in comes_to(curve).items():
            value = MetricValue(metric, number, point.step)
            yield _trained(about, value, statistic, source, point.file, point.attempt, tokens)


def last_rows(
    about: RunFacts,
    found: Sequence[MetricValue],
    source: str,
    file: str,
    attempt: int | None,
    speed: str,
) -> Iterator[ResultRow]:
    """The last values of a training, where nothing else of it was kept."""
    tokens = next((each.value for each in found if each.metric == speed), None)
    for each in found:
        yield _trained(about, each, LAST, source, file, attempt, tokens)


def evaluation_rows(
    about: RunFacts,
    stamp: EvaluationStamp,
    found: Sequence[MetricValue],
    source: str,
    file: str,
    why_not: str,
) -> Iterator[ResultRow]:
    """What an evaluation measured: where, and how long, is its own."""
    taken = None if stamp.start is None or stamp.end is None else max(stamp.end - stamp.start, 0)
    for each in found:
        yield ResultRow(
            about.experiment,
            about.run,
            about.name,
            about.parameters,
            about.seed,
            stamp.epoch,
            _is_last(stamp.epoch, about.epochs),
            None,
            each.metric,
            LAST,
            each.value,
            source,
            stamp.evaluation,
            stamp.label,
            file,
            None,
            about.tried[-1].number if about.tried else 0,
            mode_of(about.tried[-1]) if about.tried else "",
            about.bit_equal,
            about.world,
            stamp.host,
            stamp.gpu_name,
            taken,
            None,
            about.science_hash,
            not (why_not or about.why_not),
            why_not or about.why_not,
        )


def _trained(
    about: RunFacts,
    value: MetricValue,
    statistic: str,
    source: str,
    file: str,
    number: int | None,
    tokens: float | None,
) -> ResultRow:
    attempt = next((each for each in about.tried if each.number == number), None)
    claim = attempt.claim if attempt else None
    return ResultRow(
        about.experiment,
        about.run,
        about.name,
        about.parameters,
        about.seed,
        None,
        None,
        value.step,
        value.metric,
        statistic,
        value.value,
        source,
        "",
        "",
        file,
        number,
        about.tried[-1].number if about.tried else 0,
        mode_of(attempt),
        about.bit_equal,
        about.world,
        claim.host if claim else "",
        word_in(claim.more, "gpu_name") if claim else "",
        about.seconds,
        tokens,
        about.science_hash,
        not about.why_not,
        about.why_not,
    )


def _is_last(epoch: int | None, epochs: int | None) -> bool | None:
    return None if epoch is None or epochs is None else epoch + 1 == epochs


def _mean_of(curve: Sequence[Point]) -> float | None:
    return mean([each.value for each in curve]) if curve else None
