"""Pages taken apart as a browser takes them apart: nothing in them runs, loads or leads away, and all they say is text."""

from __future__ import annotations

import base64
import hashlib
import itertools
import json
import os
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from reconciler.engine.streams import Board, Stream
from reconciler.plan.plan import Plan
from reconciler.report.html.fields import MOST_ROWS, Piece, rows_of
from reconciler.report.html.page import MOST_ENTRIES
from reconciler.report.html.picture import MOST_SERVICES, WIDTH, draw
from reconciler.report.html.plan_page import render_plan_page
from reconciler.report.safe_text import one_line, safe_text

if TYPE_CHECKING:
    from tests.html.conftest import Quickstart
else:
    Quickstart = Any

KINDS = ["plan", "drift", "doctor", "apply"]
VOID = {"meta", "br"}
OURS = {
    *(
        [
            "html",
            "head",
            "meta",
            "title",
            "style",
            "body",
            "a",
            "p",
            "header",
            "h1",
            "main",
            "footer",
            "div",
            "nav",
            "ul",
            "li",
            "b",
            "span",
            "section",
            "h2",
            "h3",
            "article",
        ]
    ),
    *(
        [
            "dl",
            "dt",
            "dd",
            "code",
            "pre",
            "bdi",
            "details",
            "summary",
            "table",
            "caption",
            "thead",
            "tbody",
            "tr",
            "th",
            "td",
            "del",
            "ins",
            "br",
        ]
    ),
    *(["svg", "desc", "text", "path", "g", "rect"]),
}
ATTRIBUTES = {
    *(
        [
            "charset",
            "http-equiv",
            "content",
            "name",
            "lang",
            "class",
            "href",
            "id",
            "aria-label",
            "aria-labelledby",
            "role",
            "scope",
            "open",
            "tabindex",
        ]
    ),
    *(["data-side", "viewbox", "x", "y", "width", "height", "rx", "text-anchor", "d"]),
}


class Page(HTMLParser):
    """What the parser of a browser would see. Every element must be closed where it belongs."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.comments: list[str] = []
        self.within: list[str] = []
        self.style = ""
        self.text: list[str] = []
        self.feed(html)
        self.close()
        assert self.within == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.within.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.within.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.within[-1:] == ["style"]:
            self.style += data
        else:
            self.text.append(data)

    def handle_comment(self, data: str) -> None:
        self.comments.append(data)

    def values(self, tag: str, attribute: str) -> list[str]:
        return [held[attribute] for name, held in self.elements if name == tag and attribute in held]


@pytest.mark.parametrize("kind", KINDS)
def test_nothing_in_a_page_runs_loads_or_leads_away(kind: str, hostile_pages: Mapping[str, str]) -> None:
    page = Page(hostile_pages[kind])
    assert {tag for tag, _ in page.elements} <= OURS
    assert {name for _, held in page.elements for name in held} <= ATTRIBUTES
    assert page.comments == []
    links = page.values("a", "href")
    assert links
    assert all(re.fullmatch(r"#[a-z0-9-]+", link) for link in links)
    ids = [held["id"] for _, held in page.elements if "id" in held]
    assert [name for name, times in Counter(ids).items() if times > 1] == []
    assert {link[1:] for link in links} <= set(ids)
    assert set(page.values("section", "aria-labelledby")) <= set(ids)


@pytest.mark.parametrize("kind", KINDS)
def test_the_policy_allows_this_style_sheet_and_nothing_else(kind: str, hostile_pages: Mapping[str, str]) -> None:
    page = Page(hostile_pages[kind])
    digest = base64.b64encode(hashlib.sha256(page.style.encode()).digest()).decode()
    policy = next(held["content"] for _, held in page.elements if held.get("http-equiv") == "Content-Security-Policy")
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert [tag for tag, _ in page.elements].count("style") == 1
    assert not re.search(r"url\(|@import|expression", page.style)


@pytest.mark.parametrize("kind", KINDS)
def test_whatever_is_hostile_stands_there_as_visible_text(
    kind: str, hostile_pages: Mapping[str, str], hostile: tuple[str, ...]
) -> None:
    html = hostile_pages[kind]
    text = re.sub(r"\s+", " ", " ".join(Page(html).text))
    for title in hostile:
        # Runner commands are taken apart all over the page: what is looked for is taken apart alike.
        shown = re.sub(r"\s+", " ", safe_text(title)).strip()[:200]
        assert one_line(title)[:200] in text or shown in text, title
    assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200b\ufeff\ud800-\udfff]", html)
    assert not re.search(r"^\s*::|##\[|##vso\[", html, re.MULTILINE)
    html.encode("utf-8")


@pytest.mark.parametrize("kind", KINDS)
def test_headings_follow_one_another(kind: str, hostile_pages: Mapping[str, str]) -> None:
    levels = [int(tag[1]) for tag, _ in Page(hostile_pages[kind]).elements if re.fullmatch(r"h\d", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in itertools.pairwise(levels))


def test_long_lists_are_cut_and_say_so(hostile_plan: Plan) -> None:
    some = hostile_plan.findings[0]
    many = tuple(replace(some, message=f"number {number}") for number in range(MOST_ENTRIES + 7))
    html = render_plan_page(replace(hostile_plan, findings=many, changes=()))
    assert html.count("number ") <= MOST_ENTRIES + 1
    assert "… and 7 more" in html


def test_what_is_gained_and_lost_is_marked_on_its_side(hostile_plan: Plan) -> None:
    rows = {row.path: row for change in hostile_plan.changes for row in rows_of(change) if row.path == "events"}
    assert Piece("y", is_moved=True) in rows["events"].after
    assert Piece("x", is_moved=False) in rows["events"].before
    assert all(len(rows_of(change)) <= MOST_ROWS + 1 for change in hostile_plan.changes)


def streams(services: int) -> list[Stream]:
    boards = [Board("acme", "SHOP"), Board("acme", "PAY")]
    routed = [Stream(f"s{n:02}", ("t",), f"r{n % 3}", n % 3, boards[n % 2], n + 1) for n in range(services)]
    return [*routed, Stream("", (), None, 3, None, 4)]


def test_the_picture_shows_every_issue_once_and_stays_in_its_box() -> None:
    picture = draw(streams(6))
    assert picture is not None
    assert picture.issues == 21 + 4
    services, rules, boards = picture.bars
    assert [bar.name for bar in rules] == ["r0", "r1", "r2", "no rule matches"]
    assert sorted(bar.name for bar in boards) == ["PAY", "SHOP"]
    assert sum(bar.height for bar in services) == pytest.approx(sum(bar.height for bar in rules), abs=0.5)
    assert sum(bar.height for bar in boards) == pytest.approx(sum(bar.height for bar in rules[:3]), abs=0.5)
    for column in picture.bars:
        assert all(bar.y >= 0 and bar.y + bar.height <= picture.height and bar.x < WIDTH for bar in column)
        assert all(above.y + above.height <= below.y for above, below in itertools.pairwise(column)), "bars overlap"


def test_the_picture_does_not_depend_on_the_order_of_what_it_is_given() -> None:
    assert draw(streams(9)) == draw(streams(9)[::-1])


def test_small_services_stand_together_and_no_issue_gives_no_picture() -> None:
    picture = draw(streams(40))
    assert picture is not None
    assert len(picture.bars[0]) == MOST_SERVICES
    assert "28 other services" in {bar.name for bar in picture.bars[0]}
    assert draw([]) is None


def test_every_command_that_has_a_page_writes_it(quickstart: Quickstart) -> None:
    """One company from before the first apply until after it."""
    saved = quickstart.config.parent / "saved.json"
    seen: dict[str, Page] = {}
    last = ""
    for command, code in [("plan", 0), ("drift", 2), ("doctor", 2), ("apply --yes", 0), ("drift", 0), ("plan", 0)]:
        words = [*command.split(), "--format", "html", *(["--out", str(saved)] if not seen else [])]
        ended, html = quickstart.run(*words)
        assert ended == code, command
        page = Page(html)
        seen.setdefault(command, page)
        last = " ".join(page.text)
    told = {command: " ".join(page.text) for command, page in seen.items()}
    assert json.loads(saved.read_text(encoding="utf-8"))["digest"] in told["plan"], "the picture is no part of the plan"
    assert "18 changes planned" in told["plan"]
    assert "12 addresses drifted" in told["drift"]
    assert "Broken first" in told["doctor"]
    assert "18 applied" in told["apply --yes"]
    assert "Nothing differs." in last
    assert "35 issues" in last


def test_the_page_of_the_quickstart(quickstart_page: str) -> None:
    """A whole page, kept: what changes in it is read before it is committed. `UPDATE_GOLDEN=1` writes it."""
    path = Path(__file__).parent / "golden" / "quickstart.html"
    shown = re.sub(r"<style>.*</style>", "<style>…</style>", quickstart_page, flags=re.DOTALL)
    shown = re.sub(r"sha256[:-][0-9a-zA-Z+/=]{40,64}", "sha256…", shown)
    if os.environ.get("UPDATE_GOLDEN") == "1":
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")
