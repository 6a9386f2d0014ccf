"""Pull-request comments, read as GitHub would read them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from reconciler.model.address import Address, Kind
from reconciler.model.finding import Finding, Severity
from reconciler.model.resource import TicketRequest
from reconciler.plan.change import Create
from reconciler.plan.encoding import encode_plan
from reconciler.plan.outcome import Outcome, Status
from reconciler.plan.plan import Plan
from reconciler.report.markdown import LIMIT, render_outcomes_markdown, render_plan_markdown
from reconciler.report.markdown_text import code, fenced, label, prose, sentence
from reconciler.report.safe_text import one_line

OUR_HTML = re.compile(
    r"<!-- reconciler:[a-z0-9:-]* -->|<details(?: open)?><summary>[A-Za-z ]+ \([\d,]+\)</summary>|</details>"
)
LINKING = re.compile(r"@\w|#\w|://|www\.|\b[Gg][Hh]-\d")
NASTY = st.text(st.one_of(st.sampled_from(list("`*_[]()#+-=!|~$\\<>&@:/. \n1aGHw")), st.characters()), max_size=40)


def tokens(markdown: str) -> Iterator[Token]:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
    for token in parser.parse(markdown):
        yield token
        yield from token.children or ()


def assert_inert(markdown: str) -> None:
    for token in tokens(markdown):
        assert token.type not in {"link_open", "image", "table_open", "s_open", "em_open", "code_block"}
        if token.type in {"html_block", "html_inline"}:
            assert OUR_HTML.fullmatch(token.content.strip()), token.content
        if token.type == "text":
            assert not LINKING.search(token.content), token.content


def shown(markdown: str) -> str:
    """The text a reader sees of one paragraph."""
    inline = [token for token in tokens(markdown) if token.type in {"text", "code_inline", "html_inline", "softbreak"}]
    return "".join(token.content for token in inline)


def without_digest(comment: str) -> str:
    """The digest covers the version of the tool, so it changes with each release."""
    return re.sub(r"sha256:[0-9a-f]{64}", "sha256:…", comment)


def test_the_digest_of_the_plan_is_shown(plan: Plan) -> None:
    assert f"Plan `{encode_plan(plan)['digest']}`" in render_plan_markdown(plan)


def test_the_whole_comment(plan: Plan, golden: Callable[[str, str], None]) -> None:
    golden("plan.md", without_digest(render_plan_markdown(plan)))


def test_an_empty_plan(empty_plan: Plan, golden: Callable[[str, str], None]) -> None:
    golden("empty.md", without_digest(render_plan_markdown(empty_plan)))


def test_the_comment_is_well_formed(plan: Plan) -> None:
    assert_inert(render_plan_markdown(plan))


def test_a_hostile_plan_is_inert(hostile_plan: Plan) -> None:
    comment = render_plan_markdown(hostile_plan, limit=2_000_000)
    assert "Cut to fit" not in comment
    assert_inert(comment)
    assert not re.search(r"^\s*::|##\[|##vso\[", comment, re.MULTILINE | re.IGNORECASE)


def test_what_matters_first_stands_first(plan: Plan) -> None:
    first = render_plan_markdown(replace(plan, over_limit=("limit-creates",))).split("\n\n")[:3]
    assert first[0] == "<!-- reconciler:plan -->"
    assert first[1].startswith("### Plan: 8 to create, 4 to update, 0 to delete; 2 errors")
    assert first[2].startswith("**Over a limit (limit-creates)")


def many(plan: Plan, number: int) -> Plan:
    requests = [change.after for change in plan.changes if isinstance(change, Create)]
    one = next(request for request in requests if isinstance(request, TicketRequest))
    made = tuple(Create(replace(one, issue_id=f"i{n:05}", summary=f"`{n}` " + "é" * (n % 300))) for n in range(number))
    odd = tuple(Finding("odd", Severity.ERROR, f"number {n}\n```\nfence") for n in range(number))
    return replace(plan, changes=(*plan.changes, *made), findings=odd)


@pytest.mark.parametrize("limit", [8_000, 8_001, 9_777, 20_000, LIMIT])
def test_a_long_comment_is_cut_between_entries_and_says_so(plan: Plan, limit: int) -> None:
    comment = render_plan_markdown(many(plan, 2000), limit=limit, rest="See the artifact plan.json.")
    assert len(comment) <= limit
    assert len(comment) > limit * 0.8
    assert_inert(comment)
    assert comment.count("<details") == comment.count("</details>")
    assert all(token.content.endswith("\n") for token in tokens(comment) if token.type == "fence")
    last = comment.splitlines()[-1]
    assert re.match(
        r"\*\*Cut to fit:\*\* [\d,]+ of 2,000 findings, .*of 2,007 tickets to create not shown\. See the art", last
    )


def test_every_section_has_its_share_of_a_long_comment(plan: Plan) -> None:
    comment = render_plan_markdown(many(plan, 2000))
    assert comment.count("**error**") > 50
    assert comment.count("`ticket.i") > 50
    assert "case_project.PAY" in comment


def test_outcomes_show_what_is_not_done(golden: Callable[[str, str], None]) -> None:
    address = Address(Kind.TICKET, "i1")
    outcomes = [Outcome(address, "create", status, f"detail of `{status.value}`") for status in Status]
    golden("outcomes.md", render_outcomes_markdown(outcomes, [Finding("odd", Severity.WARNING, "odd")]))


def test_hostile_outcomes_are_inert(hostile_plan: Plan) -> None:
    outcomes = [Outcome(f.address, "create", Status.FAILED, f.message) for f in hostile_plan.findings if f.address]
    assert_inert(render_outcomes_markdown(outcomes, hostile_plan.findings))


@given(NASTY)
@example("std::vector ://x :a: :b:")
@example("GH-1 gh-22 ghgh-3 WWW.x.y me@x.y")
@settings(max_examples=400)
def test_prose_shows_the_text_and_does_nothing(text: str) -> None:
    for paragraph in (f"- {prose(text)} end", f"x  \n{prose(text)}"):
        assert_inert(paragraph)
    assert shown(f"- x{prose(text)}end").replace("\u200d", "") == f"x{one_line(text)}end"


def test_a_word_between_colons_is_no_emoji_and_a_query_can_be_copied() -> None:
    assert prose("done :tada:") == "done :\u200dtada:"
    assert prose("rule 'web' matches: service:web") == "rule 'web' matches: service:web"


@given(NASTY)
@example("``a` `b``c`")
@settings(max_examples=400)
def test_a_sentence_may_quote_and_nothing_else(text: str) -> None:
    for paragraph in (f"- {sentence(text)} end", f"x  \n{sentence(text)}"):
        assert_inert(paragraph)


@given(NASTY)
@example("a`")
@example("`a")
@settings(max_examples=300)
def test_a_code_span_holds_just_the_text(text: str) -> None:
    found = [token for token in tokens(f"- x {code(text)} y") if token.type != "softbreak" and token.content]
    spans = [token.content for token in found if token.type == "code_inline"]
    assert len(spans) == 1
    assert spans[0].strip().replace(": :", "::") == one_line(text).strip().replace(": :", "::")


@given(st.lists(NASTY.map(one_line), min_size=1, max_size=5))
@settings(max_examples=200)
def test_no_line_ends_a_fence(lines: list[str]) -> None:
    found = [token for token in tokens(fenced(lines) + "\n\nend") if token.type == "fence"]
    assert [token.content.rstrip("\n") for token in found] == ["\n".join(lines).rstrip("\n")]


@pytest.mark.parametrize(
    ("name", "marker"), [("plan", "plan"), ("plan:eu/prod", "plan:eu-prod"), ("--><script>", "script"), ("", "")]
)
def test_a_name_cannot_end_the_marker_comment(name: str, marker: str) -> None:
    assert label(name) == marker
