"""A call of the Jira API: who calls, what was asked, and how answers and refusals are written. Reference: jira-api §0, §2."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from pydantic import JsonValue

from reconciler.sandbox.jira.api.signing_in import sign_in
from reconciler.sandbox.jira.permissions import may
from reconciler.sandbox.jira.records import Project, Site, Ticket, User
from reconciler.sandbox.jira.refusal import BAD_PAYLOAD, NOT_JSON, JiraRefusal, no_project, no_ticket
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.jira.wire import Voice, Wire
from reconciler.sandbox.route import Answer, Request, Route, answer


class Problem(Exception):
    """What the router refuses before Jira itself is asked: a problem document."""

    def __init__(self, status: int, title: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `user` is None for nobody: a call without credentials, or with wrong ones."""

    state: JiraState
    request: Request
    user: User | None
    voice: Voice

    @property
    def version(self) -> int:
        """2 or 3; `latest` is 2."""
        return self.voice.version

    def arg(self, name: str) -> str:
        """A part of the path."""
        return self.request.args[name]

    def words(self, name: str) -> tuple[str, ...]:
        """A query parameter that is a list: repeated, with commas, or both."""
        return tuple(word.strip() for text in self.request.parameters(name) for word in text.split(",") if word.strip())

    def number(self, name: str, default: int) -> int:
        """A query parameter that is a number."""
        text = self.request.parameter(name)
        if not text:
            return default
        try:
            return int(text)
        except ValueError:
            raise Problem(400, "Bad Request", f"Failed to convert '{name}' with value: '{text}'") from None

    def is_set(self, name: str, *, default: bool = False) -> bool:
        """A query parameter that is true or false."""
        text = self.request.parameter(name)
        return default if text is None else text.lower() == "true"

    def json(self) -> JsonValue:
        """The body. Refuses (400) what is not JSON."""
        try:
            return self.request.json()
        except (ValueError, RecursionError):
            raise JiraRefusal(400, NOT_JSON, bare=True) from None

    def body(self, *closed: str) -> dict[str, JsonValue]:
        """The body, which must be an object; with member names, it may have no others."""
        body = self.json()
        if not isinstance(body, dict) or (closed and not set(body) <= set(closed)):
            raise JiraRefusal(400, BAD_PAYLOAD, bare=True)
        return body

    def may(self, permission: str, project: Project | None = None) -> bool:
        """Whether the caller has the permission."""
        return may(self.state.site, self.user, permission, project)

    def sees(self, ticket: Ticket) -> bool:
        """Whether the caller may see the ticket."""
        hidden = self.user is not None and self.user.id in ticket.hidden_from
        return not hidden and self.may("BROWSE_PROJECTS", self.state.site.projects[ticket.project])

    def ticket(self) -> Ticket:
        """The ticket the path names. Refuses (404) one that is absent or invisible."""
        return self.ticket_of(self.arg("ticket"))

    def ticket_of(self, key: str) -> Ticket:
        """The ticket of that key or id. Refuses (404) one that is absent or invisible."""
        found = self.state.find_ticket(key)
        if found is None or not self.sees(found):
            raise no_ticket()
        return found

    def project_of(self, key: str) -> Project:
        """The project of that key or id. Refuses (404) one that is absent or invisible."""
        found = self.state.find_project(key)
        if found is None or not self.may("BROWSE_PROJECTS", found):
            raise no_project(key)
        return found

    def page(self, values: Sequence[object], *, size: int, most: int) -> tuple[list[object], Wire]:
        """The values of the page asked for, and what the answer says of it. Too much asked for is cut down silently."""
        start = max(0, self.number("startAt", 0))
        size = min(max(1, self.number("maxResults", size)), most)
        shown = list(values[start : start + size])
        return shown, {"startAt": start, "maxResults": size, "total": len(values)}

    def page_bean(self, values: Sequence[object], *, size: int = 50, most: int = 100) -> Wire:
        """A page in the usual shape: `values` and `isLast`."""
        shown, about = self.page(values, size=size, most=most)
        start = max(0, self.number("startAt", 0))
        is_last = start + len(shown) >= len(values)
        address = self.voice.base + self.request.path.removeprefix(f"/jira/{self.state.account}")
        bean: Wire = {"self": address, **about, "isLast": is_last, "values": shown}
        return bean if is_last else {**bean, "nextPage": f"{address}?startAt={start + len(shown)}"}


Operation = Callable[[Call], Answer]
Where = Callable[[Site], bool]


def everywhere(_site: Site) -> bool:
    """The operation is on Cloud and on Data Center."""
    return True


def on_cloud(site: Site) -> bool:
    """The operation is on Cloud alone."""
    return site.is_cloud


def on_data_center(site: Site) -> bool:
    """The operation is on Data Center alone."""
    return not site.is_cloud


def rest(
    method: str, path: str, operation: Operation, *, writes: bool | None = None, where: Where = everywhere
) -> Route[JiraState]:
    """An operation of the REST API, on versions 2 and `latest`, on Cloud also on 3."""
    rule = f"/jira/<account>/rest/api/<any('2','3','latest'):version>{path}"
    return Route(method, rule, _respond(operation, where), writes)


def outside(
    method: str, path: str, operation: Operation, *, writes: bool | None = None, where: Where = everywhere
) -> Route[JiraState]:
    """An operation that is not part of the REST API."""
    return Route(method, f"/jira/<account>{path}", _respond(operation, where), writes)


def _respond(operation: Operation, where: Where) -> Callable[[JiraState, Request], Answer]:
    def respond(state: JiraState, request: Request) -> Answer:
        cloud = state.site.is_cloud
        version = 3 if request.args.get("version") == "3" else 2
        if not where(state.site) or (version == 3 and not cloud):
            return _nowhere(state, request)
        user, headers, refused = sign_in(state, request)
        if refused is not None:
            return replace(refused, headers=headers)
        base = f"http://{request.headers.get('host', '127.0.0.1')}/jira/{state.account}"
        try:
            reply = operation(Call(state, request, user, Voice(state.site, base, version)))
        except JiraRefusal as refusal:
            reply = answer(refusal.body, refusal.status)
        except Problem as problem:
            reply = _problem(state, request, problem)
        return replace(reply, headers={**headers, **reply.headers})

    return respond


def _nowhere(state: JiraState, request: Request) -> Answer:
    """No such operation in this deployment, as its router says it."""
    path = request.path.removeprefix(f"/jira/{state.account}")
    if state.site.is_cloud:
        return _problem(state, request, Problem(404, "Not Found", f"No endpoint {request.method} {path}."))
    return answer({"message": f"null for uri: {state.url}{path}", "status-code": 404}, 404)


def _problem(state: JiraState, request: Request, problem: Problem) -> Answer:
    body = {
        "type": "about:blank",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
        "instance": request.path.removeprefix(f"/jira/{state.account}"),
    }
    return answer(body, problem.status, content_type="application/problem+json")


def nothing(status: int = 204) -> Answer:
    """An answer without a body."""
    return Answer(status)
