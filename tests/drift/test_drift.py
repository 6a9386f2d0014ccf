"""Drift: what was moved by hand, all of it and nothing else; quiet where nothing was; never clean because a read failed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from reconciler.sandbox.serve import RunningSandbox


class Company(Protocol):
    """The fixture, as far as it is used here."""

    config: Path
    running: RunningSandbox

    def act(self, *deeds: str) -> None: ...
    def wait(self, **span: float) -> None: ...
    def run(self, *arguments: str, config: Path | None = None) -> tuple[int, str, str]: ...
    def look(self, *arguments: str) -> tuple[int, dict[str, Any]]: ...
    def accept(self, address: str, until: str) -> None: ...


def addresses(entries: list[dict[str, Any]]) -> list[str]:
    return [entry["address"] for entry in entries]


def test_ten_ways_are_ten_addresses_and_no_other(company: Company, ten_ways: Mapping[str, str], tmp_path: Path) -> None:
    assert company.run("drift") == (0, "", "")
    company.act(*ten_ways.values())
    company.wait(hours=1)
    company.running.traffic.reset()
    code, told = company.look()
    assert code == 2
    assert sorted(addresses(told["drifted"])) == sorted(ten_ways)
    assert (told["verdict"], told["accepted"], told["settling"]) == ("drifted", [], [])
    assert told["counts"] == {"settings": 3, "webhook": 1, "ticket": 1, "group": 5}
    by_address = {entry["address"]: entry for entry in told["drifted"]}
    assert by_address["ticket.SHOP-1"]["who"] == by_address["ticket.SHOP-4"]["who"] == "Bruno <b>\x1b[31m"
    assert by_address["ticket.SHOP-1"]["since"] == "2026-11-02T09:40:00Z"
    assert by_address["case_project.OPS"]["who"] is None
    text = company.run("drift")[1]
    markdown = company.run("drift", "--format", "markdown")[1]
    assert markdown.startswith("<!-- reconciler:drift -->\n\n### Drift: 10 addresses; ")
    for address in ten_ways:
        assert f"! {address}" in text
        assert f"`{address}`" in markdown
    assert "\x1b" not in text + markdown
    assert "<b>" not in markdown
    assert company.running.traffic.writes == ()


def test_what_stands_then_can_be_declared_instead(
    company: Company, ten_ways: Mapping[str, str], tmp_path: Path
) -> None:
    company.act(*(words for address, words in ten_ways.items() if address.startswith(("case_project.", "webhook."))))
    adopted = tmp_path / "adopted"
    adopted.mkdir()
    (adopted / "connections.yaml").write_text((company.config / "connections.yaml").read_text())
    code, out, err = company.run("import", "-o", str(adopted), config=adopted)
    assert code == 0, out + err
    _, out, _ = company.run("plan", "--only", "settings", "--format", "json", config=adopted)
    # A webhook that is managed and disabled cannot be declared; everything else is as it stands.
    assert [change["address"] for change in json.loads(out)["changes"]] == ["webhook.acme"]


def test_young_differences_settle_and_old_ones_count(company: Company) -> None:
    company.act("ticket SHOP-1 status Done", "issue new service=web name=late first_seen=-1m")
    company.wait(minutes=5)
    code, told = company.look()
    assert (code, told["verdict"], told["drifted"], len(told["settling"])) == (0, "clean", [], 2)
    assert company.run("drift") == (0, "", "")
    assert company.look("--grace", "10m", "--only", "tickets")[0] == 0
    company.wait(minutes=10)
    code, told = company.look()
    assert (code, len(told["drifted"]), told["settling"]) == (2, 2, [])


def test_accepted_drift_is_listed_and_counts_again_after_its_day(company: Company) -> None:
    company.act("webhook 'Datadog Webhook' disable", "project OPS set integration_jira.enabled false")
    company.accept("webhook.*", "2026-11-03")
    code, told = company.look()
    assert (code, addresses(told["drifted"]), addresses(told["accepted"])) == (
        2,
        ["case_project.OPS"],
        ["webhook.acme"],
    )
    assert told["accepted"][0]["accepted"]["owner"] == "team-shop"
    assert "accepted by team-shop until 2026-11-03: frozen" in company.run("drift")[1]
    planned = company.run("plan", "--only", "settings")[1]
    assert "accepted-drift-repaired" in planned
    assert company.run("validate")[1].startswith("Valid: ")
    company.wait(days=2)
    code, told = company.look()
    assert (code, addresses(told["drifted"]), told["accepted"]) == (2, ["case_project.OPS", "webhook.acme"], [])
    (over,) = [finding for finding in told["findings"] if finding["code"] == "accepted-drift-expired"]
    assert over["origin"] == {"file": "accepted.yaml", "line": 5, "column": 12}
    assert "accepted.yaml:5:12: warning" in company.run("validate")[1]


def test_a_word_that_we_do_not_know_is_a_difference_all_the_same(company: Company) -> None:
    company.act("project PAY set integration_jira.sync.properties.assignee.sync_type sideways")
    code, told = company.look("--only", "settings")
    assert (code, addresses(told["drifted"])) == (2, ["case_project.PAY"])
    assert [finding["code"] for finding in told["drifted"][0]["findings"]] == ["unknown-sync-type"]
    assert "sideways" in company.run("drift", "--only", "settings")[1]


def test_an_acceptance_of_nothing_is_to_be_removed(company: Company) -> None:
    company.accept("ticket.SHOP-*", "2026-12-31")
    code, told = company.look()
    assert (code, [finding["code"] for finding in told["findings"]]) == (0, ["accepted-drift-unused"])
    assert company.run("drift") == (0, "", "")
    assert company.look("--only", "settings")[1]["findings"] == []
