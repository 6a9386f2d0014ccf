"""From a directory to what it declares: every value, its place, and a digest of the meaning."""

from __future__ import annotations

import gc
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import FrozenInstanceError, replace
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.documents.digest import digest
from reconciler.documents.load import Loaded, load
from reconciler.documents.marks import Parts
from reconciler.documents.reader import read
from reconciler.engine.tickets.templates import JinjaTemplates
from reconciler.model.declared import (
    AutoCreate,
    Configuration,
    ConflictPolicy,
    Deployment,
    Direction,
    Engine,
    FansOut,
    SecretRef,
    SyncField,
    Unmapped,
    UserPair,
)
from reconciler.model.finding import Origin
from reconciler.model.limits import Limits
from reconciler.model.state import StatusGroup

Write = Callable[[Mapping[str, str | bytes]], Path]
ROOT = Path(__file__).parents[2]

CONNECTIONS = """\
apiVersion: reconciler/v1
kind: Connections
metadata: {name: acme}
spec:
  instance: acme-prod
  datadog:
    site: datadoghq.eu
    api_key: {env: DD_API_KEY}
    app_key: {file: /run/secrets/app}
    case_fans_out: no
    vocabulary: {sync_types: {off: dont_sync}}
  jira:
    dc:
      url: https://jira.acme.example/jira/
      deployment: data_center
      auth: {token: {env: JIRA_PAT}}
    acme:
      url: https://acme.atlassian.net
      auth: {email: {env: JIRA_EMAIL}, token: {env: JIRA_API_TOKEN}}
      service_accounts: [bot]
      webhook: {url: {env: HOOK}, manage: false, max_silence: 36h}
"""
MAPPINGS = """\
apiVersion: reconciler/v1
kind: StatusMapping
metadata: {name: default}
spec:
  open: To Do
  in_progress: {to: Doing, from: [Doing, Review]}
  closed: {to: Done, fields: {resolution: Done}}
  unmapped: hold
"""
BINDINGS = """\
apiVersion: reconciler/v1
kind: ProjectBinding
metadata: {name: shop, owner: team-shop}
spec:
  case_project: {key: SHOP, create: true, name: Shop}
  jira: {account: acme, project: SHOP, issue_type: Bug}
  status_mapping: default
  sync: {status: two_way, assignee: off, comments: once, conflict: hold, grace: 90s}
"""
RULES = """\
apiVersion: reconciler/v1
kind: AutomationRules
metadata: {name: late, owner: team-shop}
spec:
  order: 200
  rules:
    - name: all-shop
      match: team:shop
      destination: {binding: shop}
      auto_create: true
---
apiVersion: reconciler/v1
kind: AutomationRules
metadata: {name: early}
spec:
  order: 100
  rules:
    - name: web
      match: service:web
      destination:
        binding: shop
        issue_type: Task
        fields:
          priority: High
          Story. Points: 3
      auto_create: {since: 2026-11-01, max_per_day: 50}
"""
REST = """\
apiVersion: reconciler/v1
kind: UserMapping
metadata: {name: people}
spec: {users: [{datadog: b@acme.com, jira: "2"}, {datadog: a@acme.com, jira: "1"}]}
---
apiVersion: reconciler/v1
kind: Limits
metadata: {name: limits}
spec: {max_creates: 3, settle_window: 3s, max_change_ratio: 1}
---
apiVersion: reconciler/v1
kind: RuleTests
metadata: {name: suite}
spec:
  tests:
    - issue: {service: web, teams: [shop, ops], is_crash: true, language: go}
      expect: {rule: web, auto_create: true}
    - {issue: {service: x}, expect: {rule: null}}
"""
FILES = {"c.yaml": CONNECTIONS, "m.yaml": MAPPINGS, "b.yaml": BINDINGS, "rules/r.yaml": RULES, "rest.yml": REST}


def declared(loaded: Loaded) -> Configuration:
    assert loaded.findings == ()
    assert loaded.configuration is not None
    return loaded.configuration


def test_connections(write: Write) -> None:
    connections = declared(load(write(FILES))).connections
    assert connections is not None
    assert (connections.name, connections.instance, connections.sandbox_world) == ("acme", "acme-prod", None)
    datadog = connections.datadog
    assert datadog is not None
    assert (datadog.url, datadog.site, datadog.case_fans_out) == (
        "https://api.datadoghq.eu",
        "datadoghq.eu",
        FansOut.NO,
    )
    assert (datadog.api_key, datadog.app_key) == (SecretRef("env", "DD_API_KEY"), SecretRef("file", "/run/secrets/app"))
    assert datadog.vocabulary.sync_types == {"two_way": "two_way", "once": "once", "off": "dont_sync"}
    assert list(connections.jira) == ["acme", "dc"]
    acme, dc = connections.jira["acme"], connections.jira["dc"]
    assert (acme.deployment, acme.email, acme.service_accounts) == (
        Deployment.CLOUD,
        SecretRef("env", "JIRA_EMAIL"),
        ("bot",),
    )
    assert acme.webhook is not None
    assert (acme.webhook.manage, acme.webhook.max_silence) == (False, timedelta(hours=36))
    assert (dc.deployment, dc.email, dc.url) == (Deployment.DATA_CENTER, None, "https://jira.acme.example/jira")
    assert acme.written is not None
    assert [str(acme.written.origin), str(acme.written.at("webhook.url"))] == ["c.yaml:17:5", "c.yaml:21:17"]


def test_a_mapping_short_and_written_out(write: Write) -> None:
    mapping = declared(load(write(FILES))).mappings["default"]
    groups = {group: (one.to, one.sources, dict(one.fields)) for group, one in mapping.groups.items()}
    assert groups == {
        StatusGroup.OPEN: ("To Do", ("To Do",), {}),
        StatusGroup.IN_PROGRESS: ("Doing", ("Doing", "Review"), {}),
        StatusGroup.CLOSED: ("Done", ("Done",), {"resolution": "Done"}),
    }
    assert mapping.unmapped is Unmapped.HOLD
    assert mapping.written is not None
    assert str(mapping.written.at("open.to")) == "m.yaml:5:9"
    assert str(mapping.written.at("in_progress.to")) == "m.yaml:6:21"


def test_a_binding(write: Write) -> None:
    binding = declared(load(write(FILES))).bindings["shop"]
    assert (binding.case_project, binding.create, binding.case_project_name) == ("SHOP", True, "Shop")
    assert (binding.account, binding.project, binding.issue_type, binding.owner) == ("acme", "SHOP", "Bug", "team-shop")
    sync = binding.sync
    assert (sync.engine, sync.conflict, sync.grace) == (Engine.DATADOG, ConflictPolicy.HOLD, timedelta(seconds=90))
    assert sync.fields == {
        SyncField.STATUS: Direction.TWO_WAY, SyncField.ASSIGNEE: Direction.OFF, SyncField.COMMENTS: Direction.ONCE,
    }  # fmt: skip
    assert binding.written is not None
    assert [str(binding.written.origin), str(binding.written.at("jira.project"))] == ["b.yaml:3:18", "b.yaml:6:34"]


def test_a_data_center_is_synced_by_the_reconciler(write: Write) -> None:
    ours = BINDINGS.replace("account: acme", "account: dc").replace("comments: once", "engine: reconciler")
    assert declared(load(write(FILES | {"b.yaml": ours}))).bindings["shop"].sync.engine is Engine.RECONCILER


def test_rules_come_in_the_order_in_which_they_are_tried_with_their_places(write: Write) -> None:
    web, every = declared(load(write(FILES))).rules
    assert [(web.name, web.set_name, web.set_order), (every.name, every.position)] == [
        ("web", "early", 100),
        ("all-shop", 0),
    ]
    assert web.auto_create == AutoCreate(enabled=True, since=date(2026, 11, 1), max_per_day=50)
    assert every.auto_create == AutoCreate(enabled=True)
    assert (web.destination.issue_type, dict(web.destination.fields)) == (
        "Task",
        {"priority": "High", "Story. Points": 3},
    )
    assert web.written is not None
    places = {path: str(web.written.at(path)) for path in ("", "match", "destination", "order", "destination.project")}
    assert places == {
        "": "rules/r.yaml:18:7",
        "match": "rules/r.yaml:19:14",
        "destination": "rules/r.yaml:20:7",
        "order": "rules/r.yaml:16:10",
        "destination.project": "rules/r.yaml:20:7",
    }
    assert str(web.written.at("destination.fields.priority")) == "rules/r.yaml:24:21"
    assert str(web.written.at("destination.fields.Story. Points")) == "rules/r.yaml:25:26"
    assert set(web.written.parts) >= {"order", "name", "match", "destination.fields.priority", "auto_create.since"}
    assert len(web.written.parts) == 12


def test_people_limits_and_tests(write: Write) -> None:
    configuration = declared(load(write(FILES)))
    assert configuration.users == (UserPair("a@acme.com", "1"), UserPair("b@acme.com", "2"))
    limits = configuration.limits
    assert (limits.max_creates, limits.settle_window, limits.max_change_ratio) == (3, timedelta(seconds=3), 1.0)
    assert limits.new_issue_window == timedelta(hours=24)
    first, second = configuration.tests
    assert first.issue == {"service": ("web",), "team": ("shop", "ops"), "is_crash": ("true",), "language": ("go",)}
    assert (first.expect, second.expect, first.suite) == ({"rule": "web", "auto_create": True}, {"rule": None}, "suite")
    assert first.written is not None
    assert str(first.written.at("expect.rule")) == "rest.yml:17:22"


def test_the_place_of_a_part_is_that_of_the_longest_key_that_fits() -> None:
    (document,) = read("{a: {b.c: 1}, a.b: {c: 2}}", "f.yaml").documents
    parts = Parts("f.yaml", document.marks, {"elsewhere": Origin("g.yaml", 1)})
    assert {path: str(parts[path]) for path in parts} == {
        "elsewhere": "g.yaml:1:1", "a": "f.yaml:1:2", "a.b.c": "f.yaml:1:24", "a.b": "f.yaml:1:15",
    }  # fmt: skip
    assert [path in parts for path in ("b", "a.x", "a.b.c.d", "")] == [False, False, False, True]


def test_values_cannot_be_changed(write: Write) -> None:
    configuration = declared(load(write(FILES)))
    with pytest.raises(FrozenInstanceError):
        configuration.digest = ""  # type: ignore[misc]


def test_without_limits_the_defaults_hold_and_without_connections_there_is_a_warning(write: Write) -> None:
    loaded = load(write({"m.yaml": MAPPINGS}))
    assert loaded.configuration is not None
    assert loaded.configuration.limits == Limits()
    assert [str(finding) for finding in loaded.findings] == [
        "no document says how to reach Datadog and Jira - add a document of `kind: Connections`"
    ]


@pytest.mark.parametrize(
    ("world", "message"),
    [
        ("world.yaml", None),
        ("nowhere.yaml", "c.yaml:4:38: sandbox.world: there is no file nowhere.yaml - mend the name, or copy the world there"),
        ("../up.yaml", "c.yaml:4:38: sandbox.world: the file lies outside of the configuration directory"
            " - expected a path below it"),
        ("/etc/passwd", "c.yaml:4:38: sandbox.world: the file lies outside of the configuration directory"
            " - expected a path below it"),
    ],
)  # fmt: skip
def test_a_sandbox_in_place_of_the_systems(write: Write, world: str, message: str | None) -> None:
    sandbox = (
        "apiVersion: reconciler/v1\nkind: Connections\nmetadata: {name: s}\n"
        f"spec: {{instance: s, sandbox: {{world: {world}}}}}\n"
    )
    loaded = load(
        write({"c.yaml": sandbox, "b.yaml": BINDINGS, "m.yaml": MAPPINGS, "world.yaml": "kind: SandboxWorld\n"})
    )
    assert [str(finding) for finding in loaded.findings] == ([message] if message else [])
    if message is None:
        connections = declared(loaded).connections
        assert connections is not None
        assert (connections.datadog, connections.jira, connections.sandbox_world) == (None, {}, "world.yaml")


@pytest.mark.parametrize("directory", ["examples/quickstart", "config"])
def test_what_ships_is_valid(directory: str) -> None:
    loaded = load(ROOT / directory, JinjaTemplates().fault)
    assert declared(loaded).rules
    assert "connections.yaml" in loaded.files


def test_the_digest_is_of_the_meaning_not_of_the_writing(write: Write) -> None:
    before = declared(load(write(FILES))).digest
    assert before.startswith("sha256:")
    other_words = {
        "c.yaml": "# no file stays where it was\n" + MAPPINGS,
        "m.yaml": CONNECTIONS.replace("case_fans_out: no", 'case_fans_out: "no"').replace("36h", "2160m"),
        "b.yaml": BINDINGS.replace("{account: acme, project: SHOP, issue_type: Bug}", "{issue_type: Bug, project: SHOP, account: acme}"),
        "rules/r.yaml": RULES.replace("auto_create: true", "auto_create: {enabled: true}"),
    }  # fmt: skip
    assert declared(load(write(other_words))).digest == before


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("c.yaml", "acme-prod", "acme-test"), ("c.yaml", "DD_API_KEY", "DD_KEY"), ("c.yaml", "36h", "37h"),
        ("m.yaml", "Review", "QA"), ("b.yaml", "90s", "91s"), ("b.yaml", "two_way", "once"), ("b.yaml", "team-shop", "team-x"),
        ("rules/r.yaml", "service:web", "service:web-*"), ("rules/r.yaml", "order: 100", "order: 101"),
        ("rules/r.yaml", "max_per_day: 50", "max_per_day: 51"), ("rules/r.yaml", "Points: 3", "Points: '3'"),
        ("rest.yml", "max_creates: 3", "max_creates: 4"), ("rest.yml", "a@acme.com", "c@acme.com"),
        ("rest.yml", "rule: null", "rule: web"),
    ],
)  # fmt: skip
def test_the_digest_changes_with_the_meaning(write: Write, file: str, old: str, new: str) -> None:
    before = declared(load(write(FILES))).digest
    assert old in FILES[file]
    assert declared(load(write({file: FILES[file].replace(old, new)}))).digest != before


def test_the_digest_ignores_itself_and_places(write: Write) -> None:
    configuration = declared(load(write(FILES)))
    assert digest(
        replace(configuration, digest="", rules=tuple(replace(rule, written=None) for rule in configuration.rules))
    ) == (configuration.digest)


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.permutations(sorted(FILES)), st.integers(0, 3))
def test_which_file_holds_what_never_matters(
    tmp_path_factory: pytest.TempPathFactory, order: list[str], split: int
) -> None:
    directory = tmp_path_factory.mktemp("config")
    (directory / "1.yaml").write_text("---\n".join(FILES[name] for name in order[:split]))
    (directory / "2.yaml").write_text("---\n".join(FILES[name] for name in order[split:]))
    reference = tmp_path_factory.mktemp("reference")
    (reference / "all.yaml").write_text("---\n".join(FILES[name] for name in sorted(FILES)))
    configuration, expected = declared(load(directory)), declared(load(reference))
    assert configuration == expected
    assert configuration.rules == expected.rules


def test_loading_imports_nothing_heavy() -> None:
    heavy = "requests deepdiff jsonschema werkzeug rich jinja2 urllib3"
    code = (
        "import sys; from pathlib import Path; from reconciler.documents.load import load; "
        f"loaded = load(Path('examples/quickstart')); assert loaded.configuration, loaded.findings; "
        f"print(sorted(set({heavy.split()!r}) & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


def test_loading_leaves_the_garbage_collector_as_it_was(write: Write) -> None:
    directory = write(FILES)
    gc.disable()
    load(directory)
    was_on = gc.isenabled()
    gc.enable()
    load(directory)
    assert (was_on, gc.isenabled()) == (False, True)
