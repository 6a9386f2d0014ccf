"""What the prover does where it cannot answer, and with very many rules in the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from reconciler.model.declared import Rule
from reconciler.query import satisfiable
from reconciler.rules.claims import ClaimKind, shown
from reconciler.rules.lint import lint_findings, reachability
from reconciler.rules.proof import prove

MakeRule = Callable[..., Rule]


def test_what_is_not_decided_claims_nothing(make_rule: MakeRule, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(satisfiable, "MOST_BRANCHES", 1)
    rules = [
        make_rule("hard", "(team:a OR team:b) AND (team:c OR team:d)"),
        make_rule("easy", "service:a", position=1),
        make_rule("same", "service:a", position=2),
    ]
    kinds = {(claim.rule.name, claim.kind) for claim in prove(rules).claims}
    assert kinds == {("hard", ClaimKind.UNPROVED), ("same", ClaimKind.SHADOWED)}
    told = [str(finding) for finding in lint_findings(prove(rules))]
    assert told[0].startswith("whether rule hard ever applies is not decided: more than 1 branches")


def test_a_rule_behind_hundreds_that_take_it_piece_by_piece(make_rule: MakeRule) -> None:
    size = 200
    pieces = [make_rule(f"r{at}", f"service:s{at}", position=at) for at in range(size)]
    names = " OR ".join(f"s{at}" for at in range(size))
    whole = make_rule("whole", f"service:({names})", position=size)
    last = make_rule("last", f"service:({names} OR more)", position=size + 1)
    claims = prove([*pieces, whole, last], with_order=False).claims
    assert [(claim.kind, claim.rule.name, len(claim.others), claim.is_minimal) for claim in claims] == [
        (ClaimKind.SHADOWED, "whole", size, False)
    ]
    (finding,) = reachability([*pieces, whole])
    assert "r0, r1, r2, r3, r4, … (200 in all)" in finding.message


def test_what_stands_behind_a_catch_all_is_said_once(make_rule: MakeRule) -> None:
    rules = [
        make_rule(f"r{at}", query, position=at) for at, query in enumerate(["service:a", "-service:b OR service:b"])
    ]
    assert [claim.kind for claim in prove(rules, with_order=False).claims] == []
    after = [make_rule(f"x{at}", f"service:x{at}", position=5 + at) for at in range(8)]
    (finding,) = reachability([*rules, *after])
    assert finding.message == (
        "rule r1 matches every issue, so the 8 rules after it never apply: x0, x1, x2, x3, x4, … (8 in all); "
        "an issue such as {service: x0} goes by r1"
    )


@pytest.mark.parametrize(
    ("record", "text"),
    [
        ({"service": ("web",), "team": ("b", "a b"), "is_crash": ("false",)}, '{service: web, teams: [b, "a b"]}'),
        ({"error_type": ('x"\\',), "is_crash": ("true",)}, '{error_type: "x\\"\\\\", is_crash: true}'),
        (
            {"service": ("no",), "platform": ("12",), "language": ("a-",)},
            '{service: "no", languages: ["a-"], platform: "12"}',
        ),
        ({}, "{}"),
    ],
)
def test_an_issue_is_shown_as_a_test_says_it(record: dict[str, tuple[str, ...]], text: str) -> None:
    assert shown(record) == text
