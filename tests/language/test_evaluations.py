"""`evaluate:` as it is written, and what is said of what nothing reads."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tcwc.api.compilation import compile
from tcwc.api.session import DATA
from tcwc.disk import data
from tcwc.language.evaluation_names import COMMON
from tcwc.model.diagnostics import Diagnostic
from tcwc.model.evaluations import COLUMNS, OF_LATER, PARAMETERS, Evaluation
from tcwc.model.evaluators import COMMAND, Evaluators
from tcwc.outcomes.exported import Exported
from tcwc.torchtune.catalogue.evaluators import evaluators_of
from tests.study import BASE

HEAD = f"experiment_name: study\nbase_config: {BASE}\ncontrols: {{epochs: 2}}\n"
KNOWN: Evaluators = evaluators_of(DATA.read("evaluators.json"))
TOOLS = KNOWN.tools


def found(folder: Path, text: str) -> list[Diagnostic]:
    return list(compile(folder / "experiment.yaml", text=f"{HEAD}evaluate: {text}\n").diagnostics)


def evaluations(folder: Path, text: str) -> dict[str, Evaluation]:
    compilation = compile(folder / "experiment.yaml", text=f"{HEAD}evaluate: {text}\n")
    assert not compilation.diagnostics
    assert compilation.experiment is not None
    return {each.name: each for each in compilation.experiment.evaluations}


@pytest.mark.parametrize("word", ["evaluation", "evaluations", "eval", "evals", "evaluators"])
def test_the_section_under_another_name(tmp_path: Path, word: str) -> None:
    """It is read all the same, so that what is wrong in it is told at once; the fix is safe."""
    text = f"{HEAD}{word}: {{sums: {{with: lm_eval, tasks: sums}}}}\n"
    found = compile(tmp_path / "experiment.yaml", text=text).diagnostics
    assert [each.code for each in found] == ["TCW101", "TCW145"]
    assert found[0].help == "here it is called `evaluate`"
    assert [fix.safe for fix in found[0].fixes] == [True]


@pytest.mark.parametrize("place", ["", "controls:\n  ", "variables:\n  "])
@pytest.mark.parametrize(
    "word",
    ["metrics", "score", "benchmarks", "eval_tasks", "scoring", "tests", "lm_eval", "eval_steps",
     "tasks", "validation", "evaluator", "harness", "metric"],
)  # fmt: skip
def test_words_that_lead_to_the_section(tmp_path: Path, word: str, place: str) -> None:
    head = HEAD.replace("controls: {epochs: 2}\n", "")
    text = f"{head}{place}{word}: {'[1, 2]' if place[:1] == 'v' and word != 'metric' else 'acc'}\n"
    (one,) = compile(tmp_path / "experiment.yaml", text=text).diagnostics
    assert "`evaluate:` at the top level of the experiment" in one.help


def test_what_measures_nothing(tmp_path: Path) -> None:
    """A switch of a trainer, and the goal of a sweep."""
    text = f"{HEAD}benchmark: true\nmetric: {{name: loss, goal: minimize}}\n"
    found = compile(tmp_path / "experiment.yaml", text=text).diagnostics
    assert not any("evaluate" in each.help for each in found)


@pytest.mark.parametrize("value", ["5", "{dataset: {split: test}}", "{splits: [test], limit: 5}"])
def test_what_is_no_such_section(tmp_path: Path, value: str) -> None:
    found = compile(tmp_path / "experiment.yaml", text=f"{HEAD}evals: {value}\n").diagnostics
    assert not any("`evaluate`" in each.help and each.fixes for each in found)


def test_what_is_said_of_an_evaluation(tmp_path: Path) -> None:
    one = evaluations(
        tmp_path,
        "{sums: {with: lm_eval, tasks: [a, b], limit: 0.5, num_fewshot: 0, epochs: [1, 0], "
        "baseline: true, checkpoints: {pilot: '${oc.env:X}/e', a: /b}, weights: adapter, "
        "gen_kwargs: {temperature: 0.7, stop: [a]}, resources: {time: 00:30:00, gpus: 0}}}",
    )["sums"]
    assert one.settings == {
        "tasks": ["a", "b"],
        "limit": 0.5,
        "num_fewshot": 0,
        "weights": "adapter",
        "gen_kwargs": {"temperature": 0.7, "stop": ["a"]},
    }
    assert (one.epochs, one.baseline, one.tool) == ((0, 1), True, "lm_eval")
    assert one.checkpoints == {"a": "/b", "pilot": "${oc.env:X}/e"}
    assert (one.needs.time, one.needs.gpus, one.needs.cpus) == (1800, 0, None)


def test_what_counts_where_nothing_says(tmp_path: Path) -> None:
    one = evaluations(tmp_path, "{sums: {with: lm_eval, tasks: [a]}}")["sums"]
    assert (one.epochs, one.baseline, one.checkpoints) == ("last", False, {})


def test_they_are_in_the_order_of_their_names(tmp_path: Path) -> None:
    both = evaluations(
        tmp_path, "{b: {with: lm_eval, tasks: [a]}, a: {with: eleuther_eval, tasks: [a]}}"
    )
    assert list(both) == ["a", "b"]


@pytest.mark.parametrize(
    ("entry", "code", "says"),
    [
        ("{with: lm_eval, tasks: [a], num_few_shot: 0}", "TCW143", "`num_fewshot: 0`"),
        ("{with: lm_eval, tasks: [a], --num_fewshot: 0}", "TCW143", "`num_fewshot: 0`"),
        ("{with: lm_eval, tasks: [a], scorer: match}", "TCW143", "part of the task"),
        ("{with: lm_eval, tasks: [a], temperature: 0}", "TCW143", "`gen_kwargs:"),
        ("{with: eleuther_eval, tasks: [a], temperature: 0}", "TCW143", "reads none"),
        ("{with: eleuther_eval, tasks: [a], model_args: x=y}", "TCW143", "those of each run"),
        ("{with: eleuther_eval, tasks: [a], gen_kwargs: x=y}", "TCW143", "reads none"),
        ("{with: eleuther_eval, tasks: [a], weights: merged}", "TCW143", "merged weights alone"),
        ("{with: eleuther_eval, tasks: [a], log_samples: true}", "TCW143", "lm_eval takes it"),
        ("{with: command, command: 'x {folder} {results}', tasks: [a]}", "TCW143", "its words"),
        ("{with: lm_eval, tasks: [a], qqqq: 1}", "TCW143", "lm_eval takes tasks"),
        ("{with: lm_eval, task: [a]}", "TCW143", "`tasks: [a]`"),
        ("{with: lm_eval, tasks: [a], epochs: 2}", "TCW146", "write [2]"),
        ("{with: lm_eval, tasks: [a], epochs: final}", "TCW146", "write last"),
        ("{with: lm_eval, tasks: [a], epochs: [last]}", "TCW146", "count from 0"),
        ("{with: lm_eval, tasks: [a], epochs: [1, 1]}", "TCW146", "once"),
        ("{with: lm_eval, tasks: [a], epochs: []}", "TCW146", "write last"),
        ("{with: lm_eval, tasks: [a], epochs: [2]}", "TCW146", "write [1]"),
        ("{with: lm_eval}", "TCW144", "`tasks: [truthfulqa_mc2]`"),
        ("{with: lm_eval, tasks: []}", "TCW145", "at least one"),
        ("{with: lm_eval, tasks: a}", "TCW145", "write [a]"),
        ("{with: lm_eval, tasks: (a b)}", "TCW145", "write [a, b]"),
        ("{with: lm_eval, tasks: 'choice([a])'}", "TCW145", "write [truthfulqa_mc2]"),
        ("{with: lm_eval, tasks: [a, a]}", "TCW145", "remove one"),
        ("{with: lm_eval, tasks: ['a,b']}", "TCW145", "each name by itself"),
        ("{with: lm_eval, tasks: [a], limit: -1}", "TCW145", "write 100"),
        ("{with: lm_eval, tasks: [a], limit: '${x}'}", "TCW145", "write the value"),
        ("{with: lm_eval, tasks: [a], gen_kwargs: 'a=1,b=2'}", "TCW145", "`{a: 1, b: 2}`"),
        ("{with: lm_eval, tasks: [a], model_args: {pretrained: x}}", "TCW147", "`weights: merged`"),
        ("{with: lm_eval, tasks: [a], model_args: {dtype: x}}", "TCW147", "beside `with:`"),
        ("{with: lm_eval, tasks: [a], model_args: {tokenizer: '{toknizer}'}}", "TCW147", "{token"),
        ("{with: lm_eval, tasks: [a], baseline: maybe}", "TCW145", "true or false"),
        ("{with: lm_eval, tasks: [a], checkpoints: /x}", "TCW144", "pilot"),
        ("{with: lm_eval, tasks: [a], checkpoints: {a/b: /x}}", "TCW144", "a_b"),
        ("{with: lm_eval, tasks: [a], checkpoints: {epoch_3: /x}}", "TCW144", "pilot"),
        ("{with: lm_eval, tasks: [a], checkpoints: {run_000.epoch_1: /x}}", "TCW144", "beside it"),
        ("{with: lm_eval, tasks: [a], checkpoints: {p.failed-1: /x}}", "TCW144", "beside it"),
        ("{with: lm_eval, tasks: [a], checkpoints: {Base: /x}}", "TCW144", "beside it"),
        ("{with: lm_eval, tasks: [a], resources: 3}", "TCW144", "resources: {"),
        ("{with: lm_eval, tasks: [a], resources: {partition: x}}", "TCW140", "cluster profile"),
        ("{with: lm_eval, tasks: [a], resources: {when: {a: {gpus: 1}}}}", "TCW144", "every run"),
        ("{with: lm_eval, tasks: [a], include_path: nowhere}", "TCW148", "correct it"),
        ("{with: lm_eval, tasks: [a], include_path: ./}", "TCW145", "`include_path: tasks`"),
        ("{with: lm_eval, tasks: [a], include_path: ../..}", "TCW145", "of its own"),
        ("{with: inspect, tasks: [a]}", "TCW144", "`with: command`"),
        ("{tasks: [a]}", "TCW144", "`with: lm_eval`"),
        ("{tool: lm-eval, tasks: [a]}", "TCW144", "`with: lm_eval`"),
        ("{recipe: eleuther_eval, tasks: [a]}", "TCW144", "`with: eleuther_eval`"),
        ("{_target_: lm_eval.simple_evaluate, tasks: [a]}", "TCW144", "`with: lm_eval`"),
        ("{with: vllm, tasks: [a]}", "TCW144", '`command: "python eval.py'),
        ("{with: lm_eval, tasks: [a], base: true}", "TCW143", "`baseline: true`"),
        ("{with: lm_eval, tasks: [a], gpus: 1}", "TCW143", "`resources: {gpus: 1}`"),
        ("{with: lm_eval, tasks: [a], baseline: /m}", "TCW145", "under `checkpoints:`"),
        ("{with: lm_eval, tasks: [a], checkpoints: [/x/y]}", "TCW144", "{pilot: /x/y}"),
        ("{with: lm_eval, tasks: [a], apply_chat_template: yes}", "TCW145", "write true"),
        ("{with: lm_eval, tasks: [a], num_fewshot: [0, 5]}", "TCW145", "a second evaluation"),
        ("{with: lm_eval, tasks: [{task: a, num_fewshot: 3}]}", "TCW145", "of its own"),
        ("{with: lm_eval, tasks: [a], limit: .inf}", "TCW145", "write 100"),
        ("{with: eleuther_eval, tasks: [a], batch_size: auto}", "TCW145", "write 8"),
        ("{with: eleuther_eval, tasks: [a], checkpointer: {a: b}}", "TCW143", "of each run"),
        ("{command: a}", "TCW144", "`with: command`"),
        ("{with: command}", "TCW144", "`command: "),
        ("{with: command, command: 'x {resluts}'}", "TCW147", "{results}"),
        ("{with: command, command: 'x {model_path} {results}'}", "TCW147", "{folder}"),
        ("{with: command, command: 'x {why_not} {results}'}", "TCW147", "only after training"),
        ("{with: command, command: 'x {parameters.lr} {results}'}", "TCW147", "there is"),
        ("{with: command, command: 'x {folder}'}", "TCW147", "--out {results}"),
        ("{with: command, command: 'x {{folder}} {run} {{results}}'}", "TCW147", "{results}"),
        ("{with: command, command: 'x {base_path} {results}'}", "TCW147", "--model {folder}"),
        ("{with: command, command: 'x $CKPT {results}'}", "TCW147", "`$CKPT` is a shell's"),
        ("{with: command, command: 'A=1 x {folder} {results}'}", "TCW147", "env A=1"),
        ("{with: command, command: 'x ~/e.py {folder} {results}'}", "TCW147", "whole path"),
        ("{with: command, command: 'x ${folder} {results}'}", "TCW145", "braces alone"),
        ("{with: command, command: [x, '{folder}', '{results}']}", "TCW145", '"x {folder} {res'),
        ('{with: command, command: "cd x\\nx {folder} {results}"}', "TCW145", "`>-`"),
        ('{with: command, command: "x \'y {results}"}', "TCW147", "quotes"),
        ("{with: command, command: 'a | b {results}'}", "TCW147", "script"),
        ("{with: command, command: 'a > {results}/x'}", "TCW147", "script"),
        ("3", "TCW144", "mapping"),
        ("[a]", "TCW144", "with"),
    ],
)
def test_what_is_wrong(tmp_path: Path, entry: str, code: str, says: str) -> None:
    said = found(tmp_path, f"{{sums: {entry}}}")
    assert code in [each.rule.code for each in said], said
    (one,) = [each for each in said if each.rule.code == code]
    assert says in f"{one.message}; {one.help}"


@pytest.mark.parametrize(
    ("section", "says"),
    [
        ("{with: lm_eval, tasks: [a]}", "write a name above it"),
        ("{model: hf, tasks: a, num_fewshot: 5}", "write a name above it"),
        ("{tasks: [{name: a}], matrix: [{run: r}], temperature: 0}", "write a name above it"),
        ("[{with: lm_eval, tasks: [a]}]", "`evaluate: {sums: {with: lm_eval, tasks: [a]}}`"),
        ("[hellaswag]", "`evaluate: {sums: {with: lm_eval"),
        ("lm_eval", "`evaluate: {sums: {with: lm_eval"),
    ],
)
def test_a_section_without_names_is_told_once(tmp_path: Path, section: str, says: str) -> None:
    (one,) = found(tmp_path, section)
    assert says in str(one.help)


def test_of_some_recipes_nobody_knows_the_epochs(tmp_path: Path) -> None:
    text = (
        "experiment_name: study\nbase_config: mistral/7B_full_ppo_low_memory\n"
        "controls: {seed: 1}\nevaluate: {a: {with: lm_eval, tasks: [a]}}\n"
    )
    said = compile(tmp_path / "experiment.yaml", text=text).diagnostics
    (one,) = [each for each in said if each.rule.code == "TCW146"]
    assert "cannot be told" in one.message


def test_names_are_folders(tmp_path: Path) -> None:
    entry = "{with: lm_eval, tasks: [a]}"
    for name in ("a b", "a/b", "..", ".a", "-a", "a.", "'${x}'", "ü", "a" * 81):
        (one,) = found(tmp_path, f"{{{name}: {entry}}}")
        assert (one.rule.code, "folder" in one.message) == ("TCW144", True)
    (one,) = found(tmp_path, f"{{Sums: {entry}, sums: {entry}}}")
    assert "capitals" in one.message
    assert not found(tmp_path, f"{{base: {entry}, epoch_1: {entry}, a.b-c_D: {entry}}}")


def test_what_is_wrong_in_it_hides_nothing_else(tmp_path: Path) -> None:
    text = HEAD + "evaluate: {a: {with: lm_eval}}\nvariables: {seed: [1, 1]}\n"
    codes = {each.rule.code for each in compile(tmp_path / "e.yaml", text=text).diagnostics}
    assert {"TCW144", "TCW114"} <= codes


def test_nothing_of_a_run_depends_on_it(tmp_path: Path) -> None:
    with_it = compile(
        tmp_path / "experiment.yaml",
        text=HEAD + "evaluate: {a: {with: lm_eval, tasks: [x], num_fewshot: 3}}\n",
    )
    without = compile(tmp_path / "experiment.yaml", text=HEAD)
    (one,), (other,) = with_it.runs, without.runs
    assert (one.text, one.science_hash) == (other.text, other.science_hash)


def test_columns_are_those_of_export() -> None:
    exported = set(Exported.__annotations__)
    own = {"results", "label", "evaluation"}
    assert set(COLUMNS) - exported == own
    assert set(OF_LATER) <= exported
    assert exported - set(COLUMNS) - set(OF_LATER) == {
        PARAMETERS.rstrip("."),
        "prompt_template",
    }
    assert set(KNOWN.columns.values()) <= set(COLUMNS)


def test_the_schema_says_the_same() -> None:
    defs: dict[str, Any] = json.loads(data.read_text("schemas/experiment.schema.json"))["$defs"]
    assert defs["evaluation"]["properties"]["with"]["enum"] == list(TOOLS)
    for tool in TOOLS.values():
        own = ("weights",) if len(tool.weights) > 1 else ()
        names = {*COMMON, *tool.settings, *own}
        assert set(defs[tool.name]["propertyNames"]["enum"]) == names
        assert set(defs[tool.name]["properties"]) == {"with", *tool.settings, *own}
        required = {each.name for each in tool.settings.values() if each.required}
        assert set(defs[tool.name]["required"]) == {"with", *required}


def test_words_of_others_mean_something() -> None:
    for tool in TOOLS.values():
        assert set(tool.others.values()) <= set(tool.settings)
        taken = {*tool.settings, *COMMON}
        assert not taken & {*tool.others, *tool.elsewhere}
    assert set(KNOWN.called.values()) <= set(TOOLS)


def example(name: str, setting: str) -> str:
    text = TOOLS[name].settings[setting].example
    return "'x {folder} {results}'" if name == COMMAND and setting == "command" else text


def written(name: str, settings: list[str]) -> str:
    required = [each.name for each in TOOLS[name].settings.values() if each.required]
    lines = [f"{each}: {example(name, each)}" for each in dict.fromkeys([*required, *settings])]
    return f"{{with: {name}, {', '.join(lines)}}}"


@pytest.mark.parametrize("name", TOOLS)
def test_every_setting_is_taken_as_its_example_has_it(tmp_path: Path, name: str) -> None:
    (tmp_path / "tasks").mkdir()
    assert not found(tmp_path, f"{{a: {written(name, list(TOOLS[name].settings))}}}")


@given(st.data())
def test_a_mistyped_key_is_always_told(tmp_path_factory: Any, data: st.DataObject) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "tasks").mkdir(exist_ok=True)
    name = data.draw(st.sampled_from(list(TOOLS)))
    key = data.draw(st.sampled_from([*TOOLS[name].settings, *COMMON]))
    at = data.draw(st.integers(0, len(key) - 1))
    letter = data.draw(st.sampled_from("abcdefghijklmnopqrstuvwxyz_"))
    wrong = key[:at] + letter + key[at + data.draw(st.booleans()) :]
    tool = TOOLS[name]
    if wrong in (*tool.settings, *COMMON, "weights"):
        return
    entry = written(name, [])[:-1] + f", {wrong}: 1}}"
    assert [each for each in found(folder, f"{{a: {entry}}}") if each.rule.code == "TCW143"]


SCALARS = st.sampled_from(
    ["1", "-1", "1.5", "null", "''", "true", "a", "'{x'", "'${x}'", "'a,b'", "{}", "[]", "[[]]",
     "{a: {b: 1}}", "[a, a]", "last", "'\\ud800'", "\"\\0\"", "'x {results}'", "lm_eval", "~"]
)  # fmt: skip


@given(
    st.dictionaries(
        st.sampled_from(["a", "b.c", "'x y'", "base", "'{z}'", "1"]),
        st.dictionaries(
            st.sampled_from(
                sorted(
                    {
                        *COMMON,
                        "weights",
                        "mistake",
                        *(s for t in TOOLS.values() for s in t.settings),
                    }
                )
            ),
            SCALARS,
            max_size=6,
        ),
        max_size=3,
    )
)
def test_whatever_is_written_gives_findings_or_evaluations(
    tmp_path_factory: Any, section: dict[str, dict[str, str]]
) -> None:
    entries = [
        f"{name}: {{{', '.join(f'{key}: {value}' for key, value in entry.items())}}}"
        for name, entry in section.items()
    ]
    said = found(tmp_path_factory.getbasetemp(), f"{{{', '.join(entries)}}}")
    assert not [each for each in said if each.rule.code == "TCW005"]
    for name, entry in section.items():
        if "mistake" in entry and entry.get("with") == "lm_eval":
            assert any("mistake" in each.message for each in said), (name, said)


@pytest.mark.parametrize(
    "setting", ["tasks: null", "tasks: [null]", "tasks: [x], limit: ~", "tasks: [x], device: null"]
)
def test_null_is_no_value_of_a_setting(tmp_path: Path, setting: str) -> None:
    """And none of a base, which an evaluation has not; nor is it the name of a task."""
    every = found(tmp_path, f"{{a: {{with: lm_eval, {setting}}}}}")
    (one,) = [each for each in every if each.code == "TCW145"]
    assert one.help.endswith(", or remove it")
    assert not one.fixes


def test_null_where_it_says_something(tmp_path: Path) -> None:
    made = evaluations(tmp_path, "{a: {with: lm_eval, tasks: [x], model_args: {revision: null}}}")
    assert made["a"].settings["model_args"] == {"revision": None}
    made = evaluations(tmp_path, "{a: {with: eleuther_eval, tasks: [x], limit: null}}")
    assert made["a"].settings["limit"] is None


def test_several_folders_of_tasks(tmp_path: Path) -> None:
    """A list of folders is not one folder with a space in its name, nor is it no folder."""
    (tmp_path / "tasks").mkdir()
    (tmp_path / "tasks/x.yaml").write_text("task: x\ndataset_path: json\n")
    text = "{a: {with: lm_eval, tasks: [x], include_path: [tasks, more]}}"
    (one,) = found(tmp_path, text)
    assert one.help.startswith("write tasks: each evaluation has one")


@pytest.mark.parametrize(
    ("line", "help"),
    [
        ("eval_tasks: [x]", "did you mean `tasks: [x]`?"),
        ("tasks: [x], metrics: [acc]", "what is measured is part of the task"),
    ],
)
def test_words_for_evaluations_in_one(tmp_path: Path, line: str, help: str) -> None:
    (one,) = found(tmp_path, f"{{a: {{with: lm_eval, {line}}}}}")
    assert (one.code, one.help.startswith(help)) == ("TCW143", True)
