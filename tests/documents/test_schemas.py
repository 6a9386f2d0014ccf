"""The published schemas: fresh, valid, named by the examples, and in agreement with what the tool itself accepts."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema.exceptions import ValidationError as Refusal
from pydantic import ValidationError

from reconciler.documents.plan_schema import machine_schemas
from reconciler.documents.reader import read
from reconciler.documents.schema import ALL_KINDS, schemas, stale_schemas, write_schemas
from reconciler.documents.schema_tree import is_secret_at, keys_at, words_at
from reconciler.documents.shapes.kinds import KINDS

ROOT = Path(__file__).parents[2]
OWN = sorted(f"{re.sub('(?<!^)(?=[A-Z])', '-', kind).lower()}.schema.json" for kind in KINDS)


def head(kind: str, spec: object) -> dict[str, Any]:
    return {"apiVersion": "reconciler/v1", "kind": kind, "metadata": {"name": "a", "owner": "team-a"}, "spec": spec}


SECRET = {"env": "NAME"}
VALID: list[dict[str, Any]] = [
    head("Connections", {
        "instance": "a",
        "datadog": {"site": "datadoghq.eu", "api_key": SECRET, "app_key": {"file": "/run/key"}, "case_fans_out": "no",
            "vocabulary": {"sync_types": {"off": "none"}, "groups": {"open": "OPEN"}}},
        "jira": {
            "acme": {"url": "https://acme.atlassian.net", "auth": {"email": SECRET, "token": SECRET},
                "service_accounts": ["bot"], "webhook": {"url": SECRET, "manage": False, "max_silence": "7d"}},
            "dc": {"url": "https://jira.acme.com/jira", "deployment": "data_center", "auth": {"token": SECRET}},
        },
    }),
    head("Connections", {
        "instance": "a", "datadog": {"url": "http://127.0.0.1:8126", "api_key": SECRET, "app_key": SECRET},
        "jira": {"b": {"url": "https://x", "deployment": "cloud", "auth": {"email": SECRET, "token": SECRET}}},
    }),
    head("Connections", {"instance": "a", "sandbox": {"world": "world.yaml"}}),
    head("StatusMapping", {
        "open": "To Do", "in_progress": {"to": "Doing", "from": ["Doing", "Review"]},
        "closed": {"to": "Done", "fields": {"resolution": {"name": "Done"}}}, "unmapped": "hold", "reopen_excluded": True,
    }),
    head("ProjectBinding", {
        "case_project": {"key": "SHOP", "create": True, "name": "Shop"}, "status_mapping": "default",
        "jira": {"account": "acme", "project": "SHOP", "issue_type": "Bug"},
        "sync": {"engine": "reconciler", "status": "two_way", "due_date": "off", "conflict": "hold", "grace": "10m"},
    }),
    head("ProjectBinding", {"case_project": "A_1", "jira": {"account": "a", "project": "B", "issue_type": "1"}}),
    head("AutomationRules", {"order": 1, "rules": [
        {"name": "a", "match": "service:x", "destination": {"binding": "b", "account": "c", "project": "D",
            "issue_type": "Task", "fields": {"labels": ["x"], "customfield_1": {"id": 5}}, "summary": "{{ a }}"},
            "auto_create": {"enabled": True, "since": "2026-11-01", "max_per_day": 5}},
        {"name": "b", "match": "team:y", "destination": {"binding": "b"}, "auto_create": True},
    ]}),
    head("UserMapping", {"users": [{"datadog": "a@b.c", "jira": "5b10"}]}),
    head("Limits", {"max_creates": 0, "max_closes": 5, "max_change_ratio": 0.5, "new_issue_window": "24h",
        "settle_window": "3s"}),
    head("AcceptedDrift", {"address": "ticket.SHOP-*", "reason": "frozen", "owner": "team-a", "until": "2026-12-31"}),
    head("RuleTests", {"tests": [
        {"issue": {"service": "a", "teams": ["x", "y"], "is_crash": True, "language": "go"}, "expect": {"rule": None}},
        {"issue": {}, "expect": {"rule": "a", "binding": "b", "auto_create": False}},
    ]}),
]  # fmt: skip


def ecma_pattern(validator: Any, pattern: str, instance: object, schema: object) -> Iterator[Refusal]:
    """`$` is the very end of the text, as JSON Schema prescribes: Python's would let a line feed follow."""
    if isinstance(instance, str) and not re.search(re.sub(r"(?<!\\)\$", r"\\Z", pattern), instance):
        yield Refusal(f"{instance!r} does not match {pattern!r}")


Editor = jsonschema.validators.extend(  # type: ignore[no-untyped-call]
    jsonschema.Draft202012Validator, {"pattern": ecma_pattern}
)
PUBLISHED = {name: Editor(schema) for name, schema in schemas().items()}


def accepts_as_editor(document: dict[str, Any], name: str | None = None) -> bool:
    kind = document.get("kind")
    dashed = re.sub("(?<!^)(?=[A-Z])", "-", kind).lower() if isinstance(kind, str) else ""
    return bool(PUBLISHED[name or f"{dashed}.schema.json"].is_valid(document))


def accepts_as_tool(document: dict[str, Any]) -> bool:
    try:
        KINDS[document["kind"]].model_validate(document)
    except ValidationError:
        return False
    return True


def paths(value: object, prefix: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for step, below in inner:
        yield (*prefix, step)
        yield from paths(below, (*prefix, step))


STRINGS = st.sampled_from([
    "", " ", "a", "A", "a\n", "SHOP", "shop", "off", "two_way", "10m", "10 m", "5x", "99999d", "100000d", "2026-11-01", "x@y",
    "https://a.b", "http://a.b", "http://localhost:1/x", "https://u@h", "https://h?q", "NAME", "Name", "cloud", "data_center",
    "-a", "a" * 63, "a" * 64, "a" * 256, "datadoghq.com", "open", "hold", "datadog", "reconciler", "{{ x }}",
])  # fmt: skip
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-2, 2_000_000)
    | st.sampled_from([0.0, 0.3, 1.0, 1.5, 25.0, -1.0])
    | STRINGS,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(["env", "file", "to", "from", "key", "enabled", "x", "team", "teams"]), inner, max_size=2
        )
    ),
    max_leaves=4,
)
KEYS = st.sampled_from(
    ["x", "site", "url", "sandbox", "team", "teams", "from", "to", "name", "key", "enabled", "deployment"]
)


@pytest.mark.parametrize("document", VALID, ids=lambda document: str(document["kind"]))
def test_documents_that_both_accept(document: dict[str, Any]) -> None:
    assert accepts_as_editor(document)
    assert accepts_as_editor(document, ALL_KINDS)
    assert accepts_as_tool(document)


@settings(max_examples=1000)
@given(st.data())
def test_an_editor_and_the_tool_accept_and_refuse_the_same(data: st.DataObject) -> None:
    document = copy.deepcopy(data.draw(st.sampled_from(VALID)))
    for _ in range(data.draw(st.integers(1, 2))):
        mutate(document, data)
    if document.get("kind") not in list(KINDS):
        return
    accepted = accepts_as_tool(document)
    assert accepts_as_editor(document) == accepted, json.dumps(document)
    assert accepts_as_editor(document, ALL_KINDS) == accepted


def mutate(document: dict[str, Any], data: st.DataObject) -> None:
    path = data.draw(st.sampled_from(sorted(paths(document), key=str)))
    parent: Any = document
    for step in path[:-1]:
        parent = parent[step]
    match data.draw(st.sampled_from(["replace", "remove", "add"])):
        case "replace":
            parent[path[-1]] = data.draw(VALUES)
        case "remove":
            del parent[path[-1]]
        case _ if isinstance(parent, dict):
            parent[data.draw(KEYS)] = data.draw(VALUES)
        case _:
            parent.append(data.draw(VALUES))


@pytest.mark.parametrize("name", schemas())
def test_every_schema_is_one(name: str) -> None:
    jsonschema.Draft202012Validator.check_schema(schemas()[name])


def test_every_kind_is_published() -> None:
    told = {f"{name}.schema.json" for name in machine_schemas()}
    assert {*OWN, ALL_KINDS, *told} == set(schemas())


def test_the_committed_schemas_are_fresh() -> None:
    assert stale_schemas(ROOT / "schemas") == []


def test_a_missing_or_changed_schema_is_stale(tmp_path: Path) -> None:
    write_schemas(tmp_path / "new")
    assert stale_schemas(tmp_path / "new") == []
    (tmp_path / "new/limits.schema.json").write_text("{}")
    (tmp_path / "new" / ALL_KINDS).unlink()
    (tmp_path / "new/plan.schema.json").write_bytes(b"\xff")
    assert stale_schemas(tmp_path / "new") == ["limits.schema.json", "plan.schema.json", ALL_KINDS]


def test_every_limit_is_one_that_editors_know() -> None:
    known = {"minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "minProperties"}
    limits = {key for schema in schemas().values() for key in re.findall(r'"(\w+)": -?[0-9]', json.dumps(schema))}
    assert limits - {"const"} <= known | {"default"}


def test_no_key_may_be_left_empty_but_a_tests_rule() -> None:
    nullable = [name for name in OWN if '"null"' in json.dumps(schemas()[name])]
    assert nullable == ["rule-tests.schema.json"]


def unexplained(schema: dict[str, Any], definitions: dict[str, Any], place: str) -> Iterator[str]:
    """The keys below a schema of which neither the key nor what it holds says what it means."""
    for key, inner in schema.get("properties", {}).items():
        held = definitions[inner["$ref"].rpartition("/")[2]] if "$ref" in inner else {}
        if not (inner.get("description") or held.get("description")):
            yield f"{place}.{key}"


def test_every_key_says_what_it_means() -> None:
    silent = []
    for kind in KINDS:
        schema = schemas()[f"{re.sub('(?<!^)(?=[A-Z])', '-', kind).lower()}.schema.json"]
        definitions = schema["$defs"]
        for name, shape in sorted(definitions.items()):
            silent += list(unexplained(shape, definitions, f"{kind}: {name}"))
    assert silent == []
    page = (ROOT / "docs" / "reference" / "config.md").read_text(encoding="utf-8")
    assert [row for row in page.splitlines() if row.endswith("|  |")] == []


EXAMPLES = sorted(
    path
    for folder in ("examples", "config")
    for path in (ROOT / folder).rglob("*.yaml")
    if ".reconciler" not in path.parts and "apiVersion: reconciler/" in (text := path.read_text(encoding="utf-8"))
    if "kind: SandboxWorld" not in text
)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: str(path.relative_to(ROOT)))
def test_the_schema_line_of_an_example_leads_to_a_schema_that_accepts_it(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    line = re.match(r"# yaml-language-server: \$schema=(\S+)\n", text)
    assert line is not None
    schema = (path.parent / line[1]).resolve()
    assert schema.parent == ROOT / "schemas"
    editor = Editor(json.loads(schema.read_text(encoding="utf-8")))
    parsed = read(text, path.name)
    assert parsed.findings == ()
    assert [error.message for document in parsed.documents for error in editor.iter_errors(document.data)] == []


def test_what_a_schema_says_about_a_place() -> None:
    assert words_at("ProjectBinding", ("spec", "sync", "status")) == ("two_way", "once", "off")
    assert words_at("Connections", ("spec", "jira", "acme", "deployment")) == ("cloud", "data_center")
    assert keys_at("StatusMapping", ("spec", "open")) == ("fields", "from", "to")
    assert keys_at("AutomationRules", ("spec", "rules", 3, "destination", "fields")) == ()
    assert is_secret_at("Connections", ("spec", "jira", "acme", "webhook", "url", "env"))
    assert not is_secret_at("Connections", ("spec", "jira", "acme", "webhook"))
