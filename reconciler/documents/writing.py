"""From declared values to the documents that declare them: the other way round of `declaring`.

What is written is read back equal; a value that cannot be written is refused before (`unwritable`).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import assert_never

from reconciler.documents.shapes.parts import API_VERSION
from reconciler.documents.yaml_text import Plain, block, comment
from reconciler.documents.yaml_text import unwritable as hidden_reason
from reconciler.engine.importing.draft import Declarable, Draft
from reconciler.model.declared import (
    ConflictPolicy,
    Connections,
    DatadogConnection,
    Deployment,
    Engine,
    FansOut,
    GroupMapping,
    JiraConnection,
    ProjectBinding,
    SecretRef,
    StatusMapping,
    SyncSettings,
    Unmapped,
    Vocabulary,
    WebhookDeclared,
)

_INLINE = {
    "metadata",
    "spec.case_project",
    "spec.sandbox",
    "spec.open",
    "spec.in_progress",
    "spec.closed",
    "spec.datadog.api_key",
    "spec.datadog.app_key",
    "spec.datadog.vocabulary.sync_types",
    "spec.datadog.vocabulary.groups",
}
_LONGEST = 255
"""Characters of a name that a document takes."""
_SPANS = (("d", 86400), ("h", 3600), ("m", 60), ("s", 1))


def unwritable(name: str) -> str | None:
    """Why a name from the systems cannot stand in a document; None where it can."""
    if not name.strip():
        return "it is blank"
    return hidden_reason(name) or (f"it is longer than {_LONGEST} characters" if len(name) > _LONGEST else None)


def written(draft: Draft, schema: str | None = None) -> str:
    """The document as YAML, its notes above it. `schema` is where an editor finds the schema, for a file's first line."""
    lines = [f"# yaml-language-server: $schema={schema}"] if schema else []
    lines += [comment(note) for note in draft.notes]
    owner = draft.value.owner if isinstance(draft.value, ProjectBinding) else None
    document: dict[str, Plain] = {
        "apiVersion": API_VERSION,
        "kind": draft.kind,
        "metadata": {"name": draft.name} | ({"owner": owner} if owner else {}),
        "spec": _spec(draft.value),
    }
    return "\n".join([*lines, *block(document, _INLINE | _logins(draft.value))]) + "\n"


def _logins(value: Declarable) -> set[str]:
    """Where the parts of `jira` stand that fit on one line: in a binding all of it."""
    if not isinstance(value, Connections):
        return {"spec.jira"}
    accounts = value.jira
    return {f"spec.jira.{account}.{part}" for account in accounts for part in ("auth", "webhook")}


def _spec(value: Declarable) -> Mapping[str, Plain]:
    match value:
        case ProjectBinding():
            return _binding(value)
        case StatusMapping():
            return _mapping(value)
        case Connections():
            return _connections(value)
        case tuple():
            return {"users": [{"datadog": pair.datadog, "jira": pair.jira} for pair in value]}
        case _:
            assert_never(value)


def _binding(binding: ProjectBinding) -> Mapping[str, Plain]:
    case_project: Plain = binding.case_project
    if binding.create or binding.case_project_name is not None:
        name: dict[str, Plain] = {"name": binding.case_project_name} if binding.case_project_name is not None else {}
        written_out: dict[str, Plain] = {"key": binding.case_project, "create": binding.create}
        case_project = written_out | name
    spec: dict[str, Plain] = {
        "case_project": case_project,
        "jira": {"account": binding.account, "project": binding.project, "issue_type": binding.issue_type},
    }
    if binding.status_mapping is not None:
        spec["status_mapping"] = binding.status_mapping
    if sync := _sync(binding.sync):
        spec["sync"] = sync
    return spec


def _sync(sync: SyncSettings) -> Mapping[str, Plain]:
    usual = SyncSettings()
    said: dict[str, Plain] = {}
    if sync.engine is not Engine.DATADOG:
        said["engine"] = sync.engine.value
    said |= {field.value: direction.value for field, direction in sync.fields.items()}
    if sync.conflict is not ConflictPolicy.OPEN:
        said["conflict"] = sync.conflict.value
    if sync.grace != usual.grace:
        said["grace"] = _span(sync.grace)
    return said


def _mapping(mapping: StatusMapping) -> Mapping[str, Plain]:
    spec: dict[str, Plain] = {group.value: _group(mapped) for group, mapped in mapping.groups.items()}
    if mapping.unmapped is not Unmapped.BY_CATEGORY:
        spec["unmapped"] = mapping.unmapped.value
    if mapping.reopen_excluded:
        spec["reopen_excluded"] = True
    return spec


def _group(mapped: GroupMapping) -> Plain:
    if mapped.sources == (mapped.to,) and not mapped.fields:
        return mapped.to
    fields: dict[str, Plain] = {"fields": dict(mapped.fields)} if mapped.fields else {}
    return {"to": mapped.to, "from": list(mapped.sources)} | fields


def _connections(connections: Connections) -> Mapping[str, Plain]:
    spec: dict[str, Plain] = {"instance": connections.instance}
    if connections.datadog is None:
        return spec | {"sandbox": {"world": connections.sandbox_world}}
    spec["datadog"] = _datadog(connections.datadog)
    spec["jira"] = {account: _jira(jira) for account, jira in connections.jira.items()}
    return spec


def _datadog(datadog: DatadogConnection) -> Mapping[str, Plain]:
    spec: dict[str, Plain] = {"site": datadog.site} if datadog.site is not None else {"url": datadog.url}
    spec["api_key"], spec["app_key"] = _secret(datadog.api_key), _secret(datadog.app_key)
    if datadog.case_fans_out is not FansOut.UNKNOWN:
        spec["case_fans_out"] = datadog.case_fans_out.value
    if vocabulary := _vocabulary(datadog.vocabulary):
        spec["vocabulary"] = vocabulary
    return spec


def _vocabulary(vocabulary: Vocabulary) -> Mapping[str, Plain]:
    """What differs from the usual words."""
    usual = Vocabulary()
    parts: dict[str, Plain] = {}
    for name, words, known in (
        ("sync_types", vocabulary.sync_types, usual.sync_types),
        ("groups", vocabulary.groups, usual.groups),
    ):
        if other := {meaning: word for meaning, word in words.items() if known[meaning] != word}:
            parts[name] = other
    return parts


def _jira(jira: JiraConnection) -> Mapping[str, Plain]:
    email: dict[str, Plain] = {"email": _secret(jira.email)} if jira.email is not None else {}
    spec: dict[str, Plain] = {
        "url": jira.url,
        "deployment": "cloud" if jira.deployment is Deployment.CLOUD else "data_center",
        "auth": email | {"token": _secret(jira.token)},
    }
    if jira.service_accounts:
        spec["service_accounts"] = list(jira.service_accounts)
    if jira.webhook is not None:
        spec["webhook"] = _webhook(jira.webhook)
    return spec


def _webhook(webhook: WebhookDeclared) -> Mapping[str, Plain]:
    spec: dict[str, Plain] = {"url": _secret(webhook.url), "manage": webhook.manage}
    if webhook.max_silence != WebhookDeclared(webhook.url).max_silence:
        spec["max_silence"] = _span(webhook.max_silence)
    return spec


def _secret(ref: SecretRef) -> Mapping[str, Plain]:
    return {ref.source: ref.name}


def _span(span: timedelta) -> str:
    """A span in the largest unit that measures it whole; at most five digits, which any span that was read has."""
    seconds = int(span.total_seconds())
    unit, size = next((unit, size) for unit, size in _SPANS if seconds % size == 0)
    return f"{seconds // size}{unit}"
