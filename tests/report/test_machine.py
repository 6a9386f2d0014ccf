"""What programs read: exactly the values, and inert wherever it is printed."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.documents.plan_schema import machine_schemas
from reconciler.model.address import Address, Kind
from reconciler.plan.encoding import encode_plan
from reconciler.plan.outcome import Outcome, Status
from reconciler.plan.plan import Plan
from reconciler.report.machine import findings_document, outcomes_document, render_event, render_json

JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(st.sampled_from(list("#[\\vso\"'a:\n\x1b\u202e\ud800")), max_size=12)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text("#[a\\vso", max_size=8), inner, max_size=3)),
    max_leaves=12,
)  # fmt: skip


@given(st.dictionaries(st.text("#[ab", max_size=4), JSON, max_size=3))
@settings(max_examples=300)
def test_json_keeps_every_value_and_starts_no_command(document: dict[str, object]) -> None:
    text = render_json(document)
    assert json.loads(text) == document
    assert text.isascii()
    assert text.endswith("}\n")
    assert "##[" not in text
    assert "##vso[" not in text.lower()


def test_keys_are_sorted(plan: Plan) -> None:
    keys = list(json.loads(render_json(encode_plan(plan))))
    assert keys == sorted(keys)


def test_a_hostile_plan_survives_and_is_inert(hostile_plan: Plan) -> None:
    document = encode_plan(hostile_plan)
    text = render_json(document)
    assert json.loads(text) == json.loads(json.dumps(document))
    assert not any(line.strip().startswith("::") for line in text.splitlines())


def test_an_event_is_one_line() -> None:
    outcome = Outcome(Address(Kind.TICKET, "i\n1"), "create", Status.FAILED, "two\nlines ##[error]")
    line = render_event(outcome)
    assert line.count("\n") == 1
    assert json.loads(line) == {
        "address": "ticket.i\n1", "action": "create", "status": "failed", "detail": "two\nlines ##[error]",
    }  # fmt: skip


def test_documents_are_of_the_published_form(plan: Plan) -> None:
    from jsonschema import Draft202012Validator

    outcomes = [Outcome(change.address, change.action, status) for change in plan.changes for status in Status]
    schemas = machine_schemas()
    Draft202012Validator(schemas["findings"]).validate(findings_document(plan.findings))
    Draft202012Validator(schemas["outcomes"]).validate(outcomes_document(outcomes, plan.findings))
