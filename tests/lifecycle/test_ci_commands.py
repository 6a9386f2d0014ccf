"""`reconciler ci`, against a GitHub of our own: one comment, one issue, and no believing what others wrote."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from reconciler.cli.main import main
from reconciler.report.sticky import LIMIT, Shown, shown_in, sticky

HEAD, COMMIT = "a" * 40, "b" * 40
DIGEST = "sha256:" + "1" * 64
SHOWN = Shown(DIGEST, HEAD, "77")

# What the fixtures give: see conftest.
Forge = Any
Ci = Callable[..., int]


@pytest.fixture
def ci(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, forge: Forge) -> Ci:
    """Runs `reconciler ci …` as the run of a pull request would, in an empty directory."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "event.json").write_text(json.dumps({"pull_request": {"number": 5, "head": {"sha": HEAD}}}))
    environment = {
        "GITHUB_TOKEN": "bot-token",
        "GITHUB_REPOSITORY": "acme/errors",
        "GITHUB_API_URL": forge.url,
        "GITHUB_EVENT_PATH": str(tmp_path / "event.json"),
        "GITHUB_OUTPUT": str(tmp_path / "output"),
        "GITHUB_RUN_ID": "77",
        "GITHUB_SHA": COMMIT,
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)

    def run(*arguments: str) -> int:
        return main(["ci", *arguments])

    return run


def test_one_comment_that_is_updated_and_shows_which_plan(ci: Ci, forge: Forge, tmp_path: Path) -> None:
    assert main(["init", "--sandbox"]) == 0
    assert main(["plan", "--out", "plan.json", "--only", "settings"]) == 0
    digest = json.loads((tmp_path / "plan.json").read_text())["digest"]
    (tmp_path / "plan.md").write_text("<!-- reconciler:plan -->\n### Plan: 1 to create\n")
    for _ in range(120):
        forge.say(5, "alice", "a long discussion")
    assert ci("comment", "plan.md", "--plan", "plan.json") == 0
    (tmp_path / "plan.md").write_text("<!-- reconciler:plan -->\n### Plan: 2 to create\n")
    assert ci("comment", "plan.md", "--plan", "plan.json") == 0
    (own,) = [one for one in forge.comments[5] if one["user"]["login"] != "alice"]
    assert own["body"].startswith("<!-- reconciler:plan -->\n<!-- reconciler-plan: sha256:")
    assert own["body"].endswith("-->\n### Plan: 2 to create\n")
    assert shown_in(own["body"]) == Shown(digest, HEAD, "77")


def test_another_configuration_has_another_comment(ci: Ci, forge: Forge, tmp_path: Path) -> None:
    (tmp_path / "plan.md").write_text("<!-- reconciler:plan -->\nempty\n")
    assert [ci("--name", name, "comment", "plan.md") for name in ("east", "west", "east")] == [0, 0, 0]
    assert [one["body"].splitlines()[0] for one in forge.comments[5]] == [
        "<!-- reconciler:east -->",
        "<!-- reconciler:west -->",
    ]


@pytest.mark.parametrize("plan", [None, '{"digest": "' + DIGEST + '"}'])
def test_without_a_plan_the_comment_says_so_and_passes_for_none(
    ci: Ci, forge: Forge, tmp_path: Path, plan: str | None
) -> None:
    forge.say(5, "github-actions[bot]", sticky("### Plan: 1 to create\n", "plan", SHOWN))
    if plan is not None:
        (tmp_path / "plan.json").write_text(plan)
    assert ci("comment", "plan.md", "--plan", "plan.json") == 0
    (comment,) = forge.comments[5]
    assert "[the run says why](https://github.com/acme/errors/actions/runs/77)" in comment["body"]
    assert shown_in(comment["body"]) is None


def test_a_text_by_somebody_else_is_never_taken_for_ours(ci: Ci, forge: Forge, tmp_path: Path) -> None:
    planted = sticky("mine\n", "plan", SHOWN)
    forge.say(5, "alice", planted)
    forge.merge(5, HEAD, COMMIT)
    assert ci("reviewed") == 4
    (tmp_path / "plan.md").write_text("<!-- reconciler:plan -->\n### Plan\n")
    assert ci("comment", "plan.md") == 0
    assert [one["user"]["login"] for one in forge.comments[5]] == ["alice", "github-actions[bot]"]
    assert forge.comments[5][0]["body"] == planted


def test_what_was_reviewed_is_handed_on(ci: Ci, forge: Forge, tmp_path: Path) -> None:
    forge.say(5, "github-actions[bot]", sticky("### Plan\n", "plan", SHOWN))
    forge.merge(5, HEAD, COMMIT)
    assert ci("reviewed") == 0
    assert (tmp_path / "output").read_text() == f"digest={DIGEST}\nrun=77\n"


@pytest.mark.parametrize(
    ("body", "head", "why"),
    [
        (None, HEAD, "#5 was merged without a plan in its comments"),
        ("", HEAD, "#5 was merged without a plan in its comments"),
        (
            sticky("### Plan\n", "plan", SHOWN),
            "c" * 40,
            "#5 shows the plan of aaaaaaaaaaaa, and cccccccccccc was merged",
        ),
        # A hostile title that reached the report of a plan that could not be saved.
        (sticky(sticky("x", "x", SHOWN), "plan"), HEAD, "#5 was merged without a plan in its comments"),
        (sticky("### Plan\n", "other", SHOWN), HEAD, "#5 was merged without a plan in its comments"),
    ],
)
def test_what_was_not_reviewed_is_refused_with_the_reason(
    ci: Ci, forge: Forge, capsys: pytest.CaptureFixture[str], body: str | None, head: str, why: str
) -> None:
    if body is not None:
        forge.say(5, "github-actions[bot]", body)
    forge.merge(5, head, COMMIT)
    assert ci("reviewed") == 4
    assert why in capsys.readouterr().err


def test_a_push_without_a_pull_request_was_reviewed_by_nobody(
    ci: Ci, forge: Forge, capsys: pytest.CaptureFixture[str]
) -> None:
    forge.merge(5, HEAD, "c" * 40)
    forge.merged[COMMIT] = forge.merged["c" * 40]  # GitHub lists pull requests that merely hold the commit, too
    assert ci("reviewed") == 4
    assert "is no merged pull request" in capsys.readouterr().err


def test_one_issue_opens_is_updated_closes_and_opens_again(
    ci: Ci, forge: Forge, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    report = tmp_path / "drift.md"
    report.write_text("<!-- reconciler:drift -->\n### clean\n")
    assert ci("issue", "drift.md", "--ended", "0") == 0
    assert forge.issues == []
    told = []
    for ended in ("2", "1", "0", "0", "2"):
        report.write_text(f"<!-- reconciler:drift -->\n### ended {ended}\n")
        capsys.readouterr()
        assert ci("issue", "drift.md", "--ended", ended) == 0
        (issue,) = forge.issues
        told.append((capsys.readouterr().out.split(":")[0].strip(), issue["state"], issue["body"].split()[-1]))
    assert told == [
        ("opened an issue", "open", "2"),
        ("updated", "open", "1"),
        ("closed", "closed", "0"),
        ("nothing drifted, and no issue is open", "closed", "0"),
        ("opened again", "open", "2"),
    ]


def test_a_look_that_failed_is_told_and_closes_nothing(ci: Ci, forge: Forge) -> None:
    assert ci("issue", "absent.md", "--ended", "1") == 0
    (issue,) = forge.issues
    assert (issue["state"], "The look for drift failed" in issue["body"]) == ("open", True)
    assert ci("issue", "absent.md", "--ended", "0") == 64
    assert issue["state"] == "open"


def test_what_is_too_long_for_github_is_cut_where_nothing_is_left_open() -> None:
    body = sticky("### Plan: many\n<details>\n" + "x" * 70_000 + "\n</details>\n", "plan", SHOWN)
    assert len(body) <= LIMIT
    assert "<details" not in body
    assert "too long to be shown whole" in body
    assert shown_in(body) == SHOWN
    assert len(sticky("x" * 70_000, "plan")) <= LIMIT


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("GITHUB_TOKEN", "", "GITHUB_TOKEN is not set"),
        ("GITHUB_REPOSITORY", "../../etc", "is no repository"),
        ("GITHUB_SHA", "main", "is no commit"),
        ("GITHUB_API_URL", "http://example.com", "is not https"),
        ("GITHUB_TOKEN", "stranger-token", "401"),
    ],
)
def test_what_the_environment_lacks_is_said(
    ci: Ci, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], name: str, value: str, told: str
) -> None:
    monkeypatch.setenv(name, value)
    assert ci("reviewed") == 1
    error = capsys.readouterr().err
    assert told in error
    assert "stranger-token" not in error


def test_a_plan_file_with_another_digest_than_the_reviewed_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    main(["init", "--sandbox"])
    assert main(["plan", "--out", "plan.json"]) == 0
    digest = json.loads((tmp_path / "plan.json").read_text())["digest"]
    capsys.readouterr()
    assert main(["apply", "plan.json", "--digest", DIGEST]) == 4
    assert "is not the plan that was reviewed" in capsys.readouterr().err
    assert main(["apply", "--digest", DIGEST, "--yes"]) == 64
    assert main(["apply", "plan.json", "--digest", digest]) == 0
