"""Comments both ways: every case by example, then the laws."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from reconciler.model.activity import Comment, CommentMark
from reconciler.sync.comment_text import LONGEST, Side, render_copy
from reconciler.sync.comments import CommentDecision, Copy, Thread, decide_comments, key_of

LINKED = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
JIRA, DATADOG = "jira:acme", "datadog"
BOT = frozenset({"bot"})


def said(
    identity: str,
    text: str,
    *,
    at: float = 60,
    by: str = "ann",
    mark: CommentMark | None = None,
    edited: float | None = None,
    email: str | None = "",
) -> Comment:
    """A comment, so many minutes after the link was adopted."""
    created = LINKED + timedelta(minutes=at)
    updated = created if edited is None else LINKED + timedelta(minutes=edited)
    address = f"{by}@acme.com" if email == "" else email
    return Comment(identity, by.title(), text, created, updated, by, address, mark)


def decided(
    jira: Sequence[Comment] = (),
    case: Sequence[Comment] = (),
    *,
    copied: frozenset[str] = frozenset(),
    ours: frozenset[str] = BOT,
) -> CommentDecision:
    return decide_comments(
        Thread(Side.JIRA, JIRA, jira, ours, lambda comment: f"https://acme.atlassian.net/c/{comment.id}"),
        Thread(Side.DATADOG, DATADOG, case, ours, lambda comment: f"https://app.datadoghq.com/c/{comment.id}"),
        LINKED,
        copied,
    )


def codes(decision: CommentDecision) -> list[str]:
    return [finding.code for finding in decision.findings]


def written(copy: Copy, identity: str = "c1", *, at: float = 70) -> Comment:
    """The copy as it stands once it was written."""
    return said(identity, copy.text, at=at, by="bot", mark=copy.mark, email=None)


def copied_once(original: Comment) -> Comment:
    """The copy of a Jira comment in Datadog."""
    (copy,) = decided([original]).creates
    return written(copy)


# --- copying


def test_a_comment_is_copied_once_with_author_and_time() -> None:
    (copy,) = decided([said("10300", "It is the cart again.")]).creates
    assert copy.to is Side.DATADOG
    assert copy.text == "Ann wrote in Jira, 2026-11-23 10:00 UTC:\n\nIt is the cart again."
    assert (copy.mark.origin, copy.mark.id, copy.copy_id) == (JIRA, "10300", None)


def test_a_comment_of_the_case_goes_to_the_ticket() -> None:
    (copy,) = decided(case=[said("aa-1", "Seen in staging too.")]).creates
    assert copy.to is Side.JIRA
    assert copy.text == "Ann wrote in Datadog, 2026-11-23 10:00 UTC:\n\nSeen in staging too."
    assert copy.mark.origin == DATADOG


def test_a_copy_is_never_copied_back() -> None:
    original = said("10300", "It is the cart again.")
    decision = decided([original], [copied_once(original)])
    assert decision == CommentDecision(copied=frozenset({key_of(JIRA, "10300")}))


def test_our_own_comment_is_not_copied() -> None:
    assert decided([said("1", "Linked to issue 7.", by="bot")]).creates == ()


def test_a_comment_made_before_the_link_was_adopted_is_not_copied() -> None:
    assert decided([said("1", "Old news.", at=-60)]).creates == ()


@pytest.mark.parametrize("skew", [-4, 4])
def test_clock_skew_of_minutes_between_the_systems(skew: float) -> None:
    """A comment made just after the link was adopted is copied, although its system's clock is minutes off."""
    assert len(decided([said("1", "First!", at=skew)]).creates) == 1


def test_unlinked_and_relinked() -> None:
    """Copies that stand on the ticket from another case are nobody's originals; what was said before is left alone."""
    old = said("5", "Ann wrote in Datadog …", by="bot", mark=CommentMark(DATADOG, "gone", "0" * 32))
    elsewhere = said("6", "Bob wrote in Jira …", by="bot", mark=CommentMark("jira:other", "3", "0" * 32))
    for ours in (BOT, frozenset[str]()):
        decision = decided([old, said("7", "Before the new link.", at=-90)], [elsewhere], ours=ours)
        assert decision == CommentDecision()


def test_comments_are_written_oldest_first_across_both_sides() -> None:
    decision = decided([said("9", "b", at=2), said("10", "c", at=2)], [said("x", "a", at=1), said("y", "d", at=3)])
    assert [copy.original.id for copy in decision.creates] == ["x", "9", "10", "y"]


# --- edits and deletions


def test_an_edit_follows() -> None:
    original = said("10300", "It is the cart again.")
    edit = replace(original, text="It is the checkout.", updated=LINKED + timedelta(minutes=90))
    decision = decided([edit], [copied_once(original)])
    (copy,) = decision.edits
    assert (copy.copy_id, copy.text) == ("c1", "Ann wrote in Jira, 2026-11-23 10:00 UTC:\n\nIt is the checkout.")
    assert (decision.creates, codes(decision)) == ((), [])
    assert decided([edit], [written(copy)]).edits == ()


def test_an_edit_of_one_character_follows() -> None:
    original = said("1", "+1")
    assert len(decided([replace(original, text="-1")], [copied_once(original)]).edits) == 1


def test_a_text_stored_with_other_spaces_is_no_edit() -> None:
    original = said("1", "one\r\ntwo  three")
    assert decided([replace(original, text="one\ntwo three\n")], [copied_once(original)]).edits == ()


def test_a_deletion_does_not_follow() -> None:
    original = said("10300", "Secret by mistake.")
    assert decided([], [copied_once(original)]) == CommentDecision()


def test_a_copy_that_somebody_deleted_is_not_made_again() -> None:
    original = said("10300", "It is the cart again.")
    remembered = decided([original], [copied_once(original)]).copied
    decision = decided([original], [], copied=remembered)
    assert decision == CommentDecision(copied=remembered)


def test_what_is_remembered_does_not_outlive_the_originals() -> None:
    assert decided([], copied=frozenset({"0123456789"})).copied == frozenset()


def test_comment_edited_on_both_sides() -> None:
    """The origin's text wins for its copy; what stood in the copy is told before it goes."""
    original = said("10300", "It is the cart again.")
    rewritten = replace(copied_once(original), text="I tidied this up: CART-7.", updated=LINKED + timedelta(minutes=99))
    decision = decided([replace(original, text="It is the checkout.")], [rewritten])
    assert [copy.text.splitlines()[-1] for copy in decision.edits] == ["It is the checkout."]
    assert codes(decision) == ["comment-copy-overwritten"]
    assert "I tidied this up: CART-7." in decision.findings[0].message


def test_an_edit_of_a_copy_alone_is_told_and_left() -> None:
    original = said("10300", "It is the cart again.")
    rewritten = replace(copied_once(original), text="No, it is not.", updated=LINKED + timedelta(minutes=99))
    decision = decided([original], [rewritten])
    assert (decision.edits, codes(decision)) == ((), ["comment-copy-edited"])


def test_a_copy_that_its_system_stored_otherwise_was_not_edited() -> None:
    """Conversions change marks of form and spaces; and what was never updated was never edited."""
    original = said("10300", "- *one*\n- `two`")
    copy = copied_once(original)
    stored = replace(copy, text=copy.text.replace("*", "").replace("- ", "• "), updated=LINKED + timedelta(minutes=99))
    assert codes(decided([original], [stored])) == []
    assert codes(decided([original], [replace(copy, text="stored as something else")])) == []


# --- the same comment by another way


def test_the_same_comment_arriving_by_native_sync_and_by_us() -> None:
    here = said("10300", "It is the cart again.", at=60)
    native = said("aa-1", "It is the cart again.", at=62)
    decision = decided([here], [native])
    assert decision.creates == ()
    assert codes(decision) == ["comment-twin", "comment-twin"]
    again = decided([replace(here, text="It was.")], [native], copied=decision.copied)
    assert (again.creates, codes(again)) == ((), [])


@pytest.mark.parametrize(
    ("there", "is_twin"),
    [
        pytest.param(said("x", "done", at=62), True, id="same author"),
        pytest.param(said("x", "done", at=62, by="bob"), False, id="another author"),
        pytest.param(said("x", "done", at=75), False, id="long after"),
        pytest.param(said("x", "done?", at=62), False, id="another text"),
        pytest.param(said("x", "Ann commented: done", at=62, by="robot"), True, id="attributed by the other sync"),
        pytest.param(said("x", "Bob commented: done", at=62, by="robot"), False, id="attributed to somebody else"),
        pytest.param(replace(said("x", "done", at=62, by="Ann"), author_email=None), True, id="same name"),
        pytest.param(replace(said("x", "done", at=62, by="robot"), author_id=None), True, id="author not told"),
    ],
)
def test_what_makes_two_comments_one(there: Comment, *, is_twin: bool) -> None:
    decision = decided([said("1", "done", at=60)], [there])
    assert (codes(decision) == ["comment-twin", "comment-twin"]) is is_twin
    assert (decision.creates == ()) is is_twin


def test_what_datadogs_own_sync_carried_into_jira_under_its_own_name_is_not_copied_again() -> None:
    here, native = said("x", "done", at=60), said("1", "done", at=61, by="bot")
    decision = decided([native], [here])
    assert (decision.creates, codes(decision)) == ((), ["comment-twin"])
    assert codes(decided([replace(native, text="done?")], [here])) == []


def test_a_long_text_is_not_written_twice_by_chance() -> None:
    text = "The certificate of the payment gateway ran out at noon."
    assert decided([said("1", text)], [said("x", text, by="robot")]).creates == ()


def test_one_comment_there_is_the_twin_of_one_here_only() -> None:
    decision = decided([said("1", "ping", at=60), said("2", "ping", at=61)], [said("x", "ping", at=60)])
    assert [copy.original.id for copy in decision.creates] == ["2"]


def test_a_copy_of_ours_that_another_sync_carried_back() -> None:
    original = said("10300", "It is the cart again.")
    copy = copied_once(original)
    echo = said("10301", copy.text, at=71, by="datadog app", email=None)
    decision = decided([original, echo], [copy])
    assert (decision.creates, codes(decision)) == ((), ["comment-twin"])


def test_the_same_words_again_are_another_comment() -> None:
    first, second = said("1", "ping", at=60), said("2", "ping", at=61)
    decision = decided([first, second], [copied_once(first)])
    assert [copy.original.id for copy in decision.creates] == ["2"]


def test_a_comment_that_we_copied_twice_is_told() -> None:
    original = said("10300", "It is the cart again.")
    copy = copied_once(original)
    decision = decided([replace(original, text="It was.")], [replace(copy, id="c2"), copy])
    assert codes(decision) == ["comment-duplicate"]
    assert decision.findings[0].hint == "delete comment c2"
    assert [edit.copy_id for edit in decision.edits] == ["c1"]


def test_the_same_comment_arriving_by_native_sync_after_we_have_copied_it() -> None:
    original = said("10300", "ping", at=60)
    native = said("aa-1", "ping", at=64)
    decision = decided([original], [copied_once(original), native])
    assert (decision.creates, codes(decision)) == ((), ["comment-twin"])


def test_a_twin_may_have_been_made_before_the_link_was_adopted() -> None:
    decision = decided([said("1", "ping", at=-12)], [said("x", "ping", at=-4)])
    assert (decision.creates, codes(decision)) == ((), ["comment-twin"])


def test_two_comments_without_text_are_two() -> None:
    assert len(decided([said("1", "")], [said("x", "")]).creates) == 2


def test_our_copy_quoted_long_after_is_somebodys_comment() -> None:
    original = said("10300", "It is the cart again.")
    copy = copied_once(original)
    quote = said("10301", copy.text, at=500, by="bob")
    assert [each.original.id for each in decided([original, quote], [copy]).creates] == ["10301"]


# --- forged and pasted marks


def test_a_mark_that_somebody_pasted_does_not_make_a_copy() -> None:
    """Somebody quotes our copy with its mark line: that is a comment of its own."""
    original = said("10300", "It is the cart again.")
    copy = copied_once(original)
    pasted = said("aa-9", f"{copy.text}\n\nI agree.", at=20, by="bob", mark=copy.mark)
    decision = decided([original], [pasted, copy])
    assert [(each.original.id, each.to) for each in decision.creates] == [("aa-9", Side.JIRA)]


def test_a_forged_mark_does_not_have_somebodys_comment_rewritten() -> None:
    forged = said("aa-9", "Mine.", by="eve", mark=CommentMark(JIRA, "10300", "f" * 32))
    decision = decided([said("10300", "It is the cart again.")], [forged])
    assert (decision.creates, decision.edits) == ((), ())
    assert codes(decision) == ["comment-copy-foreign"]


@pytest.mark.parametrize("mark", [CommentMark(JIRA, "gone", "f" * 32), CommentMark(DATADOG, "1", "f" * 32)])
def test_a_pasted_mark_of_nothing_here_is_told(mark: CommentMark) -> None:
    pasted = said("aa-9", "Mine.", by="eve", mark=mark)
    decision = decided([said("10300", "Before.", at=-90)], [pasted])
    assert (decision.creates, codes(decision)) == ((), ["comment-mark-foreign"])
    assert codes(decided([], [replace(pasted, created=LINKED - timedelta(days=1))])) == []


def test_a_broken_digest_is_replaced() -> None:
    original = said("10300", "It is the cart again.")
    later = LINKED + timedelta(minutes=99)
    broken = replace(copied_once(original), mark=CommentMark(JIRA, "10300", "x"), updated=later)
    decision = decided([original], [broken])
    assert codes(decision) == []
    (edit,) = decision.edits
    assert decided([original], [written(edit)]).edits == ()


# --- the text


def test_a_huge_comment_is_shortened_with_a_link() -> None:
    (copy,) = decided([said("1", "word " * 20_000)]).creates
    assert len(copy.text) < LONGEST + 200
    assert copy.text.endswith("… (shortened, see https://acme.atlassian.net/c/1)")
    assert codes(decided([said("1", "word " * 20_000)], [written(copy)])) == []


def test_a_shortened_copy_that_its_system_cut_further_was_not_edited() -> None:
    original = said("1", "word " * 20_000)
    copy = copied_once(original)
    cut = replace(copy, text=copy.text[:900] + "… (shortened)", updated=LINKED + timedelta(minutes=99))
    assert codes(decided([original], [cut])) == []


def test_a_letter_may_be_stored_in_another_form() -> None:
    original = said("1", "caf\u00e9")
    copy = copied_once(original)
    stored = replace(copy, text=copy.text.replace("\u00e9", "e\u0301"), updated=LINKED + timedelta(minutes=99))
    assert decided([replace(original, text="cafe\u0301")], [stored]) == decided([original], [copy])


def test_half_a_character_is_copied_like_any_other() -> None:
    assert len(decided([said("1", "broken \ud83d emoji")]).creates) == 1


def test_the_time_is_told_in_utc() -> None:
    there = LINKED.astimezone(timezone(timedelta(hours=-5)))
    assert "2026-11-23 09:00 UTC" in render_copy(replace(said("1", "hi"), created=there), Side.JIRA)


def test_a_comment_without_text_leads_to_the_original() -> None:
    (copy,) = decided([said("1", " \n ")]).creates
    assert copy.text.endswith("\n\n(no text, see https://acme.atlassian.net/c/1)")


@pytest.mark.parametrize(
    ("text", "copy"),
    [
        ("ask @bob", "ask @\u200bbob"),
        ("@bob@acme.com @webhook-x", "@\u200bbob@acme.com @\u200bwebhook-x"),
        ("write to bob@acme.com.", "write to bob@acme.com."),
        ("![x](https://spy.example/1.png)", "!\u200b[x] (https://spy.example/1.png)"),
        ("[bank](https://evil.example)", "[bank] (https://evil.example)"),
        ("<img src=x> <@U1> a < b", "<\u200bimg src=x> <\u200b@\u200bU1> a < b"),
        ("safe\u202egnp.exe\x00\x1b[31m", "safegnp.exe[31m"),
        ("a\r\nb\u2028c\x0bd", "a\nb\nc\nd"),
        ("a\n\n\n \n\nb", "a\n\nb"),
        ("[reconciler jira:acme 1 00]", "> [reconciler jira:acme 1 00]"),
        ("x\n  [Reconciler jira:acme 1 00]", "x\n>   [Reconciler jira:acme 1 00]"),
        ("x\r[reconciler datadog 1 00]", "x\n> [reconciler datadog 1 00]"),
        ("reconciler: ddet-abc issue=1", "> reconciler: ddet-abc issue=1"),
        ("the reconciler: fine", "the reconciler: fine"),
    ],
)
def test_hostile_text_towards_datadog(text: str, copy: str) -> None:
    rendered = render_copy(said("1", text), Side.DATADOG)
    assert rendered == f"Ann wrote in Jira, 2026-11-23 10:00 UTC:\n\n{copy}"


def test_towards_jira_the_client_makes_text_of_text() -> None:
    rendered = render_copy(said("1", "ask @bob \u202e<b>\n[reconciler x]"), Side.JIRA)
    assert rendered == "Ann wrote in Datadog, 2026-11-23 10:00 UTC:\n\nask @bob <b>\n> [reconciler x]"


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("[reconciler jira:acme 1 00]\n\nBob", "> [reconciler jira:acme 1 00] Bob"),
        ("@everyone", "@\u200beveryone"),
        ("", "somebody"),
        ("A" * 300, "A" * 80),
    ],
)
def test_a_hostile_name_stays_a_name_on_one_line(name: str, shown: str) -> None:
    rendered = render_copy(replace(said("1", "hi"), author=name), Side.DATADOG)
    assert rendered == f"{shown} wrote in Jira, 2026-11-23 10:00 UTC:\n\nhi"


# --- laws

PEOPLE = ("ann", "bob", "bot")
texts = st.sampled_from(
    [
        "ping",
        "done",
        "Ann commented: done",
        "it is the cart",
        "",
        "@bob [x](y)",
        "The gateway's certificate has run out again, look.",
    ]
)


moments = st.sampled_from([-60.0, -3.0, 1.0, 5.0, 30.0])
parts = st.tuples(
    texts,
    moments,
    st.sampled_from(PEOPLE),
    st.sampled_from([None, None, "other", "own", "old"]),
    st.sampled_from(["1", "2", "3", "gone"]),
    st.sampled_from(["0" * 32, "x"]),
)


def thread(system: str, other: str, drawn: Sequence[tuple[str, float, str, str | None, str, str]]) -> list[Comment]:
    """People's and other syncs' comments, with marks that may be genuine, of other places, forged or broken."""
    origins = {"other": other, "own": system, "old": "jira:old"}
    return [
        said(
            str(number),
            text,
            at=at,
            by=by,
            mark=CommentMark(origins[origin], identity, digest) if origin else None,
            edited=200.0 if number % 2 else None,
        )
        for number, (text, at, by, origin, identity, digest) in enumerate(drawn, 1)
    ]


sides = st.lists(parts, max_size=5)
Both = tuple[list[Comment], list[Comment]]


def threads() -> st.SearchStrategy[Both]:
    return st.builds(lambda jira, case: (thread(JIRA, DATADOG, jira), thread(DATADOG, JIRA, case)), sides, sides)


def performed(
    jira: Sequence[Comment], case: Sequence[Comment], decision: CommentDecision
) -> tuple[list[Comment], list[Comment]]:
    """Both threads once everything is written."""
    threads_now = {Side.JIRA: list(jira), Side.DATADOG: list(case)}
    for number, copy in enumerate(decision.creates):
        threads_now[copy.to].append(written(copy, f"new{number}", at=300 + number))
    for copy in decision.edits:
        threads_now[copy.to] = [
            replace(each, text=copy.text, mark=copy.mark, updated=LINKED + timedelta(minutes=400))
            if each.id == copy.copy_id
            else each
            for each in threads_now[copy.to]
        ]
    return threads_now[Side.JIRA], threads_now[Side.DATADOG]


LAW = settings(max_examples=150, deadline=None)
LOSSES = {"comment-copy-overwritten"}


@given(both=threads(), remembers=st.booleans(), knows=st.booleans())
@LAW
def test_after_performing_there_is_nothing_more_to_do(both: Both, *, remembers: bool, knows: bool) -> None:
    ours = BOT if knows else frozenset[str]()
    decision = decided(*both, ours=ours)
    assume(remembers or "comment-twin" not in codes(decision))  # twins are known by their texts, which edits change
    copied = decision.copied if remembers else frozenset[str]()
    again = decided(*performed(*both, decision), copied=copied, ours=ours)
    assert (again.creates, again.edits) == ((), ())
    assert not LOSSES & set(codes(again))


@given(both=threads())
@LAW
def test_each_original_has_at_most_one_copy(both: Both) -> None:
    decision = decided(*both)
    assert len({copy.key for copy in decision.creates}) == len(decision.creates)
    for thread, other, system in ((both[0], both[1], JIRA), (both[1], both[0], DATADOG)):
        copies = {each.mark.id for each in other if each.mark and each.mark.origin == system}
        made = {each.mark.id for each in decision.creates if each.mark.origin == system}
        assert not made & copies
        assert made <= {each.id for each in thread}


@given(both=threads())
@LAW
def test_every_comment_of_somebody_is_copied_or_told(both: Both) -> None:
    decision = decided(*both)
    for thread, other, system in ((both[0], both[1], JIRA), (both[1], both[0], DATADOG)):
        reached = {each.mark.id for each in other if each.mark and each.mark.origin == system}
        reached |= {each.mark.id for each in decision.creates if each.mark.origin == system}
        told = " ".join(finding.message for finding in decision.findings)
        for comment in thread:
            if comment.mark is None and comment.author_id != "bot" and comment.created >= LINKED:
                assert comment.id in reached or f"comment {comment.id} of " in told


@given(both=threads(), data=st.data())
@LAW
def test_the_order_of_comments_does_not_matter(both: Both, data: st.DataObject) -> None:
    shuffled = [data.draw(st.permutations(comments)) for comments in both]
    assert decided(*shuffled) == decided(*both)


@given(both=threads(), cut=st.integers(0, 9))
@LAW
def test_a_run_broken_off_after_any_write_makes_no_duplicates(both: Both, cut: int) -> None:
    whole = decided(*both)
    part = replace(whole, creates=whole.creates[:cut], edits=())
    rest = decided(*performed(*both, part))
    assert [copy.key for copy in rest.creates] == [copy.key for copy in whole.creates[cut:]]


@given(text=st.text(max_size=60), name=st.text(max_size=30), towards=st.sampled_from(Side))
@LAW
def test_no_text_passes_for_a_mark_of_ours_or_calls_anybody(text: str, name: str, towards: Side) -> None:
    rendered = render_copy(replace(said("1", text), author=name), towards)
    lines = rendered.splitlines()
    assert lines[0].endswith("wrote in Jira, 2026-11-23 10:00 UTC:") or towards is Side.JIRA
    assert not any(line.strip().casefold().startswith("[reconciler") for line in lines)
    assert render_copy(replace(said("1", text), author=name), towards) == rendered
