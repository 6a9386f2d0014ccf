"""Keys, teams, people, service owners and the connected Jira accounts. Reference: datadog-api §0, §3, §4."""

from __future__ import annotations

from pydantic import JsonValue

from reconciler.sandbox.datadog.access import Gate, Keys
from reconciler.sandbox.datadog.body import number
from reconciler.sandbox.datadog.documents import Document, account_document
from reconciler.sandbox.datadog.records import ALL_PERMISSIONS, Team, User
from reconciler.sandbox.datadog.refusal import JSON_API, DatadogRefusal
from reconciler.sandbox.datadog.state import DatadogState, id_of
from reconciler.sandbox.route import JSON, Answer, Request, Route, answer

_CREATED = "2025-01-15T09:00:00.000000+00:00"


def routes(gate: Gate) -> tuple[Route[DatadogState], ...]:
    """All of it is read only."""
    return (
        gate.route(("GET", "/api/v1/validate"), valid, keys=Keys.API, media=JSON),
        gate.route(("GET", "/api/v2/validate"), organisation, keys=Keys.API, media=JSON),
        gate.route(("GET", "/api/v2/validate_keys"), both_valid, media=JSON),
        gate.route(("GET", "/api/v2/integration/jira/accounts"), accounts, ("integrations_read",)),
        gate.route(("GET", "/api/v2/team"), teams, ("teams_read",), media=JSON),
        gate.route(("GET", "/api/v2/users"), users, ("user_access_read",), media=JSON),
        gate.route(("GET", "/api/v2/users/<user>"), user, ("user_access_read",), media=JSON),
        gate.route(("GET", "/api/v2/users/<user>/permissions"), permissions, ("user_access_read",), media=JSON),
        gate.route(("GET", "/api/v2/current_user"), current_user, media=JSON),
        gate.route(("GET", "/api/v2/catalog/entity"), entities, ("apm_service_catalog_read",)),
    )


def valid(state: DatadogState, request: Request) -> Answer:
    """The API key alone."""
    return answer({"valid": True})


def both_valid(state: DatadogState, request: Request) -> Answer:
    """API and application key together."""
    return answer({"status": "ok"})


def organisation(state: DatadogState, request: Request) -> Answer:
    """The organisation the API key belongs to."""
    told: Document = {"valid": True, "api_key_id": id_of("key", "api"), "api_key_scopes": []}
    return answer({"data": {"type": "validate_v2", "id": id_of("org", "sandbox"), "attributes": told}})


def accounts(state: DatadogState, request: Request) -> Answer:
    """404 where the integration is not installed."""
    connected = sorted(state.company.accounts.values(), key=lambda account: account.site)
    if not connected:
        raise DatadogRefusal(404, {"status": "404", "title": "Not Found", "detail": "integration not found"})
    key = "-----BEGIN PUBLIC KEY-----\nsandbox\n-----END PUBLIC KEY-----\n"
    body: Document = {"data": [account_document(account) for account in connected], "meta": {"public_key": key}}
    return answer(body, content_type=JSON_API)


def teams(state: DatadogState, request: Request) -> Answer:
    """Pages count from 0; the keyword is fuzzy: part of a handle or a name."""
    keyword = (request.parameter("filter[keyword]") or "").casefold()
    found = [
        team
        for team in sorted(state.company.teams.values(), key=lambda team: team.handle)
        if keyword in team.handle.casefold() or keyword in team.name.casefold()
    ]
    return answer({"data": _page(request, [_team(team) for team in found])})


def users(state: DatadogState, request: Request) -> Answer:
    """Pages count from 0; the filter is part of an e-mail or a name."""
    wanted = (request.parameter("filter") or "").casefold()
    statuses = {each for each in (request.parameter("filter[status]") or "").split(",") if each}
    everybody = sorted(state.company.users.values(), key=lambda user: user.email)
    found = [
        user
        for user in everybody
        if (wanted in user.email.casefold() or wanted in user.name.casefold())
        and (not statuses or _status(user) in statuses)
    ]
    counts: Document = {"total_count": len(everybody), "total_filtered_count": len(found)}
    body: Document = {"data": _page(request, [_user(user) for user in found]), "meta": {"page": counts}}
    return answer(body)


def user(state: DatadogState, request: Request) -> Answer:
    """One person by id."""
    found = state.company.users.get(request.args["user"].lower())
    if found is None:
        raise DatadogRefusal(404, "User not found")
    return answer({"data": _user(found)})


def current_user(state: DatadogState, request: Request) -> Answer:
    """Whoever the application key belongs to. Shape: the official client 2.62, `get_current_user`."""
    return answer({"data": _user(state.company.users[state.company.owner_id])})


def permissions(state: DatadogState, request: Request) -> Answer:
    """What a person's roles grant: all that the world knows, but to the owner of the keys what the world grants. Shape: the
    official client 2.62, `list_user_permissions`.
    """
    identity = request.args["user"].lower()
    if identity not in state.company.users:
        raise DatadogRefusal(404, "User not found")
    granted = state.company.permissions if identity == state.company.owner_id else None
    names = ALL_PERMISSIONS if granted is None else granted
    return answer({"data": [_permission(name) for name in sorted(names)]})


def entities(state: DatadogState, request: Request) -> Answer:
    """The services there are, each with the team that owns most of it: what the issues tell."""
    wanted = request.parameter("filter[name]")
    owners: dict[str, str] = {}
    for issue in sorted(state.company.issues.values(), key=lambda issue: issue.id):
        if issue.team_ids and issue.team_ids[0] in state.company.teams:
            owners.setdefault(issue.service, state.company.teams[issue.team_ids[0]].handle)
    documents: list[JsonValue] = [
        {
            "id": id_of("entity", name),
            "type": "entity",
            "attributes": {"kind": "service", "name": name, "namespace": "default", "owner": owner},
        }
        for name, owner in sorted(owners.items())
        if wanted in {None, name}
    ]
    return answer({"data": documents, "meta": {"count": len(documents)}}, content_type=JSON_API)


def _page(request: Request, documents: list[JsonValue]) -> list[JsonValue]:
    size = min(100, number(request, "page[size]", 10, 1))
    page = number(request, "page[number]", 0, 0)
    return documents[page * size : (page + 1) * size]


def _team(team: Team) -> Document:
    attributes: Document = {
        "name": team.name,
        "handle": team.handle,
        "user_count": 0,
        "link_count": 0,
        "summary": None,
        "description": None,
        "created_at": _CREATED,
    }
    return {"id": team.id, "type": "team", "attributes": attributes, "relationships": {}}


def _permission(name: str) -> Document:
    attributes: Document = {
        "name": name,
        "display_name": name.replace("_", " ").title(),
        "display_type": "other",
        "group_name": "",
        "description": "",
        "restricted": False,
        "created": _CREATED,
    }
    return {"id": id_of("permission", name), "type": "permissions", "attributes": attributes}


def _status(person: User) -> str:
    return "Active" if person.active else "Disabled"


def _user(person: User) -> Document:
    attributes: Document = {
        "name": person.name,
        "handle": person.email,
        "email": person.email,
        "disabled": not person.active,
        "status": _status(person),
        "verified": True,
        "service_account": False,
        "created_at": _CREATED,
    }
    return {"id": person.id, "type": "users", "attributes": attributes, "relationships": {}}
