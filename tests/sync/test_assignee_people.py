"""Who is who in the other system: by declaration, by e-mail, never by a guess."""

from __future__ import annotations

import pytest

from reconciler.model.case import DatadogUser
from reconciler.model.declared import UserPair
from reconciler.model.ticket import JiraUser
from reconciler.sync.directory import Directory, Lookups, Match, Unmatched, Why

ANN = DatadogUser("d-ann", "Ann@acme.com", "Ann")
J_ANN = JiraUser("j-ann", "Ann", "ann@ACME.com")


def jira(identity: str, email: str | None = "ann@acme.com", *, name: str = "Somebody", active: bool = True) -> JiraUser:
    return JiraUser(identity, name, email, active)


def datadog(identity: str, email: str = "ann@acme.com", *, active: bool = True) -> DatadogUser:
    return DatadogUser(identity, email, "Somebody", active)


@pytest.mark.parametrize(
    ("hits", "match"),
    [
        pytest.param([J_ANN], "j-ann", id="regardless of case"),
        pytest.param([jira("j1", None)], "j1", id="hidden e-mail: the only hit of a search by it"),
        pytest.param([jira("j1"), jira("j2", None)], "j1", id="several hits: the exact address"),
        pytest.param([], Why.NONE, id="nobody"),
        pytest.param([jira("j1", "ann@acme.com.au")], Why.NONE, id="another address that begins so"),
        pytest.param([jira("j1"), jira("j2")], Why.SEVERAL, id="two candidates"),
        pytest.param([jira("j1", None), jira("j2", None)], Why.SEVERAL, id="two candidates who hide it"),
        pytest.param([jira("j1", None), jira("j2", "x@acme.com")], Why.NONE, id="one hides it among several"),
        pytest.param([jira("j1", active=False)], Why.INACTIVE, id="user inactive"),
        pytest.param([jira("j1", active=False), jira("j2")], "j2", id="an old account beside the present one"),
        pytest.param(
            [jira("j1", None, name="ann@acme.com (it is me)")], Why.NONE, id="somebody who calls himself by the address"
        ),
    ],
)
def test_a_datadog_user_in_jira(hits: list[JiraUser], match: str | Why) -> None:
    found = Directory(datadog={"d-ann": ANN}, jira_found={"ann@acme.com": tuple(hits)}).in_jira("d-ann")
    assert found == (match if isinstance(match, str) else Unmatched("ann@acme.com", match))


@pytest.mark.parametrize(
    ("hits", "match"),
    [
        pytest.param([ANN], "d-ann", id="regardless of case"),
        pytest.param([datadog("d1", "ann@acme.com.au"), ANN], "d-ann", id="the exact address"),
        pytest.param([], Why.NONE, id="nobody"),
        pytest.param([datadog("d1"), datadog("d2")], Why.SEVERAL, id="two candidates"),
        pytest.param([datadog("d1", active=False)], Why.INACTIVE, id="user inactive"),
    ],
)
def test_a_jira_account_in_datadog(hits: list[DatadogUser], match: str | Why) -> None:
    found = Directory(jira={"j-ann": J_ANN}, datadog_found={"ann@acme.com": tuple(hits)}).in_datadog("j-ann")
    assert found == (match if isinstance(match, str) else Unmatched("ann@acme.com", match))


def test_hidden_email_of_a_ticket_assignee_is_nobody_we_know() -> None:
    hidden = Directory(jira={"j1": jira("j1", None, name="Ann")})
    assert hidden.in_datadog("j1") == Unmatched("Ann", Why.HIDDEN)
    assert hidden.in_datadog("j2") == Unmatched("j2", Why.HIDDEN)


PAIRED = Directory(
    pairs=(UserPair("ANN@acme.com", "j7"), UserPair("bob@acme.com", "j8"), UserPair("robert@acme.com", "j8")),
    datadog={
        "d-ann": ANN,
        "d-bob": datadog("d-bob", "bob@acme.com"),
        "d-eve": datadog("d-eve", "eve@acme.com"),
        "d-bot": datadog("d-bot", ""),
        "d-gone": None,
    },
    jira={"j7": jira("j7", "elsewhere@acme.com"), "j9": jira("j9", "bob@acme.com")},
    datadog_found={"ann@acme.com": (ANN,), "bob@acme.com": (datadog("d-bob", "bob@acme.com"),)},
    jira_found={"ann@acme.com": (J_ANN,), "eve@acme.com": (jira("j8", "eve@acme.com"),)},
)


@pytest.mark.parametrize(
    ("found", "match"),
    [
        pytest.param(PAIRED.in_jira("d-ann"), "j7", id="a UserMapping goes before the e-mail"),
        pytest.param(PAIRED.in_datadog("j7"), "d-ann", id="and back"),
        pytest.param(PAIRED.in_jira("d-bob"), "j8", id="two people may be mapped to one account"),
        pytest.param(PAIRED.in_datadog("j8"), Unmatched("j8", Why.SEVERAL), id="but who is meant by it is not clear"),
        pytest.param(PAIRED.in_datadog("j9"), Unmatched("bob@acme.com", Why.TAKEN), id="an e-mail mapped elsewhere"),
        pytest.param(PAIRED.in_jira("d-eve"), Unmatched("eve@acme.com", Why.TAKEN), id="an account mapped elsewhere"),
        pytest.param(PAIRED.in_jira("d-gone"), Unmatched("d-gone", Why.GONE), id="not visible"),
        pytest.param(PAIRED.in_jira("d-bot"), Unmatched("Somebody", Why.HIDDEN), id="no e-mail at all"),
    ],
)
def test_declared_people(found: Match, match: Match) -> None:
    assert found == match


def test_a_mapped_account_known_to_be_deactivated_is_not_assigned() -> None:
    known = Directory(
        (UserPair("ann@acme.com", "j7"),), {"d-ann": ANN}, {"j7": jira("j7", active=False)}, jira_found={}
    )
    assert known.in_jira("d-ann") == Unmatched("ann@acme.com", Why.INACTIVE)


def test_what_is_not_known_is_named_step_by_step() -> None:
    assert Directory().in_jira("d-ann") == Lookups(datadog_ids=frozenset({"d-ann"}))
    assert Directory(datadog={"d-ann": ANN}).in_jira("d-ann") == Lookups(jira_emails=frozenset({"ann@acme.com"}))
    assert Directory(jira={"j-ann": J_ANN}).in_datadog("j-ann") == Lookups(datadog_emails=frozenset({"ann@acme.com"}))
    assert Lookups(datadog_ids=frozenset("a")) | Lookups(datadog_ids=frozenset("b")) == Lookups(
        datadog_ids=frozenset("ab")
    )
    assert not Lookups()


def test_the_same_person_is_recognised_from_either_side() -> None:
    hidden = Directory(
        datadog={"d-ann": ANN, "d-bob": datadog("d-bob", "bob@acme.com")},
        jira={"j1": jira("j1", None)},
        jira_found={"ann@acme.com": (jira("j1", None),), "bob@acme.com": ()},
    )
    assert hidden.are_same("j1", "d-ann") is True
    assert hidden.are_same("j1", "d-bob") is False
    assert hidden.are_same(None, None) is True
    assert hidden.are_same("j1", None) is False
    assert hidden.are_same(None, "d-ann") is False
    assert Directory(jira={"j-ann": J_ANN}).are_same("j-ann", "d-ann") == Lookups(
        datadog_emails=frozenset({"ann@acme.com"})
    )
