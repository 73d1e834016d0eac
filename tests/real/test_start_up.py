"""What a cold `tcwc lint` loads: pre-commit pays for it at every commit (tests/benchmarks)."""

from __future__ import annotations

import subprocess
import sys

from tests.conftest import ROOT

NOT_FOR_LINT = {
    "lark",
    "jsonschema",
    "logging",
    "subprocess",
    "tcwc._generated.path_parser",  # the generated parser: usual keys need none
    "tcwc.yaml.config",  # the base is a shipped one
    "tcwc.builds.configs",
    "tcwc.disk.writer",
    "tcwc.builds.build",
    "tcwc.torchtune.catalogue.own",  # no component of the author's own
    "tcwc.torchtune.knowledge.elsewhere",
    "tcwc.torchtune.knowledge.advice.advise",  # there is nothing to advise on
    "tcwc.api.settings",  # there is no settings file
    "tomllib",
    "tcwc.lint.suppress",  # no comment of tcwc's
    "tcwc.yaml.comments",
    "tcwc.api.rule_files",
    "tcwc.report.sarif",
}


def test_a_clean_lint_loads_nothing_that_only_others_need() -> None:
    code = (
        "import sys; from tcwc.cli import main;"
        "status = main(['lint', '-q', 'examples/lora_rank/experiment.yaml']);"
        "print(status, *sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    status, *loaded = done.stdout.split()
    assert status == "0"
    assert "tcwc.yaml.experiment" in loaded
    assert not NOT_FOR_LINT & set(loaded)
