"""The Jira integration in a case project's settings: between Datadog's raw object and what a plan compares.

The strings of a sync direction and the keys of a status mapping are published nowhere (datadog-api §2.1): they come from the
vocabulary, and everything that is not ours to manage survives as it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from urllib.parse import urlsplit

from reconciler.model.case import CaseProjectRecord
from reconciler.model.declared import Vocabulary
from reconciler.model.resource import CaseProjectSettings, Named


def same_site(url: str) -> str:
    """A site's address in one spelling, for comparing what Jira says of itself with what Datadog has."""
    parts = urlsplit(url.strip())
    return f"{(parts.hostname or '').casefold()}:{parts.port or ''}{parts.path.rstrip('/')}"


def observed_settings(record: CaseProjectRecord, vocabulary: Vocabulary) -> CaseProjectSettings:
    """The integration settings of a case project as they stand. What is absent reads as off."""
    jira = _object(record.settings.get("integration_jira"))
    metadata, sync = _object(jira.get("metadata")), _object(jira.get("sync"))
    properties = _object(sync.get("properties"))
    directions = {name: str(_object(value).get("sync_type") or "") for name, value in properties.items()}
    statuses = _object(_object(properties.get("status")).get("mapping"))
    return CaseProjectSettings(
        key=record.key,
        integration=jira.get("enabled") is True,
        account=_named(metadata.get("account_id")),
        project=_named(metadata.get("project_id")),
        issue_type=_named(metadata.get("issue_type_id")),
        sync=sync.get("enabled") is True,
        auto_creation=_object(jira.get("auto_creation")).get("enabled") is True,
        directions={name: raw or vocabulary.sync_types["off"] for name, raw in directions.items()},
        statuses={str(key): str(value) for key, value in statuses.items()},
        name=record.name,
    )


def reduced(seen: CaseProjectSettings, to: CaseProjectSettings, vocabulary: Vocabulary) -> CaseProjectSettings:
    """What was seen, reduced to the fields and group keys that `to` manages, with its names for equal ids."""
    off = vocabulary.sync_types["off"]
    ours = {key: value for key, value in seen.statuses.items() if key in vocabulary.groups.values()}
    return replace(
        seen,
        account=_renamed(seen.account, to.account),
        project=_renamed(seen.project, to.project),
        issue_type=_renamed(seen.issue_type, to.issue_type),
        directions={name: seen.directions.get(name, off) for name in to.directions},
        statuses=ours if to.statuses else {},
    )


def _renamed(held: Named | None, wanted: Named | None) -> Named | None:
    return wanted if held == wanted else held


def raw_settings(raw: Mapping[str, object], desired: CaseProjectSettings, vocabulary: Vocabulary) -> dict[str, object]:
    """The whole settings object with the desired values in place and everything else as it was.

    Sent whole, because whether a PATCH merges or replaces is published nowhere (datadog-api §2.1): both give this.
    """
    settings = {**raw}
    jira = {**_object(raw.get("integration_jira"))}
    metadata, sync = {**_object(jira.get("metadata"))}, {**_object(jira.get("sync"))}
    properties = {**_object(sync.get("properties"))}
    for key, named in (
        ("account_id", desired.account),
        ("project_id", desired.project),
        ("issue_type_id", desired.issue_type),
    ):
        if named is not None:
            metadata[key] = named.id
    off = vocabulary.sync_types["off"]
    for name, direction in desired.directions.items():
        if name in properties or direction != off:
            properties[name] = {**_object(properties.get(name)), "sync_type": direction}
    if desired.statuses:
        status = {**_object(properties.get("status"))}
        properties["status"] = status | {"mapping": {**_object(status.get("mapping")), **desired.statuses}}
    jira |= {
        "enabled": desired.integration,
        "metadata": metadata,
        "auto_creation": {**_object(jira.get("auto_creation")), "enabled": desired.auto_creation},
        "sync": sync | {"enabled": desired.sync, "properties": properties},
    }
    return settings | {"integration_jira": jira}


def _object(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _named(value: object) -> Named | None:
    return Named(str(value)) if value else None
