"""A workflow of Jira as its administrators declared it, for who may read it. Reference: Jira's description of `POST /workflows`."""

from __future__ import annotations

from dataclasses import dataclass

from reconciler.model.activity import Transition


@dataclass(frozen=True, slots=True)
class DeclaredTransition:
    """A transition as it is declared. `sources` are the ids of the statuses that it leaves from, None for any.

    The fields of its screen, and whether its conditions hold for us, only a ticket tells that stands in one of its sources.
    """

    transition: Transition
    sources: frozenset[str] | None = None
    has_screen: bool = False
    has_conditions: bool = False
    has_validators: bool = False

    @property
    def obstacles(self) -> tuple[str, ...]:
        """What may keep us from taking it, in words."""
        told = (
            ("conditions", self.has_conditions),
            ("a screen", self.has_screen),
            ("validators", self.has_validators),
        )
        return tuple(word for word, is_there in told if is_there)


@dataclass(frozen=True, slots=True)
class DeclaredWorkflow:
    """The workflow of a ticket type. In the statuses `read_only`, by their ids, tickets cannot be edited
    (`jira.issue.editable` is false).
    """

    name: str
    transitions: tuple[DeclaredTransition, ...]
    read_only: frozenset[str] = frozenset()

    def leaving(self, status_id: str) -> tuple[DeclaredTransition, ...]:
        """The transitions that lead out of this status to another one."""
        return tuple(
            each
            for each in self.transitions
            if (each.sources is None or status_id in each.sources) and each.transition.to.id != status_id
        )


@dataclass(frozen=True, slots=True)
class Withheld:
    """A workflow that we could not read: `why`, and what would let us, None where nothing would."""

    why: str
    cure: str | None = None
