"""Comments with our mark, people, and what a case or an issue is set to: parsed and sent to the letter."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.errors import BadAnswer, Forbidden, NotFound, OutcomeUnknown, ProviderError, Refused
from reconciler.model.activity import Comment, CommentMark
from reconciler.model.case import DatadogUser
from reconciler.model.state import StatusGroup
from reconciler.providers.datadog import DatadogClient
from reconciler.providers.datadog.activity import marked, unmarked

if TYPE_CHECKING:
    from tests.providers.conftest import Arrived, ScriptedServer, Step

Json = dict[str, Any]
Say = Callable[..., "Step"]

MARK = CommentMark("jira:acme", "10300", "0f1e")
LINE = "[reconciler jira:acme 10300 0f1e]"


def cell(number: int, message: str = "Hello", **attributes: object) -> Json:
    author = {"type": "USER", "content": {"ID": "u-1", "name": "Jane", "email": "jane@acme.com"}}
    return {
        "id": f"cell-{number:04}",
        "type": "timeline_cell",
        "attributes": {
            "type": "COMMENT",
            "author": author,
            "cell_content": {"message": message},
            "created_at": f"2025-12-30T13:{number % 60:02}:46.968106806Z",
            **attributes,
        },
    }


def person(identity: str, email: str = "jane@acme.com", **attributes: object) -> Json:
    return {"id": identity, "type": "users", "attributes": {"email": email, "name": "Jane", **attributes}}


class Paged:
    """Answers a list in pages that count from 0."""

    def __init__(self, elements: list[Json], say: Say) -> None:
        self.elements, self.say = elements, say

    def __call__(self, asked: Arrived) -> Step:
        size, number = int(asked.query["page[size]"]), int(asked.query["page[number]"])
        return self.say(200, {"data": self.elements[number * size : (number + 1) * size]})


def test_comments_with_and_without_a_mark(server: ScriptedServer, datadog: DatadogClient, say: Say) -> None:
    cells = [
        cell(2, f"Copied\n\n{LINE}", modified_at="2025-12-30T14:00:00Z"),
        cell(1),
        cell(3, deleted_at="2025-12-30T14:00:00Z"),
        cell(4, type="STATUS_CHANGED", cell_content={}),
    ]
    server.always(say(200, {"data": cells}))
    first, second = datadog.comments("SHOP-1")
    at = datetime(2025, 12, 30, 13, 1, 46, 968106, tzinfo=UTC)
    assert first == Comment("cell-0001", "Jane", "Hello", at, author_id="u-1", author_email="jane@acme.com")
    assert (second.text, second.mark) == ("Copied", MARK)
    assert second.updated == datetime(2025, 12, 30, 14, 0, tzinfo=UTC)
    (asked,) = server.arrived
    assert (asked.method, asked.path) == ("GET", "/api/v2/cases/SHOP-1/timelines")
    assert asked.query == {"page[size]": "100", "page[number]": "0", "sort[ascending]": "true"}


@pytest.mark.parametrize("author", [None, {"type": "APP"}, {"content": {"name": None, "email": ""}}])
def test_somebody_without_a_name(server: ScriptedServer, datadog: DatadogClient, say: Say, author: object) -> None:
    server.always(say(200, {"data": [cell(1, author=author)]}))
    (comment,) = datadog.comments("c1")
    assert (comment.author, comment.author_id, comment.author_email) == ("somebody", None, None)


@pytest.mark.parametrize("count", [0, 1, 99, 100, 101, 250])
def test_all_pages_of_a_timeline(count: int, server: ScriptedServer, datadog: DatadogClient, say: Say) -> None:
    server.script = Paged([cell(number) for number in range(count)], say)
    assert len(datadog.comments("c1")) == count
    assert datadog.calls == count // 100 + 1


def test_pages_that_repeat_are_not_read_for_ever(server: ScriptedServer, datadog: DatadogClient, say: Say) -> None:
    server.always(say(200, {"data": [cell(number) for number in range(100)]}))
    with pytest.raises(BadAnswer, match="others on page 1"):
        datadog.comments("c1")


@pytest.mark.parametrize(
    "broken",
    [
        {"data": None},
        {"data": [{"id": "x"}]},
        {"data": [cell(1, cell_content=None)]},
        {"data": [cell(1, cell_content={"message": 5})]},
        {"data": [cell(1, created_at="yesterday")]},
    ],
)
def test_a_timeline_that_cannot_be_read_is_not_empty(
    server: ScriptedServer, datadog: DatadogClient, say: Say, broken: Json
) -> None:
    server.always(say(200, broken))
    with pytest.raises(BadAnswer):
        datadog.comments("c1")


@pytest.mark.parametrize(
    "text",
    [
        "Hello",
        LINE + "\nsaid somebody",
        "[reconciler jira:acme 10300]",
        "[reconciler github:acme 10300 0f1e]",
        "[reconciler jira:acme 10300 0f1e] ",
        "see " + LINE,
        "[reconciler jira:acme 10 300 0f1e]",
        "",
    ],
)
def test_only_a_whole_last_line_is_a_mark(text: str) -> None:
    rest, mark = unmarked(text)
    assert (rest, mark) == ((text, None) if text.rstrip() != LINE else ("", MARK))


WORDS = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Zs", "Zl", "Zp"], blacklist_characters="[]"), min_size=1
)


@settings(max_examples=200, deadline=None)
@given(
    text=st.text(st.sampled_from("ab \n[]") | st.characters(blacklist_categories=["Cs"])) | st.just(f"x\n{LINE}"),
    identity=WORDS,
    digest=WORDS,
    origin=st.sampled_from(["datadog", "jira:acme", "jira:a-b.c"]),
)
def test_what_is_marked_is_read_again(text: str, identity: str, digest: str, origin: str) -> None:
    mark = CommentMark(origin, identity[:100], digest[:100])
    assert unmarked(marked(text, mark)) == (text.rstrip(), mark)


@pytest.mark.parametrize(
    "mark",
    [
        CommentMark("github", "1", "0f"),
        CommentMark("jira:a b", "1", "0f"),
        CommentMark("datadog", "", "0f"),
        CommentMark("datadog", "1", "0f]\n[x"),
        CommentMark("datadog", "1" * 101, "0f"),
    ],
)
def test_a_mark_that_could_not_be_read_again_is_not_written(mark: CommentMark, datadog: DatadogClient) -> None:
    with pytest.raises(ValueError, match="mark"):
        datadog.add_comment("c1", "text", mark)
    assert datadog.calls == 0


def test_a_comment_is_made_with_its_mark(server: ScriptedServer, datadog: DatadogClient, say: Say) -> None:
    server.always(say(200, {"data": [cell(7, f"Hi\n\n{LINE}")]}))
    assert datadog.add_comment("SHOP-1", "Hi\n", MARK) == "cell-0007"
    (asked,) = server.arrived
    assert (asked.method, asked.path) == ("POST", "/api/v2/cases/SHOP-1/comment")
    assert asked.body == {"data": {"type": "case", "attributes": {"comment": f"Hi\n\n{LINE}"}}}


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (500, {"errors": ["boom"]}, OutcomeUnknown),
        (200, {"data": []}, OutcomeUnknown),
        (200, {"data": [cell(1), cell(2)]}, OutcomeUnknown),
        (200, {}, OutcomeUnknown),
        (400, {"errors": ["Bad Request"]}, Refused),
        (403, {"errors": ["Forbidden"]}, Forbidden),
    ],
)
def test_a_comment_is_sent_once(
    server: ScriptedServer, datadog: DatadogClient, say: Say, status: int, body: Json, error: type[ProviderError]
) -> None:
    server.always(say(status, body))
    with pytest.raises(error):
        datadog.add_comment("c1", "Hi", MARK)
    assert len(server.arrived) == 1


WRITES: dict[str, tuple[Callable[[DatadogClient], None], str, str, object]] = {
    "edit": (
        lambda datadog: datadog.edit_comment("c1", "cell-1", "Hi", MARK),
        "PUT",
        "/api/v2/cases/c1/comment/cell-1",
        {"data": {"type": "case", "attributes": {"comment": f"Hi\n\n{LINE}"}}},
    ),
    "open": (
        lambda datadog: datadog.set_case_status("c1", StatusGroup.OPEN),
        "POST",
        "/api/v2/cases/c1/status",
        {"data": {"type": "case", "attributes": {"status": "OPEN"}}},
    ),
    "in progress": (
        lambda datadog: datadog.set_case_status("c1", StatusGroup.IN_PROGRESS),
        "POST",
        "/api/v2/cases/c1/status",
        {"data": {"type": "case", "attributes": {"status": "IN_PROGRESS"}}},
    ),
    "closed": (
        lambda datadog: datadog.set_case_status("c1", StatusGroup.CLOSED),
        "POST",
        "/api/v2/cases/c1/status",
        {"data": {"type": "case", "attributes": {"status": "CLOSED"}}},
    ),
    "assign case": (
        lambda datadog: datadog.assign_case("c1", "u-1"),
        "POST",
        "/api/v2/cases/c1/assign",
        {"data": {"type": "case", "attributes": {"assignee_id": "u-1"}}},
    ),
    "unassign case": (
        lambda datadog: datadog.assign_case("c1", None),
        "POST",
        "/api/v2/cases/c1/unassign",
        {"data": {"type": "case"}},
    ),
    "assign issue": (
        lambda datadog: datadog.assign_issue("i1", "u-1"),
        "PUT",
        "/api/v2/error-tracking/issues/i1/assignee",
        {"data": {"type": "assignee", "id": "u-1"}},
    ),
    "unassign issue": (
        lambda datadog: datadog.assign_issue("i1", None),
        "DELETE",
        "/api/v2/error-tracking/issues/i1/assignee",
        None,
    ),
}


@pytest.mark.parametrize("name", WRITES)
def test_writes_that_may_be_repeated(server: ScriptedServer, datadog: DatadogClient, say: Say, name: str) -> None:
    write, method, path, body = WRITES[name]
    server.in_turn(say(503, {"errors": ["later"]}), say(200 if body else 204))
    write(datadog)
    assert [(asked.method, asked.path, asked.body) for asked in server.arrived] == [(method, path, body)] * 2


@pytest.mark.parametrize(
    ("name", "permission"),
    [("edit", "cases_write"), ("assign issue", "cases_write"), ("unassign issue", "error_tracking_write")],
)
def test_what_to_grant_is_named(
    server: ScriptedServer, datadog: DatadogClient, say: Say, name: str, permission: str
) -> None:
    server.always(say(403, {"errors": ["Forbidden"]}))
    with pytest.raises(Forbidden) as caught:
        WRITES[name][0](datadog)
    assert permission in (caught.value.hint or "")


def test_active_people_who_match(server: ScriptedServer, datadog: DatadogClient, say: Say) -> None:
    people = [
        person("u-2", "zoe@acme.com"),
        person("u-1", name=None),
        person("u-3", disabled=True),
        person("u-4", status="Pending"),
    ]
    server.always(say(200, {"data": people}))
    assert datadog.users("acme.com") == (
        DatadogUser("u-1", "jane@acme.com"),
        DatadogUser("u-2", "zoe@acme.com", "Jane"),
    )
    assert server.arrived[0].query == {
        "filter": "acme.com",
        "filter[status]": "Active",
        "page[size]": "100",
        "page[number]": "0",
    }


def test_all_pages_of_people(server: ScriptedServer, datadog: DatadogClient, say: Say) -> None:
    server.script = Paged([person(f"u-{number}", f"{number:03}@acme.com") for number in range(150)], say)
    assert len(datadog.users("acme")) == 150


def test_nobody_is_asked_for_by_nothing(datadog: DatadogClient) -> None:
    assert datadog.users("  ") == ()
    assert datadog.calls == 0


def test_one_person(server: ScriptedServer, datadog: DatadogClient, say: Say) -> None:
    server.in_turn(
        say(200, {"data": person("u-1", disabled=True, status="Disabled")}), say(404, {"errors": ["User not found"]})
    )
    assert datadog.user("u-1") == DatadogUser("u-1", "jane@acme.com", "Jane", active=False)
    assert server.arrived[0].path == "/api/v2/users/u-1"
    with pytest.raises(NotFound):
        datadog.user("u-9")


def test_people_need_their_own_permission(server: ScriptedServer, datadog: DatadogClient, say: Say) -> None:
    server.always(say(403, {"errors": ["Forbidden"]}))
    with pytest.raises(Forbidden) as caught:
        datadog.users("jane")
    assert "user_access_read" in (caught.value.hint or "")
