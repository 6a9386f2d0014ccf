"""The simulator without its sockets: a request goes in, what travels back comes out, with every fault on the way."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from email.utils import format_datetime
from enum import Enum
from functools import cache
from typing import TypeAlias

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, MapAdapter, Rule

from reconciler.sandbox.datadog.routes import routes as datadog_routes
from reconciler.sandbox.datadog.state import DatadogState
from reconciler.sandbox.faults import Fault, FaultKind, Faults, Phase
from reconciler.sandbox.jira.routes import routes as jira_routes
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.route import Answer, Request, Route, answer
from reconciler.sandbox.traffic import Exchange, Traffic
from reconciler.sandbox.world import World


class Delivery(Enum):
    """How an answer travels."""

    WHOLE = "whole"
    HALF = "half"  # the connection closes in the middle of the body
    RESET = "reset"  # the connection is reset instead of an answer


@dataclass(frozen=True, slots=True)
class Outcome:
    """What the connection does: wait `delay` seconds, then deliver."""

    answer: Answer
    delivery: Delivery = Delivery.WHOLE
    delay: float = 0.0


AnyRoute: TypeAlias = Route[DatadogState] | Route[JiraState]


@dataclass(frozen=True, slots=True)
class _Met:
    """A request and the operation it met, ready to be called."""

    system: str
    route: AnyRoute | None
    respond: Callable[[Request], Answer]
    args: Mapping[str, str]

    @property
    def writes(self) -> bool:
        return self.route is not None and self.route.may_write


class Application:
    """Both systems over one world."""

    def __init__(self, world: World, traffic: Traffic, faults: Faults) -> None:
        self.world = world
        self.traffic = traffic
        self.faults = faults
        self._datadog = {_endpoint(route): route for route in datadog_routes()}
        self._jira = {_endpoint(route): route for route in jira_routes()}
        operations: list[AnyRoute] = [*self._datadog.values(), *self._jira.values()]
        self._map = _route_map(tuple((route.method, route.path) for route in operations))

    def serve(self, request: Request) -> Outcome:
        """Answer a request. One at a time, and at one moment, from the routing to the saved effect."""
        with self.world.deed():
            self.world.settle()
            met = self._meet(request)
            request = replace(request, args=met.args, now=self.world.clock.now())
            fault = self.faults.strike(request.method, request.path, met.system, writes=met.writes)
            answered, effect = self._respond(met, request, fault)
            outcome = Outcome(answered) if fault is None else _spoiled(fault, met.system, answered)
            outcome = replace(outcome, answer=_dated(outcome.answer, self._time_at(met.system)))
            self._record(request, met, outcome, fault, effect=effect)
        if fault is not None and fault.kind is FaultKind.KILL:
            _kill(fault)
        return outcome

    def _time_at(self, system: str) -> datetime:
        """What the clock of this system shows."""
        site = self.world.jira.get(system.partition(":")[2])
        return self.world.clock.now() if site is None else site.now()

    def _meet(self, request: Request) -> _Met:
        adapter: MapAdapter = self._map.bind("sandbox")
        system, account = _system(request.path)
        try:
            endpoint, found = adapter.match(request.path, method=request.method)
        except HTTPException as nothing:
            status = 405 if isinstance(nothing, MethodNotAllowed) else 404
            return _Met(system, None, lambda request: _no_operation(request, account, status), {})
        args = {name: str(value) for name, value in found.items()}
        if endpoint in self._datadog:
            route = self._datadog[endpoint]
            return _Met(system, route, lambda request: route.respond(self.world.datadog, request), args)
        site = self.world.jira.get(args.pop("account"))
        if site is None:
            return _Met(system, None, lambda request: _no_operation(request, account, 404), {})
        operation = self._jira[endpoint]
        return _Met(system, operation, lambda request: operation.respond(site, request), args)

    def _respond(self, met: _Met, request: Request, fault: Fault | None) -> tuple[Answer, bool]:
        if fault is not None and fault.phase is Phase.BEFORE and fault.kind not in _HARMLESS:
            return Answer(0), False
        if not met.writes:
            return met.respond(request), False
        before = self.world.snapshot(met.system)
        answered = met.respond(request)
        effect = self.world.snapshot(met.system) != before
        if effect:
            self.world.save()
        return answered, effect

    def _record(self, request: Request, met: _Met, outcome: Outcome, fault: Fault | None, *, effect: bool) -> None:
        self.traffic.record(
            Exchange(
                number=0,
                at=request.now.isoformat(),
                system=met.system,
                method=request.method,
                path=request.path,
                route=None if met.route is None else met.route.path,
                status=None if outcome.delivery is Delivery.RESET else outcome.answer.status,
                write=met.writes,
                effect=effect,
                fault=None if fault is None else fault.kind.value,
            )
        )


_HARMLESS = {FaultKind.DELAY, FaultKind.TRUNCATE}


def _dated(answered: Answer, at: datetime) -> Answer:
    """The answer with the server's own time, which is how a client learns of a wrong clock."""
    return replace(answered, headers={"Date": format_datetime(at, usegmt=True), **answered.headers})


def _endpoint(route: AnyRoute) -> str:
    return f"{route.method} {route.path}"


@cache
def _route_map(operations: tuple[tuple[str, str], ...]) -> Map:
    """The map of all rules. Building it takes longer than serving a hundred requests, hence once for all simulators."""
    rules = [Rule(path, methods=[method], endpoint=f"{method} {path}") for method, path in operations]
    return Map(rules, strict_slashes=False, merge_slashes=False)


def _system(path: str) -> tuple[str, str | None]:
    """The system a path belongs to, as errors and logs name it, and its Jira account."""
    first, _, rest = path.lstrip("/").partition("/")
    if first != "jira":
        return "datadog", None
    account = rest.partition("/")[0]
    return f"jira:{account}", account


def _no_operation(request: Request, account: str | None, status: int) -> Answer:
    """No such operation, as each system's router says it. Reference: jira-api §2, datadog-api §0.1."""
    title = "Method Not Allowed" if status == 405 else "Not Found"
    if account is None:
        return answer({"errors": [title]}, status)
    path = request.path.removeprefix(f"/jira/{account}")
    detail = f"No endpoint {request.method} {path}."
    problem = {"type": "about:blank", "title": title, "status": status, "detail": detail, "instance": path}
    return answer(problem, status, content_type="application/problem+json")


def _spoiled(fault: Fault, system: str, answered: Answer) -> Outcome:
    """What a fault makes of an answer."""
    jira = system != "datadog"
    match fault.kind:
        case FaultKind.DELAY:
            return Outcome(answered, delay=fault.seconds)
        case FaultKind.TRUNCATE:
            return Outcome(answered, Delivery.HALF, fault.seconds)
        case FaultKind.DROP | FaultKind.KILL:
            return Outcome(answered, Delivery.RESET, fault.seconds)
        case FaultKind.STATUS:
            return Outcome(_error(fault.status, jira=jira), delay=fault.seconds)
        case FaultKind.RATE_LIMIT:
            return Outcome(_limited(fault.retry_after, jira=jira))
        case FaultKind.REDIRECT:
            return Outcome(Answer(307, headers={"Location": fault.location}))
        case FaultKind.HTML:
            return Outcome(Answer(fault.status, _PAGE, "text/html; charset=utf-8"))
        case FaultKind.EMPTY:
            return Outcome(Answer(200))


_PAGE = b"<!DOCTYPE html><html><body><h1>Please sign in to the proxy</h1></body></html>"


def _error(status: int, *, jira: bool) -> Answer:
    sentence = f"staged fault {status}"
    body: object = {"errorMessages": [sentence], "errors": {}} if jira else {"errors": [sentence]}
    return answer(body, status)


def _limited(wait: str | None, *, jira: bool) -> Answer:
    """429 with the headers each system sends; `wait` None leaves out how long to wait."""
    if jira:
        headers = {"X-RateLimit-Remaining": "0"} | ({} if wait is None else {"Retry-After": wait})
        return answer({"errorMessages": ["Rate limit exceeded."], "errors": {}}, 429, headers=headers)
    headers = {"X-RateLimit-Limit": "1", "X-RateLimit-Period": "60", "X-RateLimit-Remaining": "0"}
    headers |= {} if wait is None else {"X-RateLimit-Reset": wait}
    return answer({"errors": ["Too many requests"]}, 429, headers=headers)


def _kill(fault: Fault) -> None:
    """Run the fault's call, or kill its process at once, as a lost machine would."""
    if fault.call is not None:
        fault.call()
    else:
        os.kill(fault.pid or os.getpid(), signal.SIGKILL)
