"""What a pull request on rules does to real issues, as a reviewer reads it; and the days on which tickets are made."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from reconciler.documents.plan_schema import machine_schemas
from reconciler.model.declared import AutoCreate, Configuration, Destination, ProjectBinding, Rule
from reconciler.model.issue import Issue
from reconciler.model.state import IssueState
from reconciler.plan.encoding import digest_of
from reconciler.report.backtest import render_backtest
from reconciler.report.backtest_markdown import render_backtest_markdown
from reconciler.rules.alike import Shared
from reconciler.rules.backtest import backtest, tickets_by_day

ROOT = Path(__file__).resolve().parents[2]
Run = Callable[..., tuple[int, str, str]]
GOLDEN = Path(__file__).parent / "golden"
MIDNIGHT = datetime(2026, 11, 1, tzinfo=UTC)
DAY = timedelta(hours=24)


def golden(name: str, text: str) -> None:
    # The commit of a test repository and the digest of a plan are new each time.
    text = re.sub(r"\(([0-9a-f]{12})\)", "(COMMIT)", text)
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def validated(name: str, text: str) -> dict[str, object]:
    document: dict[str, object] = json.loads(text)
    Draft202012Validator(machine_schemas()[name]).validate(document)
    return document


def test_a_pull_request_fits_on_a_screen(run: Run) -> None:
    code, out, err = run("rules", "backtest", "--base", "before")
    assert (code, err) == (0, "")
    golden("backtest.txt", out)
    assert out.count("\n") <= 45
    code, out, _ = run("rules", "backtest", "--base", "before", "--format", "markdown")
    golden("backtest.md", out)
    code, out, _ = run("rules", "backtest", "--base", "before", "--format", "json")
    told = validated("backtest", out)
    assert isinstance(told["moves"], list)
    assert next(move["now"] for move in told["moves"]) is None


def test_a_plan_tells_the_impact_where_it_knows_the_base(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    tickets = ("plan", "--only", "tickets")
    code, out, _ = run(*tickets, "--format", "json", "--base", "before")
    told = validated("plan", out)
    assert code == 0
    assert told["digest"] == digest_of(told)
    monkeypatch.setenv("RECONCILER_BASE", "before")
    code, out, _ = run(*tickets, "--format", "markdown")
    assert "<details open><summary>Impact of rule changes (" in out
    assert "no rule" in out
    code, out, _ = run(*tickets)
    assert "Impact of rule changes" in out
    assert out.rstrip().splitlines()[-1].startswith("Plan: ")
    # Against itself nothing is told, and nothing more is read.
    subprocess.run(["git", "commit", "-aqm", "now", "--author=A <a@acme.com>"], check=True, env=_identity())
    monkeypatch.setenv("RECONCILER_BASE", "HEAD")
    assert "Impact" not in run(*tickets)[1]


def _identity() -> dict[str, str]:
    return dict(os.environ, GIT_COMMITTER_NAME="A", GIT_COMMITTER_EMAIL="a@acme.com", GIT_CONFIG_GLOBAL=os.devnull)


def test_without_a_base_and_against_a_directory(run: Run, company: Path) -> None:
    code, out, _ = run("rules", "backtest")
    assert code == 0
    assert "Base" not in out
    assert "Moves" not in out
    shutil.copytree(company, company.parent / "same")
    code, out, _ = run("rules", "backtest", "--base", "same")
    assert out.splitlines()[-1].startswith("No issue of ")


@pytest.mark.parametrize(
    ("base", "said"),
    [
        ("--output=x", "'--output=x' is neither a directory nor a revision"),
        ("no-such", "'no-such' is neither a directory nor a revision of this repository"),
        ("before:config", "neither a directory nor a revision"),
        ("$(touch x)", "neither a directory nor a revision"),
    ],
)
def test_a_base_that_cannot_be_read_is_named(run: Run, company: Path, base: str, said: str) -> None:
    code, out, err = run("rules", "backtest", f"--base={base}")
    assert (code, out) == (1, "")
    assert said in err
    assert sorted(path.name for path in company.parent.iterdir()) == [".git", "config"]


def test_a_base_that_is_invalid_shows_why_and_stops_no_plan(run: Run, company: Path) -> None:
    broken = company.parent / "broken"
    shutil.copytree(company, broken)
    (broken / "rules/storefront.yaml").write_text("kind: nothing\n")
    said = "the configuration of 'broken' cannot be used, so nothing can be compared with it"
    code, out, err = run("rules", "backtest", "--base", "broken")
    assert (code, out) == (1, "")
    assert "rules/storefront.yaml:1" in err
    assert said in err
    code, out, err = run("plan", "--only", "settings", "--base", "broken")
    assert code == 0
    assert "Plan: " in out
    assert said in err
    assert "the plan goes without the impact of rule changes" in err


def test_the_page_of_the_plan_shows_the_impact(run: Run, company: Path) -> None:
    code, out, _ = run("plan", "--only", "settings", "--base", "HEAD", "--format", "html")
    assert code == 0
    page = re.sub(r"<[^>]+>|\s+", " ", out)
    _, text, _ = run("plan", "--only", "settings", "--base", "HEAD")
    assert "Impact of rule changes" in text
    assert '<a href="#impact">Impact of rule changes</a>' in out
    golden = json.loads(run("rules", "backtest", "--base", "HEAD", "--format", "json")[1])
    assert golden["moves"]
    for move in golden["moves"]:
        assert all(sample["id"] in page for sample in move["samples"])
        more = move["issues"] - len(move["samples"])
        assert not more or f"… and {more} more " in page
    assert all(each["rule"] in page for each in golden["rules"] if each["now"] != each["before"])


def test_the_job_in_gitlab_lays_out_the_base_that_its_plan_is_given(run: Run, company: Path) -> None:
    pipeline = yaml.load((ROOT / "examples/gitlab/.gitlab-ci.yml").read_text(encoding="utf-8"), yaml.CSafeLoader)  # noqa: TID251 - of GitLab
    environment = os.environ | {"CI_MERGE_REQUEST_DIFF_BASE_SHA": "before"}
    for line in pipeline["base"]["script"]:
        subprocess.run(["bash", "-c", line], cwd=company.parent, env=environment, check=True)
    (given,) = re.findall(r"--base (\S+)", pipeline["plan"]["script"][0])
    code, out, _ = run("plan", "--only", "settings", "--base", str(company.parent / given))
    assert code == 0
    assert "Impact of rule changes" in out


def test_the_first_configuration_of_a_repository_is_planned_though_its_base_has_none(run: Run, company: Path) -> None:
    git = ("git", "-c", "user.name=Ana", "-c", "user.email=ana@acme.com")
    emptied = (*git, "commit-tree", "4b825dc642cb6eb9a060e54bf8d69288fbee4904", "-m", "Nothing yet")
    subprocess.run((*git, "mktree"), cwd=company, input=b"", capture_output=True, check=True)
    empty = subprocess.run(emptied, cwd=company, capture_output=True, text=True, check=True).stdout.strip()
    code, out, err = run("plan", "--only", "settings", "--base", empty)
    assert code == 0
    assert "Plan: " in out
    assert "the plan goes without the impact of rule changes" in err


def moments(*hours: float) -> list[datetime]:
    return [MIDNIGHT + timedelta(hours=hour) for hour in hours]


@pytest.mark.parametrize(
    ("hours", "most", "days"),
    [
        ((), 2, {}),
        ((1, 2, 3, 25), None, {1: 3, 2: 1}),
        ((1, 2, 3), 5, {1: 3}),
        ((1, 2, 3), 2, {1: 2, 2: 1}),  # The third waits for midnight.
        ((1, 2, 3, 4, 5), 2, {1: 2, 2: 2}),  # The fifth is no longer new on the third day.
        ((1, 2, 3, 26), 2, {1: 2, 2: 2}),
        ((1, 2), 0, {}),
        ((47,), 1, {2: 1}),
        ((46, 47), 1, {2: 1}),  # The end of the window comes before the next day.
    ],
)
def test_tickets_are_laid_out_by_day(hours: tuple[float, ...], most: int | None, days: dict[int, int]) -> None:
    alone = [(moment, None) for moment in moments(*hours)]
    made, joined = tickets_by_day(alone, most, DAY, MIDNIGHT + timedelta(days=2), DAY)
    assert joined == 0
    assert made == Counter({date(2026, 11, day): count for day, count in days.items()})


ALIKE = st.sampled_from([None, (("service", ("a",)),), (("service", ("b",)),)])


@given(
    st.lists(st.tuples(st.floats(0, 95), ALIKE), max_size=30), st.integers(0, 6), st.integers(1, 72), st.integers(0, 50)
)
def test_laid_out_as_runs_each_hour_would_make_them(
    arrivals: list[tuple[float, Shared | None]], most: int, window: int, together: int
) -> None:
    """The plainest oracle: a run right after each midnight and each issue."""
    issues = sorted(((MIDNIGHT + timedelta(hours=hour), alike) for hour, alike in arrivals), key=lambda one: one[0])
    end, span, shared_for = MIDNIGHT + timedelta(days=5), timedelta(hours=window), timedelta(hours=together)
    runs = sorted([*(moment for moment, _ in issues), *(MIDNIGHT + timedelta(days=day) for day in range(5))])
    made, joined, since = Counter[date](), 0, dict[Shared, datetime]()
    done: set[int] = set()
    for run in runs:
        for number, (first_seen, alike) in enumerate(issues):
            if not run - span <= first_seen <= run or number in done:
                continue
            if alike is not None and alike in since and first_seen <= since[alike] + shared_for:
                joined += 1
            elif made[run.date()] < most:
                made[run.date()] += 1
                if alike is not None:
                    since[alike] = run
            else:
                continue
            done.add(number)
    assert tickets_by_day(issues, most, span, end, shared_for) == (+made, joined)


def issue(name: str, service: str, **facts: str) -> Issue:
    seen = MIDNIGHT + timedelta(hours=1)
    return Issue(name, IssueState.RESOLVED, service, seen, seen, **facts)  # type: ignore[arg-type]


def configured(*queries: str) -> Configuration:
    rules = tuple(
        Rule(f"rule-{at}", query, Destination("shop"), AutoCreate(enabled=True, max_per_day=1), position=at)
        for at, query in enumerate(queries)
    )
    return Configuration(None, bindings={"shop": ProjectBinding("shop", "SHOP", "acme", "SHOP", "Bug")}, rules=rules)


def test_hostile_titles_are_harmless() -> None:
    hostile = "\x1b[31m</details>@everyone | ::error::x\u202egnp"
    issues = [issue("i1", "a", error_type=hostile, error_message=hostile), issue("i2", hostile)]
    told = backtest(configured("service:b"), configured("service:*"), issues, MIDNIGHT, MIDNIGHT + DAY)
    assert [(move.issues, move.now) for move in told.moves] == [(2, None)]
    for text in (render_backtest(told), render_backtest_markdown(told)):
        assert "\x1b" not in text
        assert "\u202e" not in text
    assert "@everyone" not in render_backtest_markdown(told)
    assert "</details>@" not in render_backtest_markdown(told)


def test_what_changes_the_rule_and_not_the_place_is_told_last() -> None:
    issues = [issue(f"i{at}", service) for at, service in enumerate("aab")]
    told = backtest(
        configured("service:c", "service:a"), configured("service:a", "service:b"), issues, MIDNIGHT, MIDNIGHT + DAY
    )
    assert [(m.before and m.before.rule, m.now and m.now.rule, m.issues, m.is_elsewhere) for m in told.moves] == [
        ("rule-1", None, 1, True),
        ("rule-0", "rule-1", 2, False),
    ]
    assert told.now.tickets == 1
    assert told.before is not None
    assert told.before.tickets == 2
    rule = told.rules[1]
    assert rule.now is not None
    assert (rule.now.issues, rule.now.tickets, rule.now.peak, rule.now.without) == (2, 1, 1, 1)
