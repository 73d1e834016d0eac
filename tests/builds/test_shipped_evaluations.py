"""Configs of torchtune's own evaluation for all that torchtune ships: right, or refused by lint."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from tcwc.api.compilation import compile
from tcwc.api.session import Session
from tcwc.cli import main
from tcwc.model.rules import BAD_EVALUATION, BAD_EVALUATION_EPOCHS, EVALUATED_NOT_KEPT

pytestmark = pytest.mark.slow
EVALUATE = "evaluate:\n  h: {with: eleuther_eval, tasks: [a], baseline: true}\n"


def compiled(folder: Path, base: str, version: str, session: Session) -> dict[str, str] | set[str]:
    """The configs that evaluate, by name; where lint refuses them, by which rules."""
    head = f'experiment_name: s\ntorchtune: "{version}"\nbase_config: {base}\n'
    text = f"{head}controls: {{seed: 1}}\n{EVALUATE}"
    made = compile(folder / "experiment.yaml", text=text, session=session)
    if made.ok:
        return dict(made.build.evaluations())
    return {each.rule.code for each in made.diagnostics}


@pytest.mark.parametrize(("version", "least"), [("0.5.0", 120), ("0.6.1", 130), ("0.7.0.dev", 0)])
def test_all_that_ships(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], version: str, least: int
) -> None:
    session = Session()
    known = compile(
        tmp_path / "experiment.yaml",
        text=f'experiment_name: s\ntorchtune: "{version}"\nbase_config: llama3_2/1B_full\n',
        session=session,
    ).known
    assert known is not None
    refused: Counter[str] = Counter()
    written = []
    for base in known.config_names():
        made = compiled(tmp_path, base, version, session)
        if isinstance(made, set):
            refused.update(made)
            continue
        for name, text in made.items():
            path = tmp_path / f"{base}.{name}.yaml".replace("/", "+")
            path.write_text(text)
            written.append(str(path))
    assert len(written) >= 2 * least
    assert refused[EVALUATED_NOT_KEPT.code] > 2
    assert refused[BAD_EVALUATION_EPOCHS.code] > 10
    assert (refused[BAD_EVALUATION.code] > 100) == (not written), "the names of main's files"
    if written:
        assert main(["lint", "--torchtune", version, *written]) == 0
        assert capsys.readouterr().out.startswith("No findings")
