"""Case project settings: Datadog's raw object, and what is written into it."""

from __future__ import annotations

import copy
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from reconciler.engine.settings.integration import observed_settings, raw_settings, reduced, same_site
from reconciler.model.case import CaseProjectRecord
from reconciler.model.declared import Vocabulary
from reconciler.model.resource import CaseProjectSettings, Named

WORDS = Vocabulary()
DESIRED = CaseProjectSettings(
    "PAY", True, Named("acc"), Named("10001"), Named("10004"), True,
    directions={"status": "two_way", "comments": "none"},
    statuses={"OPEN": "Backlog", "IN_PROGRESS": "In Progress", "CLOSED": "Done"},
)  # fmt: skip

RAW: dict[str, Any] = {
    "notification": {"enabled": True, "destinations": [1, 2]},
    "auto_close_inactive_cases": {"enabled": True, "max_inactive_time_in_secs": 604800},
    "integration_jira": {
        "enabled": True,
        "metadata": {"account_id": "acc", "project_id": "10001", "issue_type_id": "10004", "extra": "kept"},
        "auto_creation": {"enabled": True, "also": 1},
        "sync": {
            "enabled": False,
            "properties": {
                "status": {"sync_type": "none", "mapping": {"OPEN": "To Do"}, "name_mapping": {"Open": "x"}},
                "title": {"sync_type": "once"},
                "custom_fields": {"customfield_1": {"sync_type": "odd", "value": None}},
            },
        },
    },
}

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=4),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=8,
)


def test_what_we_write_reads_back_and_everything_else_is_as_it_was() -> None:
    before = copy.deepcopy(RAW)
    after = raw_settings(RAW, DESIRED, WORDS)
    assert before == RAW
    seen = observed_settings(CaseProjectRecord("id", "PAY", "Payments", after), WORDS)
    assert reduced(seen, DESIRED, WORDS) == DESIRED
    expected = copy.deepcopy(RAW)
    jira = expected["integration_jira"]
    jira["auto_creation"]["enabled"] = False
    jira["sync"]["enabled"] = True
    jira["sync"]["properties"]["status"] |= {"sync_type": "two_way", "mapping": DESIRED.statuses}
    assert after == expected


def test_writing_twice_changes_nothing() -> None:
    once = raw_settings(RAW, DESIRED, WORDS)
    assert raw_settings(once, DESIRED, WORDS) == once


@given(
    st.dictionaries(st.text(max_size=12), json_values, max_size=4)
    | st.fixed_dictionaries({"integration_jira": json_values})
)
def test_settings_of_any_shape_are_read_and_written(raw: dict[str, Any]) -> None:
    after = raw_settings(raw, DESIRED, WORDS)
    seen = observed_settings(CaseProjectRecord("id", "PAY", "Payments", after), WORDS)
    assert reduced(seen, DESIRED, WORDS) == DESIRED
    assert {key: value for key, value in after.items() if key != "integration_jira"} == {
        key: value for key, value in raw.items() if key != "integration_jira"
    }


def test_a_site_is_the_same_in_any_spelling() -> None:
    assert same_site("https://ACME.atlassian.net/") == same_site("https://acme.atlassian.net")
    assert same_site("https://acme.atlassian.net") != same_site("https://acme.atlassian.net/jira")
