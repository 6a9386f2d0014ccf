"""The laws of sync, held against what really stands in both systems - never against what the engine believes."""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from tests.sync_live.company import NOBODY, Company, Ran

HUBS = ("open", "in_progress", "closed")
GROUP_OF = {"OPEN": "open", "ACKNOWLEDGED": "in_progress"} | dict.fromkeys(
    ("RESOLVED", "IGNORED", "EXCLUDED"), "closed"
)
HELD = {"sync-conflict", "first-sight-conflict", "out-of-step", "another-writer", "ticket-shared", "assignee-conflict"}


@dataclass(slots=True)
class Life:
    """What happened to one group. `stood` is what the last run left, `edits` what people changed since a run last ended well,
    which left `base`, `reports` what was told since then, `trail` the values that runs left behind them since somebody acted.
    """

    number: int
    stood: dict[str, str]
    base: dict[str, str] = field(default_factory=dict)
    edits: dict[str, str] = field(default_factory=dict)
    trail: dict[str, list[str]] = field(default_factory=dict)
    reports: set[str] = field(default_factory=set)
    last_reports: set[str] = field(default_factory=set)
    people_reports: set[str] = field(default_factory=set)  # told once, then it stands until somebody is assigned
    said: dict[str, bool] = field(default_factory=dict)  # what people said, and whether it has to be copied
    is_unlinked: bool = False
    somebody_was_taken_off: bool = False


@dataclass(slots=True)
class Laws:
    """Watches every run. An AssertionError says which law is broken, with all that led there in `story`."""

    company: Company
    lives: list[Life]
    story: list[str] = field(default_factory=list)

    def act(self, words: str) -> None:
        """Somebody does something: what runs write from now on is an answer to that."""
        self.story.append(words)
        before = [self.company.states(life.number) for life in self.lives]
        self.company.act(words)
        for life, was in zip(self.lives, before, strict=True):
            life.trail.clear()
            life.somebody_was_taken_off |= words.endswith(" assign none")
            if " assign " in words and self.company.states(life.number) != was:
                life.people_reports.clear()
            # Datadog reviews what is linked, by itself: that is nobody's edit.
            if " link " in words or " attach " in words:
                now = self.company.states(life.number)
                for name in was:
                    if (was[name], now.get(name)) == ("OPEN", "ACKNOWLEDGED"):
                        life.stood[name] = now[name]
                        life.edits.pop(name, None)

    def before_run(self) -> None:
        """Take down what people changed since the last run."""
        for life in self.lives:
            now = self.company.states(life.number)
            changed = {name: now[name] for name in life.stood if name in now and now[name] != life.stood[name]}
            # Cases have no history: one that was put back to its base before a run saw it looks as if nobody had.
            if "case" in changed and changed["case"] == self.company.remembered_case(life.number):
                del changed["case"]
                life.edits.pop("case", None)
            # At first sight nobody's change is known: what stands then is decided by evidence.
            life.edits |= changed if self.company.remembers(life.number) else {}
            life.stood = now

    def after_run(self, ran: Ran | None) -> None:
        """Nothing went to and fro by our hand; and after a run that ended well, every edit stands or was reported."""
        for life in self.lives:
            told = _told(ran, life.number)
            life.reports |= told
            life.last_reports = told
            life.people_reports |= {code for code in told if code.startswith("assignee")}
            left = self.company.states(life.number)
            self.story.append(f"SHOP-{life.number}: {left} {sorted(told)}")
            self._to_and_fro(life, left)
            self._somebody_stays(life, left)
            is_looked_at = not self._is_cut_off(life) and ran is not None and ran.is_done
            if is_looked_at and not any(code.endswith("unreadable") for code in told):
                self._edits(life, left)
            life.stood = left
        self._comments(all_of_them=False)

    def _to_and_fro(self, life: Life, left: dict[str, str]) -> None:
        for name, value in left.items():
            if name in life.stood and life.stood[name] != value:
                trail = life.trail.setdefault(name, [life.stood[name]])
                assert value not in trail, self._broken(
                    f"{name} of SHOP-{life.number} went to and fro: {trail} {value}"
                )
                trail.append(value)

    def _somebody_stays(self, life: Life, left: dict[str, str]) -> None:
        """Nobody is assigned where somebody was only because somebody was taken off somewhere: an unknown person is not nobody."""
        for name, who in left.items():
            if name.endswith(" by") and life.stood.get(name, NOBODY) != NOBODY:
                assert who != NOBODY or life.somebody_was_taken_off, self._broken(
                    f"{name} of SHOP-{life.number} was {life.stood[name]}, and nobody was taken off"
                )

    def _edits(self, life: Life, left: dict[str, str]) -> None:
        for name, wanted in life.edits.items():
            is_kept = left.get(name, wanted) == wanted or _is_reviewed(name, wanted, life.stood, left)
            assert is_kept or life.reports, self._broken(
                f"somebody's {name} of SHOP-{life.number}, {wanted}, vanished unreported: it is {left[name]}"
            )
            is_bound = self.company.conflict == "hold" and not _is_reviewed(name, wanted, life.stood, left)
            if is_bound and name in life.base and "rolled-forward" not in life.reports:
                self._held(life, name, wanted, left)
        life.edits.clear()
        life.base = left
        life.reports = set()

    def _held(self, life: Life, name: str, wanted: str, left: dict[str, str]) -> None:
        """Where conflicts are held, a ticket or issue that somebody moved to another group stays in that group."""
        group, base = GROUP_OF.get(wanted, wanted), GROUP_OF.get(life.base[name], life.base[name])
        is_moved = name != "case" and not name.endswith(" by") and group != base
        assert not is_moved or GROUP_OF.get(left.get(name, wanted), left.get(name, wanted)) == group, self._broken(
            f"somebody's {name} of SHOP-{life.number}, {wanted}, was not held: it is {left.get(name)}"
        )

    def _comments(self, *, all_of_them: bool) -> None:
        """What people said is on the other side once at most; in the end once."""
        for life in self.lives:
            ticket, case = self.company.find_ticket(life.number), self.company.case_of(life.number)
            if ticket is None:
                continue
            there = [json.dumps(each.body) for each in ticket.comments]
            texts = [*there, *(each.text for each in case.comments)]
            for said, is_due in life.said.items():
                count = sum(said in text for text in texts)
                is_carried = not self._is_cut_off(life) and not life.last_reports & HELD  # held: nothing is written
                least = 2 if all_of_them and is_due and is_carried else 1
                assert least <= count <= 2, self._broken(
                    f"{said!r} stands {count} times in SHOP-{life.number}: {texts}"
                )

    def in_the_end(self) -> None:
        """Nobody acts and nothing fails any more, and a plan is empty: everything is together, or it was said why not."""
        self._comments(all_of_them=True)
        owners: dict[str, int] = {}
        for life in self.lives:
            for name in self.company.linked(life.number):
                assert owners.setdefault(name, life.number) == life.number, self._broken(f"{name} has two tickets")
            if not self._is_cut_off(life) and not life.last_reports & HELD:
                self._together(life)

    def _is_cut_off(self, life: Life) -> bool:
        ticket = self.company.find_ticket(life.number)
        is_linked = not life.is_unlinked and self.company.linked(life.number)
        return not is_linked or ticket is None or bool(ticket.hidden_from)

    def _together(self, life: Life) -> None:
        """The hub is never further along than its least issue; ticket and case are in one group and with one person."""
        stands, told = self.company.states(life.number), life.last_reports
        issues = [GROUP_OF[stands[name]] for name in self.company.linked(life.number)]
        least = min(map(HUBS.index, issues), default=2)
        assert HUBS.index(stands["ticket"]) <= least or "excluded-kept" in told, self._broken(
            f"too far along: {stands}"
        )
        assert stands["case"] == stands["ticket"] or "case-apart" in told, self._broken(f"hub apart: {stands}")
        if "assignee" in self.company.variant.fields and not self.company.variant.is_native:
            together = stands["case by"] == stands["ticket by"]
            assert together or life.people_reports, self._broken(f"people apart: {stands}")

    def _broken(self, what: str) -> str:
        return "\n  ".join([what, *self.story])


def _is_reviewed(name: str, wanted: str, before: dict[str, str], left: dict[str, str]) -> bool:
    """Whoever is given an open issue has it reviewed, by Datadog, which may let its case follow: foreseen, and shown in the plan."""
    given = {each.removesuffix(" by") for each in left if each.endswith(" by") and left[each] != before.get(each)}
    if name == "case":
        reviewed = any(left.get(each) == "ACKNOWLEDGED" for each in given)
        return reviewed and (wanted, left[name]) == ("open", "in_progress")
    return name in given and (wanted, left.get(name)) == ("OPEN", "ACKNOWLEDGED")


def _told(ran: Ran | None, number: int) -> set[str]:
    """The codes of what a run reported about a group."""
    findings = () if ran is None else ran.findings
    return {each.code for each in findings if each.address is not None and each.address.name == f"SHOP-{number}"}
