"""`reconciler ci`: what workflows on GitHub do besides our other commands. The YAML stays thin; this is tested."""

from __future__ import annotations

from pathlib import Path

import click

from reconciler.cli.command import Documented, DocumentedGroup
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.session import Session
from reconciler.errors import PlanRefused

_POSTED = {ExitCode.DONE: "posted", ExitCode.FAILED: "could not be posted"}
_FILE = click.Path(dir_okay=False, path_type=Path)


@click.group(
    "ci",
    cls=DocumentedGroup,
    short_help="What workflows on GitHub need besides: comment, issue, review.",
    example="reconciler ci comment plan.report.md --plan plan.json\nreconciler ci issue drift.report.md --ended 2",
    exits=_POSTED,
)
@click.option("--name", default=None, metavar="NAME", help="Tells apart several configurations in one repository.")
@click.option(
    "--author",
    default="github-actions[bot]",
    show_default=True,
    metavar="LOGIN",
    help="The account that GITHUB_TOKEN belongs to: no text by anybody else is taken for ours.",
)
@click.pass_context
def ci(context: click.Context, name: str | None, author: str) -> None:
    """What workflows on GitHub need besides our other commands.

    One comment on a pull request and one issue, each updated in place, and the plan that was reviewed before a merge.
    Where it runs is taken from the variables that GitHub sets; GITHUB_TOKEN may post with `pull-requests: write` or
    `issues: write`.
    """
    context.meta["reconciler.ci"] = (name, author)


def _asked(default: str) -> tuple[str, str]:
    name, author = click.get_current_context().meta["reconciler.ci"]
    return name or default, author


@ci.command(
    "comment",
    cls=Documented,
    short_help="Show a plan on its pull request, in one comment that is updated.",
    example="reconciler ci comment plan.report.md --plan plan.json",
    exits=_POSTED,
)
@click.argument("report", metavar="FILE", type=_FILE)
@click.option(
    "--plan", "plan_file", type=_FILE, help="The plan that FILE shows: apply then accepts it after the merge."
)
@click.pass_obj
def comment(session: Session, report: Path, plan_file: Path | None) -> ExitCode:
    """Show a plan on its pull request, in one comment that is updated.

    FILE is what `plan --format markdown -o FILE` wrote. Where there is no FILE the comment says that there is no plan for
    this commit, so that nobody merges by one of an earlier commit.
    """
    from reconciler.cli.github import page_of_run, pull_request, repository, variable
    from reconciler.cli.posting import comment_in, digest_in, text_in
    from reconciler.report.sticky import Shown, sticky

    name, author = _asked("plan")
    about = pull_request()
    text = text_in(report) or f"### No plan\nThis commit could not be planned: [the run says why]({page_of_run()}).\n"
    digest = digest_in(plan_file) if plan_file is not None else None
    shown = Shown(digest, about.head, variable("GITHUB_RUN_ID")) if digest is not None else None
    with repository(session, author) as github:
        click.echo(comment_in(github, about.number, sticky(text, name, shown), name))
    return ExitCode.DONE


@ci.command(
    "issue",
    cls=Documented,
    short_help="Keep one issue about drift: open while something drifts, closed when nothing does.",
    example="reconciler ci issue drift.report.md --ended 2",
    exits=_POSTED,
)
@click.argument("report", metavar="FILE", type=_FILE)
@click.option(
    "--ended", required=True, type=click.IntRange(0, 255), metavar="CODE", help="The exit code of `reconciler drift`."
)
@click.pass_obj
def issue(session: Session, report: Path, ended: int) -> ExitCode:
    """Keep one issue about drift: open while something drifts, closed when nothing does.

    FILE is what `drift --format markdown -o FILE` wrote. Only a look that ended with 0 closes it: one that could not see
    everything is told in the issue, and leaves it open.
    """
    from reconciler.cli.github import page_of_run, repository
    from reconciler.cli.posting import issue_in, text_in
    from reconciler.report.sticky import sticky

    name, author = _asked("drift")
    failed = f"### The look for drift failed\nNothing is known of what drifted: [the run says why]({page_of_run()}).\n"
    text = text_in(report) or (None if ended == ExitCode.DONE else failed)
    if text is None:
        raise click.UsageError(f"{report} is missing: a look that ended with 0 has a report")
    with repository(session, author) as github:
        click.echo(issue_in(github, sticky(text, name), name, is_wanted=ended != ExitCode.DONE))
    return ExitCode.DONE


@ci.command(
    "reviewed",
    cls=Documented,
    short_help="Say which plan was reviewed before the commit was merged.",
    example="reconciler ci reviewed",
    exits={
        ExitCode.DONE: "found: `digest` and `run` are outputs of the step",
        ExitCode.REFUSED: "no plan was reviewed for what was merged; the message says why",
        ExitCode.FAILED: "GitHub could not be asked",
    },
)
@click.pass_obj
def reviewed(session: Session) -> ExitCode:
    """Say which plan was reviewed before the commit was merged.

    GITHUB_SHA is looked up: the pull request that became it, and our comment there. The comment counts only if it shows
    the plan of the very last commit of that pull request.
    """
    from reconciler.cli.github import hand_on, repository, variable
    from reconciler.cli.posting import reviewed_for

    name, author = _asked("plan")
    with repository(session, author) as github:
        found = reviewed_for(github, variable("GITHUB_SHA"), name)
    if isinstance(found, str):
        raise PlanRefused(
            found, cause="stale", hint="start the workflow by hand to apply what is merged, or merge anew"
        )
    hand_on({"digest": found.digest, "run": found.run})
    click.echo(f"reviewed: {found.digest}, kept by run {found.run}")
    return ExitCode.DONE
