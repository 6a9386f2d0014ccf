"""Reading tickets: many at once, moved ones, missing ones; the search by label; small edits."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from reconciler.errors import BadAnswer, Forbidden, NotFound, OutcomeUnknown, Refused, Superseded, Unavailable
from reconciler.providers.jira.cloud import JiraClient
from reconciler.providers.jira.parsing import TICKET_FIELDS

if TYPE_CHECKING:
    from tests.providers_jira.conftest import Asked, Reply, ScriptedJira

Json = dict[str, Any]
TicketJson = Callable[..., Json]
Replies = type["Reply"]

BULK = "/rest/api/3/issue/bulkfetch"
SEARCH = "/rest/api/3/search/jql"


class Tickets:
    """The tickets of a site: what bulkfetch and a single read make of them, moves included."""

    def __init__(self, jira: ScriptedJira, reply: Replies, build: TicketJson) -> None:
        self._jira, self._reply, self._build = jira, reply, build
        self._keys: dict[int, list[str]] = {}
        self.stumbles: set[str] = set()
        jira.on_call("POST", BULK, self._bulk)

    def add(self, identity: int, *keys: str) -> None:
        """A ticket that had these keys; the last one is its present key."""
        self._keys[identity] = list(keys)
        for name in (str(identity), *keys):
            for spelling in {name, name.lower()}:
                self._jira.on("GET", f"/rest/api/3/issue/{spelling}", self._reply(self._json(identity)))

    def _json(self, identity: int) -> Json:
        return self._build(identity, self._keys[identity][-1])

    def resolve(self, name: str) -> int | None:
        for identity, keys in self._keys.items():
            if name == str(identity) or name.upper() in keys:
                return identity
        return None

    def _bulk(self, asked: Asked) -> Reply:
        names: list[str] = asked.body["issueIdsOrKeys"]
        assert 0 < len(names) <= 100
        found = {self.resolve(name) for name in names} - {None}
        shown = sorted(identity for identity in found if identity is not None and str(identity) not in self.stumbles)
        errors = [{"id": str(one), "errorMessage": "try again"} for one in found if str(one) in self.stumbles]
        return self._reply({"issues": [self._json(identity) for identity in shown], "issueErrors": errors})


@pytest.fixture
def site(jira: ScriptedJira, reply: Replies, ticket_json: TicketJson) -> Tickets:
    return Tickets(jira, reply, ticket_json)


def test_known_tickets_come_by_what_was_asked_for(client: JiraClient, jira: ScriptedJira, site: Tickets) -> None:
    site.add(10140, "SHOP-1")
    site.add(10141, "SHOP-2")
    found = client.tickets(["SHOP-2", "10140"], ["reconciler"])
    assert {asked: (ticket.id, ticket.key) for asked, ticket in found.items()} == {
        "SHOP-2": ("10141", "SHOP-2"),
        "10140": ("10140", "SHOP-1"),
    }
    assert list(found) == ["SHOP-2", "10140"]
    (call,) = jira.asked
    assert call.body == {
        "issueIdsOrKeys": ["SHOP-2", "10140"],
        "fields": list(TICKET_FIELDS),
        "properties": ["reconciler"],
    }


def test_a_key_is_known_without_regard_to_case(client: JiraClient, jira: ScriptedJira, site: Tickets) -> None:
    site.add(10140, "SHOP-1")
    site.add(10141, "SHOP-2")
    found = client.tickets(["shop-1", "Shop-2"])
    assert {asked: ticket.key for asked, ticket in found.items()} == {"shop-1": "SHOP-1", "Shop-2": "SHOP-2"}
    assert len(jira.asked) == 1
    assert "properties" not in jira.asked[0].body


def test_a_hundred_a_call_and_each_once(client: JiraClient, jira: ScriptedJira, site: Tickets) -> None:
    for number in range(1, 251):
        site.add(10000 + number, f"SHOP-{number}")
    keys = [f"SHOP-{number}" for number in range(1, 251)]
    assert list(client.tickets([*keys, *keys])) == keys
    assert sorted(len(call.body["issueIdsOrKeys"]) for call in jira.asked) == [50, 100, 100]
    assert client.calls == 3


def test_nothing_asked_is_nothing_sent(client: JiraClient, jira: ScriptedJira) -> None:
    assert client.tickets([]) == {}
    assert jira.asked == []


@pytest.mark.parametrize("text", ["", "..", "SHOP", "SHOP-", "-1", "SHOP-1/comment", "SHOP 1", "ß-1", "１２", "1.5"])
def test_what_cannot_be_a_key_is_absent_without_asking(client: JiraClient, jira: ScriptedJira, text: str) -> None:
    assert client.tickets([text]) == {}
    assert jira.asked == []


def test_an_omitted_id_is_absent_at_no_further_call(client: JiraClient, jira: ScriptedJira, site: Tickets) -> None:
    site.add(10140, "SHOP-1")
    assert list(client.tickets(["10140", "10999"])) == ["10140"]
    assert len(jira.asked) == 1


def test_an_omitted_key_is_asked_for_by_itself(client: JiraClient, jira: ScriptedJira, site: Tickets) -> None:
    site.add(10140, "SHOP-1")
    assert list(client.tickets(["SHOP-1", "SHOP-9"], ["p"])) == ["SHOP-1"]
    assert [(call.method, call.path) for call in jira.asked] == [("POST", BULK), ("GET", "/rest/api/3/issue/SHOP-9")]
    assert jira.asked[1].query == {"fields": ",".join(TICKET_FIELDS), "properties": "p"}


def test_the_one_moved_ticket_is_known_at_once(client: JiraClient, jira: ScriptedJira, site: Tickets) -> None:
    site.add(10140, "SHOP-1", "PAY-7")
    site.add(10141, "SHOP-2")
    found = client.tickets(["SHOP-1", "SHOP-2"])
    assert {asked: ticket.key for asked, ticket in found.items()} == {"SHOP-1": "PAY-7", "SHOP-2": "SHOP-2"}
    assert found["SHOP-1"].project_key == "PAY"
    assert len(jira.asked) == 1


def test_several_moved_tickets_are_told_apart(client: JiraClient, site: Tickets) -> None:
    site.add(10140, "SHOP-1", "PAY-8")
    site.add(10141, "SHOP-2", "PAY-7")
    found = client.tickets(["SHOP-1", "SHOP-2", "SHOP-3"])
    assert {asked: ticket.id for asked, ticket in found.items()} == {"SHOP-1": "10140", "SHOP-2": "10141"}


def test_the_tickets_of_a_project_with_another_key_cost_one_call(
    client: JiraClient, jira: ScriptedJira, reply: Replies, site: Tickets
) -> None:
    for number in range(1, 6):
        site.add(10140 + number, f"SHOP-{number}", f"WEB-{number}")
    site.add(10150, "SHOP-6", "PAY-3")
    jira.on("GET", "/rest/api/3/project/SHOP", reply({"id": "1", "key": "WEB", "name": "Shop"}))
    found = client.tickets([*(f"SHOP-{number}" for number in range(1, 8)), "10141"])
    assert {asked: ticket.key for asked, ticket in found.items()} == {
        **{f"SHOP-{number}": f"WEB-{number}" for number in range(1, 6)},
        "SHOP-6": "PAY-3",
        "10141": "WEB-1",
    }
    singly = sorted(
        asked.path.rpartition("/")[2] for asked in jira.asked if asked.path.startswith("/rest/api/3/issue/SHOP")
    )
    assert singly == ["SHOP-6", "SHOP-7"]


@pytest.mark.parametrize("status", [200, 403, 404])
def test_numbers_say_nothing_where_the_project_kept_its_key(
    client: JiraClient, jira: ScriptedJira, reply: Replies, site: Tickets, status: int
) -> None:
    site.add(10140, "SHOP-1", "PAY-2")
    site.add(10141, "SHOP-2", "PAY-1")
    jira.on("GET", "/rest/api/3/project/SHOP", reply({"id": "1", "key": "SHOP", "name": "Shop"}, status))
    assert {asked: ticket.id for asked, ticket in client.tickets(["SHOP-1", "SHOP-2"]).items()} == {
        "SHOP-1": "10140",
        "SHOP-2": "10141",
    }


def test_old_and_new_key_of_one_ticket(client: JiraClient, site: Tickets) -> None:
    site.add(10140, "SHOP-1", "PAY-7")
    found = client.tickets(["SHOP-1", "PAY-7", "10140"])
    assert {asked: ticket.key for asked, ticket in found.items()} == dict.fromkeys(
        ("SHOP-1", "PAY-7", "10140"), "PAY-7"
    )


def test_what_jira_could_not_return_is_not_absent(client: JiraClient, site: Tickets) -> None:
    site.add(10140, "SHOP-1")
    site.add(10141, "SHOP-2")
    site.stumbles = {"10140", "10141"}
    assert sorted(client.tickets(["10140", "SHOP-2"])) == ["10140", "SHOP-2"]


@pytest.mark.parametrize("status", [403, 500])
def test_a_failed_single_read_is_no_absence(
    client: JiraClient, jira: ScriptedJira, reply: Replies, site: Tickets, status: int
) -> None:
    site.add(10140, "SHOP-1")
    jira.on("GET", "/rest/api/3/issue/SHOP-9", reply({"errorMessages": ["no"]}, status))
    with pytest.raises((Forbidden, Unavailable)):
        client.tickets(["SHOP-1", "SHOP-9"])


def test_an_answer_without_the_list_is_no_absence(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("POST", BULK, reply({}))
    with pytest.raises(BadAnswer, match=r"answer\.issues"):
        client.tickets(["SHOP-1"])


IDENTITIES = range(10100, 10110)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    moves=st.lists(st.tuples(st.sampled_from(IDENTITIES), st.sampled_from(["PAY", "OPS", "SHOP"])), max_size=8),
    hidden=st.sets(st.sampled_from(IDENTITIES)),
    stumbles=st.sets(st.sampled_from(IDENTITIES), max_size=2),
    picks=st.lists(st.integers(0, 400), max_size=12),
)
def test_every_visible_ticket_is_found_by_each_of_its_names(
    client: JiraClient,
    jira: ScriptedJira,
    reply: Replies,
    ticket_json: TicketJson,
    *,
    moves: list[tuple[int, str]],
    hidden: set[int],
    stumbles: set[int],
    picks: list[int],
) -> None:
    keys = {identity: [f"SHOP-{identity - 10000}"] for identity in IDENTITIES}
    for number, (identity, project) in enumerate(moves):
        keys[identity].append(f"{project}-{900 + number}")
    jira.forget()
    site = Tickets(jira, reply, ticket_json)
    for identity in sorted(set(IDENTITIES) - hidden):
        site.add(identity, *keys[identity])
    site.stumbles = {str(identity) for identity in stumbles}
    names = [str(identity) for identity in IDENTITIES] + [key for some in keys.values() for key in some] + ["SHOP-5"]
    names += [name.lower() for name in names if not name.isdigit()]
    asked = [names[pick % len(names)] for pick in picks]
    expected = {name: str(site.resolve(name)) for name in asked if site.resolve(name) is not None}
    assert {name: ticket.id for name, ticket in client.tickets(asked).items()} == expected


def test_search_by_label_reads_every_page(
    client: JiraClient, jira: ScriptedJira, reply: Replies, ticket_json: TicketJson
) -> None:
    jira.on(
        "POST",
        SEARCH,
        reply(
            {"issues": [ticket_json(10200, "SHOP-9"), ticket_json(9, "SHOP-1")], "nextPageToken": "a", "isLast": False}
        ),
        reply({"issues": [], "nextPageToken": "b"}),
        reply(
            {"issues": [ticket_json(10100, "SHOP-5"), ticket_json(9, "SHOP-1")], "nextPageToken": None, "isLast": True}
        ),
    )
    assert [ticket.key for ticket in client.tickets_with_label('a"b')] == ["SHOP-1", "SHOP-5", "SHOP-9"]
    assert [call.body.get("nextPageToken") for call in jira.asked] == [None, "a", "b"]
    assert {call.body["jql"] for call in jira.asked} == {'labels = "a\\"b"'}
    assert {tuple(call.body["fields"]) for call in jira.asked} == {TICKET_FIELDS}


def test_a_search_that_goes_in_circles_is_a_broken_answer(
    client: JiraClient, jira: ScriptedJira, reply: Replies
) -> None:
    pages = [reply({"issues": [], "nextPageToken": token}) for token in ("a", "b", "a")]
    jira.on("POST", SEARCH, *pages)
    with pytest.raises(BadAnswer, match="not given before"):
        client.tickets_with_label("x")
    assert len(jira.asked) == 3


def test_a_search_whose_later_page_fails_gives_nothing(
    client: JiraClient, jira: ScriptedJira, reply: Replies, ticket_json: TicketJson
) -> None:
    jira.on(
        "POST",
        SEARCH,
        reply({"issues": [ticket_json(1, "SHOP-1")], "nextPageToken": "a"}),
        reply({"errorMessages": ["The provided next page token is invalid or expired."], "errors": {}}, 400),
    )
    with pytest.raises(Refused, match="next page token is invalid"):
        client.tickets_with_label("x")


EDIT = "/rest/api/3/issue/SHOP-1"


def test_small_edits_send_only_what_they_change(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("PUT", EDIT, reply(None, 204))
    jira.on("PUT", EDIT + "/properties/reconciler", reply(None, 201), reply(None, 200))
    client.add_label("SHOP-1", "ddet-abc")
    client.set_summary("SHOP-1", "new")
    client.set_property("SHOP-1", "reconciler", {"v": 1})
    client.set_property("SHOP-1", "reconciler", {"v": 2})
    assert [call.body for call in jira.asked] == [
        {"update": {"labels": [{"add": "ddet-abc"}]}},
        {"fields": {"summary": "new"}},
        {"v": 1},
        {"v": 2},
    ]
    assert all(call.query == {} for call in jira.asked)


@pytest.mark.parametrize(
    ("status", "body", "kind", "hint"),
    [
        (403, {"errorMessages": ["no"]}, Forbidden, '"Edit Issues"'),
        (
            400,
            {"errors": {"labels": "Field 'labels' cannot be set. It is not on the appropriate screen, or unknown."}},
            Refused,
            '"Edit Issues"',
        ),
        (
            400,
            {"errorMessages": ["You do not have permission to edit issues in this project."]},
            Refused,
            "Edit Issues",
        ),
        (400, {"errors": {"labels": "The label 'a b' contains spaces which is invalid."}}, Refused, None),
        (404, {"errorMessages": ["Issue does not exist or you do not have permission to see it."]}, NotFound, "exists"),
        (409, {"errorMessages": ["conflict"]}, Superseded, None),
    ],
)
def test_a_refused_edit_says_what_is_lacking(
    client: JiraClient,
    jira: ScriptedJira,
    reply: Replies,
    *,
    status: int,
    body: Json,
    kind: type[Exception],
    hint: str | None,
) -> None:
    jira.on("PUT", EDIT, reply(body, status))
    with pytest.raises(kind) as caught:
        client.add_label("SHOP-1", "a b")
    error = caught.value
    assert type(error) is kind
    assert isinstance(error, Refused | Forbidden | NotFound)
    assert hint in (error.hint or "") if hint else "Edit Issues" not in (error.hint or "")
    if isinstance(error, Refused):
        assert dict(error.fields) == body.get("errors", {})


def test_an_edit_is_repeated_and_an_unknown_end_is_told(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("PUT", EDIT, reply(None, 503), reply(None, 204))
    client.set_summary("SHOP-1", "new")
    assert len(jira.asked) == 2
    jira.on("PUT", EDIT, reply(None, 503))
    with pytest.raises(OutcomeUnknown):
        client.set_summary("SHOP-1", "new")


@pytest.mark.parametrize("ticket", ["..", ".", ""])
def test_an_edit_never_leaves_its_path(client: JiraClient, jira: ScriptedJira, ticket: str) -> None:
    with pytest.raises(NotFound):
        client.set_summary(ticket, "x")
    assert jira.asked == []


def test_a_strange_name_stays_one_segment(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("PUT", "/rest/api/3/issue/A/../B?x#y", reply(None, 204))
    client.set_summary("A/../B?x#y", "x")
    assert [call.query for call in jira.asked] == [{}]
