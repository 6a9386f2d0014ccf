"""Accepted drift and its end: what is answered for today, what is over, and what has nothing left to accept."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from reconciler.model.accepted import AcceptedDrift
from reconciler.model.address import Address
from reconciler.model.finding import Finding, Severity


def acceptance_of(address: Address, accepted: Iterable[AcceptedDrift], today: date) -> AcceptedDrift | None:
    """Who answers for this address today: the acceptance that lasts longest."""
    held = [one for one in accepted if one.covers(address) and one.holds(today)]
    return max(held, key=lambda one: (one.until, one.name), default=None)


def expired(accepted: Iterable[AcceptedDrift], today: date) -> tuple[Finding, ...]:
    """The acceptances that are over, whether or not anything still drifts there: what `validate` can know."""
    return tuple(_over(one, None) for one in accepted if not one.holds(today))


def ended(addresses: Sequence[Address], accepted: Iterable[AcceptedDrift], today: date) -> tuple[Finding, ...]:
    """For each of these drifted addresses the acceptances that no longer hold."""
    past = [one for one in accepted if not one.holds(today)]
    return tuple(_over(one, address) for address in addresses for one in past if one.covers(address))


def unused(addresses: Sequence[Address], accepted: Iterable[AcceptedDrift]) -> tuple[Finding, ...]:
    """The acceptances that cover nothing that drifts any more. `addresses` are all that do."""
    return tuple(
        Finding(
            "accepted-drift-unused",
            Severity.INFO,
            f"accepted drift {one.name!r}: nothing drifts at {one.address} any more",
            origin=one.written,
            hint="remove the document",
        )
        for one in accepted
        if not any(one.covers(address) for address in addresses)
    )


def repaired(addresses: Sequence[Address], accepted: Iterable[AcceptedDrift], today: date) -> tuple[Finding, ...]:
    """What a plan should say of addresses that it changes although somebody answers for their drift."""
    told = ((address, acceptance_of(address, accepted, today)) for address in addresses)
    return tuple(
        Finding(
            "accepted-drift-repaired",
            Severity.WARNING,
            f"this ends drift that {one.owner} accepts until {one.until}: {one.reason}",
            address,
            one.written,
            hint="declare what shall stay, or plan the rest with --target",
        )
        for address, one in told
        if one is not None
    )


def _over(one: AcceptedDrift, address: Address | None) -> Finding:
    still = f"; {address} still differs" if address else ""
    return Finding(
        "accepted-drift-expired",
        Severity.WARNING,
        f"accepted drift {one.name!r} of {one.owner} was over on {one.until}{still}: {one.reason}",
        address,
        one.written,
        hint="bring it back, declare it, or agree on a later day",
    )
