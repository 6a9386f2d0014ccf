"""Verdicts as JUnit XML, in the form that Jenkins reads and every CI system after it.

Only elements and attributes of Jenkins' own XSD are used, hence no `file` and `line` of a case: its place stands in the text.
XML 1.0 has no way to write a control character: `safe_text` shows each as an escape, and so does it for what would hide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from reconciler.model.finding import Finding, Origin, Severity, ordered
from reconciler.report.safe_text import log_safe, one_line, safe_text

Verdict: TypeAlias = Literal["passed", "failed", "error", "skipped"]

_ELEMENTS = {"failed": "failure", "error": "error", "skipped": "skipped"}
_ESCAPES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"})


@dataclass(frozen=True, slots=True)
class JUnitCase:
    """One thing that was looked at. `group` is what CI systems fold by; `error` says that nobody could look. `message` is
    one line, `detail` may be several.
    """

    name: str
    group: str
    verdict: Verdict
    message: str = ""
    detail: str = ""
    origin: Origin | None = None


def render_junit(suite: str, cases: Sequence[JUnitCase]) -> str:
    """The report, in the order given; ends with a line break. Every text is inert: it is neither markup nor a CI command."""
    counts = Counter(case.verdict for case in cases)
    totals = {
        "name": suite,
        "tests": str(len(cases)),
        "failures": str(counts["failed"]),
        "errors": str(counts["error"]),
    }
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        _opened("testsuites", totals),
        "  " + _opened("testsuite", totals | {"skipped": str(counts["skipped"])}),
        *(f"    {line}" for case in cases for line in _case(case)),
        "  </testsuite>",
        "</testsuites>",
    ]
    return log_safe("\n".join(lines)) + "\n"


def cases_of(findings: Iterable[Finding], name: str, group: str) -> tuple[JUnitCase, ...]:
    """Each finding as a case, under the name of its place and code. Errors failed; warnings and notes, which end no run,
    count as skipped, as nothing of a passed case is shown. Without any finding the one case `name` has passed: a report of
    no cases is taken for a broken one.
    """
    told = tuple(_of_finding(finding, group) for finding in ordered(tuple(findings)))
    return told or (JUnitCase(name, group, "passed"),)


def _of_finding(finding: Finding, group: str) -> JUnitCase:
    place = finding.origin or finding.address
    expected = f"expected {finding.expected}" if finding.expected else ""
    return JUnitCase(
        name=f"{place}: {finding.code}" if place else finding.code,
        group=group,
        verdict="failed" if finding.severity is Severity.ERROR else "skipped",
        message=finding.message,
        detail="\n".join(part for part in (finding.message, expected, finding.hint) if part),
        origin=finding.origin,
    )


def _case(case: JUnitCase) -> Iterator[str]:
    opening = _opened("testcase", {"classname": case.group, "name": case.name})
    if case.verdict == "passed":
        yield f"{opening[:-1]}/>"
        return
    yield opening
    element = _ELEMENTS[case.verdict]
    about = {"message": case.message} if element == "skipped" else {"type": case.verdict, "message": case.message}
    told = "\n".join(part for part in (str(case.origin) if case.origin else "", case.detail) if part)
    # Not indented: what stands between the tags is shown as it is.
    yield f"  {_opened(element, about)}{safe_text(told, keep_lines=True).translate(_ESCAPES)}</{element}>"
    yield "</testcase>"


def _opened(element: str, attributes: Mapping[str, str]) -> str:
    written = "".join(f' {name}="{one_line(value).translate(_ESCAPES)}"' for name, value in attributes.items())
    return f"<{element}{written}>"
