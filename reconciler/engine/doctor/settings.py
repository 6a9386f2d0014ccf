"""A case project's settings, declared beside observed: the two sides that a plan would compare."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from reconciler.engine.doctor.check import Cure
from reconciler.engine.doctor.sight import Sight
from reconciler.engine.settings.bindings import Board
from reconciler.engine.settings.integration import observed_settings
from reconciler.model.address import Address, Kind
from reconciler.model.case import CaseProjectRecord
from reconciler.model.declared import ProjectBinding
from reconciler.model.resource import CaseProjectSettings


@dataclass(frozen=True, slots=True)
class Sides:
    """What is declared (`wanted`), what is there reduced to that (`seen`), and all that is there (`whole`, raw in `record`)."""

    wanted: CaseProjectSettings
    seen: CaseProjectSettings
    whole: CaseProjectSettings
    record: CaseProjectRecord
    board: Board


def sides_of(sight: Sight) -> Iterator[tuple[ProjectBinding, Sides]]:
    """Both sides of each binding whose board and case project are there. The others are told of where they are looked for."""
    records = {record.key: record for record in (sight.case_projects.value if sight.case_projects else None) or ()}
    for binding in sight.bindings:
        address, board = address_of(binding), sight.boards.get(binding.name)
        wanted, seen = sight.gathered.wanted.get(address), sight.gathered.present.get(address)
        record = records.get(binding.case_project)
        if board is None or record is None:
            continue
        if isinstance(wanted, CaseProjectSettings) and isinstance(seen, CaseProjectSettings):
            yield binding, Sides(wanted, seen, observed_settings(record, sight.vocabulary), record, board)


def address_of(binding: ProjectBinding) -> Address:
    """Where a binding's settings stand in a plan."""
    return Address(Kind.CASE_PROJECT, binding.case_project)


def apply_cure(binding: ProjectBinding) -> Cure:
    """Put the declared settings in place."""
    address = address_of(binding)
    return Cure(f"set case project {binding.case_project} up as declared", f"apply --target {address}", address)
