"""Step 3: Datadog's sync is on and goes, field by field, the declared way, through a mapping that the workflow knows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from reconciler.engine.doctor.check import About, Check, Cure, Step, fail, ok, unknown, warn
from reconciler.engine.doctor.settings import Sides, apply_cure, sides_of
from reconciler.engine.doctor.sight import Sight
from reconciler.model.declared import Direction, Engine, ProjectBinding, SyncField
from reconciler.model.finding import Finding, Severity
from reconciler.model.nearest import listed
from reconciler.sync.mapping import status_named, workflow_findings

_WORDS = {Direction.TWO_WAY: "both ways", Direction.ONCE: "once, at creation", Direction.OFF: "not at all"}


def native_sync_possible(sight: Sight) -> Iterator[Check]:
    """Datadog syncs with Jira Cloud only, and a case project with one external system. Reference: datadog-api §2.1, §8."""
    for binding, sides in sides_of(sight):
        if binding.sync.engine is not Engine.DATADOG:
            continue
        about = _about(binding, "sync.engine", "Jira: serverInfo; Datadog: the case project's settings")
        if not sides.board.site.server.is_cloud:
            evidence = "Datadog syncs with Jira Cloud only, and this is a Data Center"
            yield fail("native-sync-possible", about, evidence, Cure("say `engine: reconciler` in the binding"))
        elif other := _other_system(sides.record.settings):
            yield fail(
                "native-sync-possible",
                about,
                f"the case project is connected to {other} as well: Datadog syncs a case with one external system",
                Cure(
                    f"in Datadog: Case Management > {binding.case_project} > Settings > Integrations: switch {other} off"
                ),
            )
        else:
            yield ok("native-sync-possible", about, "Jira Cloud, and no other external system")


def _other_system(settings: Mapping[str, object]) -> str | None:
    held = settings.get("integration_service_now")
    return "ServiceNow" if isinstance(held, Mapping) and held.get("enabled") is True else None


def sync_switched(sight: Sight) -> Iterator[Check]:
    """The switch of the whole sync stands as declared."""
    for binding, sides in _connected(sight):
        about = _about(binding, "sync", _place(binding))
        if sides.seen.sync == sides.wanted.sync:
            yield ok(
                "sync-enabled", about, "sync is on" if sides.seen.sync else "Datadog's own sync is off, as declared"
            )
        elif sides.wanted.sync:
            yield fail("sync-enabled", about, "sync is off: nothing travels", apply_cure(binding))
        else:
            evidence = "Datadog's own sync is on, although the reconciler syncs: two would write the same fields"
            yield fail("sync-enabled", about, evidence, apply_cure(binding))


def directions(sight: Sight) -> Iterator[Check]:
    """Each declared field goes the declared way."""
    for binding, sides in _connected(sight):
        for field, direction in binding.sync.fields.items():
            yield _direction(sight, binding, sides, field, direction)


def _direction(sight: Sight, binding: ProjectBinding, sides: Sides, field: SyncField, direction: Direction) -> Check:
    about = _about(binding, f"sync.{field.value}", _place(binding), field.value)
    native = direction if binding.sync.engine is Engine.DATADOG else Direction.OFF
    raw = sides.whole.directions.get(field.value, sight.vocabulary.sync_types["off"])
    seen = {word: Direction(name) for name, word in sight.vocabulary.sync_types.items()}.get(raw)
    if seen is native:
        return ok("sync-direction", about, f"Datadog syncs it {_WORDS[native]}")
    if seen is None:
        return warn(
            "sync-direction",
            about,
            f"it says {raw!r}, a word that is published nowhere and that we do not know: it is left as it is",
            Cure("if it means what is declared, add it to `vocabulary.sync_types` of Connections"),
        )
    return fail(
        "sync-direction", about, f"Datadog syncs it {_WORDS[seen]}, declared is {_WORDS[native]}", apply_cure(binding)
    )


def mappings_equal(sight: Sight) -> Iterator[Check]:
    """The status mapping in Datadog is the declared one."""
    for binding, sides in _connected(sight):
        if binding.sync.engine is not Engine.DATADOG or binding.status_mapping is None:
            continue
        about = _about(binding, "status_mapping", _place(binding), "status mapping")
        foreign = sorted(set(sides.whole.statuses) - set(sight.vocabulary.groups.values()))
        if foreign:
            cure = Cure("if they mean our groups, add them to `vocabulary.groups` of Connections")
            yield warn("status-mapping-equal", about, f"it has keys that we do not know: {listed(foreign)}", cure)
        elif sides.wanted.statuses and sides.seen.statuses == sides.wanted.statuses:
            yield ok("status-mapping-equal", about, f"it is {_mapping(sides.seen.statuses)}, as declared")
        elif sides.wanted.statuses:
            evidence = f"it is {_mapping(sides.seen.statuses)}, declared is {_mapping(sides.wanted.statuses)}"
            yield fail("status-mapping-equal", about, evidence, apply_cure(binding))


def _mapping(statuses: Mapping[str, str]) -> str:
    return ", ".join(f"{key} → {statuses[key]}" for key in sorted(statuses)) or "empty"


def mappings_alive(sight: Sight) -> Iterator[Check]:
    """Every status that a mapping names is one of the workflow."""
    for binding, sides in sides_of(sight):
        about = _about(
            binding, "status_mapping", f"Jira: the workflow of {binding.project} {binding.issue_type}", "workflow"
        )
        site = sight.sites[binding.account]
        looked = site.statuses.get(binding.project)
        if looked is not None and looked.value is None:
            yield unknown("mapping-in-workflow", about, looked.why_not)
            continue
        mapping = sight.configuration.mappings.get(binding.status_mapping or "")
        where = f"{binding.project} {binding.issue_type}"
        found = workflow_findings(mapping, sides.board.workflow, where) if mapping else ()
        checks = [_unfit(about, finding) for finding in found] or [_live(about, binding, sides)]
        yield from checks


def _unfit(about: About, finding: Finding) -> Check:
    placed = About(about.step, about.subject, about.looked_at, finding.origin or about.origin)
    expected = f"; expected {finding.expected}" if finding.expected else ""
    cure = Cure(finding.hint or "name a status of the workflow, or add the status to it in Jira")
    judge = fail if finding.severity is Severity.ERROR else warn
    return judge("mapping-in-workflow", placed, f"{finding.message}{expected}", cure)


def _live(about: About, binding: ProjectBinding, sides: Sides) -> Check:
    """What Datadog itself maps to, which counts where no mapping is declared."""
    dead = sorted(name for name in sides.whole.statuses.values() if status_named(name, sides.board.workflow) is None)
    if dead and binding.status_mapping is None and sides.board.workflow:
        cure = Cure("declare a `status_mapping` for the binding, or choose living statuses in Datadog")
        return fail(
            "mapping-in-workflow", about, f"Datadog maps to {listed(dead)}, which the workflow does not have", cure
        )
    names = [status.name for status in sides.board.workflow]
    return ok("mapping-in-workflow", about, f"every status of the mapping is one of {listed(names)}")


def _connected(sight: Sight) -> Iterator[tuple[ProjectBinding, Sides]]:
    """The bindings whose integration is on: without it nothing is synced, which was said before."""
    return ((binding, sides) for binding, sides in sides_of(sight) if sides.seen.integration)


def _place(binding: ProjectBinding) -> str:
    return f"Datadog: Case Management > {binding.case_project} > Settings > Integrations > Jira"


def _about(binding: ProjectBinding, path: str, looked_at: str, part: str = "") -> About:
    origin = binding.written.at(path) if binding.written else None
    return About(Step.SYNC, f"binding {binding.name}" + (f" {part}" if part else ""), looked_at, origin)
