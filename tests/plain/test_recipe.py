"""How the recipe is found that runs a config which no experiment uses, and what that changes."""

from __future__ import annotations

from pathlib import Path

import pytest

from tcwc.disk.files import FileProblem
from tcwc.lint.agreed import agreed
from tcwc.model.diagnostics import Diagnostic, Severity, finding, replace_by
from tcwc.model.frozen import replace
from tcwc.model.rules import DEAD_BASE_KEY, UNKNOWN_KEY
from tcwc.model.source import Span
from tests.plain.config import LORA, SEVERAL, lint, shipped, told, write

DEAD = ("TCW219", "warning")
SHARDED = "fsdp_cpu_offload: false\n"
"""Read by recipes for several devices alone."""


def test_nothing_is_wrong_with_a_shipped_config(tmp_path: Path) -> None:
    assert told(lint(write(tmp_path, shipped()), LORA)) == []


def test_without_a_recipe_it_is_said_how_to_name_one(tmp_path: Path) -> None:
    (each,) = lint(write(tmp_path, shipped())).diagnostics
    assert (each.code, each.severity) == ("TCW209", Severity.INFO)
    assert LORA in each.message
    ways = (f"`# tcwc: recipe {LORA}`", f"`--recipe {LORA}`", "[tool.tcwc.recipes]", "recipe.py`")
    for way in ways:
        assert way in each.help


def test_what_some_recipe_reads_is_told_only_where_the_recipe_is_named(tmp_path: Path) -> None:
    path = write(tmp_path, shipped() + SHARDED)
    assert DEAD not in told(lint(path))
    assert DEAD in told(lint(path, LORA))
    assert DEAD not in told(lint(path, SEVERAL))


def test_a_recipe_that_refuses_what_another_takes_is_not_meant(tmp_path: Path) -> None:
    """`optimizer_in_bwd` is read by full recipes, which have no use for a model with adapters."""
    found = lint(write(tmp_path, shipped() + "optimizer_in_bwd: false\n"))
    assert DEAD in told(found)
    assert "full" not in found.diagnostics[0].message


def test_what_no_recipe_reads_is_told_in_any_case(tmp_path: Path) -> None:
    assert DEAD in told(lint(write(tmp_path, shipped() + "lora_rank: 8\n")))


@pytest.mark.parametrize(
    "comment",
    [
        f"# tcwc: recipe {LORA}",
        f"#tcwc:recipe: {LORA}",
        f"# tcwc: recipe = '{LORA}'  because",
        f"# mine; # tcwc: recipe {LORA}",
    ],
)
def test_a_comment_names_it(comment: str, tmp_path: Path) -> None:
    path = write(tmp_path, f"{comment}\n{shipped()}{SHARDED}")
    assert told(lint(path)) == [DEAD]


def test_what_looks_like_a_comment_in_a_text_names_none(tmp_path: Path) -> None:
    text = shipped() + f'optimizer_in_bwd: "# tcwc: recipe {LORA}"\n'
    assert ("TCW209", "info") in told(lint(write(tmp_path, text)))


def test_settings_name_it_by_the_first_glob_that_fits(tmp_path: Path) -> None:
    text = shipped() + SHARDED
    full, lora = write(tmp_path, text, "full/a.yaml"), write(tmp_path, text, "lora/b/a.yaml")
    (tmp_path / "tcwc.toml").write_text(
        f'[recipes]\n"full/*" = "{SEVERAL}"\n"lora/*" = "{LORA}"\n"*" = "generate"\n'
    )
    assert told(lint(full)) == []
    assert told(lint(lora)) == [DEAD]


@pytest.mark.parametrize(
    ("glob", "name"),
    [
        ("./lora/*", "lora/a.yaml"),
        ("lora/", "lora/b/a.yaml"),
        ("**/a.yaml", "a.yaml"),
        ("lora/**/a.yaml", "lora/a.yaml"),
        ("lora/**/a.yaml", "lora/b/c/a.yaml"),
    ],
)
def test_a_glob_is_what_people_write_elsewhere(glob: str, name: str, tmp_path: Path) -> None:
    path = write(tmp_path, shipped() + SHARDED, name)
    other = write(tmp_path, shipped() + SHARDED, "other/x.yaml")
    (tmp_path / "tcwc.toml").write_text(f'[recipes]\n"{glob}" = "{LORA}"\n')
    assert told(lint(path)) == [DEAD]
    assert DEAD not in told(lint(other))


def test_the_nearest_settings_count(tmp_path: Path) -> None:
    path = write(tmp_path, shipped() + SHARDED, "lora/a.yaml")
    (tmp_path / "tcwc.toml").write_text(f'[recipes]\n"*" = "{SEVERAL}"\n')
    (tmp_path / "lora" / "tcwc.toml").write_text(f'[recipes]\n"*.yaml" = "{LORA}"\n')
    assert told(lint(path)) == [DEAD]


def test_who_asks_is_heard_before_the_comment_and_that_before_settings(tmp_path: Path) -> None:
    text = shipped() + SHARDED
    (tmp_path / "tcwc.toml").write_text(f'[recipes]\n"*" = "{LORA}"\n')
    path = write(tmp_path, f"# tcwc: recipe {SEVERAL}\n{text}")
    assert told(lint(path)) == []
    assert told(lint(path, LORA)) == [DEAD]


@pytest.mark.parametrize("recipes", ['"a" = 1', '"a" = ""', '"a" = ["b"]'])
def test_settings_that_name_none(recipes: str, tmp_path: Path) -> None:
    (tmp_path / "tcwc.toml").write_text(f"[recipes]\n{recipes}\n")
    with pytest.raises(FileProblem, match="must have the name of a recipe"):
        lint(write(tmp_path, shipped()))


def test_a_misspelt_recipe_of_who_asks_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path, shipped())
    with pytest.raises(FileProblem, match="--recipe: there is no recipe `lora_finetune_singel"):
        lint(path, "lora_finetune_singel_device")
    (tmp_path / "tcwc.toml").write_text('[recipes]\n"*" = "lora_finetune_single_devise"\n')
    with pytest.raises(FileProblem, match=r"tcwc\.toml: there is no recipe"):
        lint(path)


def test_a_misspelt_recipe_of_the_comment_is_repaired_there(tmp_path: Path) -> None:
    path = write(tmp_path, f"# tcwc: recipe lora_finetune_single_devise\n{shipped()}")
    (each,) = lint(path).diagnostics
    assert (each.code, str(each.span)) == ("TCW138", f"{path}:1:16")
    ((edit,),) = (fix.edits for fix in each.fixes)
    assert (edit.text, edit.span) == (LORA, each.span)


def test_one_that_nobody_knows_is_the_authors_own(tmp_path: Path) -> None:
    """Unknown keys are then nobody's business, and nothing is repaired where it is not named."""
    path = write(tmp_path, shipped() + "my_key: 1\n")
    (each,) = lint(path, "the_labs_recipe").diagnostics
    assert (each.code, each.severity, each.fixes) == ("TCW215", Severity.WARNING, ())


RECIPE = """\
import torchtune

def main(cfg):
    print(cfg.epochs, cfg.my_key)
"""


@pytest.mark.parametrize("where", ["configs/recipe.py", "recipe.py"])
def test_a_recipe_file_is_looked_for_beside_the_config_and_above(
    where: str, tmp_path: Path
) -> None:
    (tmp_path / "configs").mkdir()
    (tmp_path / where).write_text(RECIPE)
    text = "# tcwc: recipe recipe.py\nepochs: 1\nmy_key: 2\nanother: 3\n"
    found = lint(write(tmp_path, text, "configs/my.yaml"))
    assert told(found) == [DEAD]
    assert "`another`" in found.diagnostics[0].message


def test_a_recipe_file_that_is_not_there(tmp_path: Path) -> None:
    path = write(tmp_path, shipped())
    with pytest.raises(FileProblem, match=r"no recipe `recipe\.py`"):
        lint(path, "recipe.py")
    with pytest.raises(FileProblem, match=r"no recipe `recipes/lora") as problem:
        lint(path, f"recipes/{LORA}.py")
    assert problem.value.help == f"did you mean {LORA}?"
    path = write(tmp_path, f"# tcwc: recipe recipe.py\n{shipped()}")
    assert ("TCW001", "error") in told(lint(path))


def test_a_config_that_no_recipe_has_all_keys_of(tmp_path: Path) -> None:
    """A key that is missing may be the mistake, or the recipe be another: it is said, and the rest
    is checked."""
    text = shipped().replace("epochs:", "epochz:").replace("  lr:", "  lrr:")
    first, second = lint(write(tmp_path, text)).diagnostics
    assert (first.code, first.severity) == ("TCW209", Severity.WARNING)
    assert "`epochs`" in first.message
    assert LORA in first.message
    assert second.code == "TCW201"


def test_a_recipe_that_reads_little_of_it_is_not_meant(tmp_path: Path) -> None:
    """An evaluation without its tasks has all keys that a quantization needs."""
    text = shipped("eleuther_evaluation").replace("tasks:", "task:")
    (first, *_) = lint(write(tmp_path, text)).diagnostics
    assert (first.code, first.severity) == ("TCW209", Severity.WARNING)
    assert "eleuther_eval, the nearest, has no `tasks`" in first.message
    assert "quantize" not in first.message


@pytest.mark.parametrize(
    ("comments", "message"),
    [
        ("# tcwc: recipe\n", "names no recipe"),
        (f"# tcwc: recipe {LORA}\n# tcwc: recipe {SEVERAL}\n", "a second recipe is named"),
        ("# tcwc: torchtune\n", "names no torchtune"),
    ],
)
def test_comments_that_say_none_or_two(comments: str, message: str, tmp_path: Path) -> None:
    found = lint(write(tmp_path, comments + shipped())).diagnostics
    assert any(message in each.message and each.severity is Severity.ERROR for each in found)


def test_a_remark_about_recipes_is_no_name(tmp_path: Path) -> None:
    found = lint(write(tmp_path, f"# tcwc: recipes are good\n{shipped()}"), LORA)
    assert told(found) == []


# --- the version -----------------------------------------------------------------------------

NEW_LOSS = "torchtune.modules.loss.LinearCrossEntropyLoss"
"""Known in 0.7.0.dev and not before."""


def test_the_version_is_named_by_who_asks_or_a_comment(tmp_path: Path) -> None:
    text = shipped().replace("torchtune.modules.loss.CEWithChunkedOutputLoss", NEW_LOSS)
    path = write(tmp_path, text)
    assert ("TCW231", "error") in told(lint(path, LORA))
    assert ("TCW231", "error") not in told(lint(path, LORA, "0.7.0.dev"))
    path = write(tmp_path, f"# tcwc: torchtune 0.7.0.dev\n{text}")
    assert ("TCW231", "error") not in told(lint(path, LORA))


def test_a_version_that_nobody_knows(tmp_path: Path) -> None:
    path = write(tmp_path, shipped())
    with pytest.raises(FileProblem, match=r"no catalogue of torchtune 0\.6"):
        lint(path, LORA, "0.6")
    (each,) = lint(write(tmp_path, f"# tcwc: torchtune 0.6\n{shipped()}"), LORA).diagnostics
    assert each.code == "TCW103"
    assert [fix.edits[0].text for fix in each.fixes] == ["0.6.1"]


# --- what several recipes agree on --------------------------------------------------------------


def _found(line: int, severity: Severity = Severity.ERROR, fix: str = "") -> Diagnostic:
    span = Span("my.yaml", line, 1, line, 2)
    made = finding(UNKNOWN_KEY, span, "x", fix=replace_by(span, fix) if fix else None)
    return replace(made, severity=severity)


def test_one_recipe_says_all() -> None:
    assert agreed([[_found(1), _found(2)]]) == (_found(1), _found(2))


def test_what_one_of_them_does_not_mind_goes() -> None:
    assert agreed([[_found(1), _found(2)], [_found(2), _found(3)]]) == (_found(2),)


def test_another_rule_at_the_place_is_another_finding() -> None:
    other = replace(_found(1), rule=DEAD_BASE_KEY)
    assert agreed([[_found(1)], [other]]) == ()


def test_it_is_as_grave_as_for_who_minds_least() -> None:
    assert agreed([[_found(1)], [_found(1, Severity.WARNING)]]) == (_found(1, Severity.WARNING),)


def test_only_a_fix_that_all_have_is_left() -> None:
    assert agreed([[_found(1, fix="a")], [_found(1, fix="a")]]) == (_found(1, fix="a"),)
    assert agreed([[_found(1, fix="a")], [_found(1, fix="b")]]) == (_found(1),)


def test_a_recipe_that_reads_little_of_a_config_takes_no_error_from_it(tmp_path: Path) -> None:
    """`quantize` needs four keys that a training with a quantizer has, and minds no other."""
    text = shipped("llama2/7B_qat_full").replace("dtype: bf16", "dtype: fp16")
    found = lint(write(tmp_path, text))
    assert ("TCW301", "error") in told(found)
    assert "quantize" not in found.diagnostics[0].message


def test_how_many_more_is_no_name_of_a_recipe(tmp_path: Path) -> None:
    found = lint(write(tmp_path, shipped("llama2/7B_qat_full")))
    assert " more, which may" in found.diagnostics[0].message
    assert "more`" not in found.diagnostics[0].message


def test_a_release_is_named_as_a_config_names_it(tmp_path: Path) -> None:
    text = shipped() + "run_val_every_n_steps: 5\n"
    (each,) = lint(write(tmp_path, text), LORA).diagnostics
    assert "write `# tcwc: torchtune 0.7.0.dev`" in each.help
    assert "under `torchtune:`" not in each.help
    text = text.replace("CEWithChunkedOutputLoss", "LinearCrossEntropyLoss")
    found = lint(write(tmp_path, text), LORA).diagnostics
    assert all("`# tcwc: torchtune 0.7.0.dev`" in each.help for each in found)
