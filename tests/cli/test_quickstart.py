"""The whole loop on the quickstart's company, command by command, as the README promises it."""

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from reconciler.cli.lock import exclusive
from reconciler.documents.plan_schema import machine_schemas
from reconciler.sandbox.serve import RunningSandbox

# What the fixture `run` gives: see conftest.
Run = Callable[..., Any]


def conforms(kind: str, text: str) -> Any:
    document = json.loads(text)
    Draft202012Validator(machine_schemas()[kind]).validate(document)
    return document


def test_validate_plan_apply_and_nothing_is_left(run: Run) -> None:
    assert run("validate").code == 0
    before = run("plan", "--detailed-exitcode")
    assert before.code == 2, before.out + before.err
    applied = run("apply", "--yes")
    assert applied.code == 0, applied.out + applied.err
    after = run("plan", "--detailed-exitcode")
    assert after.code == 0, after.out + after.err
    assert "Nothing differs." in after.out


def test_the_same_over_http_and_a_second_apply_writes_nothing(run: Run, served: RunningSandbox) -> None:
    assert run("plan", "--detailed-exitcode").code == 2
    assert [exchange for exchange in served.traffic.exchanges if exchange.effect] == []
    assert run("apply", "--yes").code == 0
    assert [exchange for exchange in served.traffic.exchanges if exchange.effect] != []
    served.traffic.reset()
    again = run("apply", "--yes")
    assert (again.code, served.traffic.writes) == (0, ())
    assert "Nothing differs." in again.out


def test_a_saved_plan_is_what_is_applied(run: Run, served: RunningSandbox, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    shown = run("plan", "--out", str(file), "--format", "json")
    assert conforms("plan", file.read_text()) == conforms("plan", shown.out)
    applied = run("apply", str(file), "--format", "json", "--events", str(tmp_path / "events.ndjson"))
    assert applied.code == 0, applied.err
    outcomes = conforms("outcomes", applied.out)["outcomes"]
    assert {outcome["status"] for outcome in outcomes} == {"applied"}
    planned = [change["address"] for change in json.loads(shown.out)["changes"]]
    assert [outcome["address"] for outcome in outcomes] == planned
    assert [json.loads(line) for line in (tmp_path / "events.ndjson").read_text().splitlines()] == outcomes
    assert run("plan", "--detailed-exitcode").code == 0
    assert len(served.traffic.writes) > len(planned)


def test_a_case_project_that_stands_is_not_renamed_not_even_in_the_plan(run: Run) -> None:
    """Its key in our YAML is no name: the project SHOP of the company is called Shopist."""
    planned = conforms("plan", run("plan", "--format", "json").out)["changes"]
    settings = {change["address"]: change for change in planned if change["address"].startswith("case_project.")}
    names = {address: (change["before"]["name"], change["after"]["name"]) for address, change in settings.items()}
    assert names == {
        "case_project.SHOP": ("Shopist", "Shopist"),
        "case_project.PAY": ("Payments", "Payments"),
    }


def altered(document: Any) -> Iterator[None]:
    """Change one leaf of a JSON document after the other, each only until the next."""
    for key in list(document) if isinstance(document, dict) else range(len(document)):
        kept = document[key]
        if isinstance(kept, dict | list) and kept:
            yield from altered(kept)
            continue
        document[key] = "altered" if kept != "altered" else 0
        yield
        document[key] = kept


def test_a_plan_with_any_one_field_changed_is_refused_and_nothing_is_written(
    run: Run, served: RunningSandbox, tmp_path: Path
) -> None:
    file = tmp_path / "plan.json"
    whole = json.loads(run("plan", "--format", "json").out)["changes"]
    # One change of each shape: what holds for a field of one ticket holds for that field of the next.
    shapes = {tuple(sorted(change["after"])): change["address"] for change in whole}
    assert len(shapes) == 4
    run("plan", "--out", str(file), *(word for address in shapes.values() for word in ("--target", address)))
    document = json.loads(file.read_text())
    assert len(document["changes"]) == 4
    served.traffic.reset()
    codes: Counter[int] = Counter()
    for _ in altered(document):
        file.write_text(json.dumps(document))
        codes[run("apply", str(file)).code] += 1
    assert set(codes) == {4}
    assert codes[4] > 100
    assert served.traffic.exchanges == ()


def test_a_plan_that_somebody_overtook_is_not_forced_through(run: Run, served: RunningSandbox, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    run("plan", "--out", str(file))
    assert run("apply", "--yes").code == 0
    served.traffic.reset()
    late = run("apply", str(file), "--format", "json")
    assert {outcome["status"] for outcome in json.loads(late.out)["outcomes"]} == {"unchanged"}
    assert (late.code, served.traffic.effects) == (0, ())


def test_a_plan_for_other_systems_is_refused(run: Run, company: Path, served: RunningSandbox, tmp_path: Path) -> None:
    file = tmp_path / "plan.json"
    run("plan", "--out", str(file))
    served.traffic.reset()
    connections = company / "connections.yaml"
    connections.write_text(connections.read_text().replace("instance: acme-demo", "instance: another"))
    refused = run("apply", str(file))
    assert (refused.code, served.traffic.effects) == (4, ())
    assert "another configuration" in refused.err


def test_reports_come_as_markdown_and_into_files(run: Run, tmp_path: Path) -> None:
    comment = tmp_path / "comment.md"
    planned = run("plan", "--format", "markdown", "-o", str(comment))
    assert (planned.code, planned.out) == (0, "")
    assert comment.read_text().count("<details>") >= 1
    applied = run("apply", "--yes", "--format", "markdown")
    assert applied.code == 0
    assert applied.out.startswith("<!-- ")


def test_only_what_is_asked_for_is_done(run: Run, served: RunningSandbox) -> None:
    settings = json.loads(run("plan", "--only", "settings", "--format", "json").out)
    kinds = {change["address"].partition(".")[0] for change in settings["changes"]}
    assert kinds == {"case_project", "webhook"}
    assert run("apply", "--yes", "--target", "webhook.acme").code == 0
    assert {exchange.system for exchange in served.traffic.effects} == {"jira:acme"}
    assert len(served.traffic.effects) == 1


def test_over_a_limit_nothing_is_written(run: Run, company: Path, served: RunningSandbox) -> None:
    limits = company / "limits.yaml"
    limits.write_text(limits.read_text().replace("max_creates: 25", "max_creates: 2"))
    assert run("plan").code == 6
    stopped = run("apply", "--yes")
    assert (stopped.code, served.traffic.writes) == (6, ())
    assert "the limit is 2" in " ".join(stopped.out.split())


def test_a_second_apply_at_the_same_time_is_told_who_is_at_it(run: Run, company: Path, served: RunningSandbox) -> None:
    with exclusive(company):
        held = run("apply", "--yes")
    assert (held.code, served.traffic.writes) == (5, ())
    assert f"process {os.getpid()}" in held.err


def test_rules_are_listed_in_the_order_in_which_they_are_tried(run: Run) -> None:
    listed = json.loads(run("rules", "list", "--format", "json").out)["rules"]
    assert [rule["name"] for rule in listed][:2] == ["web-store", "checkout"]
    assert [rule["order"] for rule in listed] == sorted(rule["order"] for rule in listed)
    text = run("rules", "list")
    assert (text.code, "service:web-store AND team:Shopist" in text.out) == (0, True)


def test_events_that_cannot_be_written_do_not_hide_how_the_changes_ended(run: Run) -> None:
    applied = run("apply", "--yes", "--events", "/dev/full")
    assert applied.code == 0
    assert "Apply: 18 applied" in applied.out
    assert "/dev/full is incomplete: " in applied.err


def test_every_change_names_the_line_that_it_follows_from(run: Run, company: Path) -> None:
    for change in json.loads(run("plan", "--format", "json").out)["changes"]:
        lines = (company / change["origin"]["file"]).read_text().splitlines()
        assert lines[change["origin"]["line"] - 1].strip() not in {"", "---"}
