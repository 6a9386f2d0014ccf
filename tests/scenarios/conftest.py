"""Stories of groups, told in folders: a world, what people do, what the reconciler says and does, and where everything stands."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from reconciler.cli.main import main
from reconciler.cli.serving import invitation
from reconciler.cli.session import Session
from reconciler.sandbox.clock import Clock, parse_shift, parse_span
from reconciler.sandbox.datadog.state import id_of
from reconciler.sandbox.faults import Fault, FaultKind
from reconciler.sandbox.jira.adf import as_text
from reconciler.sandbox.serve import RunningSandbox, start
from reconciler.sandbox.world import World
from reconciler.sandbox.worldfile import read_world

HERE = Path(__file__).parent
BEGINNING = datetime(2026, 11, 2, 9, 0, tzinfo=UTC).timestamp()
DATADOG_USER = "5b10453095f33ccceac83123"  # the account id of datadog@acme.com
DATA_CENTER = "data_center"  # the reconciler's engine on a Jira Data Center
LONG = "on and " * 4000 + "on and on"  # what a scenario calls LONG
CASE_OF = {"To Do": "Open", "Backlog": "Open", "In Progress": "In Progress", "In Review": "In Progress"}


@dataclass(slots=True)
class WorldClock:
    """The reconciler looks at the same clock as the simulator, and waiting moves it."""

    running: RunningSandbox
    skew: timedelta

    def now(self) -> datetime:
        """The simulated moment, as wrong as our machine's clock is."""
        return self.running.world.clock.now() + self.skew

    def sleep(self, seconds: float) -> None:
        """Let the time pass."""
        self.running.world.clock.move(timedelta(seconds=seconds))


@dataclass(slots=True)
class Stage:
    """Where one scenario plays. `transcript` is what the golden file holds."""

    running: RunningSandbox
    config: Path
    capture: pytest.CaptureFixture[str]
    skew: timedelta = timedelta(0)
    transcript: list[str] = field(default_factory=list)
    findings: list[dict[str, Any]] = field(default_factory=list)

    def play(self, step: Mapping[str, Any]) -> None:
        """One step of a scenario; an assertion fails where it does not go as told."""
        ((verb, told),) = step.items()
        steps: dict[str, Callable[[Any], None]] = {
            "act": self.act,
            "wait": self.wait,
            "fail": self.fail,
            "plan": self.plan,
            "apply": self.apply,
            "expect": self.expect,
            "said": self.said,
            "findings": self.expect_findings,
            "in step": self.expect_in_step,
            "ticket": self.ticket,
        }
        steps[verb](told)

    def tell(self, text: str) -> None:
        """Into the transcript, by the names that issues have in the scenario."""
        for issue in self.running.world.datadog.company.issues.values():
            text = text.replace(issue.id, issue.name)
        text = re.sub(r" · [0-9a-f]{8}\b", " · (digest)", text)
        text = re.sub(r"(?:\bon and ){9,}on and", lambda words: f"({len(words[0]):,} characters of on and on)", text)
        self.transcript.append(text.replace(self.running.url, "http://sandbox"))

    def act(self, words: str) -> None:
        """Somebody does something; a minute passes."""
        deed = re.sub(r"\bCOMMENT\b", self.last_comment(), words).replace("LONG", LONG)
        said = self.running.act(*shlex.split(deed))
        self.tell(f"> {words}\n{said}\n")
        self.wait("1m")

    def fail(self, told: str | None) -> None:
        """Every request to that path is answered with that status from now on: `PATH STATUS`. Nothing: no more of that."""
        self.running.clear_faults()
        self.tell(f"> fail {told or 'no more'}\n")
        if told is not None:
            path, _, status = told.rpartition(" ")
            for issue in self.running.world.datadog.company.issues.values():
                path = path.replace(f"/{issue.name}", f"/{issue.id}")
            self.running.stage_fault(Fault(FaultKind.STATUS, path=path, status=int(status), times=0))

    def last_comment(self) -> str:
        """The id of the newest comment on any ticket, which scenarios call COMMENT."""
        tickets = self.running.world.jira["acme"].site.tickets.values()
        return max((each.id for ticket in tickets for each in ticket.comments), key=int, default="")

    def wait(self, span: str) -> None:
        """Time passes, and whatever is due by then happens."""
        self.running.world.clock.move(parse_span(span))
        with self.running.world.lock:
            self.running.world.settle()

    def plan(self, told: Any) -> None:
        """What sync would do, as a person reads it, and as a machine does."""
        words = ("plan", "--only", "sync") if told is None else ("plan", *str(told).split())
        code, out, _ = self.reconciler(*words)
        self.tell(f"$ reconciler {' '.join(words)}{f'  (exit {code})' if code else ''}\n{out}")
        self.read_findings()

    def read_findings(self) -> None:
        """What the machine-readable plan of sync finds now."""
        _, out, _ = self.reconciler("plan", "--only", "sync", "--format", "json")
        self.findings = json.loads(out)["findings"]

    def apply(self, expected: int) -> None:
        """Apply whatever is due, everything; a minute passes."""
        self.read_findings()
        code, out, err = self.reconciler("apply", "--yes", "--only", "sync", "--format", "json")
        outcomes = [f"{each['status']} {each['address']}: {each['detail']}" for each in json.loads(out)["outcomes"]]
        self.tell("\n".join(["$ reconciler apply --only sync", *(outcomes or ["nothing"]), ""]))
        assert code == expected, f"{out}{err}"
        self.wait("1m")

    def ticket(self, told: Any) -> None:
        """A command on one ticket, issues by their names; it may end with another code than 0. A minute passes."""
        words, expected = (told["words"], told["exit"]) if isinstance(told, dict) else (told, 0)
        named = {issue.name: issue.id for issue in self.running.world.datadog.company.issues.values()}
        site = self.running.world.jira["acme"].url
        arguments = [named.get(word, word).replace("SITE", site) for word in shlex.split(words)]
        yes = () if arguments[0] == "show" else ("--yes",)
        code, out, err = self.reconciler("ticket", *arguments, *yes)
        self.tell(f"$ reconciler ticket {words}{f'  (exit {code})' if code else ''}\n{out}{err}")
        assert code == expected, f"{out}{err}"
        self.wait("1m")

    def expect(self, states: Mapping[str, str]) -> None:
        """`SHOP-1` is a ticket, `case SHOP-1` a case, everything else an issue."""
        assert {name: self.state(name) for name in states} == states

    def state(self, name: str) -> str:
        """The status of a ticket, of a case, or the state of an issue, by name; `NAME by` is who it is assigned to."""
        datadog, site = self.running.world.datadog, self.running.world.jira["acme"]
        if name.endswith(" by"):
            return self.assignee(name.removesuffix(" by"))
        if name.startswith("case "):
            case = datadog.find_case(name.removeprefix("case "))
            return "none" if case is None else case.status_name
        if name.partition("-")[0].isupper():
            return site.site.statuses[site.ticket(name).status].name
        return datadog.company.issues[id_of("issue", name)].state

    def assignee(self, name: str) -> str:
        """The e-mail of whom a ticket, a case or an issue is given to; "nobody"."""
        datadog, site = self.running.world.datadog, self.running.world.jira["acme"]
        if name.partition("-")[0].isupper():
            account = site.ticket(name).assignee
            return "nobody" if account is None else site.site.users[account].email
        case = datadog.find_case(name.removeprefix("case "))
        member = case if name.startswith("case ") else datadog.company.issues[id_of("issue", name)]
        assert member is not None
        return "nobody" if member.assignee_id is None else datadog.company.users[member.assignee_id].email

    def said(self, key: str) -> None:
        """What stands among the comments of the ticket and of the case of that key, into the transcript."""
        case, site = self.running.world.datadog.find_case(key), self.running.world.jira["acme"]
        assert case is not None
        lines = [
            f"= ticket {key}, {site.site.users[each.author].name}: {as_text(each.body)}"
            for each in site.ticket(key).comments
        ]
        users = self.running.world.datadog.company.users
        lines += [f"= case {key}, {users[each.author_id].name}: {each.text}" for each in case.comments]
        self.tell("\n".join([*(lines or [f"= nobody has said anything in {key}"]), ""]))

    def expect_findings(self, codes: list[str]) -> None:
        """The codes of what the last plan found about sync, whatever else it said."""
        assert sorted({each["code"] for each in self.findings}) == sorted(codes)

    def expect_in_step(self, told: Any) -> None:
        """Nothing is left to do, for anything."""
        code, out, _ = self.reconciler("plan", "--detailed-exitcode")
        assert code == 0, out

    def reconciler(self, *arguments: str) -> tuple[int, str, str]:
        """One command line."""
        self.capture.readouterr()
        code = main(["-C", str(self.config), *arguments], Session(clock=WorldClock(self.running, self.skew)))
        captured = self.capture.readouterr()
        return code, captured.out, captured.err


def world_of(scenario: Mapping[str, Any], engine: str) -> dict[str, Any]:
    """The shared world with the groups of a scenario in it; for `data_center` its Jira is one."""
    text = (HERE / "worlds" / f"{scenario.get('world', 'shop')}.yaml").read_text()
    world: dict[str, Any] = yaml.safe_load(text)  # noqa: TID251 - our own test data
    site, datadog = world["spec"]["jira"]["acme"], world["spec"]["datadog"]
    if engine == DATA_CENTER:
        site |= {"deployment": "data_center", "version": [10, 3, 5], "url": "https://jira.acme.internal"}
        site["users"] = [user | {"login": user["email"].partition("@")[0]} for user in site["users"]]
    datadog["teams"] = [{"handle": each, "name": each.title()} for each in scenario.get("teams", ())]
    datadog["behaviour"] |= scenario.get("behaviour", {})
    datadog["issues"], datadog["cases"] = [], []
    for place in scenario.get("tickets", ()):
        site["projects"][place["key"].partition("-")[0]]["tickets"].append(
            {"type": "Bug", "summary": "Another"} | place
        )
    for group in scenario["groups"]:
        key, status = group["ticket"], group["status"]
        place = {"key": key, "type": "Bug", "summary": f"Ticket {key}", "status": status, "entered": "-2d"}
        site["projects"][key.partition("-")[0]]["tickets"].append(place | group.get("set", {}))
        datadog["issues"] += [_issue(name, told) for name, told in group["issues"].items()]
        case = {
            "key": key, "title": f"Case {key}", "status": group.get("case", CASE_OF.get(status, "Closed")),
            "issues": [*group["issues"]], "ticket": {"site": "acme", "key": key},
        }  # fmt: skip
        datadog["cases"].append(case | group.get("set_case", {}))
    datadog["issues"] += [_issue(name, told) for name, told in scenario.get("apart", {}).items()]
    return world


def _issue(name: str, told: Any) -> dict[str, Any]:
    facts = {"state": told} if isinstance(told, str) else told
    return {
        "name": name,
        "service": "cart",
        "error_type": "KeyError",
        "first_seen": "-40d",
        "last_seen": "-20d",
    } | facts


def bindings_of(scenario: Mapping[str, Any], engine: str) -> str:
    """The bindings of both projects, as the scenario wants them synced."""
    documents = []
    for name, mapping in (("SHOP", "default"), ("PAY", "careful")):
        sync = {"engine": "reconciler" if engine == DATA_CENTER else engine, "status": "two_way"} | scenario.get(
            "sync", {}
        )
        documents.append({
            "apiVersion": "reconciler/v1", "kind": "ProjectBinding", "metadata": {"name": name.lower()},
            "spec": {
                "case_project": name, "jira": {"account": "acme", "project": name, "issue_type": "Bug"},
                "status_mapping": mapping, "sync": sync,
            },
        })  # fmt: skip
    return yaml.safe_dump_all(documents, sort_keys=False)


Set = Callable[..., Stage]


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSandbox]:
    """One simulator for all scenarios; each puts its own world in."""
    with start(HERE / "worlds" / "shop.yaml") as running:
        yield running
        assert running.failures == ()


@pytest.fixture
def stage(
    served: RunningSandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Set:
    """Sets the stage for a scenario under an engine: the world seeded, the configuration applied once, every group adopted."""
    for name in ("GITHUB_ACTIONS", "TF_BUILD", "RECONCILER_CONFIG", "RECONCILER_DEBUG"):
        monkeypatch.delenv(name, raising=False)

    def make(scenario: Mapping[str, Any], engine: str, clock: Clock | None = None) -> Stage:
        served.clear_faults()
        world_file = tmp_path / "world.json"
        world_file.write_text(json.dumps(world_of(scenario, engine)))
        world = World.from_file(read_world(world_file), clock or Clock(source=lambda: BEGINNING))
        served.application.world = world
        config = tmp_path / "config"
        shutil.copytree(HERE / "config", config)
        told, _, document = invitation(_served_as(served)).partition("apiVersion:")
        (config / "connections.yaml").write_text(f"apiVersion:{_with_options(document, scenario)}")
        (config / "bindings.yaml").write_text(bindings_of(scenario, engine))
        (config / "more.yaml").write_text(scenario.get("documents", ""))
        mappings = (config / "company.yaml").read_text()
        options = "".join(f"  {name}: {value}\n" for name, value in scenario.get("mapping", {}).items())
        (config / "company.yaml").write_text(mappings.replace("  open: To Do\n", f"  open: To Do\n{options}"))
        for line in told.splitlines():
            if line.startswith("export "):
                name, _, value = line.removeprefix("export ").partition("=")
                monkeypatch.setenv(name, value.strip("'"))
        result = Stage(served, config, capsys, parse_shift(scenario.get("skew", "0s")))
        if scenario.get("adopted", True):
            code, out, err = result.reconciler("apply", "--yes")
            assert code == 0, out + err
            result.wait("1m")
        return result

    return make


def _served_as(running: RunningSandbox) -> RunningSandbox:
    """The simulator with the sites of the world that it serves now."""
    sites = {
        name: replace(running.sites[name], deployment=site.site.deployment, site_url=site.url)
        for name, site in running.world.jira.items()
    }
    return replace(running, sites=sites)


def _with_options(document: str, scenario: Mapping[str, Any]) -> str:
    """Connections with what the scenario says of Datadog, and with Datadog's Jira user unless the scenario hides it."""
    options = "".join(f"{name}: {value}\n    " for name, value in scenario.get("datadog", {}).items())
    services = f"service_accounts: {json.dumps(scenario.get('service_accounts', [DATADOG_USER]))}"
    document = document.replace("api_key:", f"{options}api_key:", 1)
    return document.replace("      webhook:", f"      {services}\n      webhook:", 1)


@pytest.fixture
def golden() -> Callable[[Path, str], None]:
    """Compares with a golden file, or writes it where UPDATE_GOLDEN is set."""

    def compare(path: Path, text: str) -> None:
        if os.environ.get("UPDATE_GOLDEN"):
            path.write_text(text)
        assert path.exists(), f"{path.name} is missing: run with UPDATE_GOLDEN=1 and read what it writes"
        assert text == path.read_text(), "UPDATE_GOLDEN=1 rewrites it; read the difference"

    return compare
