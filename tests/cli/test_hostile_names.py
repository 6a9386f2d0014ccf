"""Everything that somebody can name in Datadog or Jira, named by an enemy, and every command in every form it has.

Reference: reliability §5, rows terminal, GitHub log, Markdown, HTML; T15. Each renderer has tables of its own beside it
(tests/report, tests/html); this one sees that no command goes past them. A browser sees the pages: tests/html/in_chromium.py.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from html.parser import HTMLParser
from itertools import cycle
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
import yaml
from markdown_it import MarkdownIt

from reconciler.cli.clock import SystemClock
from reconciler.sandbox.application import Outcome
from reconciler.sandbox.connection import Responder
from reconciler.sandbox.datadog.records import Company
from reconciler.sandbox.jira.records import Site
from reconciler.sandbox.route import Answer, Request
from reconciler.sandbox.serve import RunningSandbox

Run = Callable[..., Any]
HOSTILE = (
    "\x1b[31m\x1b]8;;https://evil.example\x07link\x1b]52;c;ZXZpbA==\x07\r::error file=x::owned",
    "::set-output name=x::y ##[add-mask]no ##vso[task.setvariable variable=x]y",
    "\n::stop-commands::owned\n\r\n::add-mask::a",
    "\u202egnp.exe\u2066 zero\u200bwidth\u2069 \U000e0041tag \u3164 nul\x00 \x85 \u2028 \ufeff",
    "<script>alert(1)</script><img src=x onerror=alert(1)></title></style>",
    "@acme/owners #123 acme/web#4 GH-9 https://evil.example/?x=1 www.evil.example",
    "![x](https://evil.example/p.png) [click](javascript:alert(1)) <https://evil.example>",
    "| a | b |\n|---|---|\n```\nfence\n```\n</details> <!-- reconciler:plan --> # head",
    "{{ 7 * 7 }} {% for x in y %} ${7*7} `` ` ``` * _em_ ~~no~~",
    "{code}h1. wiki{code} [~accountid:1] !image.png! {color:red}x{color} |cell|",
    '=HYPERLINK("https://evil.example") \'+1 @SUM(1) \t-1 "\\',
    "section_start:1:x\r\x1b[0Kowned \\x1b \\u202e %0A::error::",
    "- a: !!python/object:os.system {b: [c, *d]} # e\n---\n&f \udcff",
    "日本語 " * 90,
    "x" * 4000,
)
FORMS = {
    "text": (
        "plan",
        "drift",
        "doctor",
        "explain SHOP-3",
        "import",
        "rules backtest",
        "rules lint --live",
        "rules list",
    ),
    "json": ("plan", "drift", "doctor", "explain SHOP-3", "import", "rules backtest", "rules lint --live"),
    "markdown": ("plan", "drift", "doctor", "rules backtest"),
    "html": ("plan", "drift", "doctor"),
    "junit": ("doctor", "rules test"),
    "sarif": ("doctor", "validate"),
}
# What GitHub is meant to read: our own annotations, and nothing that is not.
COMMAND = re.compile(r"::(error|warning|notice) (title=[a-z-]+|file=[^,:]+,line=\d+,col=\d+,title=[a-z-]+)::[^\r\n]*")
OUR_HTML = re.compile(r"<!-- reconciler:[a-z0-9:-]* -->|<details(?: open)?>(<summary>[\w ,:()]+</summary>)?|</details>")
METRIC = re.compile(r'# (HELP|TYPE) \w+ [ -~]+|\w+\{(\w+="(\\[\\n"]|[^"\\\n])*",?)*\} [0-9.]+')


class Hasty(SystemClock):
    """A clock that is believed to have been waited for."""

    waited = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.waited)

    def sleep(self, seconds: float) -> None:
        self.waited += seconds


@dataclass(slots=True)
class Names:
    """Hostile texts, one after the other, so that each field has another one; `turn` begins elsewhere."""

    turn: int
    texts: Iterator[str] = field(init=False)

    def __post_init__(self) -> None:
        self.texts = cycle((*HOSTILE[self.turn :], *HOSTILE[: self.turn]))

    def text(self) -> str:
        """The next one, as far as JSON in UTF-8 carries it."""
        return next(self.texts).replace("\udcff", "\ufffd")

    def in_datadog(self, company: Company) -> None:
        """Issues, cases, comments, people, teams and case projects."""
        for issue in company.issues.values():
            issue.error_type, issue.error_message = self.text(), self.text()
            issue.file_path, issue.function_name = self.text(), self.text()
            issue.first_seen_version, issue.last_seen_version = self.text(), self.text()
            issue.languages, issue.platform = [self.text()], self.text()
        for number, issue in enumerate(company.issues.values()):
            if number % 3 == 0:
                issue.service = self.text()
        for case in company.cases.values():
            case.title, case.attributes = self.text(), {"env": [self.text()]}
            case.description += self.text()
            for said in case.comments:
                said.text = self.text()
        for person in company.users.values():
            person.name = self.text()
        for team in company.teams.values():
            team.name, team.handle = self.text(), self.text()
        for project in company.projects.values():
            project.name = self.text()

    def in_jira(self, site: Site) -> None:
        """Tickets, comments, people, projects, types, priorities, resolutions, options, components and webhooks."""
        for key, ticket in site.tickets.items():
            said = tuple(replace(each, body=self.text()) for each in ticket.comments)
            site.tickets[key] = replace(ticket, summary=self.text(), labels=(self.text(),), comments=said)
        for key, user in site.users.items():
            site.users[key] = replace(user, name=self.text())
        for key, project in site.projects.items():
            parts = tuple(replace(each, name=self.text()) for each in project.components)
            site.projects[key] = replace(project, name=self.text(), components=parts)
        for key, hook in site.webhooks.items():
            site.webhooks[key] = replace(hook, name=self.text(), description=self.text(), jql=self.text())
        for known in (site.priorities, site.resolutions):
            known.update({key: replace(named, name=self.text()) for key, named in known.items()})

    def what_is_declared(self, site: Site) -> None:
        """What the configuration names: statuses, fields with their options, and the steps between statuses."""
        for key, status in site.statuses.items():
            site.statuses[key] = replace(status, name=self.text())
        for key, one in site.fields.items():
            options = tuple(replace(each, name=self.text()) for each in one.options)
            site.fields[key] = replace(one, name=self.text(), options=options)
        for key, flow in site.workflows.items():
            steps = tuple(replace(each, name=self.text()) for each in flow.transitions)
            site.workflows[key] = replace(flow, transitions=steps)


@dataclass(slots=True)
class Insulting:
    """A server whose every refusal is hostile: in its sentences, the names of fields, and the host it sends us to."""

    inner: Responder
    path: str
    names: Names
    struck: int = 0

    def serve(self, request: Request) -> Outcome:
        if not re.search(self.path, f"{request.method} {request.path}"):
            return self.inner.serve(request)
        self.struck += 1
        said, status = self.names.text(), (400, 403, 404, 307)[self.struck % 4]
        fields = {self.names.text()[:300]: self.names.text()}
        body = {"errorMessages": [said], "errors": fields} if "/rest/" in request.path else {"errors": [said]}
        host = re.sub(r"[\r\n\x00]", "", self.names.text()).encode("ascii", "ignore").decode()
        return Outcome(Answer(status, json.dumps(body).encode(), headers={"Location": f"https://{host}/"}))


class Page(HTMLParser):
    """What of a page could come to life."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.alive: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in {"script", "img", "iframe", "object", "embed", "link", "base", "form", "foreignobject", "image"}:
            self.alive.append(tag)
        leads = [
            f"{name}={value}" for name, value in attrs if name.startswith("on") or name in {"href", "src", "style"}
        ]
        self.alive += [each for each in leads if not each.startswith("href=#")]


def harmless_anywhere(told: str) -> None:
    """What no output may hold, whatever its form: nothing that moves a terminal, hides, or speaks to a CI runner."""
    odd = {char for char in told if unicodedata.category(char) in {"Cc", "Cs", "Zl", "Zp", "Cf"}} - set("\n\t\u200d")
    assert not odd, odd
    assert not re.search(r"##\[|##vso\[", told, re.IGNORECASE)
    for line in told.splitlines():
        assert not line.strip().startswith("::") or COMMAND.fullmatch(line), line


def check(form: str, told: str) -> None:
    """A report of a form that is well-formed and inert."""
    harmless_anywhere(told)
    match form:
        case "json" | "sarif":
            assert told.isascii()
            json.loads(told)
        case "junit":
            assert {each.tag for each in ElementTree.fromstring(told).iter()} <= {
                "testsuites", "testsuite", "testcase", "failure", "error", "skipped", "system-out",
            }  # fmt: skip
        case "html":
            assert Page(told).alive == []
        case "markdown":
            inert(told)
        case _:
            assert "\u200d" not in told


def inert(markdown: str) -> None:
    parser = MarkdownIt("commonmark", {"html": True}).enable("table").enable("strikethrough")
    for block in parser.parse(markdown):
        for token in (block, *(block.children or ())):
            assert token.type not in {"link_open", "image", "s_open", "em_open", "code_block"}, token
            if token.type in {"html_block", "html_inline"}:
                assert OUR_HTML.fullmatch(token.content.strip()), token.content
            if token.type == "text":
                assert not re.search(r"@\w|#\w|://|www\.", token.content), token.content


def every_form(run: Run) -> None:
    for form, commands in FORMS.items():
        for command in commands:
            ended = run(*command.split(), "--format", form, clock=Hasty())
            assert ended.code in {0, 1, 2, 6}, f"{command} as {form}: {ended.err}"
            harmless_anywhere(ended.err)
            if ended.out or not ended.err:  # where nothing could be told, stderr says why
                check(form, ended.out)


def every_file(run: Run, out: Path, issue: str) -> None:
    """What commands write beside their reports: plans, events, metrics, documents."""
    out.mkdir()
    metrics, events = str(out / "look.prom"), str(out / "events.ndjson")
    run("plan", "--out", str(out / "plan.json"), clock=Hasty())
    looked = run("drift", "--metrics", metrics, clock=Hasty())
    assert Path(metrics).exists(), looked.err
    for words in (("apply", "--yes", "--only", "settings,sync"), ("ticket", "create", issue, "--yes")):
        ended = run(*words, "--events", events, "--format", "json", clock=Hasty())
        if ended.out:
            check("json", ended.out)
        harmless_anywhere(ended.err)
        for line in Path(events).read_text(encoding="utf-8").splitlines() if Path(events).exists() else ():
            check("json", line)
    for line in (out / "look.prom").read_text(encoding="utf-8").splitlines():
        assert METRIC.fullmatch(line), line
    if (out / "plan.json").exists():
        check("json", (out / "plan.json").read_text(encoding="utf-8"))
    run("import", "-o", str(out / "imported"), clock=Hasty())
    for path in (out / "imported").rglob("*.yaml"):
        text = path.read_text(encoding="utf-8")
        harmless_anywhere(text)
        assert isinstance(yaml.load(text, yaml.CSafeLoader), dict)  # noqa: TID251 - read as others read it


def test_names_do_nothing_in_any_form(
    run: Run, served: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    names, company, site = Names(0), served.world.datadog.company, served.world.jira["acme"].site
    names.in_datadog(company)
    names.in_jira(site)
    every_file(run, tmp_path / "out", min(company.issues))
    names.what_is_declared(site)
    names.in_jira(site)
    every_form(run)
    every_file(run, tmp_path / "again", min(company.issues))


@pytest.mark.parametrize("path", ["(GET|POST) .*/(search|cases|project)", "/case_management|webhook|/cases/|/issue/"])
def test_refusals_do_nothing_in_any_form(
    path: str, run: Run, served: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    server = Insulting(served.server.responder, path, Names(3))
    served.server.responder = server
    every_form(run)
    every_file(run, tmp_path / "out", min(served.world.datadog.company.issues))
    assert server.struck
