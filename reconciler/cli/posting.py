"""One comment, one issue: found again by its name and author, then updated; and the plan that a comment showed."""

from __future__ import annotations

from pathlib import Path

from reconciler.cli.output import OutputFailed
from reconciler.errors import PlanRefused
from reconciler.providers.github import GitHub
from reconciler.report.sticky import Shown, is_named, shown_in

_TITLE = "Datadog and Jira have drifted from what is declared"


def text_in(path: Path) -> str | None:
    """What a report file holds; None where there is no such file, or nothing in it. Raises OutputFailed."""
    try:
        return path.read_text(encoding="utf-8").strip("\n") + "\n" if path.stat().st_size else None
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise OutputFailed(f"{path} cannot be read: {error}") from None


def digest_in(path: Path) -> str | None:
    """The digest of a plan file; None where there is none that could be applied: it must not pass for reviewed."""
    from reconciler.documents.planfile import read_plan

    if not path.exists():
        return None
    try:
        return str(read_plan(path)["digest"])
    except PlanRefused:
        return None


def comment_in(github: GitHub, number: int, body: str, name: str) -> str:
    """Add our comment or update it, and say which."""
    own = [posted for posted in github.own_comments(number) if is_named(posted.body, name)]
    if not own:
        github.add_comment(number, body)
        return f"commented on #{number}"
    github.edit_comment(own[0].number, body)
    return f"updated the comment on #{number}"


def issue_in(github: GitHub, body: str, name: str, *, is_wanted: bool) -> str:
    """Bring our issue to where it belongs, and say what was done. What is clean and was never told needs no issue."""
    own = [posted for posted in github.own_issues() if is_named(posted.body, name)]
    if not own:
        if not is_wanted:
            return "nothing drifted, and no issue is open"
        github.open_issue(_TITLE if name == "drift" else f"{_TITLE}: {name}", body)
        return "opened an issue"
    # Two runs at once may have opened two; the open one, else the oldest, is the one to go on with.
    issue = next((posted for posted in own if posted.is_open), own[0])
    if not is_wanted and not issue.is_open:
        return "nothing drifted, and no issue is open"
    github.edit_issue(issue.number, body, is_open=is_wanted)
    word = "closed" if not is_wanted else "updated" if issue.is_open else "opened again"
    return f"{word}: #{issue.number}"


def reviewed_for(github: GitHub, commit: str, name: str) -> Shown | str:
    """The plan that was shown for what became this commit, or why there is none."""
    merged = github.merged_as(commit)
    if merged is None:
        return f"commit {commit[:12]} is no merged pull request: nobody was shown a plan of it"
    own = [posted for posted in github.own_comments(merged.number) if is_named(posted.body, name)]
    shown = shown_in(own[0].body) if own else None
    if shown is None:
        return f"#{merged.number} was merged without a plan in its comments"
    if shown.head != merged.head:
        return f"#{merged.number} shows the plan of {shown.head[:12]}, and {merged.head[:12]} was merged"
    return shown
