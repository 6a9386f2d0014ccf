"""From the shape of Connections to how both systems are reached."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.documents.durations import duration
from reconciler.documents.shapes.connections import (
    AnyJira,
    CloudShape,
    ConnectionsShape,
    DatadogShape,
    SandboxSpec,
    VocabularyShape,
    WebhookShape,
)
from reconciler.documents.shapes.parts import FromVariable, Secret
from reconciler.model.declared import (
    Connections,
    DatadogConnection,
    Deployment,
    FansOut,
    JiraConnection,
    SecretRef,
    Vocabulary,
    WebhookDeclared,
)
from reconciler.model.written import Written


def connections_of(shape: ConnectionsShape, written: Written, places: Mapping[str, Written]) -> Connections:
    """What a Connections document declares. `places` says where each Jira account stands."""
    spec, name = shape.spec, shape.metadata.name
    if isinstance(spec, SandboxSpec):
        return Connections(name, spec.instance, sandbox_world=spec.sandbox.world, written=written)
    jira = {account: _jira(account, spec.jira[account], places[account]) for account in sorted(spec.jira)}
    return Connections(name, spec.instance, datadog=_datadog(spec.datadog), jira=jira, written=written)


def _datadog(shape: DatadogShape) -> DatadogConnection:
    # Reference: datadog-api, "Base URL": https://api.<site>.
    return DatadogConnection(
        url=shape.url.rstrip("/") if shape.url else f"https://api.{shape.site}",
        api_key=_secret(shape.api_key),
        app_key=_secret(shape.app_key),
        site=shape.site,
        case_fans_out=FansOut(shape.case_fans_out),
        vocabulary=_vocabulary(shape.vocabulary),
    )


def _jira(account: str, shape: AnyJira, written: Written) -> JiraConnection:
    return JiraConnection(
        account=account,
        url=shape.url.rstrip("/"),
        deployment=Deployment(shape.deployment),
        token=_secret(shape.auth.token),
        email=_secret(shape.auth.email) if isinstance(shape, CloudShape) else None,
        service_accounts=tuple(shape.service_accounts),
        webhook=_webhook(shape.webhook) if shape.webhook else None,
        written=written,
    )


def _webhook(shape: WebhookShape) -> WebhookDeclared:
    return WebhookDeclared(url=_secret(shape.url), manage=shape.manage, max_silence=duration(shape.max_silence))


def _secret(shape: Secret) -> SecretRef:
    if isinstance(shape, FromVariable):
        return SecretRef("env", shape.env)
    return SecretRef("file", shape.file)


def _vocabulary(shape: VocabularyShape) -> Vocabulary:
    usual = Vocabulary()
    return Vocabulary(
        sync_types={**usual.sync_types, **shape.sync_types.model_dump(exclude_none=True)},
        groups={**usual.groups, **shape.groups.model_dump(exclude_none=True)},
    )
