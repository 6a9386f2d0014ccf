"""Carrying out changes of settings: read anew, compare with what was planned, write whole, read again and verify."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from reconciler.engine.scope import Tools, WritableSystems
from reconciler.engine.settings.integration import observed_settings, raw_settings, reduced
from reconciler.engine.settings.webhooks import NAME, best_of, observed_webhook
from reconciler.errors import OutcomeUnknown
from reconciler.model.case import CaseProjectRecord
from reconciler.model.resource import CaseProjectSettings, WebhookSettings
from reconciler.model.ticket import JiraWebhook
from reconciler.plan.change import Change, Create, Update
from reconciler.plan.outcome import Status

Ended = tuple[Status, str]
R = TypeVar("R", CaseProjectSettings, WebhookSettings)


@dataclass(frozen=True, slots=True)
class SettingUp:
    """Writes the settings of case projects and webhooks."""

    systems: WritableSystems
    tools: Tools

    def case_project(self, change: Change) -> Ended:
        """Create the case project if that is planned, and put its integration settings in place."""
        after, before = _sides(change, CaseProjectSettings)
        record = self._record(after.key)
        if record is None:
            if before is not None:
                return Status.STALE, f"case project {after.key} is gone, or no longer visible"
            record = self._create_project(after)
        else:
            seen = self._reduced(record, after)
            if seen == after:
                return Status.UNCHANGED, "it is so already"
            if seen != before:
                return Status.STALE, "somebody changed the settings since the plan was made"
        return self._put(record, after)

    def _record(self, key: str) -> CaseProjectRecord | None:
        return next((record for record in self.systems.datadog.case_projects() if record.key == key), None)

    def _reduced(self, record: CaseProjectRecord, to: CaseProjectSettings) -> CaseProjectSettings:
        return reduced(observed_settings(record, self.systems.vocabulary), to, self.systems.vocabulary)

    def _create_project(self, after: CaseProjectSettings) -> CaseProjectRecord:
        self.tools.reporter.step(after.address, "creating the case project")
        try:
            return self.systems.datadog.create_case_project(after.key, after.name or after.key)
        except OutcomeUnknown:
            record = self._record(after.key)
            if record is None:
                raise
            return record

    def _put(self, record: CaseProjectRecord, after: CaseProjectSettings) -> Ended:
        vocabulary = self.systems.vocabulary
        settings = raw_settings(record.settings, after, vocabulary)
        self.tools.reporter.step(after.address, "writing the settings")
        self.systems.datadog.update_case_project(record.id, settings)
        fresh = self.systems.datadog.case_project(record.id)
        if self._reduced(fresh, after) != after:
            return Status.FAILED, "Datadog answered yes, but the settings read back differ from what was written"
        changed = _others_changed(record.settings, fresh.settings)
        if changed:
            return Status.FAILED, f"Datadog changed other settings along with ours: {', '.join(changed)}"
        return Status.APPLIED, ""

    def webhook(self, change: Change) -> Ended:
        """Create or repair the webhook of a Jira account."""
        after, before = _sides(change, WebhookSettings)
        wanted, jira = self.systems.webhooks[after.account], self.systems.jira[after.account]
        url = wanted.url or ""
        hook = best_of(jira.webhooks(), url)
        seen = observed_webhook(after.account, hook) if hook is not None else None
        if seen == after:
            return Status.UNCHANGED, "it is so already"
        if seen != before:
            return Status.STALE, "somebody changed the webhook since the plan was made"
        wish = JiraWebhook(
            id=hook.id if hook else "",
            name=hook.name if hook else NAME,
            url=url,
            events=after.events,
            jql=after.jql,
            enabled=after.enabled,
            exclude_body=after.exclude_body,
        )
        self.tools.reporter.step(after.address, "writing the webhook")
        try:
            if hook is None:
                jira.create_webhook(wish)
            else:
                jira.update_webhook(wish)
        except OutcomeUnknown:
            if self._standing(after, url) != after:
                raise
        if self._standing(after, url) != after:
            return Status.FAILED, "Jira answered yes, but the webhook read back differs from what was written"
        return Status.APPLIED, ""

    def _standing(self, after: WebhookSettings, url: str) -> WebhookSettings | None:
        hook = best_of(self.systems.jira[after.account].webhooks(), url)
        return observed_webhook(after.account, hook) if hook is not None else None


def _sides(change: Change, sort: type[R]) -> tuple[R, R | None]:
    """After and before of a create or update."""
    match change:
        case Create(after=after) if isinstance(after, sort):
            return after, None
        case Update(before=before, after=after) if isinstance(after, sort) and isinstance(before, sort):
            return after, before
        case _:
            raise TypeError(f"{change.address} is not a change of {sort.__name__}")


def _others_changed(before: Mapping[str, object], after: Mapping[str, object]) -> list[str]:
    """The settings apart from the Jira integration that are no longer what they were."""
    ours = {"integration_jira"}
    return sorted(key for key in ({*before, *after} - ours) if before.get(key) != after.get(key))
