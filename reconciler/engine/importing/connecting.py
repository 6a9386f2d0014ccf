"""The Connections document of an import: the one that was read with, and what the systems add to it.

Credentials stay references. A webhook that is not as sync needs it, or that nobody could compare, is declared with
`manage: false`: then a plan says so and changes nothing, until somebody decides otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from reconciler.engine.facts import Facts, SiteFacts
from reconciler.engine.importing.draft import CONNECTIONS, Draft, Left
from reconciler.engine.importing.words import PARTS, Words
from reconciler.engine.scope import Systems
from reconciler.engine.settings.webhooks import best_of, desired_webhook, observed_webhook
from reconciler.model.declared import (
    Connections,
    JiraConnection,
    ProjectBinding,
    SecretRef,
    Vocabulary,
    WebhookDeclared,
)
from reconciler.model.finding import Finding, Severity
from reconciler.model.nearest import listed
from reconciler.model.resource import WebhookSettings
from reconciler.model.ticket import JiraWebhook

_VARIABLE = "DATADOG_JIRA_WEBHOOK_URL"
# The hosts of Datadog's sites, to which its webhook leads. Reference: datadog-api §7.4.
_HOSTS = ("datadoghq.com", "datadoghq.eu", "ddog-gov.com")


@dataclass(frozen=True, slots=True)
class Connecting:
    """Derives the document. `bindings` are all that will be declared: they say which projects a webhook must cover."""

    connections: Connections
    systems: Systems
    facts: Facts
    words: Words
    bindings: Sequence[ProjectBinding]

    def draft(self) -> Draft | Left:
        """The document to be written, where there is none yet."""
        datadog = self.connections.datadog
        if datadog is None:
            return Left(CONNECTIONS, "a sandbox's stands beside its world; copy both, or name the real systems")
        jira, notes = {}, list(learned_notes(self.words))
        for name, connection in sorted(self.connections.jira.items()):
            webhook, note = self._webhook(name, connection)
            jira[name] = replace(connection, webhook=webhook)
            notes += [note] if note else []
        value = replace(self.connections, datadog=replace(datadog, vocabulary=self.words.vocabulary), jira=jira)
        return Draft(CONNECTIONS, self.connections.name, value, tuple(notes))

    def lacking(self) -> tuple[Finding, ...]:
        """What the document that stands already should be given, where an import may not rewrite it."""
        found = []
        datadog = self.connections.datadog
        if datadog is not None and (lines := vocabulary_lines(self.words.vocabulary, datadog.vocabulary)):
            where = self.connections.written.at("datadog") if self.connections.written else None
            found.append(
                Finding(
                    "import-vocabulary",
                    Severity.WARNING,
                    f"Datadog's words for unpublished settings were learned: {listed(lines)}",
                    origin=where,
                    hint="add them to `vocabulary` of `datadog`: without them these settings are left as they are",
                )
            )
        for name, connection in sorted(self.connections.jira.items()):
            mended = self._to_be_mended(name, connection)
            found += [mended] if mended is not None else []
            if connection.webhook is None and _datadogs(self._hooks(name)):
                found.append(
                    Finding(
                        "import-webhook-undeclared",
                        Severity.INFO,
                        f"Jira {name} has a webhook that leads to Datadog, and Connections says nothing of it",
                        origin=connection.written.origin if connection.written else None,
                        hint=f"add `webhook: {{url: {{env: {self._variable(name)}}}}}`: drift and doctor then watch it",
                    )
                )
        return tuple(found)

    def _webhook(self, name: str, connection: JiraConnection) -> tuple[WebhookDeclared | None, str | None]:
        """What to declare of it: managed only where it was compared and found right."""
        declared = connection.webhook
        if declared is None:
            if not _datadogs(self._hooks(name)):
                return None, None
            found = WebhookDeclared(SecretRef("env", self._variable(name)), manage=False)
            note = f"Jira {name}: the address of its webhook is a secret, copied from Datadog's Jira tile into {found.url.name}."
            return (
                found,
                f"{note} `manage: false` only watches it; true lets apply mend it, or create one at that address.",
            )
        if not declared.manage or (why := self._unlike(name)) is None:
            return declared, None
        told = f"Jira {name}: its webhook {why}, so `manage: false` leaves it alone; true lets apply mend it."
        return replace(declared, manage=False), told

    def _unlike(self, name: str) -> str | None:
        """Why a plan might change a webhook that is ours to manage, None where it surely would not."""
        site, wanted = self.facts.sites.get(name), self.systems.webhooks.get(name)
        if site is None or site.webhooks is None:
            return "could not be read"
        if wanted is None or wanted.url is None:
            return f"could not be told among others ({wanted.why_no_url if wanted is not None else 'not connected'})"
        return self._wrong(name, best_of(site.webhooks, wanted.url), site)

    def _to_be_mended(self, name: str, connection: JiraConnection) -> Finding | None:
        """What a plan from the document that stands already will do to a webhook, whose address is to be had."""
        site, wanted = self.facts.sites.get(name), self.systems.webhooks.get(name)
        if connection.webhook is None or not connection.webhook.manage or wanted is None or wanted.url is None:
            return None
        if site is None or site.webhooks is None:
            return None
        why = self._wrong(name, best_of(site.webhooks, wanted.url), site)
        if why is None:
            return None
        return Finding(
            "import-webhook-mend",
            Severity.WARNING,
            f"Jira {name}: the webhook {why}, and Connections has it managed: the next plan mends it",
            origin=wanted.origin,
            hint="write `manage: false` for it first where a plan from what was imported is to change nothing",
        )

    def _wrong(self, name: str, hook: JiraWebhook | None, site: SiteFacts) -> str | None:
        """What a plan would mend about the webhook, None where nothing."""
        projects = sorted({binding.project for binding in self.bindings if binding.account == name})
        if not projects:
            return None
        if hook is None:
            return f"does not exist ({len(site.webhooks or ())} others do)"
        seen = observed_webhook(name, hook)
        return _differences(seen, desired_webhook(name, projects, seen))

    def _hooks(self, name: str) -> Sequence[JiraWebhook]:
        site = self.facts.sites.get(name)
        return site.webhooks or () if site is not None else ()

    def _variable(self, name: str) -> str:
        many = len(self.connections.jira) > 1
        return f"{_VARIABLE}_{name.upper().replace('-', '_')}" if many else _VARIABLE


def _datadogs(hooks: Sequence[JiraWebhook]) -> list[JiraWebhook]:
    """Those that lead to Datadog, enabled ones first. Where several do, nobody but the tile knows which is the one."""
    found = []
    for hook in hooks:
        host = (_host(hook.url) or "").casefold()
        if any(host == known or host.endswith(f".{known}") for known in _HOSTS):
            found.append(hook)
    return sorted(found, key=lambda hook: (not hook.enabled, len(hook.id), hook.id))


def _host(url: str) -> str | None:
    try:
        return urlsplit(url.strip()).hostname
    except ValueError:
        return None


def _differences(seen: WebhookSettings, desired: WebhookSettings) -> str | None:
    wrong = [
        what
        for what, is_wrong in (
            ("is disabled", seen.enabled != desired.enabled),
            ("leaves the body out", seen.exclude_body != desired.exclude_body),
            (f"lacks the events {listed(sorted(desired.events - seen.events))}", seen.events != desired.events),
            ("does not cover every bound project", seen.jql != desired.jql),
        )
        if is_wrong
    ]
    return " and ".join(wrong) or None


def vocabulary_lines(vocabulary: Vocabulary, declared: Vocabulary) -> tuple[str, ...]:
    """What of a vocabulary another one does not say, such as `sync_types.two_way: BOTH`."""
    parts: tuple[tuple[Mapping[str, str], Mapping[str, str]], ...] = (
        (vocabulary.sync_types, declared.sync_types),
        (vocabulary.groups, declared.groups),
    )
    return tuple(
        f"{part}.{meaning}: {word}"
        for part, (new, old) in zip(PARTS, parts, strict=True)
        for meaning, word in new.items()
        if old.get(meaning) != word
    )


def learned_notes(words: Words) -> tuple[str, ...]:
    """Which word was learned from which case project, where it is not the usual one."""
    usual = vocabulary_lines(words.vocabulary, Vocabulary())
    return tuple(
        f"Learned from {listed(one.projects)}: {one.part}.{one.meaning} is {one.word}."
        for one in words.learned
        if f"{one.part}.{one.meaning}: {one.word}" in usual
    )
