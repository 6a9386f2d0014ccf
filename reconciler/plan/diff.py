"""What differs between desired and observed, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

from reconciler.model.resource import Desired, Observed, Reason
from reconciler.plan.change import Change, Create, Update


def diff(desired: Desired, observed: Observed) -> Iterator[Change]:
    """The changes that make `observed` equal to `desired`, in order of address.

    An address that could not be read is left out: a failed read is not an absence. What is observed and not desired is
    left alone: nothing we declare today means "this must not exist".
    """
    for address in sorted(desired.resources):
        if address in observed.unreadable:
            continue
        after = desired.resources[address]
        before = observed.resources.get(address)
        reason = desired.reasons.get(address, Reason(""))
        if before is None:
            yield Create(after, reason)
        elif before != after:
            yield Update(before, after, reason)
