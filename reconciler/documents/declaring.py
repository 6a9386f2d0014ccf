"""From shapes to what they declare: the model's values, each knowing where it was written."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import assert_never

from reconciler.documents.connecting import connections_of
from reconciler.documents.declarations import Declarations, Named
from reconciler.documents.document import Document
from reconciler.documents.durations import duration
from reconciler.documents.marks import Parts, origin_of, spot
from reconciler.documents.shapes.accepted import AcceptedDriftShape
from reconciler.documents.shapes.bindings import (
    CaseProjectShape,
    GroupShape,
    ProjectBindingShape,
    StatusMappingShape,
    SyncShape,
)
from reconciler.documents.shapes.connections import ConnectionsShape
from reconciler.documents.shapes.kinds import AnyShape
from reconciler.documents.shapes.limits import LimitsShape, UserMappingShape
from reconciler.documents.shapes.rules import AutomationRulesShape, FactsShape, GroupByShape, RuleShape, RuleTestsShape
from reconciler.model.accepted import AcceptedDrift
from reconciler.model.declared import (
    AutoCreate,
    ConflictPolicy,
    Destination,
    Direction,
    Engine,
    GroupBy,
    GroupMapping,
    ProjectBinding,
    Rule,
    RuleTest,
    StatusMapping,
    SyncField,
    SyncSettings,
    Unmapped,
    UserPair,
)
from reconciler.model.finding import Origin
from reconciler.model.limits import Limits
from reconciler.model.state import StatusGroup
from reconciler.model.written import Written


@dataclass(frozen=True, slots=True)
class Declaring:
    """Puts what one document declares among the declarations."""

    document: Document
    into: Declarations

    def declare(self, shape: AnyShape) -> None:
        """Adds what the document declares."""
        self.into.documents.append(Named(shape.kind, shape.metadata.name, self._origin("metadata", "name")))
        match shape:
            case ConnectionsShape():
                self.into.connections.append(connections_of(shape, self._written("spec"), self._jira_places(shape)))
            case StatusMappingShape():
                self.into.mappings.append(self._mapping(shape))
            case ProjectBindingShape():
                self.into.bindings.append(self._binding(shape))
            case AutomationRulesShape():
                self._rules(shape)
            case UserMappingShape():
                for index, user in enumerate(shape.spec.users):
                    pair = UserPair(datadog=user.datadog, jira=user.jira)
                    self.into.users.append((pair, self._origin("spec", "users", index)))
            case LimitsShape():
                self.into.limits.append(self._limits(shape))
            case RuleTestsShape():
                self._tests(shape)
            case AcceptedDriftShape():
                self._accepted(shape)
            case _:
                assert_never(shape)

    def _mapping(self, shape: StatusMappingShape) -> StatusMapping:
        spec = shape.spec
        groups = {
            StatusGroup.OPEN: _group(spec.open),
            StatusGroup.IN_PROGRESS: _group(spec.in_progress),
            StatusGroup.CLOSED: _group(spec.closed),
        }
        return StatusMapping(
            shape.metadata.name, groups, Unmapped(spec.unmapped), spec.reopen_excluded, written=self._written("spec")
        )

    def _binding(self, shape: ProjectBindingShape) -> ProjectBinding:
        spec = shape.spec
        project = CaseProjectShape(key=spec.case_project) if isinstance(spec.case_project, str) else spec.case_project
        return ProjectBinding(
            name=shape.metadata.name,
            case_project=project.key,
            account=spec.jira.account,
            project=spec.jira.project,
            issue_type=spec.jira.issue_type,
            status_mapping=spec.status_mapping,
            sync=_sync(spec.sync),
            create=project.create,
            case_project_name=project.name,
            owner=shape.metadata.owner,
            written=self._written("spec"),
        )

    def _rules(self, shape: AutomationRulesShape) -> None:
        order = self._origin("spec", "order")
        for position, rule in enumerate(shape.spec.rules):
            written = self._written("spec", "rules", position, also={"order": order})
            destination = rule.destination
            self.into.rules.append(
                Rule(
                    name=rule.name,
                    match=rule.match,
                    destination=Destination(
                        binding=destination.binding,
                        account=destination.account,
                        project=destination.project,
                        issue_type=destination.issue_type,
                        fields=destination.fields,
                        summary=destination.summary,
                        description=destination.description,
                    ),
                    auto_create=self._auto_create(rule, written),
                    group_by=self._group_by(rule, written),
                    set_name=shape.metadata.name,
                    set_order=shape.spec.order,
                    position=position,
                    owner=shape.metadata.owner,
                    written=written,
                )
            )

    def _auto_create(self, rule: RuleShape, written: Written) -> AutoCreate:
        declared = rule.auto_create
        if isinstance(declared, bool):
            return AutoCreate(enabled=declared)
        since = None
        if declared.since is not None:
            since = self._day("since", declared.since, written.at("auto_create.since"))
        return AutoCreate(enabled=declared.enabled, since=since, max_per_day=declared.max_per_day)

    def _group_by(self, rule: RuleShape, written: Written) -> GroupBy | None:
        declared = rule.group_by
        if declared is None:
            return None
        if isinstance(declared, list):
            declared = GroupByShape(attributes=declared)
        twice = sorted({name for name in declared.attributes if declared.attributes.count(name) > 1})
        if twice:
            text = f"rule {rule.name!r} groups by {', '.join(twice)} twice"
            self.into.error("wrong-value", written.at("group_by"), text, expected="each attribute once")
        if not (rule.auto_create if isinstance(rule.auto_create, bool) else rule.auto_create.enabled):
            text = f"rule {rule.name!r} groups issues, and makes no ticket by itself"
            self.into.error("wrong-value", written.at("group_by"), text, expected="auto_create, or no group_by")
        return GroupBy(tuple(declared.attributes), duration(declared.window))

    def _accepted(self, shape: AcceptedDriftShape) -> None:
        spec = shape.spec
        until = self._day("until", spec.until, self._origin("spec", "until"))
        if until is not None:
            origin = self._origin("spec", "address")
            self.into.accepted.append(
                AcceptedDrift(shape.metadata.name, spec.address, spec.reason, spec.owner, until, written=origin)
            )

    def _day(self, key: str, text: str, where: Origin) -> date | None:
        """The day; None with a finding where the calendar has none such."""
        try:
            return date.fromisoformat(text)
        except ValueError:
            self.into.error("wrong-value", where, f"{key}: there is no day {text}", expected="YYYY-MM-DD")
            return None

    def _limits(self, shape: LimitsShape) -> Limits:
        spec = shape.spec
        return Limits(
            max_creates=spec.max_creates,
            max_creates_per_day=spec.max_creates * 4 if spec.max_creates_per_day is None else spec.max_creates_per_day,
            max_links=spec.max_links,
            max_closes=spec.max_closes,
            max_change_ratio=float(spec.max_change_ratio),
            new_issue_window=duration(spec.new_issue_window),
            settle_window=duration(spec.settle_window),
            written=self._written("spec"),
        )

    def _tests(self, shape: RuleTestsShape) -> None:
        for index, test in enumerate(shape.spec.tests):
            expect = {name: getattr(test.expect, name) for name in sorted(test.expect.model_fields_set)}
            written = self._written("spec", "tests", index)
            self.into.tests.append(RuleTest(_facts(test.issue), expect, shape.metadata.name, written=written))

    def _jira_places(self, shape: ConnectionsShape) -> Mapping[str, Written]:
        accounts = getattr(shape.spec, "jira", {})
        return {account: self._written("spec", "jira", account) for account in accounts}

    def _written(self, *path: str | int, also: Mapping[str, Origin] | None = None) -> Written:
        """A part of `spec` stands where it begins; `spec` itself where the document says its name."""
        there = spot(self.document.marks, path)
        origin = self._origin("metadata", "name") if path == ("spec",) else origin_of(self.document.file, there.place)
        return Written(origin, Parts(self.document.file, there.marks, also))

    def _origin(self, *path: str | int) -> Origin:
        return origin_of(self.document.file, spot(self.document.marks, path).place)


def _group(shape: str | GroupShape) -> GroupMapping:
    if isinstance(shape, str):
        return GroupMapping(to=shape, sources=(shape,))
    return GroupMapping(to=shape.to, sources=tuple(shape.sources or (shape.to,)), fields=shape.fields)


def _sync(shape: SyncShape) -> SyncSettings:
    declared = {name: getattr(shape, name.value) for name in SyncField}
    return SyncSettings(
        engine=Engine(shape.engine),
        fields={name: Direction(way) for name, way in declared.items() if way is not None},
        conflict=ConflictPolicy(shape.conflict),
        grace=duration(shape.grace),
    )


def _facts(shape: FactsShape) -> Mapping[str, tuple[str, ...]]:
    """The facts of an issue as rules see them: attribute to values."""
    facts: dict[str, tuple[str, ...]] = {}
    for name in sorted(shape.model_fields_set):
        attribute = {"teams": "team", "languages": "language"}.get(name, name)
        match getattr(shape, name):
            case bool() as flag:
                facts[attribute] = ("true" if flag else "false",)
            case str() as value:
                facts[attribute] = (value,)
            case values:
                facts[attribute] = tuple(values)
    return facts
