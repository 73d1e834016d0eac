"""The forms in which commands print, by name: a new one is a module, and an entry here.

An entry names the value that says how it is written, imported where somebody asks for that. The
command line takes its choices from these tables, so nothing is imported here; the first of a table
is what is printed where nobody says.
"""

from __future__ import annotations

FINDINGS = {
    "full": "tcwc.report.findings:FULL",
    "concise": "tcwc.report.findings:CONCISE",
    "json": "tcwc.report.json_document:JSON",
    "github": "tcwc.report.github:GITHUB",
    "sarif": "tcwc.report.sarif:SARIF",
}
"""Of `tcwc lint`, each a `FindingsFormat` (findings.py)."""

PLAN = {
    "table": ("tcwc.report.plan_table:TABLE", "a table to read"),
    "csv": ("tcwc.report.plan_csv:CSV", "all runs as csv"),
    "json": ("tcwc.report.plan_json:JSON", "json with both"),
    "markdown": ("tcwc.report.plan_markdown:MARKDOWN", "the tables for a paper"),
}
"""Of `tcwc plan`, each a `PlanFormat` (plan.py), and what it is, for `--help`."""

REVIEW = {
    "table": ("tcwc.report.review_table:TABLE", "a table to read"),
    "markdown": ("tcwc.report.review_markdown:MARKDOWN", "a comment for a pull request"),
    "json": ("tcwc.report.review_json:JSON", "json"),
}
"""Of `tcwc plan --against`, each a `ReviewFormat` (review.py), named as those of plans."""

STATUS = {
    "table": ("tcwc.report.status:TABLE", "a table to read"),
    "json": ("tcwc.report.status:JSON", "json"),
    "csv": ("tcwc.report.status:CSV", "csv, a line a run"),
}
"""Of `tcwc status`, each a `StatusFormat` (status.py), and what it is, for `--help`."""

RESULTS = {
    "table": ("tcwc.report.results:TABLE", "a table to read, a line a run"),
    "csv": ("tcwc.report.results_data:CSV", "csv, a line a run and metric, factors first"),
    "json": ("tcwc.report.results_data:JSON", "json with the same"),
    "jsonl": ("tcwc.report.results_data:JSONL", "json, a line a run and metric"),
    "markdown": ("tcwc.report.results:MARKDOWN", "the table for a paper"),
}
"""Of `tcwc results`, each a `ResultsFormat` (results.py), and what it is, for `--help`."""

GROUPS = {
    "table": "tcwc.report.groups:TABLE",
    "csv": "tcwc.report.groups_data:CSV",
    "json": "tcwc.report.groups_data:JSON",
    "jsonl": "tcwc.report.groups_data:JSONL",
    "markdown": "tcwc.report.groups:MARKDOWN",
}
"""The same of `tcwc results --by`, each a `GroupsFormat` (groups.py)."""
EXPORT = {
    "jsonl": ("tcwc.report.export:JSONL", "json, a line for weights of each kind"),
    "csv": ("tcwc.report.export:CSV", "csv with the same"),
}
"""Of `tcwc export`, each a function of rows to the pieces of a text (export.py), and what it is."""
