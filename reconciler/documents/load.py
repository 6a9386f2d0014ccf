"""From a configuration directory to what it declares, with every finding of every file in one run. Contacts nobody."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from reconciler.documents.agreement import Known, accounts_of, disagreements
from reconciler.documents.checking import Checked, check
from reconciler.documents.declarations import Declarations
from reconciler.documents.declaring import Declaring
from reconciler.documents.digest import digest
from reconciler.documents.document import Document
from reconciler.documents.files import lies_below, sources
from reconciler.documents.meaning import TemplateCheck, nonsense
from reconciler.documents.reader import read
from reconciler.documents.shapes.kinds import KINDS
from reconciler.documents.whereabouts import advice
from reconciler.model.declared import Configuration
from reconciler.model.finding import Finding, Severity, ordered
from reconciler.model.limits import Limits
from reconciler.rules.conflicts import conflicts


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a directory declares. `configuration` is None exactly where some finding is an error; `files` are those read."""

    configuration: Configuration | None
    findings: tuple[Finding, ...]
    files: tuple[str, ...]


def load(directory: Path, check_template: TemplateCheck | None = None) -> Loaded:
    """Everything declared below `directory`. Raises nothing: whatever is wrong is a finding.

    `check_template` says what is wrong with a template; without it templates are taken as they are.
    """
    with _without_garbage_collection():
        return _Loading(directory, check_template).loaded()


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    """Thousands of small containers are made here and all are kept: collecting meanwhile costs more than the reading."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


class _Loading:
    def __init__(self, directory: Path, check_template: TemplateCheck | None) -> None:
        self.directory = directory
        self.check_template = check_template
        self.declared = Declarations()
        self.lines: dict[str, list[str]] = {}
        self.names: dict[str, set[str]] = {"rule": set()}
        self.unread: set[str] = set()

    def loaded(self) -> Loaded:
        if not self.directory.is_dir():
            return self._nothing("config-missing", f"there is no directory {self.directory}", advice(self.directory))
        for source in sources(self.directory):
            if isinstance(source, Finding):
                self.declared.findings.append(source)
                self.unread.update(_REFERRED)
            else:
                self.lines[source.file] = source.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
                self._read(source.file, source.text)
        if not self.lines and not self.declared.findings:
            return self._nothing(
                "config-empty", f"there is no YAML file below {self.directory}", advice(self.directory)
            )
        self._check()
        findings = ordered(self.declared.findings)
        failed = any(finding.severity is Severity.ERROR for finding in findings)
        return Loaded(None if failed else self._configuration(), findings, tuple(sorted(self.lines)))

    def _read(self, file: str, text: str) -> None:
        parsed = read(text, file)
        places = {finding.origin for finding in parsed.findings}
        self.declared.findings += parsed.findings
        if not parsed.complete:
            self.unread.update(_REFERRED)
        for document in parsed.documents:
            checked = check(document)
            if isinstance(checked, Checked):
                # What the reader has refused already need not be refused once more for its shape.
                self.declared.findings += [one for one in checked.findings if one.origin not in places]
                self._declare(checked, document)
            elif checked is not None:
                self.declared.findings.append(checked)
                self.unread.update(_REFERRED)

    def _declare(self, checked: Checked, document: Document) -> None:
        if checked.shape is not None:
            Declaring(checked.document, self.declared).declare(checked.shape)
        if checked.findings:
            self._remember_names(checked.kind, document.data)

    def _remember_names(self, kind: str, data: object) -> None:
        """Names in a faulty document exist all the same: a reference to one of them is not another fault."""
        name = _inside(data, "metadata", "name")
        if isinstance(name, str):
            self.names.setdefault(kind, set()).add(name)
        else:
            self.unread.add(kind)
        rules = _inside(data, "spec", "rules")
        if isinstance(rules, list):
            self.names["rule"] |= {name for rule in rules if isinstance(name := _inside(rule, "name"), str)}
        elif kind == "AutomationRules":
            self.unread.add("rule")
        if kind == "Connections":
            self.unread.add("account")

    def _check(self) -> None:
        declared = self.declared
        for document in declared.documents:
            self.names.setdefault(document.kind, set()).add(document.name)
        self.names["rule"] |= {rule.name for rule in declared.rules}
        accounts = accounts_of(declared.connections)
        if accounts is None:
            self.unread.add("account")
        self.names["account"] = set(accounts or ())
        disagreements(declared, Known(self.names, self.unread))
        nonsense(declared, self.lines, self.check_template)
        declared.findings += conflicts(declared.rules)
        self._check_connections()

    def _check_connections(self) -> None:
        declared = self.declared
        if not declared.connections and not self.names.get("Connections") and "Connections" not in self.unread:
            hint = "add a document of `kind: Connections`"
            declared.warning("no-connections", None, "no document says how to reach Datadog and Jira", hint=hint)
        for connections in declared.connections:
            world = connections.sandbox_world
            if world is None:
                continue
            where = connections.written.at("sandbox.world") if connections.written else None
            if not lies_below(self.directory, world):
                message = "sandbox.world: the file lies outside of the configuration directory"
                declared.error("world-missing", where, message, expected="a path below it")
            elif not (self.directory / world).is_file():
                declared.error(
                    "world-missing",
                    where,
                    f"sandbox.world: there is no file {world}",
                    hint="mend the name, or copy the world there",
                )

    def _configuration(self) -> Configuration:
        declared = self.declared
        configuration = Configuration(
            connections=declared.connections[0] if declared.connections else None,
            mappings={one.name: one for one in sorted(declared.mappings, key=lambda one: one.name)},
            bindings={one.name: one for one in sorted(declared.bindings, key=lambda one: one.name)},
            rules=tuple(sorted(declared.rules, key=lambda rule: rule.rank)),
            users=tuple(sorted((pair for pair, _ in declared.users), key=lambda pair: (pair.datadog, pair.jira))),
            limits=declared.limits[0] if declared.limits else Limits(),
            accepted=tuple(sorted(declared.accepted, key=lambda one: one.name)),
            tests=tuple(sorted(declared.tests, key=lambda test: test.suite)),
        )
        return replace(configuration, digest=digest(configuration))

    def _nothing(self, code: str, message: str, hint: str) -> Loaded:
        return Loaded(None, (Finding(code, Severity.ERROR, message, hint=hint),), ())


_REFERRED = (*KINDS, "rule", "account")
"""What documents refer to by name."""


def _inside(data: object, *keys: str) -> object:
    for key in keys:
        data = data.get(key) if isinstance(data, dict) else None
    return data
