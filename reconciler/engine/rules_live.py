"""What live issues say of the rules: services and teams that nothing routes, and names in rules that no issue has."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from reconciler.engine.explain.locating import NothingFound
from reconciler.engine.ports import DatadogReader, IssueSearch, IssueWindow
from reconciler.errors import NotFound, Refused
from reconciler.model.declared import Rule
from reconciler.model.finding import Finding, Origin, Severity, ordered
from reconciler.model.issue import Issue
from reconciler.model.nearest import nearest
from reconciler.model.state import IssueState
from reconciler.query.matching import fits
from reconciler.query.syntax import Pattern, render_value, terms
from reconciler.rules.record import FIELDS, values
from reconciler.rules.routing import Routing, compile_rules


def issues_since(datadog: DatadogReader, now: datetime, span: timedelta) -> IssueSearch:
    """The issues that had errors within the span, whatever their state."""
    return datadog.issues(IssueWindow(now - span, now, tuple(IssueState)))


def live_issue(datadog: DatadogReader, issue_id: str) -> Issue:
    """One issue as it stands. Raises NothingFound."""
    try:
        return datadog.issue(issue_id)
    except (NotFound, Refused) as error:
        raise NothingFound(
            f"Datadog shows us no issue {issue_id!r}: {error.message}",
            hint="take the id behind `issueId=` of the issue's page; absent and invisible look alike: see Error Tracking Read",
        ) from None


def live_findings(rules: Sequence[Rule], search: IssueSearch) -> tuple[Finding, ...]:
    """What these issues say. A part that could not be searched whole is told: then something may be known after all."""
    routing = compile_rules(rules)
    found = [*_unrouted(routing, search.issues), *_unknown(routing, search.issues)]
    for part in search.truncated:
        message = f"Datadog returns at most 100 issues for a search, and this part has more: {part}"
        found.append(Finding("search-truncated", Severity.WARNING, message, hint="look at a shorter time with --since"))
    return ordered(tuple(found))


def _unrouted(routing: Routing, issues: Sequence[Issue]) -> Iterator[Finding]:
    going = routing.route(issues)
    service = ("service-unrouted", "service", lambda issue: values(issue.service))
    # A team is named once, by its handle where it has one.
    team = ("team-unrouted", "team", lambda issue: tuple(one.handle or one.name for one in issue.teams))
    for code, noun, names in (service, team):
        for name, mine in sorted(_by_name(issues, names).items()):
            if all(going[issue.id] is None for issue in mine):
                yield _nowhere(code, noun, name, mine)


def _by_name(issues: Sequence[Issue], names: Callable[[Issue], tuple[str, ...]]) -> Mapping[str, list[Issue]]:
    found: defaultdict[str, list[Issue]] = defaultdict(list)
    for issue in sorted(issues, key=lambda issue: issue.id):
        for name in dict.fromkeys(names(issue)):
            found[name].append(issue)
    return found


def _nowhere(code: str, noun: str, name: str, issues: Sequence[Issue]) -> Finding:
    many = f"none of its {len(issues)} issues" if len(issues) > 1 else "its one issue"
    verb = "matches a rule" if len(issues) > 1 else "matches no rule"
    told = f"no rule takes anything of {noun} {name}: {many} {verb}, such as issue {issues[0].id}"
    hint = (
        f"add a rule for {noun}:{render_value(Pattern((name,)))}, unless it needs none" if name.isprintable() else None
    )
    if code == "team-unrouted":
        return Finding("team-unrouted", Severity.INFO, told, hint=hint)
    return Finding("service-unrouted", Severity.INFO, told, hint=hint)


def _unknown(routing: Routing, issues: Sequence[Issue]) -> Iterator[Finding]:
    """Services and teams named in rules that no issue has: nothing else of an issue has names that somebody keeps."""
    for attribute in ("service", "team"):
        known = {value for issue in issues for value in values(getattr(issue, FIELDS[attribute]))}
        folded = sorted({value.casefold() for value in known})
        told: set[tuple[str, ...]] = set()
        for rule, query in zip(routing.rules, routing.queries, strict=True):
            for pattern in (one for term in terms(query) if term.attribute == attribute for one in term.patterns):
                if pattern.folded in told or any(fits(pattern.folded, value) for value in folded):
                    continue
                told.add(pattern.folded)
                yield _not_seen(attribute, pattern, rule, sorted(known))


def _not_seen(attribute: str, pattern: Pattern, rule: Rule, known: Sequence[str]) -> Finding:
    near = nearest("".join(pattern.pieces), known) if known else None
    message = f"rule {rule.name} names {attribute}:{render_value(pattern)}, and no issue of the time looked at has it"
    origin: Origin | None = rule.written.at("match") if rule.written else None
    # A name that nearly exists is most likely a slip; any other may simply have had no errors lately.
    severity = Severity.WARNING if near else Severity.INFO
    if attribute == "team":
        return Finding("unknown-team", severity, message, origin=origin, hint=near)
    return Finding("unknown-service", severity, message, origin=origin, hint=near)
