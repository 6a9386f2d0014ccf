"""Whether the raw status mapping of a case project is one that a StatusMapping can hold, and why not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from reconciler.engine.importing.draft import MAPPING, Draft
from reconciler.engine.importing.words import Words
from reconciler.model.declared import GroupMapping, ProjectBinding, StatusMapping
from reconciler.model.nearest import listed
from reconciler.model.state import StatusGroup
from reconciler.model.ticket import JiraStatus
from reconciler.sync.mapping import status_named

Targets = Mapping[StatusGroup, str]
DEFAULT = "default"
"""What the mapping that most bindings share is called."""


def targets_of(
    raw: Mapping[str, str], words: Words, workflow: Sequence[JiraStatus], writable: Callable[[str], str | None]
) -> tuple[Targets | None, str | None]:
    """The status of each group; or none, with the reason unless there is no mapping at all."""
    if not raw:
        return None, None
    targets = {group: raw[key] for group in StatusGroup for key in sorted(raw) if words.group(key) == group.value}
    return (None, why) if (why := _fault(raw, targets, workflow, writable)) else (targets, None)


def _fault(
    raw: Mapping[str, str], targets: Targets, workflow: Sequence[JiraStatus], writable: Callable[[str], str | None]
) -> str | None:
    missing = [group.value for group in StatusGroup if group not in targets]
    if missing:
        return f"it has no status for {listed(missing)} (its keys are {listed(sorted(raw))})"
    if len({status.casefold() for status in targets.values()}) < len(targets):
        return f"one status stands for two groups: {_told(targets)}"
    if not workflow:
        return "the workflow of its ticket type could not be read"
    for group, name in targets.items():
        status = status_named(name, workflow)
        if status is None:
            return f"{group.value} goes to {name!r}, which the workflow does not have (any more)"
        if status.name != name:
            return f"{group.value} goes to {name!r}, which Jira spells {status.name!r}"
        if (reason := writable(name)) is not None:
            return f"{group.value} goes to {name!r}, which cannot be written: {reason}"
    return None


def _told(targets: Targets) -> str:
    return listed(f"{group.value} {name}" for group, name in targets.items())


@dataclass(frozen=True, slots=True)
class Sharing:
    """Gives bindings their status mappings: alike ones share one, and one that is declared already is taken as it is."""

    declared: Mapping[str, StatusMapping]

    def shared(
        self, bindings: Sequence[tuple[ProjectBinding, Targets | None]]
    ) -> tuple[tuple[ProjectBinding, ...], tuple[Draft, ...]]:
        """The bindings, each with the name of its mapping, and the mappings to be written."""
        names, drafts = self._named([(binding, targets) for binding, targets in bindings if targets is not None])
        return (
            tuple(
                replace(binding, status_mapping=names[_same(targets)]) if targets is not None else binding
                for binding, targets in bindings
            ),
            drafts,
        )

    def _named(
        self, bindings: Iterable[tuple[ProjectBinding, Targets]]
    ) -> tuple[Mapping[tuple[str, ...], str], tuple[Draft, ...]]:
        users: dict[tuple[str, ...], list[ProjectBinding]] = {}
        for binding, targets in bindings:
            users.setdefault(_same(targets), []).append(binding)
        held = {
            _same({group: one.to for group, one in mapping.groups.items()}): name
            for name, mapping in _backwards(self.declared)
        }
        names: dict[tuple[str, ...], str] = {}
        drafts: list[Draft] = []
        for same, sharing in sorted(users.items(), key=lambda item: (-len(item[1]), item[1][0].name)):
            if same in held:
                names[same] = held[same]
                continue
            taken = {*self.declared, *names.values()}
            wish = DEFAULT if DEFAULT not in taken else sharing[0].name
            names[same] = free_name(wish, taken)
            drafts.append(_draft(names[same], same, sharing))
        return names, tuple(sorted(drafts, key=lambda draft: draft.name))


def free_name(wish: str, taken: Iterable[str]) -> str:
    """The name itself, or with a number where it is taken. Names have at most 63 characters."""
    used, name, number = set(taken), wish[:63], 1
    while name in used:
        number += 1
        name = f"{wish[:58]}-{number}"
    return name


def _backwards(declared: Mapping[str, StatusMapping]) -> list[tuple[str, StatusMapping]]:
    """So that of several equal mappings the first by name is taken."""
    return sorted(declared.items(), reverse=True)


def _same(targets: Targets) -> tuple[str, ...]:
    return tuple(targets.get(group, "") for group in StatusGroup)


def _draft(name: str, same: tuple[str, ...], sharing: Sequence[ProjectBinding]) -> Draft:
    groups = {group: GroupMapping(to, (to,)) for group, to in zip(StatusGroup, same, strict=True)}
    keys = listed(binding.case_project for binding in sharing)
    notes = (
        f"From the status mapping of the case project{'s' if len(sharing) > 1 else ''} {keys}.",
        "Datadog keeps one status for each group. Any other status of the workflow counts by its Jira category; name it in a",
        "`from` list where that is not what you mean.",
    )
    return Draft(MAPPING, name, StatusMapping(name, groups), notes)
