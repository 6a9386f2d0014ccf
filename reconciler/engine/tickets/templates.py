"""Summary and description of a ticket, from sandboxed templates over the facts of the issue.

The facts are hostile text (anyone who can throw an exception writes them): a template sees plain values only, output is cut to
Jira's limits, and line breaks and control characters never reach a summary.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from reconciler.model.issue import Issue

if TYPE_CHECKING:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

DEFAULT_SUMMARY = "{{ issue.error_type or 'Error' }} in {{ issue.service or 'unknown service' }}"
DEFAULT_DESCRIPTION = """\
{{ issue.error_type or 'Error' }}: {{ issue.error_message or '(no message)' }}

Service: {{ issue.service or '-' }}
Teams: {{ issue.teams | join(', ') or '-' }}
First seen: {{ issue.first_seen }}{{ ' in ' ~ issue.first_seen_version if issue.first_seen_version }}
{% if issue.file_path %}Where: {{ issue.file_path }}{{ ' in ' ~ issue.function_name if issue.function_name }}
{% endif -%}
Issue: {{ issue.url }}"""

# Jira refuses a summary of 255 characters or more, and texts over 32,767. Reference: jira-api §2, §5.1.
SUMMARY_LIMIT = 250
DESCRIPTION_LIMIT = 30_000
_TEMPLATE_LIMIT = 10_000
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


class JinjaTemplates:
    """Renders templates with Jinja's immutable sandbox; an unknown name is an error, not an empty string.

    `issue_url` is a format with `{id}` for the page of an issue in Datadog.
    """

    def __init__(self, issue_url: str = "https://app.datadoghq.com/error-tracking?issueId={id}") -> None:
        self.issue_url = issue_url
        self._environment: ImmutableSandboxedEnvironment | None = None

    def render(self, template: str, issue: Issue, rule: str) -> str:
        """The text. Raises ValueError for a template that cannot be rendered."""
        return _rendered(self._sandbox(), template, {"issue": self._facts(issue), "rule": rule})

    def fault(self, template: str) -> str | None:
        """What is wrong with the template as written, None if it can be used: it is tried on an issue with every fact."""
        facts = dict.fromkeys(_FACTS, "x") | {"teams": ["x"], "languages": ["x"], "is_crash": False}
        try:
            _rendered(self._sandbox(), template, {"issue": facts, "rule": "x"})
        except ValueError as error:
            return str(error)
        return None

    def _sandbox(self) -> ImmutableSandboxedEnvironment:
        if self._environment is None:
            from jinja2 import StrictUndefined
            from jinja2.sandbox import ImmutableSandboxedEnvironment

            environment = ImmutableSandboxedEnvironment(undefined=StrictUndefined, autoescape=False)
            environment.globals.clear()
            self._environment = environment
        return self._environment

    def _facts(self, issue: Issue) -> Mapping[str, object]:
        plain = {name: getattr(issue, name) for name in _FACTS if hasattr(issue, name)}
        return plain | {
            "teams": [team.handle for team in issue.teams],
            "languages": list(issue.languages),
            "first_seen": issue.first_seen.strftime("%Y-%m-%d %H:%M UTC"),
            "last_seen": issue.last_seen.strftime("%Y-%m-%d %H:%M UTC"),
            "url": self.issue_url.format(id=issue.id),
        }


_FACTS = (
    "id", "service", "error_type", "error_message", "file_path", "function_name", "platform", "languages", "is_crash",
    "first_seen", "last_seen", "first_seen_version", "last_seen_version", "teams", "url",
)  # fmt: skip


def _rendered(sandbox: ImmutableSandboxedEnvironment, template: str, values: Mapping[str, object]) -> str:
    from jinja2 import TemplateError

    if len(template) > _TEMPLATE_LIMIT:
        raise ValueError(f"the template has {len(template)} characters, the limit is {_TEMPLATE_LIMIT}")
    if re.search(r"\{%-?\s*for|\*\s*\d{4,}|range\s*\(", template):
        raise ValueError("loops and large repetitions are not offered in templates")
    try:
        text = sandbox.from_string(template).render(values)
    except (TemplateError, TypeError, ArithmeticError, AttributeError, LookupError, MemoryError) as error:
        raise ValueError(f"the template cannot be rendered: {error}") from error
    return text


def summary_of(text: str) -> str:
    """Rendered text as a summary: one line without control characters, shorter than Jira's limit, never empty."""
    line = " ".join(_CONTROL.sub(" ", text.replace("\n", " ")).split())
    return (line if len(line) <= SUMMARY_LIMIT else line[: SUMMARY_LIMIT - 1].rstrip() + "…") or "Error"


def description_of(text: str) -> str:
    """Rendered text as a description: no control characters, within Jira's limit with room for the mark."""
    clean = _CONTROL.sub("", text.replace("\r\n", "\n")).strip()
    return clean if len(clean) <= DESCRIPTION_LIMIT else clean[:DESCRIPTION_LIMIT].rstrip() + "\n… (shortened)"
