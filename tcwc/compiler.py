"""The pipeline in a page: from a source text to an experiment and findings.

    read_yaml       text to positioned nodes            yaml/experiment.py
    read_sections   nodes to sections                   language/sections.py
    read_origin     version, base config, recipe        language/origin.py
    build_tree      what stands where, what reads it    language/scaffold.py, tree.py
    Lowering        keys to paths, texts to values      language/lower.py
    lower_design    what varies: factors, formulas      language/design.py, factors.py
    settle          which runs there are                design/settle.py
    lint            findings over factors and configs   lint/engine.py, lint/table.py,
                                                        torchtune/knowledge/table.py
    Review          what comments and settings ignore   lint/review.py, lint/suppress.py

Pure: a function of the source, the files it names, the head of the committed mapping and the
catalogue. It raises for no mistake of an author.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING

from tcwc.config.merge import merge_what_fits
from tcwc.design.settle import settle
from tcwc.design.settled import Settled
from tcwc.language.conditional import also_engineering, apart, conditions, lower_conditional
from tcwc.language.design import lower_design, own_words
from tcwc.language.lower import Lowering
from tcwc.language.names import Names, Unbound
from tcwc.language.no_config import constants_of
from tcwc.language.origin import ChosenRecipe, choose_recipe, read_origin
from tcwc.language.release import choose_version
from tcwc.language.scaffold import build_tree
from tcwc.language.sections import AFTER_BUILD, Sections, read_sections
from tcwc.language.tree import Tree
from tcwc.lint.context import Context
from tcwc.lint.engine import lint
from tcwc.lint.fewer import fitting, gravest
from tcwc.lint.review import Judge, Review
from tcwc.lint.secrets import check_secrets
from tcwc.model.diagnostics import Diagnostic, Rule, Severity, finding, has_errors, in_order
from tcwc.model.frozen import dataclass, field, replace
from tcwc.model.ir import Assignment, Base, Design, Experiment, Path, Value
from tcwc.model.known import Knowledge, Recipe
from tcwc.model.rules import DAMAGED_MAPPING, INTERNAL_FAILURE, TOO_MANY_RUNS
from tcwc.model.secrets import may_hold_one
from tcwc.model.site import Site
from tcwc.model.source import SourceText, Span
from tcwc.model.target import ReadFile, Target
from tcwc.model.types import Type
from tcwc.model.words import either
from tcwc.yaml.experiment import read_yaml
from tcwc.yaml.nodes import Entry, MappingNode, ScalarNode

if TYPE_CHECKING:
    from tcwc.language.after_build import AfterBuild
    from tcwc.language.from_configs import RecordedArm
    from tcwc.lint.rules.user_rule import UserRule
    from tcwc.lint.stopwatch import Stopwatch


@dataclass(frozen=True, slots=True)
class Recorded:
    """What a committed mapping says that a compile depends on; empty where there is none.

    `ids` gives the ids of its runs, by their coordinates. `problem` is what is wrong with the
    mapping: a rule, a message and a help. `arms` are those whose levels are configs that ship, with
    what these said.
    """

    version: str | None = None
    catalogue: int | None = None
    names: Mapping[str, Path] = field(default_factory=dict)
    ids: Callable[[], Mapping[str, str]] = dict
    problem: tuple[Rule, str, str] | None = None
    arms: Mapping[str, RecordedArm] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Catalogues:
    """What is known of a target: of which versions, oldest first, and how to get it.

    `load` takes a version, and the revision that runs of it were built with, if there are any.
    """

    versions: tuple[str, ...]
    load: Callable[[str, int | None], Knowledge]


@dataclass(frozen=True, slots=True)
class Compiled:
    """What a source compiles to. `experiment` is None, or incomplete, where there are errors.

    `sources` are the texts that findings point into, by name. `called` is what the source calls
    them, by name too: findings stand in the order of that.
    """

    experiment: Experiment | None
    catalogue: Knowledge | None
    diagnostics: tuple[Diagnostic, ...]
    sources: Mapping[str, SourceText]
    called: Mapping[str, str]
    recipe: Recipe | None = None
    """What is known of the recipe."""
    resolve: Callable[[str], Path | str] = str
    """The path that a short name stands for, or in words why it stands for none."""
    output_at: Span | None = None
    """Where the source names its output folder, or its start."""
    tree: Tree | None = None
    """What stands where in the configs, and what reads it."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of the findings beside what the source is.

    `judge` is what settings make of a finding, `user_rules` the rules of the user's own that they
    name (None where they name none), `preview` whether preview rules are reported. `exists` tells
    of a relative path whether it is there, `head` what a file of data begins with, `text_of` gives
    the text of a small one, `matching` the files of a pattern, `below` those so deep below a folder
    (and whether that is all); without them nothing is said about paths. `watch` takes the time of
    checks. `site` is the cluster that is chosen, if one is.
    """

    judge: Judge | None = None
    exists: Callable[[str], bool] | None = None
    text_of: Callable[[str], str | None] | None = None
    head: Callable[[str], str | None] | None = None
    matching: Callable[[str], list[str]] | None = None
    below: Callable[[str, int], tuple[list[str], bool]] | None = None
    user_rules: tuple[UserRule, ...] | None = None
    preview: bool = False
    watch: Stopwatch | None = None
    site: Site | None = None


class _Texts:
    """The texts that a compile reads: by the name that users know, and what the source calls it."""

    def __init__(self, source: SourceText, read: ReadFile) -> None:
        self._read = read
        self.by_name = {source.name: source}
        self.called = {source.name: source.name}

    def read(self, name: str) -> SourceText:
        text = self._read(name)
        self.by_name[text.name], self.called[text.name] = text, name
        return text

    def of(self, called: str) -> SourceText | None:
        """The text that the source calls so, if it was read."""
        name = next((name for name, each in self.called.items() if each == called), "")
        return self.by_name.get(name)

    def in_order(self, found: list[Diagnostic]) -> tuple[Diagnostic, ...]:
        """The findings in the order in which a reader of the source meets them."""
        return in_order(found, self.called)

    def settled(
        self, found: list[Diagnostic], left: Sequence[Diagnostic], start: Span
    ) -> tuple[Diagnostic, ...]:
        """The same, with their fixes as plain replacements of text, in not too many words; some
        findings are `left` out already."""
        settled = _settled(self.in_order(found), self.by_name)
        return self.in_order(fitting(settled, left, start))


def compile_source(
    source: SourceText,
    read: ReadFile,
    target: Target,
    catalogues: Catalogues,
    recorded_in: Callable[[str | None, str], Recorded],
    asked: Asked,
) -> Compiled:
    """Compile a source for a target; `read` reads the files that it names, and names them as users
    know them.

    `recorded_in` gives what the mapping of the last build records, by what `output:` says and the
    experiment's name.
    """
    texts = _Texts(source, read)
    root, broken = read_yaml(source)
    if root is None:
        from tcwc.language.script import of_script  # for mistakes only

        script = of_script(source, target)
        found, left = gravest([*([script] if script else broken), *check_secrets([source])])
        unread = texts.settled(found, left, source.span(0, 0))
        return Compiled(None, None, unread, texts.by_name, texts.called)
    sections, misread = read_sections(root, target)
    recorded = recorded_in(sections.text("output"), sections.text("experiment_name") or "")
    version, problems = choose_version(sections, recorded.version, catalogues.versions, target)
    # Each version counts the revisions of its catalogue by itself.
    built_with = recorded.catalogue if recorded.version == version else None
    catalogue = catalogues.load(version or target.default_version, built_with)
    context, more = None, list[Diagnostic]()
    if version is not None:  # else all would be looked up where its author does not mean it
        context, more = _lower(source.name, target, sections, catalogue, recorded, texts.read)
    found = [*misread, *broken, *problems, *more]
    # `{}` has no entry, and what is wrong with the mapping beside it is told all the same.
    start = root.entries[0].key.span if root.entries else root.span
    output_at = sections.keys.get("output", start)
    of_mapping = _of_mapping(recorded, output_at, start)
    told = _Told(source, target, catalogue, texts, asked, root, sections, start)
    return told.compiled(context, found, of_mapping, output_at)


def compile_config(
    source: SourceText,
    sections: Sections,
    read: ReadFile,
    target: Target,
    catalogue: Knowledge,
    found: Sequence[Diagnostic],
    asked: Asked,
) -> Compiled:
    """What is to be said of a config that no experiment uses.

    It is the base of an experiment of nothing else, whose `sections` point into it
    (language/alone.py); `found` is what was found on the way to them. What it gives as `experiment`
    is for checks, and for no build.
    """
    texts = _Texts(source, read)
    context, more = _lower(source.name, target, sections, catalogue, Recorded(), texts.read)
    start = sections.root
    told = _Told(source, target, catalogue, texts, asked, MappingNode((), start), sections, start)
    alone = replace(context, alone=True) if context else None
    return told.compiled(alone, [*found, *more], [], start)


@dataclass(frozen=True, slots=True)
class _Told:
    """What findings are made from, told and settled with, of one source."""

    source: SourceText
    target: Target
    catalogue: Knowledge
    texts: _Texts
    asked: Asked
    root: MappingNode
    sections: Sections
    start: Span

    def compiled(
        self,
        context: Context | None,
        found: Sequence[Diagnostic],
        of_mapping: Sequence[Diagnostic],
        output_at: Span,
    ) -> Compiled:
        """What a source compiles to, once checks and comments have had their say; `found` is what
        was found before them."""
        asked, texts, target = self.asked, self.texts, self.target
        own_rules = asked.user_rules is not None
        review = Review(
            texts.by_name, _comments, asked.judge, own_rules=own_rules, preview=asked.preview
        )
        found = review.of_source(found)
        if context is not None:
            context = _informed(context, asked)
            found += lint(context, found, review.of_check, target.checks, asked.watch)
        of_mapping = review.of_source(of_mapping)
        found += review.of_source(check_secrets(texts.by_name.values()))
        # After all checks: not before is it known which comments ignored nothing.
        found += review.of_comments(self.source.name, found)
        found += of_mapping  # last: it keeps no check from looking at the source
        found, left = gravest(texts.in_order(found))
        if target.advise is not None and any(e.severity is not Severity.INFO for e in found):
            whole = _with_file(self.root, self.sections, found, texts)
            advise = partial(target.advise, found, whole, self.catalogue, context)
            found = _advised(advise, found, self.start)
        return Compiled(
            context.experiment if context else None,
            self.catalogue,
            texts.settled(found, left, self.start),
            texts.by_name,
            texts.called,
            context.recipe if context else None,
            context.resolve if context else str,
            output_at,
            context.tree if context else None,
        )


def _informed(context: Context, asked: Asked) -> Context:
    """The subject of checks, with what is there to be asked beside the source."""
    return replace(
        context,
        exists=asked.exists,
        head=asked.head,
        text_of=asked.text_of,
        matching=asked.matching,
        below=asked.below,
        user_rules=asked.user_rules or (),
        site=asked.site,
    )


def _advised(
    advise: Callable[[], list[Diagnostic]], found: list[Diagnostic], start: Span
) -> list[Diagnostic]:
    """The findings with better help; a failure of that is a finding, and takes no other away."""
    try:
        return advise()
    except Exception as error:  # noqa: BLE001
        message = f"the advice on findings failed: {type(error).__name__}: {error}"
        help = "this is a bug of tcwc, not of the experiment: report it with this file"
        return [*found, finding(INTERNAL_FAILURE, start, message, help=help)]


def _of_mapping(recorded: Recorded, output_at: Span, start: Span) -> list[Diagnostic]:
    """What is wrong with the committed mapping, at `output:` where another folder would help."""
    if recorded.problem is None:
        return []
    rule, message, help = recorded.problem
    return [finding(rule, start if rule is DAMAGED_MAPPING else output_at, message, help=help)]


def _comments(text: str) -> Iterator[tuple[int, int]]:
    from tcwc.yaml.comments import comments  # only where a comment is for tcwc

    return comments(text)


def _settled(
    found: tuple[Diagnostic, ...], texts: Mapping[str, SourceText]
) -> tuple[Diagnostic, ...]:
    """The findings with their fixes as plain replacements of text, and without secrets."""
    if found and any(may_hold_one(each.text) for each in texts.values()):
        from tcwc.model.hidden import without_secrets  # only where there may be some

        found = without_secrets(found, texts.values())
    if not any(each.fixes for each in found):
        return found
    from tcwc.yaml.edits import settled  # only where there is something to repair

    return tuple(settled(found, texts))


def _lower(
    name: str,
    target: Target,
    sections: Sections,
    catalogue: Knowledge,
    recorded: Recorded,
    read: ReadFile,
) -> tuple[Context | None, list[Diagnostic]]:
    """The experiment of all sections with what checks need to know, and what is wrong with it;
    None where it is not known what it starts from."""
    base, found = read_origin(sections, target, catalogue, read)
    engineering, problems = _engineering(sections, read)
    found += problems
    if base is None:
        return None, found
    chosen, problems = choose_recipe(sections, base, target, catalogue, read)
    found += problems
    if chosen is None:
        return None, found
    context, problems = _experiment(
        name, target, sections, engineering, base, chosen, catalogue, recorded
    )
    return context, found + problems


def _experiment(
    name: str,
    target: Target,
    sections: Sections,
    engineering: list[MappingNode],
    base: Base,
    chosen: ChosenRecipe,
    catalogue: Knowledge,
    recorded: Recorded,
) -> tuple[Context, list[Diagnostic]]:
    """The experiment on a base for a recipe, and what is wrong with it."""
    mappings = sections.mappings
    controls, when = apart(mappings.get("controls"))
    constants = [*([controls] if controls else []), *engineering]
    # Another version has other configs, and its author has asked for those.
    arms = recorded.arms if recorded.version == catalogue.version else {}
    tree = build_tree(
        base.values, constants, mappings, conditions(when), chosen.known, target, catalogue, arms
    )
    lowering = Lowering(
        tree, recorded.names, own_words(sections), sampled=sections.draws, arms=arms
    )
    design = lower_design(lowering, sections)
    set_here, set_there = _constants(lowering, controls, engineering, base)
    design = replace(design, conditional=lower_conditional(lowering, when))
    lowering.found += also_engineering(design.conditional, set_there)
    # What does not fit is left out here: check_merges tells of it, with the runs it is about.
    settled = settle(design, merge_what_fits(base.values, (*set_here, *set_there)), sections.limit)
    _check_settled(lowering, design, settled)
    meta = _meta(mappings.get("meta"), lowering.found)
    names = dict(lowering.short)  # those that what is built comes from
    after = _after_build(lowering, sections, settled)
    experiment = Experiment(
        name=sections.text("experiment_name") or "",
        target=target,
        source=name,
        base=base,
        recipe=chosen.name,
        version=catalogue.version,
        catalogue_revision=catalogue.revision,
        packages_revision=catalogue.packages_revision,
        provenance=catalogue.provenance,
        design=design,
        factors=settled.factors,
        derived=settled.derived,
        cells=settled.cells,
        controls=set_here,
        engineering=set_there,
        names=names,
        isolate_outputs=sections.isolate_outputs,
        output=sections.text("output"),
        meta=meta,
        left_out=settled.left_out,
        resources=after.resources if after else None,
        run_name=after.run_name if after else None,
        samples=after.samples if after else None,
        evaluations=after.evaluations if after else (),
        ids=recorded.ids,
    )
    start = sections.keys["base_config_file" if base.is_file else "base_config"]
    named = sections.texts.get("recipe")
    context = Context(
        experiment,
        chosen.known,
        catalogue,
        sections.limit,
        sections.keys,
        start,
        # The engine says it anew before each stage, by what was found until then.
        complete=False,
        recipe_at=named.span if named else None,
        resolve=partial(_resolve, lowering.names),
        wanted=partial(_wanted, tree),
        tree=tree,
    )
    return context, lowering.found


def _meta(section: MappingNode | None, found: list[Diagnostic]) -> dict[str, Value]:
    """What is for people; what is wrong with it joins what is `found`."""
    if section is None:
        return {}
    from tcwc.language.notes import notes  # few experiments have any

    values, wrong = notes(section)
    found += wrong
    return values


def _after_build(lowering: Lowering, sections: Sections, settled: Settled) -> AfterBuild | None:
    """What is said of the runs beside their configs; what is wrong with it joins what is found."""
    if sections.keys.keys().isdisjoint(AFTER_BUILD):
        return None
    from tcwc.language.after_build import lower_after_build  # few experiments say any

    return lower_after_build(lowering, sections, [each.name for each in settled.factors])


def _constants(
    lowering: Lowering, controls: MappingNode | None, engineering: list[MappingNode], base: Base
) -> tuple[tuple[Assignment, ...], tuple[Assignment, ...]]:
    """What every run is assigned by `controls`, and by `engineering` and its file."""
    here = lowering.constants(controls) if controls else ()
    # The file goes on where `engineering:` ends: a key in both is one that is set twice.
    there = lowering.once([a for section in engineering for a in lowering.constants(section)])
    # Both are merged as one, and so they overlap as one; the mapping records them apart.
    kept = {id(each) for each in lowering.apart((*here, *there), base.values)}
    return tuple(a for a in here if id(a) in kept), tuple(a for a in there if id(a) in kept)


def _check_settled(lowering: Lowering, design: Design, settled: Settled) -> None:
    """Add what is wrong with the runs; beside other errors that could be their echo."""
    if has_errors(lowering.found):
        lowering.found += [each for each in settled.found if each.rule is TOO_MANY_RUNS]
        return
    lowering.found += settled.found
    if settled.derived:
        from tcwc.language.derived import check_derived

        check_derived(lowering, design.derived, settled.derived)


def _resolve(names: Names, word: str) -> Path | str:
    """The path that a word stands for where no key can be added, or why it stands for none."""
    found = names.resolve(word)
    if not isinstance(found, Unbound):
        return found
    if not found.is_unknown:
        return found.help
    if begun := names.beginning(word):
        return f"did you mean {either([f'`{name}`' for name in begun])}?"
    return "no key of the config has this name"


def _wanted(tree: Tree, path: Path) -> Type:
    """The type that a path has to have."""
    return tree.receiver(path, {}).type


def _engineering(sections: Sections, read: ReadFile) -> tuple[list[MappingNode], list[Diagnostic]]:
    """The sections of constants that belong to a cluster: written here, and in a file."""
    here = sections.mappings.get("engineering")
    nodes = [here] if here else []
    file = sections.texts.get("engineering_file")
    if file is None:
        return nodes, []
    try:
        source = read(file.text)
    except (OSError, ValueError) as error:
        from tcwc.model.unreadable import unreadable  # for mistakes only

        return nodes, [unreadable(file.text, file.span, error)]
    root, found = read_yaml(source, "device: cuda")
    if found and source.is_outside:
        from tcwc.model.unreadable import unfit

        return nodes, [unfit(file.text, file.span, "file of constants")]
    if root is None:
        return nodes, list(found)
    constants, wrong = constants_of(root, file)
    return nodes + ([constants] if constants else []), [*found, *wrong]


def _with_file(
    root: MappingNode, sections: Sections, found: list[Diagnostic], texts: _Texts
) -> MappingNode:
    """The nodes of a source, with those of its engineering file as one more `engineering:`, where
    something is wrong in that: advice on it is what it would be there."""
    file = sections.texts.get("engineering_file")
    source = texts.of(file.text) if file else None
    if source is None or all(each.span.file != source.name for each in found):
        return root
    below, _ = read_yaml(source)
    if below is None:
        return root
    at = sections.keys["engineering_file"]
    entry = Entry(ScalarNode("engineering", False, at), below)
    return replace(root, entries=(*root.entries, entry))
