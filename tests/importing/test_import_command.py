"""`reconciler import` over HTTP: a company that was set up by hand is adopted, and nothing is written to it."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
from jsonschema import Draft202012Validator

from reconciler.cli.commands.import_ import import_
from reconciler.documents.plan_schema import machine_schemas
from reconciler.engine.importing.words import meanings
from reconciler.sandbox.faults import Fault, FaultKind
from reconciler.sandbox.serve import RunningSandbox

Run = Callable[..., Any]
HOW_TO = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "adopt.md"
SPOKEN = ("--means", "AT_BIRTH=once")


def codes(text: str) -> list[str]:
    return sorted(finding["code"] for finding in json.loads(text)["findings"])


def tree(directory: Path) -> dict[str, str]:
    return {path.relative_to(directory).as_posix(): path.read_text() for path in sorted(directory.rglob("*.yaml"))}


def test_a_fresh_directory_plans_empty_and_nothing_was_written_anywhere(
    run: Run, grown: RunningSandbox, tmp_path: Path
) -> None:
    told = run("-C", "config", "import", "-o", "fresh", "--format", "json", *SPOKEN)
    assert told.code == 0, told.err
    document = json.loads(told.out)
    Draft202012Validator(machine_schemas()["import"]).validate(document)
    assert codes(told.out) == ["import-board-bound-twice", "import-mapping-left-out"]
    assert [one["file"] for one in document["documents"]] == [
        "connections.yaml", "mappings/default.yaml", "bindings/ops.yaml", "bindings/shop.yaml", "users/people.yaml",
    ]  # fmt: skip
    files = tree(tmp_path / "fresh")
    assert {one["file"]: one["yaml"] for one in document["documents"]} == files
    assert document["unknown"] == []
    assert {(one["meaning"], one["word"]) for one in document["learned"]} >= {
        ("two_way", "BIDIRECTIONAL"),
        ("once", "AT_BIRTH"),
    }
    assert 'sync_types: {two_way: BIDIRECTIONAL, once: AT_BIRTH, "off": NONE}' in files["connections.yaml"]
    assert "webhook: {url: {env: DATADOG_JIRA_WEBHOOK_URL}, manage: false}" in files["connections.yaml"]
    assert "sandbox-webhook-key" not in told.out
    assert "{datadog: zoe@acme.com, jira: " in files["users/people.yaml"]
    assert "alice" not in files["users/people.yaml"]
    assert "(Shopist\\u000akind: Limits)" in files["bindings/shop.yaml"]
    assert "##[" not in told.out
    assert run("-C", "fresh", "validate").code == 0
    planned = run("-C", "fresh", "plan", "--only", "settings", "--detailed-exitcode", "--format", "json")
    assert (planned.code, json.loads(planned.out)["changes"]) == (0, [])
    assert codes(planned.out) == ["status-mapping-missing", "webhook-wrong"]
    assert grown.traffic.writes == ()


def test_beside_the_connections_only_what_is_missing_is_written(
    run: Run, grown: RunningSandbox, tmp_path: Path
) -> None:
    printed = run("-C", "config", "import", *SPOKEN)
    assert printed.code == 0
    assert printed.out.count("kind: ") == 4 + 1  # the hostile name holds one, in a comment
    assert list(tree(tmp_path / "config")) == ["connections.yaml"]
    (tmp_path / "config" / "bindings").mkdir()
    (tmp_path / "config" / "bindings" / "shop.yaml").write_text("# somebody's notes\n")
    first = run("-C", "config", "import", "-o", "config", *SPOKEN)
    assert first.code == 0, first.err
    files = tree(tmp_path / "config")
    assert files["bindings/shop.yaml"] == "# somebody's notes\n"
    assert "case_project: SHOP" in files["bindings/shop-2.yaml"]
    said = " ".join(first.out.split())
    assert "declared at connections.yaml:3" in said
    assert "import-vocabulary" in said
    # The words are not in Connections yet: they are left alone, and so is the sync that they set up.
    planned = run("-C", "config", "plan", "--only", "settings", "--target", "case_project.SHOP", "--format", "json")
    assert json.loads(planned.out)["changes"] == []
    assert "unknown-sync-type" in codes(planned.out)
    again = run("-C", "config", "import", "-o", "config", *SPOKEN)
    assert again.code == 0
    assert "nothing to declare" in again.out
    assert tree(tmp_path / "config") == files
    assert grown.traffic.writes == ()


def test_force_rewrites_a_binding_in_its_own_file_and_nothing_else(
    run: Run, grown: RunningSandbox, tmp_path: Path
) -> None:
    run("-C", "config", "import", "-o", "config", *SPOKEN)
    before = tree(tmp_path / "config")
    file = tmp_path / "config" / "bindings" / "shop.yaml"
    file.write_text(before["bindings/shop.yaml"].replace("{name: shop}", "{name: shop, owner: team-shop}"))
    grown.act("project", "SHOP", "set", "integration_jira.sync.properties.comments.sync_type", "BIDIRECTIONAL")
    left = run("-C", "config", "import", "-o", "config", *SPOKEN)
    assert "declared at bindings/shop.yaml" in left.out
    assert file.read_text().count("off") == 1
    forced = run("-C", "config", "import", "-o", "config", "--force", *SPOKEN)
    assert forced.code == 0, forced.err
    after = tree(tmp_path / "config")
    assert "comments: two_way" in after["bindings/shop.yaml"]
    assert "owner: team-shop" in after["bindings/shop.yaml"]
    assert {name: text for name, text in after.items() if name != "bindings/shop.yaml"} == {
        name: text for name, text in before.items() if name != "bindings/shop.yaml"
    }


def test_what_was_named_and_cannot_be_had_is_an_error(run: Run, grown: RunningSandbox, tmp_path: Path) -> None:
    told = run(
        "-C", "config", "import", "--project", "LAB", "--project", "NOPE", "--project", "ZOO", "--format", "json"
    )
    assert told.code == 1
    assert codes(told.out) == [
        "case-project-unknown",
        "import-integration-off",
        "import-vocabulary",
        "import-webhook-mend",
        "import-word-unknown",
    ]
    assert [one["name"] for one in json.loads(told.out)["documents"]] == ["zoo"]
    for arguments in (
        ("--means", "X"),
        ("--means", "X=sometimes"),
        ("--means", "X=once", "--means", "X=off"),
        ("--force",),
    ):
        assert run("-C", "config", "import", *arguments).code == 64
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "a.yaml").write_text("kind: Limits\n")
    refused = run("-C", "config", "import", "-o", "broken")
    assert (refused.code, "validate" in refused.err) == (1, True)


def test_a_project_that_cannot_be_read_gets_no_binding_and_is_told(
    run: Run, grown: RunningSandbox, tmp_path: Path
) -> None:
    grown.stage_fault(Fault(FaultKind.STATUS, path="*/project/*", status=403, times=0))
    told = run("-C", "config", "import", "-o", "unread", "--format", "json", *SPOKEN)
    assert (told.code, set(codes(told.out))) == (1, {"permission-missing"})
    assert [one["kind"] for one in json.loads(told.out)["documents"]] == ["Connections"]
    grown.clear_faults()
    grown.act("tile", "acme", "disconnect")
    told = run("-C", "config", "import", "-o", "fresh", "--format", "json", *SPOKEN)
    assert told.code == 0, told.err
    assert set(codes(told.out)) == {"import-account-unknown"}
    assert [one["kind"] for one in json.loads(told.out)["documents"]] == ["Connections"]


def test_the_how_to_works_as_it_is_written(run: Run, grown: RunningSandbox) -> None:
    shown = re.findall(r"^\$ reconciler (.*)$", HOW_TO.read_text(encoding="utf-8"), re.MULTILINE)
    assert len(shown) == 5
    # The company's webhook lacks events, which its Connections say are ours to mend.
    grown.act("webhook", "Datadog Webhook", "delete")
    config = Path("config") / "connections.yaml"
    config.write_text(re.sub(r"^ *webhook: .*\n", "", config.read_text(), flags=re.MULTILINE))
    ended = {words: run(*shlex.split(words)) for words in shown}
    assert {words: one.code for words, one in ended.items()} == dict.fromkeys(shown, 0), ended
    assert grown.traffic.writes == ()


def test_the_meanings_of_the_option_are_those_of_the_engine() -> None:
    (option,) = [one for one in import_.params if one.name == "means"]
    assert option.callback is not None
    context = click.Context(import_)
    for meaning in meanings():
        assert option.callback(context, option, (f"a=b={meaning}",)) == {"a=b": meaning}
