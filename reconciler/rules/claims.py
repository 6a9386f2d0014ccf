"""What can be proved about rules, as values: each claim with an issue that shows it, or with the reason why there is none."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from reconciler.model.declared import Rule
from reconciler.query.matching import Record
from reconciler.query.syntax import Span


class ClaimKind(Enum):
    """What is claimed. The value is the code of the finding."""

    NEVER = "rule-never-matches"
    SHADOWED = "rule-shadowed"
    CATCH_ALL = "catch-all-not-last"
    PARTLY = "rule-partly-shadowed"
    EXCHANGEABLE = "rules-exchangeable"
    UNPROVED = "rule-unproved"


@dataclass(frozen=True, slots=True)
class Claim:
    """One claim about `rule`. What `others` are depends on the kind:

    NEVER          none; `reason` says why, `spans` are the parts of the query that contradict each other
    SHADOWED       earlier rules that together take whatever matches it; without any one of them (`is_minimal`) they do not
    CATCH_ALL      the rules after it, none of which ever applies
    PARTLY         earlier rules that take part of what matches it, in order; `is_whole` is False where there may be more
    EXCHANGEABLE   the rules right after it with which it may stand in any order
    UNPROVED       none; the question was too large

    `witness` matches the rule (CATCH_ALL: the first of `others`, as far as one goes by the rule) and goes by `winner`.
    """

    kind: ClaimKind
    rule: Rule
    others: tuple[Rule, ...] = ()
    witness: Record | None = None
    winner: Rule | None = None
    reason: str = ""
    spans: tuple[Span, ...] = ()
    is_minimal: bool = True
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class Proof:
    """The claims about rules, which are in the order in which they are tried; claims come in that order, too."""

    rules: tuple[Rule, ...]
    claims: tuple[Claim, ...]

    def about(self, *kinds: ClaimKind) -> tuple[Claim, ...]:
        """The claims of these kinds."""
        return tuple(claim for claim in self.claims if claim.kind in kinds)


_PLAIN = re.compile(r"[A-Za-z][\w./-]*(?<!-)", re.ASCII)
_AMBIGUOUS = {"true", "false", "null", "yes", "no", "on", "off", "y", "n"}
_KEYS = {"team": "teams", "language": "languages"}


def shown(record: Record, *, crash: bool = False) -> str:
    """`{service: web-store, teams: [shopist]}`: a record as a RuleTests document says it. With `crash`, also that it is no crash."""
    parts = []
    for attribute in sorted(record, key=lambda name: (name not in {"service", "team"}, name)):
        values = record[attribute]
        if attribute == "is_crash":
            if crash or values == ("true",):
                parts.append(f"is_crash: {values[0]}")
        elif values:
            text = [_scalar(value) for value in values]
            listed = f"[{', '.join(text)}]" if attribute in _KEYS else text[0]
            parts.append(f"{_KEYS.get(attribute, attribute)}: {listed}")
    return f"{{{', '.join(parts)}}}"


def _scalar(value: str) -> str:
    if _PLAIN.fullmatch(value) and value.casefold() not in _AMBIGUOUS:
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
