"""Comments of a ticket: who may see them, our mark on them, making and editing copies."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.errors import BadAnswer, Forbidden, OutcomeUnknown, Refused, Unavailable
from reconciler.model.activity import Comment, CommentMark
from reconciler.providers.jira.cloud import JiraClient
from reconciler.providers.jira.comments import MARK_KEY
from reconciler.providers.jira.data_center import DataCenterClient

if TYPE_CHECKING:
    from tests.providers_jira.conftest import Asked, Reply, ScriptedJira

Json = dict[str, Any]
Replies = type["Reply"]

ALL = "/rest/api/3/issue/10140/comment"
LIST = "/rest/api/3/comment/list"
MARK = CommentMark("datadog", "2df6429f", "0f1e")
MARKED = {"version": 1, "origin": "datadog", "id": "2df6429f", "digest": "0f1e"}
JANE = {"accountId": "5b10", "displayName": "Jane", "emailAddress": "jane@acme.com"}


def prop(comment: str) -> str:
    return f"/rest/api/3/comment/{comment}/properties/{MARK_KEY}"


def said(identity: int, text: str = "Hello", **more: object) -> Json:
    paragraph = {"type": "paragraph", "content": [{"type": "text", "text": text}]}
    return {
        "id": str(identity),
        "author": JANE,
        "body": {"type": "doc", "version": 1, "content": [paragraph]},
        "created": f"2026-11-23T07:00:{identity % 60:02}.000+0000",
        **more,
    }


def page(*comments: Json, start: int = 0, total: int | None = None) -> Json:
    return {"startAt": start, "total": len(comments) if total is None else total, "comments": list(comments)}


def test_comments_that_everybody_may_see_oldest_first(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    mark = [{"key": "other", "value": 1}, {"key": MARK_KEY, "value": MARKED}]
    comments = [
        said(303, "copy", properties=mark, updated="2026-11-23T08:00:00.000+0000"),
        said(302, "secret", visibility={"type": "role", "value": "Administrators"}, properties=[]),
        said(301, "internal", jsdPublic=False, properties=[]),
        said(300, "first", author=None, jsdPublic=True, properties=[]),
    ]
    jira.on("GET", ALL, reply(page(*comments)))
    first, copy = client.comments("10140")
    assert first == Comment("300", "Anonymous", "first", datetime(2026, 11, 23, 7, 0, 0, tzinfo=UTC))
    assert copy == Comment(
        "303",
        "Jane",
        "copy",
        created=datetime(2026, 11, 23, 7, 0, 3, tzinfo=UTC),
        updated=datetime(2026, 11, 23, 8, 0, tzinfo=UTC),
        author_id="5b10",
        author_email="jane@acme.com",
        mark=MARK,
    )
    assert jira.asked[0].query["expand"] == "properties"
    assert len(jira.asked) == 1


def test_all_pages(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on(
        "GET",
        ALL,
        reply(page(said(301, properties=[]), said(302, properties=[]), total=3)),
        reply(page(said(303, properties=[]), start=2, total=3)),
    )
    assert [comment.id for comment in client.comments("10140")] == ["301", "302", "303"]
    assert [call.query["startAt"] for call in jira.asked] == ["0", "2"]


def test_without_their_properties_comments_are_listed_by_id(
    client: JiraClient, jira: ScriptedJira, reply: Replies
) -> None:
    jira.on("GET", ALL, reply(page(said(301), said(302))))
    listed = [said(302, properties=[{"key": MARK_KEY, "value": MARKED}]), said(301, properties=[])]
    jira.on("POST", LIST, reply({"values": listed, "isLast": True}))
    assert [comment.mark for comment in client.comments("10140")] == [None, MARK]
    (call,) = jira.calls("POST", LIST)
    assert (call.body, call.query) == ({"ids": [301, 302]}, {"expand": "properties"})


def test_no_comments_need_no_second_call(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("GET", ALL, reply(page()))
    assert client.comments("10140") == ()
    assert len(jira.asked) == 1


@pytest.mark.parametrize(
    "value",
    [
        None,
        "datadog",
        [],
        {},
        {**MARKED, "version": 2},
        {**MARKED, "origin": ""},
        {**MARKED, "id": 7},
        {"version": 1, "origin": "datadog", "id": "x"},
    ],
)
def test_what_is_no_mark_of_ours_marks_nothing(
    client: JiraClient, jira: ScriptedJira, reply: Replies, value: object
) -> None:
    jira.on("GET", ALL, reply(page(said(301, properties=[{"key": MARK_KEY, "value": value}]))))
    assert [comment.mark for comment in client.comments("10140")] == [None]


def test_a_list_cut_short_is_not_all(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("GET", ALL, reply(page(said(301), total=2)), reply(page(start=1, total=2)))
    with pytest.raises(BadAnswer):
        client.comments("10140")


def test_a_copy_is_made_with_its_mark_in_one_request(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("POST", ALL, reply({"id": "304"}, 201))
    jira.on("GET", prop("304"), reply({"key": MARK_KEY, "value": MARKED}))
    assert client.add_comment("10140", "Hi @jane", MARK) == "304"
    created, _ = jira.asked
    assert created.body == {
        "body": {
            "type": "doc",
            "version": 1,
            "content": [{"type": "paragraph", "content": [{"type": "text", "text": "Hi @jane"}]}],
        },
        "properties": [{"key": MARK_KEY, "value": MARKED}],
    }


@pytest.mark.parametrize("kept", [None, {**MARKED, "digest": "older"}])
def test_a_mark_that_was_not_kept_is_put(client: JiraClient, jira: ScriptedJira, reply: Replies, kept: object) -> None:
    jira.on("PUT", ALL + "/304", reply({"id": "304"}))
    jira.on("GET", prop("304"), reply({"key": MARK_KEY, "value": kept}, 200 if kept else 404))
    jira.on("PUT", prop("304"), reply(None, 201))
    client.edit_comment("10140", "304", "Hi", MARK)
    assert [call.method for call in jira.asked] == ["PUT", "GET", "PUT"]
    assert jira.asked[-1].body == MARKED


@pytest.mark.parametrize(
    ("answer", "status", "error"),
    [
        ({"errorMessages": ["boom"]}, 500, OutcomeUnknown),
        ({}, 201, OutcomeUnknown),
        ({"errors": {"comment": "Comment body is not valid!"}}, 400, Refused),
        ({"errorMessages": ["no"]}, 403, Forbidden),
    ],
)
def test_a_comment_is_sent_once(
    client: JiraClient, jira: ScriptedJira, reply: Replies, answer: Json, status: int, error: type[Exception]
) -> None:
    jira.on("POST", ALL, reply(answer, status))
    with pytest.raises(error):
        client.add_comment("10140", "Hi", MARK)
    assert len(jira.calls("POST", ALL)) == 1


def test_a_missing_permission_to_comment_is_named(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("POST", ALL, reply({"errorMessages": ["You do not have the permission to comment on this issue."]}, 400))
    with pytest.raises(Refused) as caught:
        client.add_comment("10140", "Hi", MARK)
    assert "Add Comments" in (caught.value.hint or "")


def test_an_edit_may_be_repeated(client: JiraClient, jira: ScriptedJira, reply: Replies) -> None:
    jira.on("PUT", ALL + "/304", reply({}, 503), reply({"id": "304"}))
    jira.on("GET", prop("304"), reply({"key": MARK_KEY, "value": MARKED}))
    client.edit_comment("10140", "304", "Hi", MARK)
    assert len(jira.calls("PUT", ALL + "/304")) == 2


def dc_said(identity: int, text: str, **more: object) -> Json:
    author = {"name": "jane", "key": "JIRAUSER1", "displayName": "Jane"}
    return {**said(identity), **more, "author": author, "body": text}


def test_data_center_speaks_wiki(dc: DataCenterClient, jira: ScriptedJira, reply: Replies) -> None:
    where = "/rest/api/2/issue/10140/comment"
    jira.on("GET", where, reply(page(dc_said(301, "see [~bob] {{x}}", properties=[]))))
    (comment,) = dc.comments("10140")
    assert (comment.text, comment.author_id, comment.author_email) == ("see @bob `x`", "jane", None)
    jira.on("POST", where, reply({"id": "304"}, 201))
    jira.on("GET", f"/rest/api/2/comment/304/properties/{MARK_KEY}", reply({"key": MARK_KEY, "value": MARKED}))
    assert dc.add_comment("10140", "Hi [~bob]", MARK) == "304"
    assert jira.calls("POST", where)[0].body["body"] == "Hi \\[\\~bob\\]"


def test_data_center_is_asked_for_each_mark_where_it_does_not_tell(
    dc: DataCenterClient, jira: ScriptedJira, reply: Replies
) -> None:
    jira.on("GET", "/rest/api/2/issue/10140/comment", reply(page(dc_said(301, "a"), dc_said(302, "b"))))
    jira.on("GET", f"/rest/api/2/comment/302/properties/{MARK_KEY}", reply({"key": MARK_KEY, "value": MARKED}))
    assert [comment.mark for comment in dc.comments("10140")] == [None, MARK]
    assert len(jira.asked) == 3


def test_marks_that_cannot_be_read_are_not_taken_for_none(
    dc: DataCenterClient, jira: ScriptedJira, reply: Replies
) -> None:
    def marks(asked: Asked) -> Reply:
        return reply({"errorMessages": ["down"]}, 503)

    jira.on("GET", "/rest/api/2/issue/10140/comment", reply(page(dc_said(301, "a"))))
    jira.on_call("GET", f"/rest/api/2/comment/301/properties/{MARK_KEY}", marks)
    with pytest.raises(Unavailable):
        dc.comments("10140")
