"""A webhook as it stands, whatever is declared of it: a plan from what was imported leaves it alone, or the import said that it
will not.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pytest

from reconciler.cli.clock import SystemClock
from reconciler.documents.writing import unwritable
from reconciler.engine.facts import Facts, SiteFacts
from reconciler.engine.importing.importing import Wish, derived
from reconciler.engine.importing.live import Live
from reconciler.engine.scope import Connected, Systems, WebhookWanted
from reconciler.engine.settings.webhooks import EVENTS, derive_webhooks
from reconciler.engine.state import Gathered
from reconciler.model.case import CaseProjectRecord, JiraAccount
from reconciler.model.declared import (
    Configuration,
    Connections,
    DatadogConnection,
    Deployment,
    JiraConnection,
    ProjectBinding,
    SecretRef,
    WebhookDeclared,
)
from reconciler.model.finding import Origin
from reconciler.model.ticket import IssueType, JiraProject, JiraServer, JiraUser, JiraWebhook
from reconciler.plan.diff import diff
from reconciler.providers.datadog import connect_datadog
from reconciler.providers.http_limits import Limiter
from reconciler.providers.secrets import Secret

KEY, SITE = SecretRef("env", "KEY"), "https://acme.atlassian.net"
URL, OTHER = "https://http-intake.datadoghq.com/hook?key=1", "https://http-intake.datadoghq.eu/hook?key=2"
RIGHT = JiraWebhook("1", "Datadog", URL, EVENTS, "project = SHOP")
HOOKS: dict[str, Sequence[JiraWebhook] | None] = {
    "right": (RIGHT,),
    "disabled": (replace(RIGHT, enabled=False),),
    "without events": (replace(RIGHT, events=frozenset({"jira:issue_created"})),),
    "elsewhere": (replace(RIGHT, jql="project = PAY"),),
    "bodiless": (replace(RIGHT, exclude_body=True),),
    "of another Datadog": (replace(RIGHT, url=OTHER),),
    "twice": (replace(RIGHT, enabled=False), replace(RIGHT, id="2")),
    "none": (),
    "unreadable": None,
}
DECLARED = {
    "nothing declared": None,
    "managed": WebhookDeclared(KEY),
    "not managed": WebhookDeclared(KEY, manage=False),
}
SYNC = {"account_id": "acc-1", "project_id": "10", "issue_type_id": "1"}


def connections(declared: WebhookDeclared | None) -> Connections:
    jira = JiraConnection("acme", SITE, Deployment.CLOUD, KEY, KEY, webhook=declared)
    return Connections(
        "acme", "acme-prod", DatadogConnection("https://api.datadoghq.com", KEY, KEY, "datadoghq.com"), {"acme": jira}
    )


def live(hooks: Sequence[JiraWebhook] | None) -> Live:
    kind = IssueType("1", "Bug")
    site = SiteFacts(JiraServer(SITE, is_cloud=True, version=(1001,)), JiraUser("me", "Me"))
    site.projects["SHOP"] = (JiraProject("10", "SHOP", "Shop", (kind,)),)
    site.statuses["SHOP"] = {kind.id: ()}
    site.webhooks = None if hooks is None else tuple(hooks)
    record = CaseProjectRecord("id", "SHOP", "Shop", {"integration_jira": {"enabled": True, "metadata": SYNC}})
    return Live(Facts(sites={"acme": site}, accounts=(JiraAccount("acc-1", SITE),), case_projects={"SHOP": record}))


def systems(declared: WebhookDeclared | None, url: str | None) -> Systems:
    """Deriving asks them for what is known of the webhook alone; nothing is sent."""
    clock = SystemClock()
    client = connect_datadog("http://127.0.0.1:9", Secret("k"), Secret("k"), clock=clock, limiter=Limiter(clock))
    client.close()
    origin = Origin("connections.yaml", 12)
    wanted = {} if declared is None else {"acme": WebhookWanted(url, declared.manage, origin=origin)}
    return Connected(client, {}, "nowhere", webhooks=wanted)


def planned(kept: Connections, found: tuple[ProjectBinding, ...], there: Live) -> int:
    """How many changes a plan makes of the webhook, once its address is to be had."""
    gathered = Gathered()
    configuration = Configuration(kept, bindings={binding.name: binding for binding in found})
    derive_webhooks(configuration, systems(kept.jira["acme"].webhook, URL), there.facts, gathered)
    return len(tuple(diff(gathered.desired, gathered.observed)))


@pytest.mark.parametrize("hooks", HOOKS.values(), ids=HOOKS)
@pytest.mark.parametrize("declared", DECLARED.values(), ids=DECLARED)
@pytest.mark.parametrize("url", [URL, None], ids=["known", "unknown"])
@pytest.mark.parametrize("is_standing", [True, False], ids=["standing", "fresh"])
def test_a_plan_changes_no_webhook_that_the_import_did_not_speak_of(
    hooks: Sequence[JiraWebhook] | None, declared: WebhookDeclared | None, url: str | None, *, is_standing: bool
) -> None:
    there, known = live(hooks), connections(declared)
    standing = Configuration(known) if is_standing else Configuration(None)
    imported = derived(known, systems(declared, url), there, Wish(unwritable, declared=standing))
    drafts = [draft.value for draft in imported.drafts]
    bindings = tuple(value for value in drafts if isinstance(value, ProjectBinding))
    assert len(bindings) == 1
    kept = next((value for value in drafts if isinstance(value, Connections)), known)
    changes = planned(kept, bindings, there)
    told = [finding for finding in imported.findings if finding.code == "import-webhook-mend"]
    if not is_standing:
        assert (changes, told) == (0, [])
        return
    assert kept is known
    spoken = bool(told) or url is None or hooks is None
    assert changes == 0 or spoken
    assert [finding.origin for finding in told] == [Origin("connections.yaml", 12)] * (changes if url else 0)
