"""All operations of a simulated Jira site, below `/jira/<account>`."""

from __future__ import annotations

from reconciler.sandbox.jira.api import (
    changelog,
    comments,
    metadata,
    old_search,
    projects,
    properties,
    remote_links,
    search,
    server,
    tickets,
    transitions,
    users,
    webhooks,
    workflows,
)
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.route import Route

_RESOURCES = (
    server,
    projects,
    metadata,
    tickets,
    transitions,
    users,
    comments,
    changelog,
    properties,
    remote_links,
    search,
    old_search,
    webhooks,
    workflows,
)


def routes() -> tuple[Route[JiraState], ...]:
    """Every operation; the account in the path chooses the site."""
    return tuple(route for resource in _RESOURCES for route in resource.ROUTES)
