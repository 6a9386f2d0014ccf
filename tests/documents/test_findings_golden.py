"""Every line that a person reads about faulty documents. `UPDATE_GOLDEN=1` writes the lines anew: read the difference."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from reconciler.documents.load import load
from reconciler.engine.tickets.templates import JinjaTemplates
from reconciler.model.finding import Severity

Write = Callable[[Mapping[str, str | bytes]], Path]
GOLDEN = Path(__file__).parent / "golden"


def told(directory: Path) -> list[str]:
    findings = load(directory, JinjaTemplates().fault).findings
    return [f"{finding.severity.value} [{finding.code}] {finding}" for finding in findings]


@pytest.mark.parametrize("name", ["shapes", "agreement"])
def test_all_findings_of_all_files_in_one_run(name: str) -> None:
    text = "\n".join(told(GOLDEN / name / "config")) + "\n"
    path = GOLDEN / name / "findings.txt"
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("secret", ["0123456789abcdef0123456789abcdef", "abcdef0123", "s3cret", "hunter2", "99999"])
def test_nothing_of_a_secret_is_shown(secret: str) -> None:
    source = (GOLDEN / "shapes/config/connections.yaml").read_text(encoding="utf-8")
    assert secret in source
    assert not [line for line in told(GOLDEN / "shapes/config") if secret in line]


SECRET_PLACES = [
    "api_key: {0}", "api_key: {{env: {0}}}", "api_key: {{file: [{0}]}}", "api_key: {{env: A, value: {0}}}", "api_key: [{0}]",
    "api_key: {{env: A, {0}: b}}", "{0}", "url: https://me:{0}@datadoghq.com", "url: http://127.0.0.1/?key={0}", "site: {0}",
    "vocabulary: {0}", "case_fans_out: {0}", "api_key: {{env: {{{0}: 1}}}}", "api_key: !{0} x", "api_key: *{0}", "api_key: @{0}",
]  # fmt: skip


@pytest.mark.parametrize("place", SECRET_PLACES)
@pytest.mark.parametrize("secret", ["ATATTxFfGF0hunter2", "0123456789", "'012345678901234567'"])
def test_a_secret_in_the_wrong_place_is_not_shown(write: Write, place: str, secret: str) -> None:
    connections = (
        "apiVersion: reconciler/v1\nkind: Connections\nmetadata: {name: a}\nspec:\n  instance: a\n  datadog:\n    "
    )
    lines = told(write({"c.yaml": connections + place.format(secret) + "\n"}))
    assert lines
    assert not [line for line in lines if secret.strip("'") in line]


def test_one_finding_where_the_reader_refused_the_value_already(write: Write) -> None:
    limits = "apiVersion: reconciler/v1\nkind: Limits\nmetadata: {name: a}\nspec: {max_creates: !int x}\n"
    assert [line for line in told(write({"l.yaml": limits})) if "error" in line] == [
        "error [yaml-tag] l.yaml:4:21: tags (!…) are not read - remove the tag; if the text itself begins with !, put the "
        "whole text in quotes"
    ]


def test_a_name_that_an_unreadable_file_may_declare_is_not_called_unknown(write: Write) -> None:
    rules = (
        "apiVersion: reconciler/v1\nkind: AutomationRules\nmetadata: {name: r}\nspec:\n  order: 1\n"
        "  rules: [{name: a, match: 'service:x', destination: {binding: shop}}]\n"
    )
    unknown = [line for line in told(write({"r.yaml": rules})) if "unknown-reference" in line]
    assert unknown == [
        "error [unknown-reference] r.yaml:6:64: destination.binding: there is no ProjectBinding named shop - expected the "
        "name of a ProjectBinding; none is declared"
    ]
    assert not [line for line in told(write({"b.yaml": "a: ["})) if "unknown-reference" in line]
    named = "apiVersion: reconciler/v1\nkind: ProjectBinding\nmetadata: {name: shop}\nspec: {}\n"
    assert not [line for line in told(write({"b.yaml": named})) if "unknown-reference" in line]


def test_thousands_of_faults_are_told_quickly_and_not_all(write: Write) -> None:
    head = "apiVersion: reconciler/v1\nkind: AutomationRules\nmetadata: {name: r}\nspec:\n  order: 1\n  rules:\n"
    faulty = write({"r.yaml": head + "    - {nme: a}\n" * 10_000})
    lines = told(faulty)
    assert len(lines) < 250
    assert [line for line in lines if "too-many-findings" in line] == [
        "error [too-many-findings] r.yaml:56:8: more than 200 findings: 39,800 more in this document - mend those above first"
    ]


def test_findings_are_errors_unless_something_can_still_be_done() -> None:
    findings = load(GOLDEN / "agreement/config").findings
    assert {finding.code for finding in findings if finding.severity is Severity.WARNING} == {
        "gov-site", "once-does-nothing", "overlapping-order", "status-mapping-missing", "type-of-another-binding",
    }  # fmt: skip


def test_a_directory_that_is_not_there_or_empty_says_what_next(tmp_path: Path) -> None:
    init = "name the directory of your YAML with -C DIR; `reconciler init` makes one to begin with"
    assert told(tmp_path / "nowhere") == [
        f"error [config-missing] there is no directory {tmp_path / 'nowhere'} - {init}"
    ]
    (tmp_path / "empty").mkdir()
    assert told(tmp_path / "empty") == [
        f"error [config-empty] there is no YAML file below {tmp_path / 'empty'} - {init}"
    ]


@pytest.mark.parametrize(
    ("stand", "asked", "advice"),
    [
        (".", "confg", "did you mean config?"),
        (".", "config/limits.yaml", "this is a file: name its directory, -C config"),
        ("config", "config", "did you mean -C .? It holds documents of reconciler"),
        ("config/rules", "config", "did you mean -C ..? It holds documents of reconciler"),
        ("docs", "config", "did you mean -C ../config? It holds documents of reconciler"),
        ("docs", "other", "name the directory of your YAML with -C DIR; `reconciler init` makes one to begin with"),
    ],
)
def test_the_wrong_place_leads_to_the_right_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stand: str, asked: str, advice: str
) -> None:
    for folder in ("config/rules", "docs"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "config/limits.yaml").write_text("apiVersion: reconciler/v1\nkind: Limits\n", encoding="utf-8")
    (tmp_path / "docs/other.yaml").write_text("apiVersion: v1\nkind: Secret\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path / stand)
    assert told(Path(asked)) == [f"error [config-missing] there is no directory {asked} - {advice}"]
