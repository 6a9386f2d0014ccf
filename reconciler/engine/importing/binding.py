"""A case project as it stands, as the binding that would declare it: only what a plan finds unchanged afterwards.

What cannot be said in a binding is left out of it, where it stays as it is, and told: in a finding where somebody should act,
in a comment where not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from reconciler.engine.importing.live import Live, account_of, board_of
from reconciler.engine.importing.words import Words, bare
from reconciler.engine.importing.workflow import targets_of
from reconciler.engine.settings.bindings import account_for
from reconciler.engine.settings.integration import same_site
from reconciler.model.address import Address, Kind
from reconciler.model.case import CaseProjectRecord
from reconciler.model.declared import Direction, ProjectBinding, SyncField, SyncSettings
from reconciler.model.finding import Finding, Severity
from reconciler.model.nearest import listed
from reconciler.model.resource import CaseProjectSettings
from reconciler.model.state import StatusGroup
from reconciler.model.ticket import IssueType, JiraProject

Writable: TypeAlias = Callable[[str], str | None]
"""Why a name cannot be written in a document, None where it can."""
Targets: TypeAlias = Mapping[StatusGroup, str]

_KEY = re.compile(r"[A-Z][A-Z0-9_]{0,63}")


@dataclass(frozen=True, slots=True)
class Bound:
    """A case project that can be declared. `targets` is its status mapping, None where it has none that can be."""

    binding: ProjectBinding
    targets: Targets | None
    notes: tuple[str, ...]
    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """Turns case projects into bindings. `named` are those that a person asked for: what hinders those is an error."""

    live: Live
    words: Words
    writable: Writable
    named: frozenset[str]

    def bound(self, record: CaseProjectRecord) -> Bound | Finding | None:
        """The binding, or why there is none; None where reading failed, which is told already."""
        seen = bare(record)
        fault = self._fault(record, seen)
        if fault is not None:
            return fault
        board = board_of(record, self.live.facts)
        if board is None:
            return self._no_account(record)
        if board in self.live.unread:
            return None
        site = self.live.facts.sites[board.account]
        project = next((one for (one,) in site.projects.values() if one.id == board.project), None)
        if project is None:
            return self._refused(
                record,
                "import-project-unknown",
                f"its Jira project {board.project} is not to be seen in Jira {board.account}",
                "absent and invisible look alike to Jira: grant Browse Projects to our Jira user, or choose another project "
                "on the page of the case project",
            )
        if not _KEY.fullmatch(project.key):
            what = f"{project.key!r}, its Jira project, is no key that a binding can hold"
            return self._refused(record, "import-unwritable", what, "leave it out")
        kind = self._type(project, seen)
        if isinstance(kind, str):
            return self._refused(
                record,
                "import-type-unknown",
                f"the ticket type {kind} of Jira project {project.key} cannot be named",
                "choose a ticket type on the page of the case project, or rename one of two that are alike",
            )
        return self._bound(record, seen, board.account, project, kind)

    def _bound(
        self, record: CaseProjectRecord, seen: CaseProjectSettings, account: str, project: JiraProject, kind: IssueType
    ) -> Bound:
        workflow = self.live.facts.sites[account].statuses.get(project.key, {}).get(kind.id, ())
        targets, why = targets_of(seen.statuses, self.words, workflow, self.writable)
        is_cloud = self.live.facts.sites[account].server.is_cloud
        fields = _fields(seen, self.words) if is_cloud else {}
        binding = ProjectBinding(
            name="",
            case_project=record.key,
            account=account,
            project=project.key,
            issue_type=kind.name,
            sync=SyncSettings(fields=fields),
        )
        findings: tuple[Finding, ...] = ()
        if why is not None:
            findings = (_mapping_left_out(record, why),)
        notes = (f"From the case project {record.key} ({record.name}) as it stood.", *_notes(record, seen, fields))
        return Bound(binding, targets, notes, findings)

    def _fault(self, record: CaseProjectRecord, seen: CaseProjectSettings) -> Finding | None:
        if not seen.integration:
            return self._refused(
                record,
                "import-integration-off",
                "its Jira integration is switched off",
                "switch it on in Datadog (Case Management > Settings > Integrations > Jira), or write a binding: apply then "
                "switches it on",
            )
        missing = [
            what
            for what, value in (("account", seen.account), ("project", seen.project), ("ticket type", seen.issue_type))
            if value is None
        ]
        if missing:
            return self._refused(
                record,
                "import-incomplete",
                f"its Jira integration names no {' and no '.join(missing)}",
                "complete it in Datadog, or write a binding: apply then fills it in",
            )
        if not _KEY.fullmatch(record.key):
            return self._refused(
                record, "import-unwritable", f"{record.key!r} is no key that a binding can hold", "leave it out"
            )
        return None

    def _no_account(self, record: CaseProjectRecord) -> Finding | None:
        accounts = self.live.facts.accounts
        if accounts is None:
            return None
        account = account_of(record, accounts)
        if account is None:
            return self._refused(
                record,
                "import-account-unknown",
                "the Jira account that it names is gone from Datadog's Jira tile",
                "choose the account on the page of the case project, or connect it again (Integrations > Jira)",
            )
        sites = self.live.facts.sites
        twins = [name for name, site in sorted(sites.items()) if same_site(site.server.url) == same_site(account.url)]
        if twins:
            first = account_for(sites[twins[0]], accounts)
            return self._refused(
                record,
                "import-account-unknown",
                f"Datadog's Jira tile has {account.url} twice, and it names the account that is not the first",
                f"remove one of the two (Integrations > Jira); bindings lead to {first.id if first else 'the first'}",
            )
        return self._refused(
            record,
            "import-account-unknown",
            f"its tickets live in {account.url}, and no account of Connections leads there",
            "add this Jira to `jira` of the Connections document, then import again",
        )

    def _type(self, project: JiraProject, seen: CaseProjectSettings) -> IssueType | str:
        """The ticket type that its name leads back to; else the id, for people."""
        wanted = seen.issue_type.id if seen.issue_type else ""
        kind = next((kind for kind in project.types if kind.id == wanted), None)
        if kind is None or self.writable(kind.name) is not None:
            return wanted
        first = next(one for one in project.types if one.name.casefold() == kind.name.casefold())
        return kind if first.id == kind.id else wanted

    def _refused(self, record: CaseProjectRecord, code: str, what: str, hint: str) -> Finding:
        return refusal(record.key, code, what, hint, is_error=record.key in self.named)


def refusal(key: str, code: str, what: str, hint: str, *, is_error: bool) -> Finding:
    """A case project that gets no binding: an error where it was asked for by name."""
    return Finding(
        code,
        Severity.ERROR if is_error else Severity.WARNING,
        f"no binding for the case project {key}: {what}",
        Address(Kind.CASE_PROJECT, key),
        hint=hint,
    )


def _mapping_left_out(record: CaseProjectRecord, why: str) -> Finding:
    return Finding(
        "import-mapping-left-out",
        Severity.WARNING,
        f"the binding of {record.key} names no status mapping: {why}",
        Address(Kind.CASE_PROJECT, record.key),
        hint="it stays in Datadog as it is; mend it there and import again, or write a StatusMapping and name it in the "
        "binding: plan then shows what it changes",
    )


def _fields(seen: CaseProjectSettings, words: Words) -> dict[SyncField, Direction]:
    """The fields that can be declared. None while the sync is off, or keeps nothing in step: to declare it would switch it."""
    fields = {
        field: Direction(meaning)
        for field in SyncField
        if (word := seen.directions.get(field.value)) is not None
        and (meaning := words.direction(word) if word else Direction.OFF.value) is not None
    }
    rest = {name: word for name, word in seen.directions.items() if name not in {field.value for field in fields}}
    moves = any(way is not Direction.OFF for way in fields.values())
    stirs = any(word and words.direction(word) != Direction.OFF.value for word in rest.values())
    return fields if seen.sync and (moves or stirs) else {}


def _notes(
    record: CaseProjectRecord, seen: CaseProjectSettings, fields: Mapping[SyncField, Direction]
) -> tuple[str, ...]:
    notes = []
    undeclared = [f"{name} {word}" for name, word in sorted(seen.directions.items()) if word and not _has(fields, name)]
    if not seen.sync:
        notes.append("Its sync is switched off.")
    if undeclared:
        notes.append(f"Directions that stand there and are not declared: {listed(undeclared)}.")
    if seen.auto_creation:
        notes.append(
            "Datadog makes a ticket for each of its cases: a rule with auto_create for this binding ends that."
        )
    if kept := opaque(record):
        notes.append(f"Not ours to declare, kept as it stands: {listed(kept, most=40)}.")
    return tuple(notes)


def _has(fields: Mapping[SyncField, Direction], name: str) -> bool:
    return any(field.value == name for field in fields)


def opaque(record: CaseProjectRecord) -> tuple[str, ...]:
    """The settings that no document of ours holds, by dotted path, as far as they say anything."""
    jira = record.settings.get("integration_jira")
    names = [name for name, value in record.settings.items() if name != "integration_jira" and value]
    if isinstance(jira, Mapping):
        names += _beside(jira, "", {"enabled", "metadata", "auto_creation", "sync"})
        names += _beside(jira.get("metadata"), "metadata.", {"account_id", "project_id", "issue_type_id"})
        sync = jira.get("sync")
        properties = sync.get("properties") if isinstance(sync, Mapping) else None
        for name, value in properties.items() if isinstance(properties, Mapping) else ():
            known = {"sync_type", "mapping"} if name == "status" else {"sync_type"}
            names += _beside(value, f"{name}.", known)
    return tuple(sorted({str(name) for name in names}))


def _beside(value: object, prefix: str, known: set[str]) -> list[str]:
    if not isinstance(value, Mapping):
        return []
    return [f"{prefix}{name}" for name, inner in value.items() if name not in known and inner not in (None, {}, [], "")]
