"""AcceptedDrift as a document: what it takes, what it refuses and where, and which addresses it covers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path

import pytest

from reconciler.documents.load import load
from reconciler.model.accepted import AcceptedDrift
from reconciler.model.address import Address
from reconciler.model.finding import Origin

Write = Callable[[Mapping[str, str | bytes]], Path]
DOCUMENT = """\
apiVersion: reconciler/v1
kind: AcceptedDrift
metadata: {{name: freeze}}
spec:
  address: {address}
  reason: frozen
  owner: team-shop
  until: {until}
"""


def errors(directory: Path) -> list[str]:
    return [str(finding) for finding in load(directory).findings if finding.code != "no-connections"]


def test_an_acceptance_becomes_a_value(write: Write) -> None:
    text = DOCUMENT.format(address="case_project.SHOP", until="2026-12-31")
    configuration = load(write({"a.yaml": text})).configuration
    assert configuration is not None
    (accepted,) = configuration.accepted
    assert accepted == AcceptedDrift("freeze", "case_project.SHOP", "frozen", "team-shop", date(2026, 12, 31))
    assert accepted.written == Origin("a.yaml", 5, 12)


EXPECTED = "case_project.KEY, webhook.ACCOUNT, ticket.KEY or ticket.ISSUE; * stands for anything in the name"


@pytest.mark.parametrize("address", ["issue.abc", "case.SHOP-1", "SHOP", '"*"', "ticket.", "case_project.shop"])
def test_only_what_can_drift_can_be_accepted(write: Write, address: str) -> None:
    (told,) = errors(write({"a.yaml": DOCUMENT.format(address=address, until="2026-12-31")}))
    assert told.startswith("a.yaml:5:12: spec.address: ")
    assert EXPECTED in told


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("2026-02-30", ["a.yaml:8:10: until: there is no day 2026-02-30 - expected YYYY-MM-DD"]),
        ("soon", ['a.yaml:8:10: spec.until: "soon" cannot be used - expected a day such as 2026-11-01']),
    ],
)
def test_it_ends_on_a_day_that_there_is(write: Write, until: str, expected: list[str]) -> None:
    assert errors(write({"a.yaml": DOCUMENT.format(address="ticket.SHOP-1", until=until)})) == expected


@pytest.mark.parametrize(
    ("pattern", "covered", "others"),
    [
        ("ticket.SHOP-1", ["ticket.SHOP-1"], ["ticket.SHOP-11", "ticket.XSHOP-1", "issue.SHOP-1"]),
        ("ticket.SHOP-*", ["ticket.SHOP-1", "ticket.SHOP-"], ["ticket.PAY-1", "case_project.SHOP-1"]),
        ("webhook.*", ["webhook.acme", "webhook.a\nb"], ["ticket.acme"]),
        ("case_project.A*B*", ["case_project.AB", "case_project.AxByz"], ["case_project.BA"]),
    ],
)
def test_a_star_stands_for_anything_within_the_name(pattern: str, covered: list[str], others: list[str]) -> None:
    accepted = AcceptedDrift("a", pattern, "r", "o", date(2026, 12, 31))
    assert [text for text in [*covered, *others] if accepted.covers(Address.parse(text))] == covered


def test_it_holds_to_the_end_of_its_last_day() -> None:
    accepted = AcceptedDrift("a", "webhook.*", "r", "o", date(2026, 12, 31))
    assert accepted.holds(date(2026, 12, 31))
    assert not accepted.holds(date(2027, 1, 1))
