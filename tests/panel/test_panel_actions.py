"""Create, link, unlink, show: what is refused, what is written, and what is told before."""

from __future__ import annotations

import json
from typing import Any

import pytest

from reconciler.sandbox.faults import Fault, FaultKind, Phase

PAGE = "https://acme.atlassian.net/browse/"


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("create one", "issue one has a ticket already: SHOP-1 (https://acme.atlassian.net/browse/SHOP-1), through case SHOP-1"),
        ("create SHOP-1", "SHOP-1 is a ticket: an issue is wanted here"),
        ("create unruled", "no rule matches issue unruled, so no board is known for it name one with --binding: pay, shop"),
        ("create free --binding shp", "there is no binding 'shp' did you mean shop"),
        ("create old", "case SHOP-9 of issue old is archived"),
        ("link free one", "one is an issue: a ticket is wanted here"),
        ("link free https://elsewhere.atlassian.net/browse/SHOP-1", "leads to none of the declared Jira sites: acme (https://acme.atlassian.net)"),
        ("link free SHOP-99", "Jira shows us no ticket SHOP-99"),
        ("link one SHOP-2", "issue one has a ticket already: SHOP-1"),
        ("link free SHOP-3", "ticket SHOP-3 belongs to case PAY-7, of case project PAY; tickets of SHOP belong to SHOP"),
        ("link free SHOP-5", "ticket SHOP-5 belongs to case OPS-1, of case project OPS, which no binding names"),
        ("link free LAB-1", "ticket LAB-1 is in project LAB of acme, which no binding names"),
        ("settle free --take ticket", "the issue is no group: it has no ticket that we can see"),
        ("settle LAB-1 --take ticket", "LAB-1 is no group: no case of a bound project owns it"),
        ("unlink nobody", "Datadog shows us no issue 'nobody'"),
    ],
)  # fmt: skip
def test_what_is_refused_is_refused_before_anything_is_written(company: Any, words: str, told: str) -> None:
    code, out, err = company.run(f"ticket {words} --yes")
    assert (code, out) == (1, "")
    assert told in " ".join(err.split())
    assert company.running.traffic.writes == ()


def test_nobody_is_asked_where_nobody_can_be(company: Any) -> None:
    for words in ("create free", "link free SHOP-2", "unlink one", "settle SHOP-1 --take ticket"):
        code, _, err = company.run(f"ticket {words}")
        assert code == 64
        assert "nobody can be asked here: add --yes" in err
    assert company.running.traffic.writes == ()


def test_a_ticket_by_the_rule_although_it_makes_none_by_itself(company: Any) -> None:
    told = company.ticket("create free")
    assert told["ticket"] == {"key": "SHOP-6", "url": f"{PAGE}SHOP-6"}
    assert told["steps"][0].startswith("Bug in SHOP on acme, by rule 'cart' (config.yaml:")
    assert {"Points: 3", "labels: from-datadog", "the issue becomes Reviewed"} <= set(told["steps"])
    assert (told["state"], company.state("free")) == ("Reviewed", "ACKNOWLEDGED")
    assert [each["status"] for each in told["outcomes"]] == ["applied"]
    shown = company.ticket("show free")
    assert (shown["held"], shown["last_sync"]) == (False, "2026-11-02T09:00:00Z")
    # By the rule and as it says: nothing of it is left for an apply.
    company.apply()
    assert company.running.world.jira["acme"].ticket("SHOP-6").summary == "KeyError in cart"


def test_options_override_the_rule_and_the_create_screen_checks_them(company: Any) -> None:
    told = company.ticket("create tasky", code=1)
    assert [each["code"] for each in told["findings"]] == ["field-required"]
    assert told["findings"][0]["hint"].startswith("give it with `--field 'NAME=VALUE'`")
    told = company.ticket("create tasky --field Severity=S9 --field Pionts=x", code=1)
    assert {(each["code"], each["origin"]) for each in told["findings"]} == {
        ("field-value", None), ("field-unknown", None), ("field-required", None),
    }  # fmt: skip
    assert company.running.traffic.writes == ()
    told = company.ticket("create tasky --field Severity=S2 --field Points=5 --field labels=a --field labels=b")
    ticket = company.running.world.jira["acme"].ticket("SHOP-6")
    assert {"a", "b"} <= set(ticket.labels)
    assert 5 in ticket.custom.values()
    told = company.ticket("create unruled --binding pay")
    assert (told["ticket"]["key"], told["steps"][0]) == ("PAY-2", "Bug in PAY on acme, as the options say")
    assert company.run("ticket create free --field Severity --yes")[0] == 64


def test_a_refused_ticket_is_asked_for_again_on_request_only(company: Any) -> None:
    company.act("permission CREATE_ISSUES deny datadog@acme.com SHOP")
    told = company.ticket("create free", code=1)
    assert told["outcomes"][0]["status"] == "failed"
    company.act("permission CREATE_ISSUES allow datadog@acme.com SHOP")
    assert "ask again with `reconciler ticket create free --retry`" in company.run("ticket create free --yes")[2]
    assert company.ticket("create free --retry")["ticket"]["key"] == "SHOP-6"
    assert company.linked("SHOP-6") == {"SHOP-10": ["free"]}


def test_a_link_to_a_done_ticket_resolves_says_so_and_never_moves_the_ticket(company: Any) -> None:
    told = company.ticket("link free SHOP-2")
    assert "becomes Resolved: an issue that joins is brought to where its ticket stands" in told["following"]["why"]
    assert [each["address"].partition(".")[0] for each in told["following"]["changes"]] == ["issue", "case"]
    assert company.linked("SHOP-2") == {"SHOP-10": ["free"]}
    assert (company.state("SHOP-2"), company.state("free")) == ("Done", "ACKNOWLEDGED")
    company.apply()
    assert (company.state("SHOP-2"), company.state("free")) == ("Done", "RESOLVED")
    assert company.ticket(f"link free {PAGE}shop-2?x=1")["nothing_to_do"]


def test_a_link_through_a_case_that_has_issues_says_that_they_come_along(company: Any) -> None:
    told = company.ticket("link cased SHOP-2")
    assert "case SHOP-8 is linked to SHOP-2, with the 1 other issue of that case" in told["steps"]
    assert company.linked("SHOP-2") == {"SHOP-8": ["beside", "cased"]}
    company.apply()
    assert [company.state(name) for name in ("SHOP-2", "cased", "beside")] == ["Done", "RESOLVED", "RESOLVED"]


def test_an_issue_leaves_the_case_it_had_when_it_joins_another(company: Any) -> None:
    told = company.ticket("link cased SHOP-1")
    assert "it leaves case SHOP-8, which has no ticket" in told["steps"]
    assert company.linked("SHOP-1") == {"SHOP-1": ["cased", "one", "two"]}
    assert company.case_of("cased") == "SHOP-1"


def test_an_archived_case_takes_no_issue(company: Any) -> None:
    company.apply()
    company.act("case SHOP-1 archive")
    company.running.traffic.reset()
    code, _, err = company.run("ticket link free SHOP-1 --yes")
    assert (code, company.running.traffic.writes) == (1, ())
    assert "ticket SHOP-1 belongs to case SHOP-1, which is archived" in err
    # Of one that was archived before anybody looked only Datadog knows; trying again makes no further case.
    for _ in range(2):
        told = company.ticket("link free SHOP-4", code=3)["outcomes"][0]
        assert (told["status"], "archived: unlink it there" in told["detail"]) == ("stale", True)
    assert company.case_of("free") is None
    assert len(company.running.world.datadog.company.cases) == 6


def test_a_moved_ticket_is_found_by_its_old_key(company: Any) -> None:
    company.act("ticket SHOP-2 move PAY")
    told = company.ticket("link free SHOP-2")
    assert told["notes"] == ["SHOP-2 was moved: it is PAY-2 now"]
    assert company.linked("PAY-2") == {"PAY-8": ["free"]}


def test_an_issue_that_is_unlinked_may_get_another_ticket(company: Any) -> None:
    company.ticket("create free")
    told = company.ticket("unlink free")
    assert told["following"]["why"].startswith("no issue is left")
    assert company.linked("SHOP-6") == {"SHOP-10": []}
    assert company.ticket("unlink free")["nothing_to_do"]
    assert company.ticket("create free")["ticket"]["key"] == "SHOP-7"
    assert company.case_of("free") == "SHOP-11"


def test_hostile_names_do_nothing(company: Any) -> None:
    for words in ("link hostile PAY-1 --yes", "show PAY-1", "show hostile"):
        _, out, _ = company.run(f"ticket {words}")
        assert "PAY-1" in out
        assert not {"\x1b", "\u202e", "\x07"} & set(out)
        assert "##[" not in out
        assert all(not line.lstrip().startswith("::") for line in out.splitlines())


def test_the_table_fits_the_screen(company: Any) -> None:
    company.apply()
    _, out, _ = company.run("ticket show one")
    assert all(len(line) <= 80 for line in out.splitlines())
    assert "last sync  2026-11-02 09:00 UTC" in out


def test_a_ticket_that_was_begun_by_hand_is_left_to_whoever_began_it(company: Any) -> None:
    company.running.stage_fault(Fault(FaultKind.DROP, Phase.BEFORE, writes_only=True, nth=3))
    assert company.ticket("create unruled --binding pay", code=3)["outcomes"][0]["status"] == "unknown"
    company.running.clear_faults()
    for _ in range(2):
        _, out, _ = company.run("plan --only tickets")
        assert "a ticket for issue unruled was begun by hand with case PAY-8" in " ".join(out.split())
    told = company.ticket("create unruled --binding pay")
    assert (told["case"], told["ticket"]["key"]) == ("PAY-8", "PAY-2")
    assert "begun by hand" not in company.run("plan --only tickets")[1]


def test_over_a_limit_nothing_is_written(company: Any) -> None:
    config = company.config / "config.yaml"
    config.write_text(config.read_text().replace("max_change_ratio: 1.0", "max_creates: 0"))
    assert [each["code"] for each in company.ticket("create free", code=6)["findings"]] == ["limit-creates"]
    assert company.running.traffic.writes == ()


def test_the_outcome_is_an_event(company: Any) -> None:
    events = company.config / "events.ndjson"
    company.ticket(f"link free SHOP-1 --events {events}")
    (event,) = [json.loads(line) for line in events.read_text().splitlines()]
    assert (event["action"], event["status"], event["detail"]) == ("create", "applied", "SHOP-1, through case SHOP-1")


def test_what_moved_since_it_was_shown_is_left_alone(company: Any) -> None:
    def meddle() -> None:
        company.running.act("ticket", "SHOP-2", "status", "To Do")

    # The issue is read to be shown; read once more, it is about to be linked.
    fault = Fault(FaultKind.KILL, Phase.AFTER, path="/api/v2/error-tracking/issues/*", nth=2, call=meddle)
    company.running.stage_fault(fault)
    told = company.ticket("link free SHOP-2", code=3)["outcomes"][0]
    assert (told["status"], "somebody moved it meanwhile" in told["detail"]) == ("stale", True)
    assert (company.state("SHOP-2"), company.linked("SHOP-2")) == ("To Do", {})
    assert company.running.traffic.writes == ()
