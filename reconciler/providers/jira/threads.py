"""Many calls at once, as many as there are connections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from reconciler.providers.jira.api import JiraApi

_In = TypeVar("_In")
_Out = TypeVar("_Out")


def at_once(api: JiraApi, call: Callable[[_In], _Out], arguments: Sequence[_In]) -> Iterator[_Out]:
    """The results in the order of the arguments, read by as many threads as there are connections."""
    if len(arguments) < 2:
        yield from map(call, arguments)
        return
    with ThreadPoolExecutor(min(api.caller.workers, len(arguments)), thread_name_prefix="jira") as pool:
        yield from pool.map(call, arguments)
