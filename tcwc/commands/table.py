"""The table of commands: what each is for, its options and examples. Imports nothing costly."""

from __future__ import annotations

EXIT = """\
exit codes: 0 done, or warnings only; 1 findings that are errors (with --strict warnings too), or
a check that failed; 2 wrong usage, or something outside tcwc failed (disk, permissions)"""


START = """\
a compiler and linter for fine-tuning experiments with torchtune

To begin, three commands:
  tcwc bases llama 1b lora                      find the config to start from
  tcwc init llama3_2/1B_lora_single_device      write an experiment.yaml on it
  tcwc build experiment.yaml                    check it, and write a config for each run

Every command: {commands}.
`tcwc --help` says what each is for, `tcwc COMMAND --help` shows examples."""
"""What a newcomer is told, who types no command."""


class Command:
    """A command: what adds its options (in `commands/options/`), what it is for, and examples, for
    `--help`. `compiles`: it reads experiments, and so may be told to read nothing else."""

    def __init__(
        self,
        options: str,
        about: str,
        examples: str,
        *,
        aliases: tuple[str, ...] = (),
        says_exit_codes: bool = False,
        compiles: bool = True,
    ) -> None:
        self.options, self.about, self.aliases = options, about, aliases
        self.epilog = examples if says_exit_codes else f"{examples}\n\n{EXIT}"
        self.compiles = compiles


COMMANDS = {
    "build": Command(
        "sources:build",
        "compile an experiment to configs and run_mapping.yaml",
        """\
examples:
  tcwc build experiment.yaml
  tcwc build lr.experiment.yaml rank.experiment.yaml
  tcwc build experiment.yaml --validate      and run the real `tune validate` over the result
  tcwc build experiment.yaml -o /tmp/look    a build that is not kept""",
        aliases=("generate",),
    ),
    "lint": Command(
        "sources:lint",
        "find mistakes in experiments and in configs, and repair them with --fix",
        """\
examples:
  tcwc lint                                  every experiment below this folder
  tcwc lint experiment.yaml --format concise
  tcwc lint --format sarif > tcwc.sarif
  tcwc lint --diff                           what --fix would change
  tcwc lint --fix experiment.yaml            with --unsafe-fixes the likely repairs too
  tcwc lint - --stdin-filename experiment.yaml < unsaved.yaml
  tcwc lint my_config.yaml --recipe lora_finetune_single_device      a config by itself
  tcwc lint --configs                        every config below this folder""",
    ),
    "check": Command(
        "sources:check",
        "check that the committed configs are what their source compiles to",
        """\
examples:
  tcwc check                                 every experiment below this folder
  tcwc check experiment.yaml""",
    ),
    "plan": Command(
        "sources:plan",
        "show the design as a table: levels, balance, what is constant, what a build changes",
        """\
examples:
  tcwc plan experiment.yaml                  before the build: nothing is written
  tcwc plan experiment.yaml -v               every level, pair and constant
  tcwc plan experiment.yaml --format csv > runs.csv
  tcwc plan experiment.yaml --format markdown    the tables for a paper
  tcwc plan --against main                   what a change does to the runs of all experiments
  tcwc plan experiment.yaml --against HEAD --format markdown     for a pull request""",
    ),
    "show": Command(
        "sources:show",
        "print the config of one run, or the base that all begin with",
        """\
examples:
  tcwc show experiment.yaml run_017
  tcwc show experiment.yaml 17 > try.yaml
  tcwc show experiment.yaml base             what stands there before anything is changed""",
    ),
    "explain": Command(
        "sources:explain",
        "say where each value of a run comes from, and what reads it",
        """\
examples:
  tcwc explain experiment.yaml run_017       all that the base does not say alone
  tcwc explain experiment.yaml 17 lr         one value, by path or short name; or an arm, a section
  tcwc explain experiment.yaml 17 -v         every value
  tcwc explain experiment.yaml 17 lr --format json | jq '.values[].notes'

"read by" names the file and line in torchtune, in the package, or in your own code.""",
    ),
    "diff": Command(
        "sources:diff",
        "print the values in which two runs, configs or builds differ",
        """\
examples:
  tcwc diff experiment.yaml:run_003 run_007          two runs of an experiment
  tcwc diff experiment.yaml:base run_003             what a run changes in its base
  tcwc diff experiment.yaml:run_003 mine.yaml        a run and a config file
  tcwc diff old.yaml new.yaml                        two config files
  tcwc diff configs/ /tmp/look/                      two builds, by their run_mapping.yaml

A and B are EXPERIMENT:RUN, EXPERIMENT:base, a config file, or a folder with a run_mapping.yaml; B
may leave out the EXPERIMENT of A. Runs of two builds belong together where their parameters are
the same, else where their ids are. Against its source, a folder is compared by `tcwc check`.

Values are printed as A -> B. Exit codes: 0 no difference, 1 some, 2 a side cannot be read.""",
        says_exit_codes=True,
    ),
    "status": Command(
        "jobs:status",
        "say what became of each run: finished, running, failed and why",
        """\
examples:
  tcwc status experiment.yaml                counts, and the runs to look at; -v shows all
  tcwc status experiment.yaml --only failed -v           with the logs of those that failed
  tcwc status experiment.yaml --only 'lora_rank == 8 and not finished'
  tcwc status experiment.yaml --format json | jq -r '.runs[] | select(.state == "failed") | .log'
  tcwc status experiment.yaml --check && echo "all are finished"

It looks at the folders of the runs and asks the queue, once. What cannot be told from here is
`unknown`, and is not submitted again.

exit codes: 0 shown; 1 the experiment has errors, or with --check a run is not finished; 2 wrong
usage, or something outside tcwc failed; 3 --only selects no run""",
        says_exit_codes=True,
    ),
    "results": Command(
        "jobs:results",
        "show what came out of the runs: metrics of trainings and of evaluations, in one table",
        """\
examples:
  tcwc results experiment.yaml               a line a run: factors, loss, evaluations
  tcwc results experiment.yaml --metric loss --only 'lora_rank == 8'
  tcwc results experiment.yaml --format csv > results.csv    a line a run, metric and statistic
  tcwc results experiment.yaml --steps --format csv          every step that was logged
  tcwc results experiment.yaml --by lora_rank                mean and interval over seeds
  tcwc results experiment.yaml --by lora_rank --over learning_rate
  tcwc results experiment.yaml --plot loss                   curves; needs pip install 'tcwc[plot]'
  tcwc results experiment.yaml --plot acc --by lora_rank -o acc.pdf
  tcwc results experiment.yaml --by lora_rank --epochs last  one epoch of several evaluated ones
  tcwc results experiment.yaml --metric acc --epochs best:val_loss

Only what is finished under the experiment's current meaning is included; the rest is marked, and
told below the table. Steps that were trained twice, before and after a kill, count once.

exit codes: 0 shown; 1 the experiment has errors; 2 wrong usage, or something outside tcwc failed;
3 there is no result, or none of what was asked for""",
        says_exit_codes=True,
    ),
    "export": Command(
        "jobs:export",
        "list the weights that runs left, or will leave, and what loads them; or a command a run",
        """\
examples:
  tcwc export experiment.yaml                a line of JSON for weights of each kind and epoch
  tcwc export experiment.yaml --epochs last --kind merged --only finished
  tcwc export experiment.yaml --epochs best:val_loss --kind adapter
  tcwc export experiment.yaml --format csv > weights.csv
  tcwc export experiment.yaml | jq -r 'select(.loads_offline | not) | .run + " " + .why_not'
  tcwc export experiment.yaml --commands     a line of bash for each run that is left
  tcwc export experiment.yaml --commands | xargs -d '\\n' -P 2 -n 1 bash -c

What is there is told as it is; of what is not trained yet, as it will be (`bytes` is null then).
The lines of --commands go through the same door as jobs of Slurm do, so that `tcwc status` knows
what became of them; the script that they name is written beside the configs.

exit codes: 0 given; 1 the experiment has errors, or a run has no one command; 2 wrong usage, or
something outside tcwc failed; 3 there is nothing of what is asked for""",
        says_exit_codes=True,
    ),
    "verify": Command(
        "jobs:verify",
        "say whether a folder is a finished run of this source",
        """\
examples:
  tcwc verify /scratch/ann/tiny/run_003 experiment.yaml
  tcwc verify downloaded/run_003 experiment.yaml     a folder that somebody has published

It compares the folder's stamp with what the source compiles to: the science_hash (all that can
change the result), the number of processes, the config that ran, and looks for the weights.""",
    ),
    "prune": Command(
        "jobs:prune",
        "list, and with --yes remove, checkpoints of finished runs but for their last ones",
        """\
examples:
  tcwc prune experiment.yaml                 what would go, and how large it is
  tcwc prune experiment.yaml --yes
  tcwc prune experiment.yaml --only run_000..run_011 --yes
  tcwc prune experiment.yaml --keep best:acc                 and which epoch is best of each run

Only in folders whose stamp is the run's own, only of finished runs, never a link.""",
    ),
    "rule": Command(
        "knowledge:rule",
        "say what the rules are and why, or test rules of your own",
        """\
examples:
  tcwc rule                                  every rule, a line each
  tcwc rule TCW201                           why, with good and bad cases
  tcwc rule --test lint_rules/               run the cases of rules of your own""",
        compiles=False,
    ),
    "init": Command(
        "knowledge:init",
        "write a first experiment for a base config, or for what a run was trained with",
        """\
examples:
  tcwc init                                  asks, on a terminal
  tcwc init llama3_2/1B_lora_single_device
  tcwc init llama3_2/1B_lora_single_device --vary lora_rank=8,16 --vary lr=1e-4,3e-4 --set epochs=2
  tcwc init qwen2_5 0.5b lora single -o qwen.experiment.yaml
  tcwc init --from-run /scratch/ann/run_003  the nearest base, and what is to be changed of it
  tcwc init --pre-commit --ci github --gitattributes     only what goes beside experiments

It never writes over a file that is there, and writes nothing that would have errors.""",
    ),
    "bases": Command(
        "knowledge:bases",
        "search the base configs that torchtune ships: by model, size, method, devices, recipe",
        """\
examples:
  tcwc bases                                 all that `base_config:` may name for torchtune 0.6.1
  tcwc bases llama 1b lora single            those that have all words, the likeliest first
  tcwc bases qlora 8b
  tcwc bases dpo --format json | jq -r '.bases[].name'
  tcwc bases full_finetune_distributed       those of a recipe
  tcwc bases --torchtune 0.7.0.dev qwen3     those of another version
  tcwc bases --show llama3_2/1B_lora_single_device""",
        compiles=False,
    ),
    "keys": Command(
        "knowledge:keys",
        "list what can be set in a base config or an experiment: key, type, value, who reads it",
        """\
examples:
  tcwc keys llama3_2/1B_lora_single_device            all, also what the base does not set
  tcwc keys llama3_2/1B_lora_single_device lora rank  those that have all words
  tcwc keys experiment.yaml dataset -v                with where in the source each is read
  tcwc keys experiment.yaml --format json | jq -r '.keys[].path'

What the config does not set has its default in brackets.""",
    ),
    "schema": Command(
        "knowledge:schema",
        "print a JSON Schema for editors, with the keys of an experiment's base and recipe",
        """\
examples:
  tcwc schema experiment.yaml -o experiment.schema.json
  tcwc schema --base llama3_2/1B_lora_single_device > experiment.schema.json
  tcwc schema                                what every experiment may have

An editor with a YAML language server completes and explains keys by it where the first line of
experiment.yaml is

  # yaml-language-server: $schema=experiment.schema.json

It is of the base, the recipe and the components that the experiment has: make it again when one of
them is another; until then sections are completed, and keys are not.""",
    ),
    "catalog": Command(
        "knowledge:catalog",
        "list the versions of torchtune, what an upgrade changes, and make one of your own fork",
        """\
examples:
  tcwc catalog                               what `torchtune:` may name
  tcwc catalog diff 0.6.1 0.7.0.dev          what an upgrade changes; -v for all of it
  tcwc catalog build --from ../torchtune --name mine     and then `torchtune: "local:mine"`""",
        compiles=False,
    ),
    "adopt": Command(
        "sources:adopt",
        "make an experiment of configs, scripts and searches that are there",
        """\
examples:
  tcwc adopt my_configs/                     a folder of configs that were copied and edited
  tcwc adopt my_configs/ -o experiment.yaml
  tcwc adopt r8.yaml r16.yaml --base llama3_2/1B_lora_single_device
  tcwc adopt sweep.sh                        the runs of `tune run ... key=value` in its loops
  tcwc adopt sweep.yaml --base llama3_2/1B_lora_single_device     a search of W&B's

It is compiled, and each config compared with its run: what differs is told, and the run that is not
as its row says. Nothing that is named is run.

exit codes: 0 all is given; 1 not all (what is left is told); 2 nothing could be made""",
        says_exit_codes=True,
    ),
    "migrate": Command(
        "sources:migrate",
        "take experiments and their base files to another version of torchtune",
        """\
examples:
  tcwc migrate experiment.yaml --to 0.7.0.dev            a diff, and what changes in each run
  tcwc migrate experiment.yaml --to 0.7.0.dev --write
  tcwc migrate a.experiment.yaml b.experiment.yaml --to nightly      both have one base file""",
    ),
    "validate": Command(
        "sources:validate",
        "run the real `tune validate` over the built configs",
        """\
examples:
  tcwc validate experiment.yaml              needs torchtune: pip install 'tcwc[validate]'

It is of the torchtune beside tcwc, which imports the modules that configs name, as a run does: for
configs that you would run too, not for a stranger's.""",
    ),
    "slurm": Command(
        "jobs:slurm",
        "write the scripts that submit the runs of an experiment to Slurm",
        """\
examples:
  tcwc slurm experiment.yaml --cluster della
  bash configs/slurm/della/submit.sh         submits what is left; --help says what else
  tcwc slurm experiment.yaml --only 'failed and lora_rank == 8'
  tcwc slurm experiment.yaml --suggest       time limits, by what finished runs took

exit codes: 0 written, or all runs are finished; 1 these runs cannot be submitted as they are;
2 wrong usage, or the scripts cannot be written; 3 a selection matches no run""",
        says_exit_codes=True,
    ),
    "run": Command(
        "jobs:run",
        "train what is left of an experiment on this machine, one run a device",
        """\
examples:
  tcwc run experiment.yaml                   all that is left, one run on each GPU
  tcwc run experiment.yaml --devices 0,1
  tcwc run experiment.yaml --jobs 2          two at a time, also where there is no GPU
  tcwc run experiment.yaml --only 'lora_rank == 8'
  tcwc run experiment.yaml run_003           one run
  tcwc run experiment.yaml run_003 --try max_steps_per_epoch=2     a look: nothing of it is kept
  tcwc run experiment.yaml --dry-run

Ctrl-C ends the runs at work, and the next call goes on with them; a second one kills them. What a
run says is in the log that its line names.

exit codes: 0 all runs are finished; 1 a run failed, or the source has errors; 2 wrong usage, or
something outside tcwc failed; 3 nothing was selected although not all is finished; 130 Ctrl-C""",
        says_exit_codes=True,
    ),
    "doctor": Command(
        "knowledge:doctor",
        "check that the packages of an environment are known to work with its torchtune",
        """\
examples:
  tcwc doctor                                the environment that tcwc is installed in
  tcwc doctor --python .venv/bin/python      another one; nothing of it is imported
  tcwc doctor experiment.yaml --python .venv/bin/python      what this experiment needs
  tcwc doctor --torchtune nightly            what another version would need here
  tcwc doctor experiment.yaml -v             with where each fact is from
  tcwc doctor --format json | jq .works

exit codes: 0 nothing is known not to work (what is not known is no failure); 1 something is, or
is not installed; 2 wrong usage, or the environment cannot be looked at""",
        says_exit_codes=True,
    ),
    "completion": Command(
        "knowledge:completion",
        "print what lets a shell complete commands, options, base configs and files",
        """\
examples:
  eval "$(tcwc completion bash)"             in ~/.bashrc
  eval "$(tcwc completion zsh)"              in ~/.zshrc, after compinit
  tcwc completion fish > ~/.config/fish/completions/tcwc.fish

Installed with pipx or for a user, it is where bash-completion, zsh and fish look.""",
        compiles=False,
    ),
}
"""Every command: a module of its name in `commands/`, with `run(arguments)`, and an entry here."""
