"""All operations of the Datadog side."""

from __future__ import annotations

from reconciler.sandbox.datadog import cases, directory, issues, links, projects
from reconciler.sandbox.datadog.access import Gate
from reconciler.sandbox.datadog.state import DatadogState
from reconciler.sandbox.route import Route


def routes() -> tuple[Route[DatadogState], ...]:
    """Every operation, behind one rate meter."""
    gate = Gate()
    parts = (directory, issues, projects, cases, links)
    return tuple(route for part in parts for route in part.routes(gate))
