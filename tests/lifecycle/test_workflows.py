"""The workflows: who is given which secret and permission, that nobody's text becomes a command, and what the auditor finds."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.cli.scaffold import scaffold

ROOT = Path(__file__).resolve().parents[2]
MADE = {path: text for path, text in scaffold(sandbox=False).items() if path.startswith(".github/workflows/")}
REUSABLE = ("plan", "apply", "drift")
NO_FORK = "github.event.pull_request.head.repo.full_name == github.repository"


def parsed(text: str) -> dict[Any, Any]:
    document = yaml.load(text, yaml.CSafeLoader)
    assert isinstance(document, dict)
    # YAML reads the key `on` as true.
    return {"on" if key is True else key: value for key, value in document.items()}


WORKFLOWS = {
    **{path.name: parsed(path.read_text(encoding="utf-8")) for path in (ROOT / ".github/workflows").glob("*.yml")},
    "reconciler.yml": parsed(MADE[".github/workflows/reconciler.yml"]),
}
ACTION = parsed((ROOT / ".github/actions/reconciler/action.yml").read_text(encoding="utf-8"))


def steps() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, workflow in sorted(WORKFLOWS.items()):
        for key, job in workflow["jobs"].items():
            yield from ((f"{name} {key}", step) for step in job.get("steps", ()))
    yield from (("action.yml", step) for step in ACTION["runs"]["steps"])


def test_a_repository_of_init_has_the_very_workflows_of_this_one() -> None:
    assert sorted(MADE) == [f".github/workflows/{name}.yml" for name in ("apply", "drift", "plan", "reconciler")]
    for name in REUSABLE:
        path = f".github/workflows/{name}.yml"
        assert (ROOT / path).read_text(encoding="utf-8") == MADE[path]


def test_the_auditor_finds_nothing(tmp_path: Path) -> None:
    for path, text in MADE.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text, encoding="utf-8")
    auditor = Path(sys.executable).with_name("zizmor")
    told = subprocess.run(
        [auditor, "--offline", "--no-progress", "--no-config", ROOT / ".github", tmp_path / ".github"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.returncode == 0, told.stdout + told.stderr
    assert "No findings to report" in told.stdout + told.stderr


def test_a_pull_request_of_a_fork_meets_no_secret_and_nothing_that_may_write() -> None:
    for name, job in WORKFLOWS["plan.yml"]["jobs"].items():
        condition = str(job.get("if", ""))
        has_more = (
            "secrets." in str(job)
            or "github.token" in str(job)
            or "environment" in job
            or job["permissions"] != {"contents": "read"}
        )
        assert has_more is (name != "check"), name
        if has_more:
            # A part of an `and` without any `or`: the job cannot run where this does not hold.
            assert NO_FORK in [part.strip() for part in condition.split("&&")], name
            assert "||" not in condition, name
    assert "secrets." not in str(WORKFLOWS["plan.yml"].get("env"))


def test_only_the_job_that_plans_runs_for_a_pull_request() -> None:
    caller = WORKFLOWS["reconciler.yml"]
    assert set(caller["on"]) == {"pull_request", "push", "schedule", "workflow_dispatch"}
    begun = {name: str(job["if"]) for name, job in caller["jobs"].items()}
    assert begun.pop("plan") == "github.event_name == 'pull_request'"
    for name, condition in begun.items():
        events = re.findall(r"github\.event_name == '(\w+)'", condition)
        # Each side of an `or` names its event, and none is a pull request.
        assert len(events) == condition.count("||") + 1, name
        assert "pull_request" not in events, name


def test_keys_and_the_right_to_write_on_github_are_never_in_one_job() -> None:
    for name in REUSABLE:
        for key, job in WORKFLOWS[f"{name}.yml"]["jobs"].items():
            writes = "write" in job["permissions"].values()
            assert not (writes and "secrets." in str(job)), (name, key)
            # Keys come from an environment, whose protection says who may use them, and reach one step, not the job.
            assert ("secrets." in str(job)) is ("environment" in job), (name, key)
            assert "env" not in job, (name, key)


@pytest.mark.parametrize("name", sorted(WORKFLOWS))
def test_nothing_is_allowed_that_is_not_named(name: str) -> None:
    workflow = WORKFLOWS[name]
    assert workflow["permissions"] in ({}, {"contents": "read"})
    assert not {"pull_request_target", "workflow_run", "issue_comment"} & set(workflow["on"])
    for key, job in workflow["jobs"].items():
        assert job.get("secrets") != "inherit", key
        if "uses" not in job:
            assert job["timeout-minutes"] <= 60, key
        else:
            # The caller's permissions are the most that the called one gets: just what its jobs ask for.
            called = WORKFLOWS[Path(job["uses"]).name]
            wanted = {what: how for one in called["jobs"].values() for what, how in one["permissions"].items()}
            assert job["permissions"] == wanted, key
            assert set(job["secrets"]) == set(called["on"]["workflow_call"]["secrets"]), key


def test_no_text_of_an_event_is_part_of_a_command() -> None:
    assert [(place, step["run"]) for place, step in steps() if "${{" in step.get("run", "")] == []
    told = [value for _, step in steps() for value in step.get("env", {}).values()]
    allowed = re.compile(
        r"\$\{\{ (secrets\.\w+|inputs\.\w+|github\.token|github\.action_path|needs\.\w+\.outputs\.\w+"
        r"|github\.event\.pull_request\.base\.sha) \}\}(/\.\.)*|random"
    )
    assert [value for value in told if not allowed.fullmatch(str(value))] == []


def test_what_is_used_is_pinned_and_no_checkout_keeps_a_credential() -> None:
    used = [(place, step) for place, step in steps() if "uses" in step]
    assert len(used) > 20
    assert [place for place, step in used if not re.fullmatch(r"[\w-]+/[\w-]+@[0-9a-f]{40}", step["uses"])] == []
    checkouts = [(place, step) for place, step in used if step["uses"].startswith("actions/checkout@")]
    assert [place for place, step in checkouts if step["with"]["persist-credentials"] is not False] == []


def test_the_action_installs_by_hashes_and_nothing_else() -> None:
    (_, install) = ACTION["runs"]["steps"]
    assert install["run"] == 'sh "$TOOL/.ci/install" "$TOOL" python'
    lines = (ROOT / ".ci/install").read_text(encoding="utf-8").splitlines()
    installs = [line for line in lines if "pip install" in line]
    assert len(installs) == 2
    assert all(
        "--require-hashes -r" in line or "--no-deps --no-build-isolation --no-index" in line for line in installs
    )


def test_every_command_of_a_workflow_is_one_of_ours_or_says_what_it_is() -> None:
    plain = re.compile(r"reconciler [^|&;<>\n]+|python -m pip install --quiet --requirement requirements\.txt")
    others = {step["run"] for place, step in steps() if not place.startswith("ci.yml") and "run" in step} - {
        step["run"] for _, step in steps() if plain.fullmatch(step.get("run", ""))
    }
    assert others == {
        'ended=0\nreconciler drift --format markdown -o drift.report.md || ended=$?\necho "ended=$ended" >> "$GITHUB_OUTPUT"\n',
        'test ! -f apply.report.md || cat apply.report.md >> "$GITHUB_STEP_SUMMARY"',
        'sh "$TOOL/.ci/install" "$TOOL" python',
    }
