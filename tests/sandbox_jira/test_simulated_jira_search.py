"""Search: ids only, pages by token, behind the truth. Reference: jira-api §5.5."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import requests

from reconciler.sandbox.jira import people
from reconciler.sandbox.jira.state import JiraState

Api = Callable[..., requests.Response]
SHOP = {"jql": "project = SHOP ORDER BY key"}


def test_without_fields_there_are_only_ids(api: Api, live: JiraState) -> None:
    answer = api("POST", "/search/jql", SHOP).json()
    assert answer == {"issues": [{"id": live.ticket(f"SHOP-{number}").id} for number in (1, 2, 4)], "isLast": True}


def test_fields_and_properties_come_when_asked_for(api: Api) -> None:
    api("PUT", "/issue/SHOP-1/properties/base", {"v": 1})
    asked = {**SHOP, "fields": ["labels"], "properties": ["base"], "maxResults": 1}
    found = api("POST", "/search/jql", asked).json()["issues"][0]
    assert (found["key"], found["fields"], found["properties"]) == ("SHOP-1", {"labels": ["cart"]}, {"base": {"v": 1}})


def test_pages_follow_the_token_until_there_is_none(api: Api) -> None:
    keys: list[str] = []
    token: str | None = None
    for _ in range(5):
        more = {} if token is None else {"nextPageToken": token}
        page = api("GET", "/search/jql", jql=SHOP["jql"], fields="summary", maxResults=2, **more).json()
        keys += [each["key"] for each in page["issues"]]
        token = page.get("nextPageToken")
        assert page["isLast"] is (token is None)
        if token is None:
            break
    assert keys == ["SHOP-1", "SHOP-2", "SHOP-4"]


def test_a_token_belongs_to_its_query(api: Api) -> None:
    token = api("POST", "/search/jql", {**SHOP, "maxResults": 1}).json()["nextPageToken"]
    other = api("POST", "/search/jql", {"jql": "project = PAY", "nextPageToken": token})
    assert other.status_code == 400


def test_a_page_with_all_fields_is_cut_short(api: Api, live: JiraState) -> None:
    for number in range(110):
        people.create(live, "SHOP", "Task", f"Chore {number}")
    many = {"jql": "issuetype = Task", "maxResults": 5000}
    assert len(api("POST", "/search/jql", {**many, "fields": ["*all"]}).json()["issues"]) == 100
    assert len(api("POST", "/search/jql", {**many, "fields": ["summary"]}).json()["issues"]) == 111


def test_a_fresh_ticket_is_found_only_after_a_while_or_when_reconciled(api: Api, live: JiraState) -> None:
    people.set_index_lag(live, 30)
    key = people.create(live, "SHOP", "Bug", "Fresh")
    people.label(live, key, add="marker")
    marked = {"jql": "labels = marker", "fields": ["labels"]}
    assert api("POST", "/search/jql", marked).json()["issues"] == []
    assert api("POST", "/search/approximate-count", {"jql": "labels = marker"}).json() == {"count": 0}
    fresh = int(live.ticket(key).id)
    reconciled = api("POST", "/search/jql", {**marked, "reconcileIssues": [fresh]}).json()["issues"]
    assert [each["key"] for each in reconciled] == [key]
    fetched = api("POST", "/issue/bulkfetch", {"issueIdsOrKeys": [key], "fields": ["labels"]}).json()["issues"]
    assert [each["fields"]["labels"] for each in fetched] == [["marker"]]
    live.clock.move(timedelta(seconds=31))
    assert [each["key"] for each in api("POST", "/search/jql", marked).json()["issues"]] == [key]


def test_stale_fields_are_shown_by_search_and_true_ones_by_a_read(api: Api, live: JiraState) -> None:
    people.set_index_lag(live, 30)
    people.set_status(live, "SHOP-1", "Done")
    asked = {"jql": "status = 'In Progress'", "fields": ["status"]}
    stale = api("POST", "/search/jql", asked).json()["issues"]
    assert [each["fields"]["status"]["name"] for each in stale] == ["In Progress"]
    assert api("GET", "/issue/SHOP-1", fields="status").json()["fields"]["status"]["name"] == "Done"


def test_reconciled_ids_are_few_and_numeric(api: Api) -> None:
    assert api("POST", "/search/jql", {**SHOP, "reconcileIssues": ["SHOP-1"]}).status_code == 400
    assert api("POST", "/search/jql", {**SHOP, "reconcileIssues": [*range(51)]}).status_code == 400


def test_the_count_counts(api: Api) -> None:
    assert api("POST", "/search/approximate-count", {"jql": "project = SHOP"}).json() == {"count": 3}
    assert api("GET", "/search/approximate-count").status_code == 405
