"""Case projects and types over HTTP: settings that nobody describes must survive."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import requests

from reconciler.sandbox.datadog.records import Behaviour
from reconciler.sandbox.datadog.state import DatadogState, id_of
from reconciler.sandbox.serve import RunningSandbox

Api = Callable[..., requests.Response]
SHOP = id_of("project", "SHOP")


def project_body(**attributes: object) -> dict[str, object]:
    """A JSON:API body of a project."""
    return {"data": {"type": "project", "attributes": attributes}}


def test_projects_are_listed_created_and_deleted(api: Api) -> None:
    answer = api("POST", "/cases/projects", project_body(key="SEC", name="Security"))
    assert answer.status_code == 201
    project = answer.json()["data"]
    assert project["attributes"]["settings"]["integration_jira"]["enabled"] is False
    listed = api("GET", "/cases/projects").json()["data"]
    assert [each["attributes"]["key"] for each in listed] == ["ET", "SEC", "SHOP"]
    assert api("DELETE", f"/cases/projects/{project['id']}").status_code == 204
    assert api("GET", f"/cases/projects/{project['id']}").status_code == 404
    assert api("DELETE", f"/cases/projects/{SHOP}").status_code == 400


@pytest.mark.parametrize(("key", "status"), [("CASE", 400), ("1A", 400), ("A-B", 400), ("SHOP", 409)])
def test_projects_that_cannot_be_created(api: Api, key: str, status: int) -> None:
    assert api("POST", "/cases/projects", project_body(key=key, name="x")).status_code == status


def test_settings_round_trip_whatever_they_are(api: Api) -> None:
    path = f"/cases/projects/{SHOP}"
    settings = api("GET", path).json()["data"]["attributes"]["settings"]
    assert set(settings["integration_jira"]["metadata"]) == {"account_id", "project_id", "issue_type_id"}
    settings["integration_jira"]["sync"] = {
        "enabled": True,
        "properties": {"status": {"sync_type": "??", "mapping": {"x": "y"}}},
    }
    settings["unheard_of"] = {"deep": [1, {"er": None}]}
    answer = api("PATCH", path, project_body(settings=settings)).json()["data"]["attributes"]["settings"]
    assert answer == settings
    assert api("GET", path).json()["data"]["attributes"]["settings"] == settings


@pytest.mark.parametrize(("semantics", "kept"), [("merge", True), ("replace", False)])
def test_a_partial_patch_merges_or_replaces_as_the_world_says(
    api: Api, datadog: DatadogState, semantics: str, *, kept: bool
) -> None:
    datadog.company.behaviour = Behaviour(patch="merge" if semantics == "merge" else "replace")
    change = {"integration_jira": {"sync": {"enabled": True}}}
    answer = api("PATCH", f"/cases/projects/{SHOP}", project_body(settings=change))
    settings = answer.json()["data"]["attributes"]["settings"]
    assert settings["integration_jira"]["sync"]["enabled"] is True
    assert ("notification" in settings, "metadata" in settings["integration_jira"]) == (kept, kept)


def test_a_switch_must_be_a_truth_value(api: Api, sandbox: RunningSandbox) -> None:
    change = {"integration_jira": {"sync": {"enabled": "yes"}}}
    answer = api("PATCH", f"/cases/projects/{SHOP}", project_body(settings=change))
    assert (answer.status_code, sandbox.traffic.effects) == (400, ())


def test_the_types_there_are(api: Api) -> None:
    names = [each["attributes"]["name"] for each in api("GET", "/cases/types").json()["data"]]
    assert names == ["Standard", "Event Management", "Security", "Change Request", "Error Tracking"]
