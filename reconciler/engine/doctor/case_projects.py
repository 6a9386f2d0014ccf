"""Step 2: the case project is there and its Jira integration leads to the right account, project and ticket type."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.engine.doctor.check import About, Check, Cure, Step, fail, ok, unknown, warn
from reconciler.engine.doctor.settings import Sides, apply_cure, sides_of
from reconciler.engine.doctor.sight import Sight, SiteSight, project_of
from reconciler.engine.settings.integration import observed_settings
from reconciler.model.declared import ProjectBinding
from reconciler.model.finding import Origin
from reconciler.model.nearest import listed, nearest
from reconciler.model.resource import Named
from reconciler.model.ticket import JiraProject


def item_in_bound_project(sight: Sight) -> Iterator[Check]:
    """The case of what was asked about is in a project that is bound."""
    case = sight.item.owner if sight.item else None
    if case is None:
        return
    about = About(Step.CASE_PROJECT, f"case {case.key}", "Datadog: Case Management")
    bound = sorted({binding.case_project for binding in sight.configuration.bindings.values()})
    if case.archived:
        yield warn(
            "case-in-bound-project",
            about,
            "it is archived, so its group is not synced",
            Cure(f"in Datadog: unarchive case {case.key}"),
        )
    elif project_of(case).casefold() in {key.casefold() for key in bound}:
        yield ok("case-in-bound-project", about, f"case project {project_of(case)} is bound")
    else:
        yield fail(
            "case-in-bound-project",
            about,
            f"it is in case project {project_of(case)}, which no binding is about; bound are {listed(bound) or 'none'}",
            Cure(f"in Datadog: move case {case.key} to a bound project, or declare a binding for {project_of(case)}"),
        )


def projects_there(sight: Sight) -> Iterator[Check]:
    """Each bound case project exists."""
    if sight.case_projects is None:
        return
    for binding in sight.bindings:
        about = _about(binding, "case_project")
        if sight.case_projects.value is None:
            yield unknown("case-project-found", about, sight.case_projects.why_not)
            continue
        keys = sorted(record.key for record in sight.case_projects.value)
        if binding.case_project in keys:
            yield ok("case-project-found", about, f"case project {binding.case_project} is there")
        elif binding.create:
            yield fail("case-project-found", about, "it is not there yet; the binding creates it", apply_cure(binding))
        else:
            yield fail(
                "case-project-found",
                about,
                f"Datadog shows us no case project {binding.case_project}; there are {listed(keys) or 'none'}",
                Cure(
                    f"{nearest(binding.case_project, keys) or ''} In Datadog: Case Management > Create project with the key "
                    f"{binding.case_project}, or let the binding do it (`create: true`)".strip()
                ),
            )


def boards_there(sight: Sight) -> Iterator[Check]:
    """Each Jira project that is bound is open, and has the ticket type."""
    for binding in sight.bindings:
        site = sight.sites.get(binding.account)
        looked = site.projects.get(binding.project) if site else None
        if site is None or looked is None:
            continue
        about = _about(binding, "jira.project", f"Jira: project {binding.project}")
        if looked.value is None:
            # That it is absent or invisible was said of Browse Projects.
            if not looked.is_absent:
                yield unknown("jira-project-open", about, looked.why_not)
            continue
        if looked.value.archived:
            yield fail(
                "jira-project-open",
                about,
                f"project {binding.project} is archived: nothing in it can be changed",
                Cure(f"in Jira: System > Archived projects: restore {binding.project}, or bind another project"),
            )
        elif looked.value.key.casefold() != binding.project.casefold():
            yield warn(
                "jira-project-open",
                about,
                f"project {binding.project} ({looked.value.name}) is called {looked.value.key} now; the old key still finds it",
                Cure(f"write `project: {looked.value.key}` in the binding {binding.name!r}"),
            )
        else:
            yield ok("jira-project-open", about, f"project {binding.project} ({looked.value.name}) is open")
        yield _type(binding, looked.value)


def _type(binding: ProjectBinding, project: JiraProject) -> Check:
    about = _about(binding, "jira.issue_type", f"Jira: project {binding.project}")
    if (kind := project.type_called(binding.issue_type)) is not None:
        return ok("jira-type-found", about, f"it has the ticket type {kind.name}")
    names = [kind.name for kind in project.types]
    near = nearest(binding.issue_type, names)
    return fail(
        "jira-type-found",
        about,
        f"project {binding.project} has no ticket type {binding.issue_type!r}; there are {listed(names)}",
        Cure(
            f"{near + ' ' if near else ''}Name one of them as `issue_type` of the binding, or add the type to the project in Jira"
        ),
    )


def integrations(sight: Sight) -> Iterator[Check]:
    """Each bound case project has the Jira integration on, with the right account, project and ticket type."""
    for binding, sides in sides_of(sight):
        about = _about(
            binding, "", f"Datadog: Case Management > {binding.case_project} > Settings > Integrations > Jira"
        )
        if not sides.seen.integration:
            yield fail("integration-enabled", about, "its Jira integration is off", apply_cure(binding))
            continue
        yield ok("integration-enabled", about, "its Jira integration is on")
        yield from _targets(about, binding, sides)
        if sides.seen.auto_creation and not sides.wanted.auto_creation:
            evidence = "Datadog makes a ticket for every case by itself, beside those that our rules make"
            yield fail("integration-auto-creation", about, evidence, apply_cure(binding))


def _targets(about: About, binding: ProjectBinding, sides: Sides) -> Iterator[Check]:
    seen, wanted, cure = sides.seen, sides.wanted, apply_cure(binding)
    yield _target("integration-account", about, (seen.account, wanted.account), cure)
    yield _target("integration-project", about, (seen.project, wanted.project), cure)
    yield _target("integration-type", about, (seen.issue_type, wanted.issue_type), cure)


def _target(code: str, about: About, sides: tuple[Named | None, Named | None], cure: Cure) -> Check:
    what = code.rpartition("-")[2]
    seen, wanted = sides
    if seen == wanted:
        return ok(code, about, f"the {what} is {_name(wanted)}")
    return fail(code, about, f"the {what} is {_name(seen)}, declared is {_name(wanted)}", cure)


def _name(named: Named | None) -> str:
    return str(named) if named else "not set"


def strays(sight: Sight) -> Iterator[Check]:
    """Case projects that lead to a bound Jira project and that nobody declared. Reference: datadog-api §8: one for each type."""
    records = (sight.case_projects.value if sight.case_projects else None) or ()
    bound = {binding.case_project for binding in sight.configuration.bindings.values()}
    for record in records:
        seen = observed_settings(record, sight.vocabulary)
        site = next((one for one in sight.sites.values() if seen.project and _has(one, seen.project.id)), None)
        if record.key in bound or not seen.integration or site is None or sight.item is not None:
            continue
        yield warn(
            "case-project-stray",
            About(Step.CASE_PROJECT, f"case project {record.key}", "Datadog: Case Management > Projects"),
            f"{record.name!r} leads to a Jira project that is bound already, and no binding is about it: Datadog makes one "
            "for each further ticket type, and what is in it is not synced",
            Cure(
                "declare a binding for it, or move its cases to the bound project and switch its Jira integration off",
                f"import --project {record.key}",
            ),
        )


def _has(site: SiteSight, project_id: str) -> bool:
    return any(looked.value is not None and looked.value.id == project_id for looked in site.projects.values())


def _about(binding: ProjectBinding, path: str, looked_at: str = "Datadog: Case Management > Projects") -> About:
    origin: Origin | None = binding.written.at(path) if binding.written else None
    return About(Step.CASE_PROJECT, f"binding {binding.name}", looked_at, origin)
