"""The screens of transitions, filled in with what a status mapping gives."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from reconciler.model.activity import Transition
from reconciler.model.screen import Screen, Unfit, field_value
from reconciler.model.ticket import CreateField


@dataclass(frozen=True, slots=True)
class Filling:
    """A transition's screen, filled in. `lacking` are required fields without a value, `unfit` values that do not fit."""

    payload: Mapping[str, object]
    lacking: tuple[CreateField, ...] = ()
    unfit: tuple[str, ...] = ()
    used: frozenset[str] = frozenset()

    @property
    def is_complete(self) -> bool:
        """Whether the transition can be taken with this."""
        return not self.lacking and not self.unfit


@dataclass(frozen=True, slots=True)
class Values:
    """What may be sent to screens: the mapping's fields as written, and who can be named in them."""

    written: Mapping[str, object] = field(default_factory=dict)
    people: Callable[[str], str | None] = field(default=lambda text: text)
    is_cloud: bool = True

    def fill(self, transition: Transition, *, is_last: bool) -> Filling:
        """Fill in the transition's screen. On the way to the last one only what is required is sent: a resolution, say,
        belongs to the status that it leads to.
        """
        screen = Screen(transition.name, transition.fields, self.people, self.is_cloud)
        required = {needed.id for needed in transition.required}
        payload: dict[str, object] = {}
        unfit: dict[str, str] = {}
        used = set()
        for name, value in sorted(self.written.items()):
            target = screen.field_named(name)
            if target is None or not (is_last or target.id in required):
                continue
            used.add(name)
            try:
                payload[target.id] = field_value(target, value, screen)
            except Unfit as fault:
                unfit[target.id] = f"field {target.name!r}: {fault.message}: expected {fault.expected}"
        filled = {*payload, *unfit}
        lacking = tuple(needed for needed in transition.required if needed.id not in filled)
        return Filling(payload, lacking, tuple(unfit[name] for name in sorted(unfit)), frozenset(used))


def written_name(needed: CreateField) -> str:
    """A field as one writes it: the system's own by id, a custom one by name."""
    return needed.name if needed.id.startswith("customfield_") else needed.id
