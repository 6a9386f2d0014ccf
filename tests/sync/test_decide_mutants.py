"""Broken rules are noticed: each small change to the source of `decide` decides some case otherwise than the rules say."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import chain, islice
from pathlib import Path
from types import ModuleType
from typing import Protocol, TypeAlias

import pytest

import reconciler.sync
from reconciler.sync import ConflictPolicy, Decision, Evidence, GroupState, IssueState, Policy

Case: TypeAlias = tuple[GroupState | None, GroupState, Policy, Evidence]
Shape: TypeAlias = tuple[dict[str, IssueState], dict[str, IssueState], frozenset[str]]
Decide: TypeAlias = Callable[[GroupState | None, GroupState, Policy, Evidence], Decision]

FOLDER = Path(reconciler.sync.__file__).parent
IN_ORDER = ("steps", "first_sight", "decide")
POLICIES = [Policy(conflict, reopen) for conflict in ConflictPolicy for reopen in (False, True)]
FOUR = (IssueState.OPEN, IssueState.ACKNOWLEDGED, IssueState.RESOLVED, IssueState.EXCLUDED)

DECIDE = [
    ("if base is None:", "if base is None or base.ticket is None:"),
    ("len(set(moved.values())) > 1 and", "len(moved) > 1 and"),
    ("len(set(moved.values())) > 1 and", "len(set(moved.values())) > 2 and"),
    ("self.policy.conflict is ConflictPolicy.HOLD", "self.policy.conflict is ConflictPolicy.OPEN"),
    ("if event is None:", "if event is None or changed:"),
    ("if all(self.seen", "if any(self.seen"),
    ("if all(self.seen", "if not changed and all(self.seen"),
    (".group is event for name in changed", ".group is event for name in self._known()"),
    ("if ticket is not None and ticket is not self.base.ticket and", "if ticket is not None and"),
    ("and self.evidence.ticket_moved", ""),
    ("and self.evidence.ticket_moved", "and not self.evidence.ticket_moved"),
    ("if case is not self.base.case and self._case_moved()", "if self._case_moved()"),
    ("if case is not self.base.case and self._case_moved()", "if case is not self.base.case"),
    ("if case is not self.base.case and self", "if case is not self.base.ticket and self"),
    (".items() if group is not self.base.case}", ".items()}"),
    (".items() if group is not self.base.case}", ".items() if group is not self.base.ticket}"),
    ("return self.evidence.case_moved\n", "return not self.evidence.case_moved\n"),
    ("return not self._case_followed()", "return self._case_followed()"),
    ("return not self._case_followed()", "return True"),
    ("return not self._case_followed()", "return False"),
    ("self.base.issues.get(name) is not state", "self.base.issues.get(name, state) is not state"),
    ("self.base.issues.get(name) is not state", "name not in self.base.issues"),
    ("self.base.issues.get(name) is not state", "name in self._changed()"),
    ("return stirred and self.seen.case is", "return self.seen.case is"),
    ("return stirred and self.seen.case is aggregate(self.seen.issues.values())", "return stirred"),
    ("is aggregate(self.seen.issues.values())", "is aggregate(self.seen.issues[name] for name in self._known())"),
    ("if len(moved) < 2:", "if len(moved) < 1:"),
    ("return moved[TICKET]", "return moved[CASE]"),
    ("return moved[CASE]", "return moved[TICKET]"),
    ("return least(moved.values())", "return max(moved.values(), key=lambda group: group.progress)"),
    ("return least(moved.values())", "return moved[TICKET]"),
    ("return least(moved.values())", "return moved[CASE]"),
    ("return now if name in self.base.reviewing and", "return now if"),
    ("in self.base.reviewing and {before, now} <= reviewable else", "in self.base.reviewing else"),
    ("return now if name in self.base.reviewing and {before, now} <= reviewable else before", "return before"),
    ("name in self.seen.issues if name in self.base.issues]", "name in self.seen.issues]"),
    ("name in self.seen.issues if name not in self.base.issues]", "name in self.seen.issues]"),
    ("self.seen.issues[n].group is not self._before(n).group", "self.seen.issues[n] is not self._before(n)"),
    ("self.seen.issues[n].group is not self._before(n).group", "self._went_back(n)"),
    ("state if name in keeping else mirror(", "mirror("),
    ("state if name in keeping else mirror(", "state if name not in keeping else mirror("),
    ("now = aggregate(self.seen.issues[name] for name in known)", "now = aggregate(self.seen.issues.values())"),
    ("if now is aggregate(self._before(name) for name in known):", "if not changed:"),
    ("(self._before(name) for name in known)", "(self.base.issues.values())"),
    ("(self._before(name) for name in known)", "(self.base.issues[name] for name in known)"),
    ("least((now, max(hub, joined, key=lambda group: group.progress)))", "now"),
    ("least((now, max(hub, joined, key=lambda group: group.progress)))", "least((now, joined))"),
    ("least((now, max(hub, joined, key=lambda group: group.progress)))", "least((now, hub))"),
    ("least((now, max(hub,", "max((now, max(hub,"),
    ("max(hub, joined,", "min(hub, joined,"),
    (".group.progress > self._before(n).group.progress for n in changed", " is not None for n in changed"),
    ("any(self.seen.issues[n].group.progress >", "all(self.seen.issues[n].group.progress >"),
    (".group.progress > self._before(n)", ".group.progress < self._before(n)"),
    ("return wanted if wanted.progress <= hub.progress or forward else hub", "return wanted"),
    ("wanted.progress <= hub.progress or forward", "wanted.progress <= hub.progress"),
    ("wanted.progress <= hub.progress or forward", "forward"),
    ("wanted.progress <= hub.progress or", "wanted.progress >= hub.progress or"),
    ('            return self._hold("hub-and-issues", moved)', "            policy = ConflictPolicy.OPEN"),
    ("if TICKET not in moved:", "if CASE in moved:"),
    ("if TICKET not in moved:", "if TICKET not in edits:"),
    ("if TICKET not in moved:\n            policy = ConflictPolicy.OPEN", "if False:\n            pass"),
    ("if self._went_back(n) and self.seen", "if self.seen"),
    ("self._went_back(n) and self.seen.issues[n].group.progress < event.progress", "self._went_back(n)"),
    ("[n].group.progress < event.progress", "[n].group.progress <= event.progress"),
    ("policy = ConflictPolicy.DATADOG if back else policy", "policy = ConflictPolicy.JIRA if back else policy"),
    ("policy = ConflictPolicy.DATADOG if back else policy", "policy = policy"),
    ("if policy is ConflictPolicy.DATADOG:", "if policy is ConflictPolicy.JIRA:"),
    ("policy is ConflictPolicy.OPEN and len(self.seen.issues) > 1:", "policy is ConflictPolicy.OPEN:"),
    ("policy is ConflictPolicy.OPEN and len(self.seen.issues) > 1:", "len(self.seen.issues) > 1:"),
    ("len(self.seen.issues) > 1:", "len(self.seen.issues) > 2:"),
    ("len(self.seen.issues) > 1:", "len(self._known()) > 1:"),
    ("len(self.seen.issues) > 1:", "len(changed) > 1:"),
    ("[n].group.progress >= event.progress", "[n].group.progress > event.progress"),
    ("n for n in changed if self.seen.issues[n].group.progress >= event.progress", "changed"),
    (
        "n for n in changed if self.seen.issues[n].group.progress >= ",
        "n for n in self._known() if self.seen.issues[n].group.progress >= ",
    ),
    ("group.progress < self._before(name)", "group.progress > self._before(name)"),
    ("group.progress < self._before(name)", "group.progress <= self._before(name)"),
    ("if name not in keeping and issues[name].group is not hub", "if issues[name].group is not hub"),
    ("if apart:", "if False:"),
    ("lift(self.seen.issues[name], hub)", "self.seen.issues[name]"),
    ("lift(self.seen.issues[name], hub)", "lift(self.seen.issues[name], self.base.case)"),
    ("lift(self.seen.issues[name], hub)", "mirror(self.seen.issues[name], hub, self.policy)"),
    ("GroupState(hub if self.seen.ticket is not None else None, hub", "GroupState(hub, hub"),
    ("is not None else None, hub, issues)", "is not None else None, self.seen.case, issues)"),
    ("Decision(target, True, (*sides", "Decision(target, False, (*sides"),
    ("(*sides, *issues), self._unmapped()", "(), self._unmapped()"),
    ("(*sides, *issues), self._unmapped()", "(*sides, *issues), self._findings(target)"),
    ("if edits[side] is not target.case]", "]"),
    ("if edits[side] is not target.case]", "if edits[side] is target.case]"),
    ("for side in sorted(edits) if", "for side in sorted(self._hub_moves(edits)) if"),
    ("self.seen.issues[name] is not self._before(name) and target", "target"),
    ("self.seen.issues[name] is not self._before(name) and target", "name in self._changed() and target"),
    (" and target.issues[name] is not self.seen.issues[name]", ""),
    (
        "if self.seen.ticket is not None:\n            return ()",
        "if self.base.ticket is not None:\n            return ()",
    ),
    ("unknown_author and self._case_followed() and", "self._case_followed() and"),
    ("unknown_author and self._case_followed() and", "unknown_author and"),
    ("self._case_followed() and self.seen.case is not target.case", "self._case_followed()"),
    ("if left and remaining is", "if remaining is"),
    ("if target.issues else StatusGroup.OPEN", "if target.issues else StatusGroup.CLOSED"),
    ("is StatusGroup.CLOSED and target.case is not StatusGroup.CLOSED", "is StatusGroup.CLOSED"),
    ("if left and remaining is StatusGroup.CLOSED and", "if left and"),
]
FIRST_SIGHT = [
    ("if hub is None:", "if False:"),
    ("state.group.progress < hub.progress]", "state.group.progress <= hub.progress]"),
    ("if behind and (", "if ("),
    ("since is None or any(", "any("),
    ("since is None or any(name not in evidence.last_seen for name in behind)", "since is None"),
    ("any(name not in evidence.last_seen for", "all(name not in evidence.last_seen for"),
    ("for name in behind)):", "for name in seen.issues)):"),
    ("evidence.last_seen[name] > since]", "evidence.last_seen[name] >= since]"),
    ("evidence.last_seen[name] > since]", "evidence.last_seen[name] < since]"),
    ("for name in winners)", "for name in behind)"),
    ("for name in winners)", "for name in seen.issues)"),
    ("elif seen.ticket is not seen.case:", "elif behind and seen.ticket is not seen.case:"),
    ("elif seen.ticket is not seen.case:", "if seen.ticket is not seen.case:"),
    ("elif seen.ticket is not seen.case:", "elif False:"),
    ("lift(state, hub) for", "lift(state, seen.ticket) for"),
    ("lift(state, hub) for", "state for"),
    ("GroupState(hub, hub, issues)", "GroupState(seen.ticket, hub, issues)"),
    ("GroupState(hub, hub, issues)", "GroupState(hub, seen.case, issues)"),
    ("Decision(target, True, ()", "Decision(target, False, ()"),
    ("(), (finding,), (", "(), (), ("),
]
STEPS = [
    ("StatusGroup.OPEN: IssueState.OPEN,", "StatusGroup.OPEN: IssueState.ACKNOWLEDGED,"),
    ("StatusGroup.IN_PROGRESS: IssueState.ACKNOWLEDGED,", "StatusGroup.IN_PROGRESS: IssueState.OPEN,"),
    ("StatusGroup.CLOSED: IssueState.RESOLVED,", "StatusGroup.CLOSED: IssueState.IGNORED,"),
    ("if state.group is group or (", "if ("),
    ("state is IssueState.EXCLUDED and", "state in (IssueState.EXCLUDED, IssueState.IGNORED) and"),
    ("state is IssueState.EXCLUDED and", "state.group is StatusGroup.CLOSED and"),
    ("and not policy.reopen_excluded", ""),
    ("and not policy.reopen_excluded", "and policy.reopen_excluded"),
    ("state.group.progress >= group.progress else", "state.group.progress > group.progress else"),
    ("state.group.progress >= group.progress else", "state.group.progress <= group.progress else"),
    ("return min(groups,", "return max(groups,"),
    ("default=StatusGroup.CLOSED)", "default=StatusGroup.OPEN)"),
    ("default=StatusGroup.CLOSED)", "default=StatusGroup.IN_PROGRESS)"),
]
MUTANTS = [
    *(("decide", old, new) for old, new in DECIDE),
    *(("first_sight", old, new) for old, new in FIRST_SIGHT),
    *(("steps", old, new) for old, new in STEPS),
]

# Changes that cannot be told from the original, with the reason.
EQUIVALENT = {
    (
        "[n].group.progress >= event.progress",
        "[n].group.progress > event.progress",
    ): "the mirror keeps an equal state too",
    ("group.progress < self._before(name)", "group.progress <= self._before(name)"): "asked of changed issues only",
}


class Rules(Protocol):
    def verdict(self, case: Case) -> object: ...
    def told(self, decision: Decision) -> object: ...
    def shapes(self, count: int, states: tuple[IssueState, ...]) -> Iterator[Shape]: ...
    def known(self, found: Iterator[Shape], policies: list[Policy], *, unmapped_before: bool) -> Iterator[Case]: ...
    def first(self, count: int, policies: list[Policy]) -> Iterator[Case]: ...


@pytest.fixture(scope="session")
def judged(rules: Rules) -> list[tuple[Case, object]]:
    """Cases that reach every rule, with what the rules say. The strides share no factor with what varies innermost."""
    every = tuple(IssueState)
    cases = chain(
        islice(rules.known(rules.shapes(1, every), POLICIES, unmapped_before=False), 0, None, 5),
        islice(rules.known(rules.shapes(1, every), POLICIES, unmapped_before=True), 0, None, 31),
        islice(rules.known(rules.shapes(0, every), POLICIES, unmapped_before=True), 0, None, 5),
        islice(rules.first(1, POLICIES[:1]), 0, None),
        islice(rules.first(2, POLICIES[:1]), 0, None, 5),
        islice(rules.known(rules.shapes(2, every), POLICIES, unmapped_before=False), 0, None, 31),
        islice(rules.known(rules.shapes(2, FOUR), POLICIES, unmapped_before=True), 0, None, 211),
        islice(rules.known(rules.shapes(3, FOUR), POLICIES, unmapped_before=False), 0, None, 499),
    )
    return [(case, rules.verdict(case)) for case in cases]


def mutated(name: str, old: str, new: str) -> Decide:
    """`decide` with one change in the source of one of its modules; the real modules stay as they are."""
    real = {f"reconciler.sync.{part}": import_module(f"reconciler.sync.{part}") for part in IN_ORDER}
    try:
        for part in IN_ORDER:
            source = (FOLDER / f"{part}.py").read_text(encoding="utf-8")
            if part == name:
                assert source.count(old) == 1, f"{old!r} stands {source.count(old)} times in {part}.py"
                source = source.replace(old, new)
            module = ModuleType(f"reconciler.sync.{part}")
            sys.modules[module.__name__] = module
            exec(compile(source, f"{part}.py, mutated", "exec"), module.__dict__)
        decide: Decide = sys.modules["reconciler.sync.decide"].__dict__["decide"]
    finally:
        sys.modules.update(real)
    return decide


def first_difference(decide: Decide, rules: Rules, judged: list[tuple[Case, object]]) -> str | None:
    """The first case that is decided otherwise than the rules say, or in which deciding fails."""
    for case, right in judged:
        try:
            told = rules.told(decide(*case))
        except (KeyError, TypeError, AttributeError, ValueError) as failed:
            return f"{case}: {failed!r}"
        if told != right:
            return f"{case}: {told}"
    return None


def test_unchanged_source_decides_as_the_rules_say(rules: Rules, judged: list[tuple[Case, object]]) -> None:
    assert first_difference(mutated("steps", "def state_for", "def state_for"), rules, judged) is None


@pytest.mark.parametrize(("name", "old", "new"), [one for one in MUTANTS if one[1:] not in EQUIVALENT])
def test_a_broken_rule_is_noticed(
    name: str, old: str, new: str, rules: Rules, judged: list[tuple[Case, object]]
) -> None:
    assert first_difference(mutated(name, old, new), rules, judged) is not None


@pytest.mark.parametrize(("name", "old", "new"), [one for one in MUTANTS if one[1:] in EQUIVALENT])
def test_a_change_known_to_change_nothing_changes_nothing(
    name: str, old: str, new: str, rules: Rules, judged: list[tuple[Case, object]]
) -> None:
    assert first_difference(mutated(name, old, new), rules, judged) is None
