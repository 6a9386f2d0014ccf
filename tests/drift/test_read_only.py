"""drift cannot write: by what it holds, and by what arrives at the systems whatever fails. A failed read is never clean."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Protocol

import pytest
from prometheus_client.parser import text_string_to_metric_families

from reconciler.cli.reading import OnlyReads, reads_of
from reconciler.engine.ports import DatadogReader, DatadogWriter, JiraReader, JiraWriter
from reconciler.providers.datadog import DatadogClient
from reconciler.providers.jira.cloud import JiraClient
from reconciler.providers.jira.data_center import DataCenterClient
from reconciler.sandbox.faults import Fault, FaultKind
from reconciler.sandbox.serve import RunningSandbox

PORTS = [
    (DatadogReader, DatadogWriter, DatadogClient),
    (JiraReader, JiraWriter, JiraClient),
    (JiraReader, JiraWriter, DataCenterClient),
]
# In turn over the reads, so that every read fails once and every kind of failure occurs.
FAULTS: list[dict[str, Any]] = [
    {"kind": FaultKind.STATUS, "status": 403},
    {"kind": FaultKind.STATUS, "status": 500},
    {"kind": FaultKind.HTML},
    {"kind": FaultKind.TRUNCATE},
    {"kind": FaultKind.DROP},
    {"kind": FaultKind.EMPTY},
    {"kind": FaultKind.REDIRECT},
    {"kind": FaultKind.STATUS, "status": 401},
    {"kind": FaultKind.RATE_LIMIT, "retry_after": "86400"},
]


class Company(Protocol):
    """The fixture, as far as it is used here."""

    config: Path
    running: RunningSandbox

    def act(self, *deeds: str) -> None: ...
    def run(self, *arguments: str, config: Path | None = None) -> tuple[int, str, str]: ...


@pytest.mark.parametrize(("reader", "writer", "client"), PORTS, ids=["datadog", "jira", "data-center"])
def test_what_drift_holds_has_no_write(reader: type, writer: type, client: type) -> None:
    writes = reads_of(writer) - reads_of(reader)
    assert {"set_property", "transition"} <= writes or {"create_case", "set_issue_state"} <= writes
    held = OnlyReads(object.__new__(client), reader)
    for name in sorted(writes):
        assert callable(getattr(client, name))
        with pytest.raises(AttributeError, match="holds no writing port"):
            getattr(held, name)
    assert all(hasattr(client, name) for name in reads_of(reader))


def test_whatever_fails_nothing_is_written_and_nothing_is_called_clean(company: Company) -> None:
    assert company.run("drift")[0] == 0
    reads = {(one.system, one.method, one.route): one.path for one in company.running.traffic.exchanges}
    assert len(reads) > 12
    for number, ((system, method, route), path) in enumerate(sorted(reads.items())):
        company.running.clear_faults()
        company.running.stage_fault(
            Fault(method=method, path=path, system=system, times=0, **FAULTS[number % len(FAULTS)])
        )
        code, out, err = company.run("drift")
        assert (code, route) == (1, route), out + err
        assert company.running.traffic.writes == (), route
    company.running.clear_faults()


def metrics(path: Path) -> dict[tuple[str, str], float]:
    """What Prometheus' own parser reads: by name and the last label."""
    return {
        (sample.name.removeprefix("reconciler_"), [*sample.labels.values()][-1]): sample.value
        for family in text_string_to_metric_families(path.read_text())
        for sample in family.samples
        if family.type == "gauge" and family.documentation
    }


def test_metrics_tell_what_was_found_and_when(company: Company, tmp_path: Path) -> None:
    file = tmp_path / "reconciler.prom"
    company.act("ticket SHOP-5 delete", "project OPS set integration_jira.enabled false")
    assert company.run("drift", "--metrics", str(file))[0] == 2
    told = metrics(file)
    name = next(label for metric, label in told if metric == "last_run_success")
    assert told["last_run_success", name] == 1
    assert told["last_run_timestamp_seconds", name] == company.running.world.clock.now().timestamp()
    assert told["drift_addresses", "group"] == told["groups_out_of_step", name] == 1
    assert told["drift_addresses", "settings"] == 1
    assert told["drift_addresses", "webhook"] == told["drift_accepted_addresses", name] == 0
    assert told["calls", "jira:acme"] > 3
    assert 0 < told["rate_limit_headroom_ratio", "datadog"] <= 1
    assert told["webhook_ever_heard", "acme"] in {0, 1}
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == ["reconciler.prom"]


@pytest.mark.parametrize("cause", ["nobody", "part", "configuration"])
def test_metrics_are_written_where_the_look_failed(company: Company, tmp_path: Path, cause: str) -> None:
    file = tmp_path / "reconciler.prom"
    match cause:
        case "nobody":
            company.running.stage_fault(Fault(FaultKind.STATUS, path="*/api/v*/validate*", status=403, times=0))
            company.running.stage_fault(Fault(FaultKind.STATUS, path="*/rest/api/3/myself", status=401, times=0))
        case "part":
            company.running.stage_fault(Fault(FaultKind.STATUS, path="*/rest/webhooks/*", status=403, times=0))
        case _:
            (company.config / "bad.yaml").write_text("kind: Nothing\n")
    assert company.run("drift", "--metrics", str(file))[0] == 1
    told = metrics(file)
    assert [value for (metric, _), value in told.items() if metric == "last_run_success"] == [0]
    assert not [metric for metric, _ in told if metric.startswith(("drift_", "groups"))]


def test_a_file_that_cannot_be_written_is_told(company: Company, tmp_path: Path) -> None:
    code, _, err = company.run("drift", "--metrics", str(tmp_path / "absent" / "x.prom"))
    assert code == 1
    assert "cannot be written" in err
