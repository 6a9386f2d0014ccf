"""What our Jira user must be allowed to do in a project, and what for: exactly what is declared there, no more.

Reference: jira-api §3. Keys are Jira's, names are what a person finds in its settings.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from reconciler.engine.facts import destination_project
from reconciler.engine.ownership import syncs_status, writes_assignee, writes_comments
from reconciler.engine.scope import SETTINGS, SYNC, TICKETS
from reconciler.model.declared import Configuration, Engine


@dataclass(frozen=True, slots=True)
class Work:
    """What is declared for one project of a Jira: `creates` tickets by rules, keeps statuses in step with a memory on each
    ticket (`remembers`), `moves` and `assigns` tickets and copies comments (`talks`) by itself, looks after a `webhook`.
    """

    creates: bool = False
    remembers: bool = False
    moves: bool = False
    assigns: bool = False
    talks: bool = False
    webhook: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """One permission: Jira's `key`, its `name` in the settings, what for (a sentence's end), which work wants it, and which
    parts of a plan that is. `is_read`: without it something cannot even be read, so the read that fails reports it.
    """

    key: str
    name: str
    purpose: str
    wanted_for: Callable[[Work], bool]
    parts: frozenset[str]
    is_read: bool = False
    is_global: bool = False

    @property
    def cure(self) -> str:
        """Where to grant it."""
        if self.is_global:
            return f"grant {self.name} to our user (Jira > System > Global permissions)"
        return f"grant {self.name} to our user (Project settings > Permissions)"


_ALL = frozenset({SETTINGS, TICKETS, SYNC})
_SYNC = frozenset({SYNC})

PERMISSION_NEEDS: tuple[Need, ...] = (
    Need(
        "BROWSE_PROJECTS",
        "Browse Projects",
        "to see the project and its tickets",
        lambda work: True,
        _ALL,
        is_read=True,
    ),
    Need(
        "CREATE_ISSUES",
        "Create Issues",
        "to read the create screen, which Jira shows only to who may create",
        lambda work: work.creates,
        frozenset({TICKETS}),
        is_read=True,
    ),
    Need(
        "EDIT_ISSUES",
        "Edit Issues",
        "to label tickets and to remember on them what was synced",
        lambda work: work.creates or work.remembers,
        frozenset({TICKETS, SYNC}),
    ),
    Need(
        "TRANSITION_ISSUES",
        "Transition Issues",
        "to move tickets to the status that sync decides",
        lambda work: work.moves,
        _SYNC,
    ),
    Need("ASSIGN_ISSUES", "Assign Issues", "to assign tickets", lambda work: work.assigns, _SYNC),
    Need(
        "USER_PICKER",
        "Browse users and groups",
        "to find by e-mail whom to assign tickets to",
        lambda work: work.assigns,
        _SYNC,
        is_global=True,
    ),
    Need("ADD_COMMENTS", "Add Comments", "to copy comments to tickets", lambda work: work.talks, _SYNC),
    Need(
        "EDIT_OWN_COMMENTS",
        "Edit Own Comments",
        "to let the copies of comments follow edits",
        lambda work: work.talks,
        _SYNC,
    ),
    Need(
        "ADMINISTER",
        "Administer Jira",
        "to look after the webhook to Datadog",
        lambda work: work.webhook,
        frozenset({SETTINGS}),
        is_read=True,
        is_global=True,
    ),
)


def work_at(configuration: Configuration, webhooks: Collection[str], account: str, project: str) -> Work:
    """What is declared for this project; `webhooks` are the accounts for which one is declared."""
    here = [
        binding
        for binding in configuration.bindings.values()
        if (binding.account, binding.project) == (account, project)
    ]
    goals = (
        destination_project(rule, configuration.bindings[rule.destination.binding])[:2]
        for rule in configuration.rules
        if rule.auto_create.enabled
    )
    synced = [binding for binding in here if syncs_status(binding)]
    return Work(
        creates=(account, project) in goals,
        remembers=bool(synced),
        moves=any(binding.sync.engine is Engine.RECONCILER for binding in synced),
        assigns=any(writes_assignee(binding) for binding in synced),
        talks=any(writes_comments(binding) for binding in synced),
        webhook=bool(here) and account in webhooks,
    )


def needs_of(work: Work) -> tuple[Need, ...]:
    """The permissions that this work takes."""
    return tuple(need for need in PERMISSION_NEEDS if need.wanted_for(work))


def lacking(work: Work, held: Mapping[str, bool]) -> tuple[Need, ...]:
    """Those of them that Jira says we do not have. What was not asked, or not answered, is not counted as missing."""
    return tuple(need for need in needs_of(work) if not held.get(need.key, True))
