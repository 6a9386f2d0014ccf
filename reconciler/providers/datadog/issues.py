"""Every issue of a window, out of a search that gives at most 100 and has no second page.

A search that comes back full is never complete: it is split, first by state, then by service (a few bins of known services
and one for all others), at last by time. Reference: datadog-api §1.1.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Final

from reconciler.engine.ports import IssueSearch, IssueWindow
from reconciler.model.issue import Issue
from reconciler.model.state import IssueState
from reconciler.providers.datadog import parsing
from reconciler.providers.datadog.transport import Transport
from reconciler.providers.datadog.words import none_of, one_of
from reconciler.providers.http_errors import shorten

_SEARCH: Final = "/api/v2/error-tracking/issues/search"
_ISSUE: Final = "/api/v2/error-tracking/issues/{issue}"
_FULL: Final = 100
_BINS: Final = 4
_HALVINGS: Final = 5
_SHOWN: Final = 200
_SHORTEST_MS: Final = 60_000
# A query must not grow for ever, whatever names a server makes up.
_MOST_OTHERS: Final = 2_000


@dataclass(frozen=True, slots=True)
class _Partition:
    """A part of the search. `services` are those it asks for (None: all but `others`), times are milliseconds since 1970."""

    states: tuple[IssueState, ...]
    start: int
    end: int
    services: tuple[str, ...] | None = None
    others: frozenset[str] = field(default=frozenset())
    halvings: int = 0

    @property
    def query(self) -> str:
        if self.services is not None:
            return one_of("service", self.services)
        return none_of("service", self.others) if self.others else "*"

    def __str__(self) -> str:
        states = ", ".join(state.value for state in self.states)
        return f"{shorten(self.query, _SHOWN)} [{states}] {_moment(self.start)} to {_moment(self.end)}"


def search(transport: Transport, window: IssueWindow) -> IssueSearch:
    """Every issue of the window, once, in order of id; and the parts in which some may be missing.

    The parts of one depth are searched at the same time.
    """
    if not window.states or window.start >= window.end:
        return IssueSearch(())
    harvest = _Harvest(frozenset(window.states))
    parts = [_Partition(tuple(dict.fromkeys(window.states)), _ms(window.start), _ms(window.end, up=True))]
    with ThreadPoolExecutor(max_workers=transport.caller.workers) as pool:
        while parts:
            answers = list(pool.map(lambda part: _ask(transport, part), parts))
            parts = [smaller for pair in zip(parts, answers, strict=True) for smaller in harvest.take(*pair)]
    return harvest.result()


@dataclass(slots=True)
class _Harvest:
    """What the parts searched so far have brought. `doubtful` maps an issue that only full searches showed to the last of
    them: if the smaller parts do not show it too, they miss what nobody has seen as well.
    """

    states: frozenset[IssueState]
    found: dict[str, Issue] = field(default_factory=dict)
    settled: set[str] = field(default_factory=set)
    doubtful: dict[str, _Partition] = field(default_factory=dict)
    truncated: list[_Partition] = field(default_factory=list)

    def take(self, part: _Partition, issues: Sequence[Issue]) -> list[_Partition]:
        """Keep what this part brought; the smaller parts to search in its stead, if it was full."""
        self.found.update((issue.id, issue) for issue in issues if issue.state in self.states)
        smaller = _split(part, issues) if len(issues) >= _FULL else []
        if smaller:
            self.doubtful.update((issue.id, part) for issue in issues)
        else:
            self.settled.update(issue.id for issue in issues)
            self.truncated += [part] if len(issues) >= _FULL else []
        return smaller

    def result(self) -> IssueSearch:
        """Everything found, in order of id; doubts about one query are told as one, from the first time to the last."""
        missed = [part for key, part in self.doubtful.items() if key not in self.settled]
        doubts: dict[tuple[str, tuple[IssueState, ...]], _Partition] = {}
        for part in dict.fromkeys((*self.truncated, *missed)):
            known = doubts.setdefault((part.query, part.states), part)
            doubts[part.query, part.states] = replace(
                known, start=min(known.start, part.start), end=max(known.end, part.end)
            )
        issues = tuple(self.found[key] for key in sorted(self.found))
        return IssueSearch(issues, tuple(sorted(str(part) for part in doubts.values())))


def one(transport: Transport, issue_id: str) -> Issue:
    """One issue with its case, teams and assignee."""
    document = transport.get(_ISSUE, issue_id, params={"include": "assignee,case,team_owners"})
    return parsing.issue(document.at("data"), parsing.included(document))


def _ask(transport: Transport, part: _Partition) -> tuple[Issue, ...]:
    attributes = {
        "query": part.query,
        "from": part.start,
        "to": part.end,
        "persona": "ALL",
        "order_by": "FIRST_SEEN",
        "states": [state.value for state in part.states],
    }
    include = "issue,issue.assignee,issue.case,issue.team_owners"
    document = transport.search(
        _SEARCH, {"data": {"type": "search_request", "attributes": attributes}}, {"include": include}
    )
    return parsing.found_issues(document)


def _split(part: _Partition, issues: Sequence[Issue]) -> list[_Partition]:
    """Smaller parts that hold all of this one together; none where it cannot be split any further."""
    if len(part.states) > 1:
        return [replace(part, states=(state,)) for state in part.states]
    counts = Counter(issue.service for issue in issues if issue.service)
    if part.services is None:
        fresh = {service: count for service, count in counts.items() if service not in part.others}
        if fresh and len(part.others) < _MOST_OTHERS:
            rest = replace(part, others=part.others.union(fresh))
            return [*(replace(part, services=bin_, others=frozenset()) for bin_ in _bins(fresh)), rest]
    elif len(part.services) > 1:
        weights = {service: counts.get(service, 0) for service in part.services}
        return [replace(part, services=bin_) for bin_ in _bins(weights)]
    return list(_halves(part, issues))


def _bins(weights: dict[str, int]) -> list[tuple[str, ...]]:
    """At most four bins of services, about equally full by what the search has shown; the same for the same answer."""
    bins: list[list[str]] = [[] for _ in range(min(_BINS, len(weights)))]
    loads = [0] * len(bins)
    for service in sorted(weights, key=lambda name: (-weights[name], name)):
        lightest = loads.index(min(loads))
        bins[lightest].append(service)
        loads[lightest] += weights[service] + 1
    return [tuple(sorted(services)) for services in bins]


def _halves(part: _Partition, issues: Sequence[Issue]) -> Iterator[_Partition]:
    """An issue belongs to every time in which it had errors, so halving helps less and less: it ends after a few times.

    The cut is where half of the issues shown were last seen, or in the middle where that tells nothing.
    """
    first, last = part.start + _SHORTEST_MS, part.end - _SHORTEST_MS
    if part.halvings >= _HALVINGS or first > last:
        return
    seen = sorted(_ms(issue.last_seen) for issue in issues)
    median = seen[len(seen) // 2]
    middle = median if first <= median <= last else (part.start + part.end) // 2
    yield replace(part, end=middle, halvings=part.halvings + 1)
    yield replace(part, start=middle, halvings=part.halvings + 1)


def _ms(moment: datetime, *, up: bool = False) -> int:
    """Milliseconds since 1970; rounded up for an end, which is exclusive."""
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    micros = (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds
    return -(-micros // 1000) if up else micros // 1000


def _moment(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def set_state(transport: Transport, issue_id: str, state: IssueState) -> None:
    """Set the state. The type is `error_tracking_issue` here, not `issue`. Reference: datadog-api §1.3."""
    body = {"data": {"type": "error_tracking_issue", "id": issue_id, "attributes": {"state": state.value}}}
    transport.put("PUT", "/api/v2/error-tracking/issues/{issue}/state", issue_id, body=body)
