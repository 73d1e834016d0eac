"""`tcwc rule`: what the rules are, why, and whether those of one's own do what their cases say."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Sequence
from textwrap import fill, indent

from tcwc.api.rule_files import shipped_names, shipped_rule
from tcwc.commands.findings import problem, show_findings
from tcwc.commands.sessions import session_of
from tcwc.commands.terminal import say, say_lines
from tcwc.disk.files import FileProblem
from tcwc.lint.rules.rule_files import RuleCase, RuleFile, RuleSet
from tcwc.model.printable import printable
from tcwc.model.words import either, nearest

_WIDTH = 96
_ALIKE = str.maketrans("OIL", "011")
"""Letters that are taken for digits."""


def run(arguments: Namespace) -> int:
    """List rules, explain some, or test a folder of them; 0 done, 1 a case fails, 2 wrong usage."""
    try:
        if arguments.test is not None:
            return _test(arguments)
        own = _own(arguments)
    except FileProblem as error:
        problem(error.message, error.help, arguments)
        return 2
    if not arguments.codes:
        _list([shipped_rule(name) for name in shipped_names()] + list(own.files))
        return 0
    return _explain(arguments, own)


def _own(arguments: Namespace) -> RuleSet:
    """The rules of the user's own that hold in this folder. Raises FileProblem."""
    session = session_of(arguments)
    here = session.place("experiment.yaml")  # there or not, its folder's settings hold
    found = session.user_rules(session.settings(here.folder), here) or RuleSet()
    show_findings(found.diagnostics, found.sources, arguments)
    return found


def _list(files: Sequence[RuleFile]) -> None:
    wide = max(len(file.rule.name) for file in files)
    for file in files:
        rule = file.rule
        say(f"{rule.code}  {rule.name:<{wide}}  {rule.severity.value:<7}  {_summary(file)}")


def _summary(file: RuleFile) -> str:
    return file.summary + (" (preview)" if file.rule.preview else "")


def _explain(arguments: Namespace, own: RuleSet) -> int:
    by_name = {name[: -len(".yaml")]: name for name in shipped_names()}
    known = {name.partition("-")[0]: name for name in by_name.values()}
    known |= {stem.partition("-")[2]: name for stem, name in by_name.items()}
    mine = {file.rule.code: file for file in own.files} | {f.rule.name: f for f in own.files}
    status = 0
    every = [code for code in (*known, *mine) if code[-1:].isdigit()]
    for number, asked in enumerate(arguments.codes):
        begun = [code for code in every if code.startswith(asked.upper())]
        if asked and len(begun) > 1 and asked.upper() not in begun:  # `TCW2`, as settings have it
            files = [mine[code] if code in mine else shipped_rule(known[code]) for code in begun]
            _list(files)
            continue
        meant = (asked.lower(), f"tcw{asked}")
        word = next((each for each in (*known, *mine) if each.lower() in meant), None)
        if word is None:
            digits = asked.upper().translate(_ALIKE) if any(map(str.isdigit, asked)) else asked
            near = nearest(digits, (*known, *mine))
            help = f"did you mean {either(near)}?" if near else "`tcwc rule` lists them all"
            problem(f"there is no rule {asked}", help, arguments)
            status = 2
            continue
        if number:
            say("")
        say_lines(page(mine[word] if word in mine else shipped_rule(known[word])).split("\n"))
    return status


def page(file: RuleFile) -> str:
    """A rule with why, its fix and its cases, as text."""
    rule = file.rule
    head = f"{rule.code} {rule.name} ({rule.severity.value}{', preview' if rule.preview else ''})"
    parts = [head, printable(file.summary), fill(file.why, _WIDTH)]
    if rule.preview:
        parts.append("A preview rule: off, unless --preview or `preview = true` turns it on.")
    if file.user_rule is not None:
        kind = "forbid" if file.user_rule.forbids else "require"
        parts.append(f"{kind}: {' '.join(file.user_rule.expression.text.split())}")
        parts.append(f"from {printable(file.file)}")
    else:
        parts.append(f"Fix: {file.fix}.")
    parts += [_case(case) for case in file.cases]
    return "\n\n".join(parts)


def _case(case: RuleCase) -> str:
    lines = ["Good:" if case.good else "Bad:"]
    for name, text in case.texts.items():
        lines += [f"  {printable(name)}", indent(text.rstrip("\n"), "    | ", lambda _: True)]
    for each in case.expect:
        where = f"{each.get('file', 'experiment.yaml')}:{each['line']}:{each['column']}"
        said = f"  -> {where}: {each['code']}: {each['message']} ..."  # how it begins
        lines.append(printable(said))
    return "\n".join(lines)


def _test(arguments: Namespace) -> int:
    from tcwc.api.rule_cases import run_user_case
    from tcwc.api.rule_files import read_user_rules
    from tcwc.disk.files import read_rule_folder

    found = read_user_rules(read_rule_folder(arguments.test))
    show_findings(found.diagnostics, found.sources, arguments)
    count = failed = 0
    for file in found.files:
        for case in file.cases:
            count += 1
            wrong = run_user_case(file, case)
            failed += bool(wrong)
            for each in wrong:
                say(f"{file.file}: {case.name}: {each}")
    if not found.files and not found.diagnostics:
        problem(f"there are no rules in {arguments.test}", "name a folder of rule files", arguments)
        return 2
    if not arguments.quiet:
        rules_ = f"{len(found.files)} rule{'s' if len(found.files) != 1 else ''}"
        said = f"{failed} failed" if failed else "all as expected"
        say(f"Ran {count} cases of {rules_}: {said}.")
    return 1 if failed or found.diagnostics else 0
