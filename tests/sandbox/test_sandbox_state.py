"""The state file: it survives restarts and sudden death, and belongs to one simulator at a time."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from reconciler.sandbox.failure import SandboxError
from reconciler.sandbox.serve import RunningSandbox, act_offline, seed, start
from reconciler.sandbox.store import Store, running_at
from reconciler.sandbox.world import World
from reconciler.sandbox.worldfile import read_world

Api = Callable[..., requests.Response]
AsCase = Callable[..., dict[str, object]]


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Where the state will be kept."""
    return tmp_path / "below" / "sandbox.json"


def test_a_world_survives_as_json(world_file: Path) -> None:
    world = World.from_file(read_world(world_file))
    again = World.from_json(json.loads(json.dumps(world.to_json())))
    assert again.to_bytes() == world.to_bytes()


def test_two_seedings_at_one_moment_are_the_same_world(world_file: Path) -> None:
    file = read_world(world_file)
    first, second = World.from_file(file), World.from_file(file)
    assert set(first.datadog.company.issues) == set(second.datadog.company.issues)
    assert set(first.datadog.company.cases) == set(second.datadog.company.cases)


def test_what_happened_is_there_after_a_restart(world_file: Path, state: Path) -> None:
    with start(world_file, state) as first:
        first.act("issue", "cart-1", "state", "For Review")
        first.act("ticket", "SHOP-1", "status", "Done")
        first.act("clock", "+3d")
        new = first.act("issue", "new", "service=search", "team=shopist", "name=fresh")
        before = first.world.to_bytes()
    with start(world_file, state) as second:
        assert second.world.to_bytes() == before
        assert second.world.datadog.find_issue("fresh") is not None
        assert second.world.clock.offset.days == 3
        assert second.notices == ()
    assert "search" in new


def test_ids_made_after_a_restart_are_new(world_file: Path, state: Path) -> None:
    said = set()
    for _ in range(2):
        with start(world_file, state) as sandbox:
            said.add(sandbox.act("issue", "new", "service=x"))
    assert len(said) == 2


def test_only_effects_are_written(world_file: Path, state: Path, keys: dict[str, str], as_case: AsCase) -> None:
    with start(world_file, state) as sandbox:
        base = f"{sandbox.url}/api/v2/cases/SHOP-8"
        written = state.stat().st_ino
        assert requests.get(base, headers=keys, timeout=10).status_code == 200
        assert requests.post(f"{base}/status", json=as_case(status="?"), headers=keys, timeout=10).status_code == 400
        assert state.stat().st_ino == written
        assert requests.post(f"{base}/title", json=as_case(title="New"), headers=keys, timeout=10).status_code == 200
        assert "New" in state.read_text()
        assert [exchange.effect for exchange in sandbox.traffic.writes] == [False, True]


def test_a_changed_world_file_is_told_and_seeding_takes_it(world_file: Path, state: Path, tmp_path: Path) -> None:
    mine = tmp_path / "world.yaml"
    shutil.copy(world_file, mine)
    with start(mine, state) as sandbox:
        sandbox.act("issue", "new", "service=x", "name=fresh")
    mine.write_text(mine.read_text() + "\n# another line\n")
    with start(mine, state) as sandbox:
        [notice] = sandbox.notices
        assert "reconciler sandbox seed" in notice
        assert sandbox.world.datadog.find_issue("fresh") is not None
    assert seed(mine, state) == "seeded small: 4 issues, 2 cases, 2 tickets"
    with start(mine, state) as sandbox:
        assert (sandbox.notices, sandbox.world.datadog.find_issue("fresh")) == ((), None)


def test_one_state_is_served_once_and_the_second_learns_where(world_file: Path, state: Path) -> None:
    with start(world_file, state) as sandbox:
        assert running_at(state) == sandbox.url
        with pytest.raises(SandboxError, match=sandbox.url), start(world_file, state):
            pytest.fail("two simulators over one state")
        with pytest.raises(SandboxError, match="already served"):
            act_offline(world_file, state, ["clock", "+1d"])
        with pytest.raises(SandboxError, match="already served"):
            seed(world_file, state)
    assert running_at(state) is None
    assert act_offline(world_file, state, ["ticket", "SHOP-1", "status", "Done"]).endswith("from To Do to Done")
    with start(world_file, state) as sandbox:
        assert (
            sandbox.world.jira["acme"].site.statuses[sandbox.world.jira["acme"].ticket("SHOP-1").status].name == "Done"
        )


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        ("", "not a sandbox state"),
        ("[]", "not a sandbox state"),
        ("{", "not a sandbox state"),
        ('{"version": 99}', "version 99: expected version 1"),
        ('{"version": 1}', "lacks a part"),
        ('{"version": 1, "clock": 0, "datadog": {}, "jira": {}}', "Datadog simulator is unreadable"),
        ('{"version": 1, "clock": 0, "datadog": {}, "jira": {"acme": {}}}', "Jira simulator is unreadable"),
    ],
)
def test_a_file_that_is_no_state_is_refused_and_kept(
    world_file: Path, state: Path, content: str, complaint: str
) -> None:
    state.parent.mkdir()
    state.write_text(content)
    with pytest.raises(SandboxError, match=complaint), start(world_file, state):
        pytest.fail("served a broken state")
    assert state.read_text() == content
    assert running_at(state) is None


def test_a_pending_ticket_is_made_after_a_restart(world_file: Path, state: Path, keys: dict[str, str]) -> None:
    with start(world_file, state) as sandbox:
        project = sandbox.world.jira["acme"].project("SHOP")
        [account] = sandbox.world.datadog.company.accounts
        place = {"project_id": project.id, "issue_type_id": project.types[0].type.id, "jira_account_id": account}
        body = {"data": {"type": "issues", "attributes": place}}
        url = f"{sandbox.url}/api/v2/cases/SHOP-8/relationships/jira_issues"
        assert requests.post(url, json=body, headers=keys, timeout=10).status_code == 202
    with start(world_file, state) as sandbox:
        sandbox.act("clock", "+1m")
        case = requests.get(f"{sandbox.url}/api/v2/cases/SHOP-8", headers=keys, timeout=10).json()["data"]
        assert case["attributes"]["jira_issue"]["result"]["issue_key"] == "SHOP-3"


_WRITER = """
import json, sys
from pathlib import Path
from reconciler.sandbox.store import VERSION, Store
store = Store(Path(sys.argv[1]))
number = 0
while True:
    number += 1
    store.save(json.dumps({"number": number, "padding": "x" * 2_000_000, "version": VERSION}).encode())
    print(number, flush=True)
"""


def test_a_reader_and_sudden_death_see_a_whole_state_at_any_moment(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.json"
    command = [sys.executable, "-c", _WRITER, str(path)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "1\n"
        seen = [json.loads(path.read_bytes()) for _ in range(100)]
        writer.send_signal(signal.SIGKILL)
    seen.append(Store(path).load())
    numbers = [state["number"] for state in seen]
    assert numbers == sorted(numbers)
    assert len(set(numbers)) > 1
    assert {len(state["padding"]) for state in seen} == {2_000_000}


def test_the_log_can_go_to_a_file_and_holds_no_credential(
    world_file: Path, tmp_path: Path, keys: dict[str, str]
) -> None:
    log = tmp_path / "log.ndjson"
    with start(world_file, log_file=log) as sandbox:
        requests.get(f"{sandbox.url}/api/v2/cases?filter=x", headers=keys, timeout=10)
        site = sandbox.sites["acme"]
        requests.get(f"{site.url}/rest/api/3/myself", auth=(site.email, site.token), timeout=10)
        assert sandbox.traffic.counts() == {
            "datadog GET /api/v2/cases": 1,
            "jira:acme GET /jira/<account>/rest/api/<any('2','3','latest'):version>/myself": 1,
        }
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    assert [(line["number"], line["system"], line["status"]) for line in lines] == [
        (1, "datadog", 200),
        (2, "jira:acme", 200),
    ]
    text = log.read_text() + repr(sandbox)
    assert not [secret for secret in (*keys.values(), site.token, sandbox.webhook_url) if secret in text]


def test_one_connection_serves_many_requests(api: Api, sandbox: RunningSandbox) -> None:
    answers = [api("GET", "/cases") for _ in range(5)]
    ports = {answer.raw.connection.host for answer in answers if answer.raw.connection is not None}
    assert ports <= {"127.0.0.1"}
    assert {answer.headers.get("Connection") for answer in answers} == {None}
    assert all(int(answer.headers["Content-Length"]) == len(answer.content) for answer in answers)


def test_bodies_that_cannot_be_measured_are_refused(sandbox: RunningSandbox, keys: dict[str, str]) -> None:
    url = f"{sandbox.url}/api/v2/cases"
    chunked = requests.post(url, data=iter([b"{}"]), headers=keys, timeout=10)
    huge = requests.post(url, headers={**keys, "Content-Length": str(10**12)}, timeout=10)
    assert (chunked.status_code, huge.status_code) == (411, 413)
