"""Whether what is declared makes sense by itself: mappings that lead back, one writer for a field, queries that parse."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from reconciler.documents.declarations import Declarations
from reconciler.documents.quoting import query_finding
from reconciler.model.declared import (
    Connections,
    Deployment,
    Direction,
    Engine,
    JiraConnection,
    ProjectBinding,
    Rule,
    SyncField,
)
from reconciler.model.finding import Finding, Origin, Severity
from reconciler.model.written import Written
from reconciler.query.fault import SyntaxFault
from reconciler.query.parser import parse
from reconciler.sync.mapping import mapping_findings

TemplateCheck = Callable[[str], str | None]
"""Says what is wrong with a template, None if nothing is."""

NATIVE_ONLY = (SyncField.TITLE, SyncField.DESCRIPTION, SyncField.PRIORITY, SyncField.DUE_DATE)
"""The fields that only Datadog's own sync carries. Reference: design, "Who syncs"."""


def nonsense(declared: Declarations, lines: Mapping[str, list[str]], check_template: TemplateCheck | None) -> None:
    """Adds a finding for everything that cannot mean what it says. `lines` are the lines of each file."""
    for mapping in declared.mappings:
        declared.findings += mapping_findings(mapping)
    accounts = {name: jira for one in declared.connections for name, jira in one.jira.items()}
    for binding in declared.bindings:
        declared.findings += _writers(binding, accounts.get(binding.account))
    for connections in declared.connections:
        declared.findings += _addresses(connections)
    said: dict[str, str | None] = {}
    for rule in declared.rules:
        declared.findings += _query(rule, lines)
        if check_template is not None:
            declared.findings += _templates(rule, check_template, said)


def _writers(binding: ProjectBinding, jira: JiraConnection | None) -> Iterator[Finding]:
    synced = [name for name, direction in binding.sync.fields.items() if direction is not Direction.OFF]
    ours = binding.sync.engine is Engine.RECONCILER
    for name in synced:
        where = _at(binding.written, f"sync.{name.value}")
        if ours and name in NATIVE_ONLY:
            message = f"sync.{name.value}: only Datadog can sync it, but `engine: reconciler` takes the sync over"
            yield _error("two-writers", where, message, expected="off, or no such key", hint="or use `engine: datadog`")
        elif not ours and jira is not None and jira.deployment is Deployment.DATA_CENTER:
            message = f"sync.{name.value}: Datadog syncs with Jira Cloud only, and {jira.account} is a Data Center"
            yield _error("native-sync-cloud-only", where, message, hint="use `engine: reconciler`")
        elif ours and binding.sync.fields[name] is Direction.ONCE:
            message = f"sync.{name.value}: `once` is Datadog's, with `engine: reconciler` nothing is synced by it"
            hint = "say two_way or off, or use `engine: datadog`"
            yield Finding("once-does-nothing", Severity.WARNING, message, origin=where, hint=hint)
    if SyncField.STATUS in synced and binding.status_mapping is None:
        where = _at(binding.written, "sync.status")
        if ours:
            message = "sync.status: there is no status_mapping to translate by"
            yield _error("status-mapping-missing", where, message, hint="add `status_mapping:`")
        else:
            message = "sync.status: without a status_mapping, whatever stands in Datadog translates"
            yield Finding(
                "status-mapping-missing", Severity.WARNING, message, origin=where, hint="add `status_mapping:`"
            )


def _addresses(connections: Connections) -> Iterator[Finding]:
    datadog = connections.datadog
    urls = {f"jira.{name}.url": jira.url for name, jira in connections.jira.items()}
    if datadog is not None and datadog.site is None:
        urls["datadog.url"] = datadog.url
    for path, url in sorted(urls.items()):
        if not _is_address(url):
            where = _at(connections.written, path)
            yield _error(
                "wrong-value", where, f"{path}: this is no address", expected="https://HOST, with a port up to 65535"
            )
    if datadog is not None and datadog.site is not None and "ddog-gov" in datadog.site:
        # Reference: datadog-api, sites.
        message = f"datadog.site: Datadog offers no tickets for Error Tracking on {datadog.site}"
        where = _at(connections.written, "datadog.site")
        yield Finding("gov-site", Severity.WARNING, message, origin=where, hint="ask Datadog before you go on")


def _is_address(url: str) -> bool:
    try:
        return urlsplit(url).port != 0
    except ValueError:
        return False


def _query(rule: Rule, lines: Mapping[str, list[str]]) -> Iterator[Finding]:
    try:
        parse(rule.match)
    except SyntaxFault as fault:
        yield query_finding(rule, fault, lines)


def _templates(rule: Rule, check: TemplateCheck, said: dict[str, str | None]) -> Iterator[Finding]:
    for name, template in (("summary", rule.destination.summary), ("description", rule.destination.description)):
        if template is None:
            continue
        if template not in said:
            said[template] = check(template)
        fault = said[template]
        if fault is not None:
            where = _at(rule.written, f"destination.{name}")
            yield _error(
                "template-syntax",
                where,
                f"{name} of rule {rule.name}: {fault}",
                expected="a template such as {{ issue.error_type }} in {{ issue.service }}",
            )


def _at(written: Written | None, path: str) -> Origin | None:
    return written.at(path) if written else None


def _error(
    code: str, origin: Origin | None, message: str, *, expected: str | None = None, hint: str | None = None
) -> Finding:
    return Finding(code, Severity.ERROR, message, origin=origin, expected=expected, hint=hint)
