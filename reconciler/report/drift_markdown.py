"""Drift as Markdown, for one issue or comment that CI updates in place: it finds it by the hidden marker of the first line."""

from __future__ import annotations

from collections.abc import Sequence

from reconciler.engine.drift.drift import Drift, Drifted, Verdict
from reconciler.model.finding import Finding, ordered
from reconciler.report.drift_text import lines_of
from reconciler.report.drift_wording import answered, declared, headline, lists, sort_of, trace, warning
from reconciler.report.folding import Fold, fitted
from reconciler.report.markdown_text import code, label, prose, sentence
from reconciler.report.wording import moment

# GitHub refuses the body of an issue of more than 65,536 characters. Reference: peers, "plan comment too long".
LIMIT = 60_000
REST = "The whole is in `reconciler drift --format json`."
_MOST_LINES = 20


def render_drift_markdown(drift: Drift, *, limit: int = LIMIT, name: str = "drift") -> str:
    """The body, at most `limit` characters. A clean look has one, too, so that an open issue can be updated and closed."""
    head = [f"<!-- reconciler:{label(name)} -->", f"### {headline(drift)}"]
    if warning(drift):
        head.append(f"**{prose(warning(drift))}**")
    if drift.verdict is Verdict.CLEAN:
        head.append("Both systems are as declared.")
    jira = [f"{prose(account)} {code(url)}" for account, url in sorted(drift.targets.jira.items())]
    head.append(f"Looked at {', '.join([code(drift.targets.datadog), *jira])} at {moment(drift.looked_at)}.")
    folds = [
        Fold(title, "addresses", len(entries), map(_entry, entries), is_open=entries is drift.counted)
        for title, entries in lists(drift)
    ]
    if drift.findings:
        unique = ordered(drift.findings)
        folds.append(Fold("Findings", "findings", len(unique), map(_finding, unique), is_open=drift.is_blind))
    return fitted("\n\n".join(head), folds, limit, REST)


def _entry(one: Drifted) -> str:
    lines = [f"{prose(path)}: {prose(text)}" if path else prose(text) for path, text in lines_of(one)]
    shown: Sequence[str] = lines[:_MOST_LINES]
    more = [f"… and {len(lines) - _MOST_LINES:,} more"] if len(lines) > _MOST_LINES else []
    told = [prose(text) for text in (trace(one), declared(one), answered(one)) if text]
    findings = [_finding(finding).removeprefix("- ") for finding in one.findings]
    return "\n  - ".join([f"- **{code(str(one.address))}** {sort_of(one)}", *shown, *more, *findings, *told])


def _finding(finding: Finding) -> str:
    place = f"{code(str(finding.origin))} " if finding.origin else ""
    told = " — ".join(sentence(part) for part in (finding.message, finding.hint) if part)
    return f"- {place}{told} {code(finding.code)}"
