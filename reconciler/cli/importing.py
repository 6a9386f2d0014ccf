"""Where the documents of an import go: into files that are new, or that hold just the document that is replaced."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.cli.loading import loaded
from reconciler.cli.output import OutputFailed
from reconciler.documents.standing import Standing, standing
from reconciler.documents.writing import written
from reconciler.engine.importing.draft import BINDING, CONNECTIONS, MAPPING, USERS, Draft
from reconciler.errors import ConfigError
from reconciler.model.declared import Configuration, Connections, ProjectBinding, SecretRef

_FOLDERS = {MAPPING: "mappings/", BINDING: "bindings/", USERS: "users/"}
_SCHEMAS = {
    CONNECTIONS: "connections.schema.json",
    MAPPING: "status-mapping.schema.json",
    BINDING: "project-binding.schema.json",
    USERS: "user-mapping.schema.json",
}


@dataclass(frozen=True, slots=True)
class Target:
    """A directory for documents. `declared` is what it declares and keeps, `replaced` the bindings that may be rewritten, by
    name; `documents` are those that stand there.
    """

    directory: Path
    declared: Configuration
    replaced: Mapping[str, ProjectBinding]
    documents: tuple[Standing, ...]

    @property
    def user_documents(self) -> frozenset[str]:
        """The names of its UserMappings."""
        return frozenset(one.name for one in self.documents if one.kind == USERS)

    def owned(self, draft: Draft) -> Draft:
        """A binding that replaces another keeps its owner, which no system knows."""
        before = self.replaced.get(draft.name)
        if before is None or not isinstance(draft.value, ProjectBinding):
            return draft
        return replace(draft, value=replace(draft.value, owner=before.owner))

    def file_of(self, draft: Draft, taken: Iterable[str]) -> str:
        """The path below the directory: one that is free, or that of the very document that is replaced."""
        stem = "connections" if draft.kind == CONNECTIONS else _FOLDERS[draft.kind] + draft.name
        if draft.kind == BINDING and draft.name in self.replaced:
            return f"{stem}.yaml"
        used, file, number = set(taken), f"{stem}.yaml", 1
        while file in used or os.path.lexists(self.directory / file):
            number += 1
            file = f"{stem}-{number}.yaml"
        return file


def target_of(directory: Path, *, force: bool) -> Target:
    """What stands in the directory that documents are for. Raises ConfigError where that cannot be told."""
    result = loaded(directory)
    declared = result.configuration
    if declared is None:
        if not {finding.code for finding in result.findings} <= {"config-missing", "config-empty"}:
            raise ConfigError(
                f"the configuration in {directory} is not valid, so it cannot be told what it declares already",
                hint=f"`reconciler -C {directory} validate` shows why; or write elsewhere with -o DIR",
            )
        declared = Configuration(None)
    documents = standing(directory)
    own = {one.name for one in documents if one.kind == BINDING and one.alone and one.file == _own_file(one)}
    replaced = {name: one for name, one in declared.bindings.items() if force and name in own}
    kept = {name: one for name, one in declared.bindings.items() if name not in replaced}
    return Target(directory, replace(declared, bindings=kept), replaced, documents)


def files_of(drafts: Iterable[Draft], target: Target) -> dict[str, str]:
    """Where each document, by its title, is to stand."""
    files: dict[str, str] = {}
    for draft in drafts:
        files[draft.title] = target.file_of(draft, files.values())
    return files


def text_of(draft: Draft, target: Target, file: str | None = None) -> str:
    """The document as YAML; for a file of its own with the line that makes an editor check it."""
    if file is None:
        return written(draft)
    return written(draft, schema_near(target.directory, file, _SCHEMAS[draft.kind]))


def schema_near(directory: Path, file: str, name: str) -> str:
    """The way from a file of a configuration directory to a schema: the nearest `schemas` above, else the one beside it."""
    above = directory.absolute().parents
    home = next((one for one in above if (one / "schemas" / name).is_file()), above[0])
    return Path(os.path.relpath(home / "schemas" / name, (directory / file).absolute().parent)).as_posix()


def write_all(texts: Mapping[str, str], target: Target) -> None:
    """Write the files. Raises OutputFailed, naming the file, at the first that cannot be written; others stay written."""
    replaced = {_FOLDERS[BINDING] + f"{name}.yaml" for name in target.replaced}
    for file, text in texts.items():
        path = target.directory / file
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            # Never over a file that somebody else put there meanwhile.
            with path.open("w" if file in replaced else "x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
        except OSError as error:
            raise OutputFailed(f"{path} cannot be written: {error.strerror}") from None


def moved(connections: Connections, source: Path, target: Path) -> Connections:
    """The same Connections for another directory: files that hold secrets are named from there."""
    datadog = connections.datadog
    if datadog is None or source.resolve() == target.resolve():
        return connections

    def ref(secret: SecretRef) -> SecretRef:
        if secret.source != "file" or Path(secret.name).is_absolute():
            return secret
        return SecretRef("file", Path(os.path.relpath(source / secret.name, target)).as_posix())

    return replace(
        connections,
        datadog=replace(datadog, api_key=ref(datadog.api_key), app_key=ref(datadog.app_key)),
        jira={
            name: replace(
                jira,
                token=ref(jira.token),
                email=ref(jira.email) if jira.email else None,
                webhook=replace(jira.webhook, url=ref(jira.webhook.url)) if jira.webhook else None,
            )
            for name, jira in connections.jira.items()
        },
    )


def _own_file(document: Standing) -> str:
    return f"{_FOLDERS[BINDING]}{document.name}.yaml"
