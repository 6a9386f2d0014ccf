"""The worlds that groups live in, as data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

STATUS = {"open": "To Do", "in_progress": "In Progress", "closed": "Done"}
CASE = {"open": "Open", "in_progress": "In Progress", "closed": "Closed"}
PEOPLE = {"alice@acme.com": "Alice", "bruno@acme.com": "Bruno"}
# Each is known to one of the systems only.
STRANGERS = {"Datadog": {"carl@acme.com": "Carl"}, "Jira": {"dora@acme.com": "Dora"}}


@dataclass(frozen=True, slots=True)
class Seed:
    """A group to begin with: ticket SHOP-<number>, case SHOP-<number>, issues `<number>-a`, `<number>-b`, …; `apart` are
    issues of no case.
    """

    number: int
    hub: str
    issues: Sequence[str]
    apart: Sequence[str] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all its issues."""
        return tuple(f"{self.number}-{chr(97 + at)}" for at in range(len(self.issues) + len(self.apart)))


def world_of(seeds: Sequence[Seed], *, case_fans_out: bool, deployment: str = "cloud") -> dict[str, Any]:
    """The world file of these groups."""
    site = _site(seeds)
    if deployment == "data_center":
        site |= {"deployment": deployment, "version": [10, 3, 5]}
        site["users"] = [user | {"login": user["email"].partition("@")[0]} for user in site["users"]]
    return {
        "apiVersion": "reconciler/v1",
        "kind": "SandboxWorld",
        "metadata": {"name": "acme"},
        "spec": {"jira": {"acme": site}, "datadog": _datadog(seeds, case_fans_out=case_fans_out)},
    }


def _site(seeds: Sequence[Seed]) -> dict[str, Any]:
    tickets = [
        {"key": f"SHOP-{seed.number}", "type": "Bug", "summary": f"Group {seed.number}", "status": STATUS[seed.hub]}
        for seed in seeds
    ]
    return {
        "url": "https://acme.atlassian.net",
        "email": "reconciler@acme.com",
        "token": "sandbox-jira-token",
        "app_user": "datadog@acme.com",
        "users": [
            {"email": "reconciler@acme.com", "name": "Reconciler", "admin": True, "app": True},
            {"email": "datadog@acme.com", "name": "Datadog for Jira", "app": True},
            *({"email": email, "name": name} for email, name in (PEOPLE | STRANGERS["Jira"]).items()),
        ],
        "statuses": {"To Do": "new", "In Progress": "indeterminate", "Done": "done"},
        "workflows": {"simple": {"statuses": ["To Do", "In Progress", "Done"]}},
        "projects": {
            "SHOP": {"name": "Shopist", "workflow": "simple", "types": ["Bug"], "tickets": tickets},
        },
    }


def _datadog(seeds: Sequence[Seed], *, case_fans_out: bool) -> dict[str, Any]:
    issues = [
        {
            "name": name,
            "service": "web-store",
            "state": state,
            "first_seen": "-90d",
            "last_seen": f"-{1440 + 39_000 * at // len(seeds)}m",
        }
        for at, seed in enumerate(seeds)
        for name, state in zip(seed.names, (*seed.issues, *seed.apart), strict=True)
    ]
    cases = [
        {
            "key": f"SHOP-{seed.number}",
            "title": f"Group {seed.number}",
            "status": CASE[seed.hub],
            "issues": list(seed.names[: len(seed.issues)]),
            "ticket": {"site": "acme", "key": f"SHOP-{seed.number}"},
        }
        for seed in seeds
    ]
    return {
        "behaviour": {"rate_limit": 1_000_000, "case_fans_out": case_fans_out},
        "users": [{"email": email, "name": name} for email, name in (PEOPLE | STRANGERS["Datadog"]).items()],
        "jira_accounts": [{"site": "acme"}],
        "case_projects": [{"key": "SHOP", "name": "Shopist"}],
        "issues": issues,
        "cases": cases,
    }
