"""Every command, with servers that say back whatever they were sent: no secret, and no piece of one, is in anything that it leaves.

Reference: reliability §5, row secrets, and T16. What is looked through: both streams, reports, plans, events, metrics and every
other file that a command writes.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

from reconciler.cli.clock import SystemClock
from reconciler.sandbox.application import Outcome
from reconciler.sandbox.connection import Responder
from reconciler.sandbox.route import Answer, Request
from reconciler.sandbox.serve import RunningSandbox

Run = Callable[..., Any]
PIECE = 8
API_KEY = "k7Qz0vXw3pLr9tYb2mNc5hJd8fGs1aEu"
APP_KEY = "U4iO6wR2yT8qP0zX5cV9bN3mK7jH1gF"
TOKEN = "ATATT3xZq=Wv/8uYs+Tr6pOnMlKjIhGfEd"  # the signs that look otherwise in a URL
HOOK_KEY = "Hw5eRt7yUi9oPa1sDf3gHj5kLz7xCv"
GITHUB = "ghs_Zm9vYmFyQmF6UXV4Q29yZ2VHcmF1bHQ"
WEBHOOK = f"https://app.datadoghq.com/intake/webhook/jira?api_key={HOOK_KEY}"
SECRETS = (API_KEY, APP_KEY, TOKEN, HOOK_KEY, GITHUB)
COMMANDS = {
    "validate": "validate",
    "plan": "plan --out {out}/plan.json",
    "plan as html": "plan --format html -o {out}/plan.html",
    "apply": "apply --yes --only settings --events {out}/events.ndjson",
    "drift": "drift --metrics {out}/look.prom --format markdown",
    "doctor": "doctor --fix --yes --format json",
    "doctor as junit": "doctor --format junit",
    "explain": "explain SHOP-3",
    "import": "import -o {out}/imported",
    "backtest": "rules backtest",
    "lint": "rules lint --live",
    "create": "ticket create {issue} --yes --events {out}/ticket.ndjson",
    "comment": "ci comment {out}/absent.md",
}


class Hasty(SystemClock):
    """A clock that is believed to have been waited for."""

    waited = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self.waited)

    def sleep(self, seconds: float) -> None:
        self.waited += seconds


@dataclass(slots=True)
class Echo:
    """Says back what it was sent, whole and cut off, in bodies, headers and places to go to; where `strikes` does not, the
    simulator answers.
    """

    inner: Responder
    strikes: Callable[[Request], bool]
    status: int
    struck: int = 0
    names: Iterator[int] = field(default_factory=lambda: iter(range(10**6)))

    def serve(self, request: Request) -> Outcome:
        if not self.strikes(request):
            return self.inner.serve(request)
        self.struck += 1
        told = list(said_in(request))
        halves = [each[: len(each) // 2 + 3] for each in told] + [f"…{each[len(each) // 2 :]}" for each in told]
        texts = [*told, *halves, *(quote(each, safe="") for each in told), *(quote_plus(each).lower() for each in told)]
        shapes: list[object] = [
            {"errors": texts},
            {"errorMessages": texts, "errors": {each[:200]: each for each in told}},
            {"errors": [{"title": "no", "detail": " ".join(texts)}]},
            {"message": " ".join(texts)},
            {"errors": [{"detail": "\u200b".join(each)} for each in told]},
        ]
        body = shapes[next(self.names) % len(shapes)]
        plain = re.sub(r"[^!-~]", "", told[0])
        headers = {
            "Location": f"https://{re.sub('[^A-Za-z0-9]', '-', plain)}.evil.example/{quote(told[-1], safe='')}",
            "Retry-After": plain,
            "X-RateLimit-Name": plain,
            "RateLimit-Reason": plain,
        }
        return Outcome(Answer(self.status, json.dumps(body).encode(), headers=headers))


def said_in(request: Request) -> Iterator[str]:
    """Each secret that a request carries, as a server sees it."""
    for name in ("dd-api-key", "dd-application-key", "authorization"):
        if value := request.headers.get(name):
            yield value
            if value.startswith("Basic "):
                yield base64.b64decode(value.removeprefix("Basic ")).decode()
    if request.body:
        yield request.body.decode()
    yield request.path


@pytest.fixture
def company(company: Path) -> Path:
    """A company whose credentials can be told from any other text."""
    world = company / "world.yaml"
    keys = f"  datadog:\n    api_key: {API_KEY}\n    app_key: {APP_KEY}\n    webhook_url: '{WEBHOOK}'\n"
    text = world.read_text(encoding="utf-8").replace("sandbox-jira-token", TOKEN).replace("  datadog:\n", keys, 1)
    world.write_text(text, encoding="utf-8")
    return company


@pytest.fixture
def echoing(
    company: Path, served: RunningSandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[[int, str], Echo]:
    """The company's servers, with one secret in a file and the rest in the environment; then all that they say back."""
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "jira").write_text(f"{TOKEN}\n", encoding="utf-8")
    monkeypatch.delenv("JIRA_API_TOKEN")
    document = company / "connections.yaml"
    reference = f"{{file: {tmp_path / 'keys' / 'jira'}}}"
    document.write_text(document.read_text(encoding="utf-8").replace("{env: JIRA_API_TOKEN}", reference), "utf-8")
    event = tmp_path / "event.json"
    event.write_text('{"pull_request": {"number": 7, "head": {"sha": "%s"}}}' % ("a" * 40), encoding="utf-8")
    for name, value in {
        "GITHUB_TOKEN": GITHUB,
        "GITHUB_API_URL": served.url,
        "GITHUB_REPOSITORY": "acme/errors",
        "GITHUB_EVENT_PATH": str(event),
    }.items():
        monkeypatch.setenv(name, value)
    inner = served.server.responder

    def echo(status: int, path: str) -> Echo:
        responder = Echo(inner, lambda request: re.search(path, f"{request.method} {request.path}") is not None, status)
        served.server.responder = responder
        return responder

    return echo


def pieces(secret: str) -> set[str]:
    return {secret[at : at + PIECE] for at in range(len(secret) - PIECE + 1)}


def forms(secret: str) -> Iterator[str]:
    """How a secret may look: plain, in a URL, in JSON, as Jira's Cloud is sent it."""
    yield from (secret, quote(secret, safe=""), json.dumps(secret)[1:-1])
    if secret == TOKEN:
        yield base64.b64encode(f"reconciler@acme.com:{secret}".encode()).decode()[28:]  # behind the address


LEAKS = {piece.lower() for secret in SECRETS for form in forms(secret) for piece in pieces(form)}


def leaked(text: str) -> set[str]:
    """Every piece of a secret in a text, whatever the case and whatever invisible stands between."""
    plain = re.sub(r"[^!-~]|\\[nrt]", "", text).lower()
    return {plain[at : at + PIECE] for at in range(len(plain))} & LEAKS


def left_by(directory: Path) -> Iterator[tuple[str, str]]:
    """Every file that commands wrote there."""
    for path in sorted(directory.rglob("*")):
        if path.is_file():
            yield path.name, path.read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("status", "path"),
    [
        (0, "^$"),
        (400, "."),
        (401, "/api/v2/cases|/search"),
        (307, "."),
        (403, "POST|PUT|PATCH|DELETE"),
        (500, "webhook|properties|errors"),
        (429, "/project|comments"),
    ],
)
def test_no_command_leaves_a_piece_of_a_secret_anywhere(
    status: int,
    path: str,
    run: Run,
    served: RunningSandbox,
    company: Path,
    echoing: Callable[[int, str], Echo],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("RECONCILER_DEBUG", "1")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    echo = echoing(status, path)
    issue = min(each.id for each in served.world.datadog.company.issues.values())
    for name, words in COMMANDS.items():
        out = tmp_path / "out" / name.replace(" ", "-")
        out.mkdir(parents=True)
        (out / "absent.md").write_text("### Plan\n", encoding="utf-8")
        ended = run(*words.format(out=out, issue=issue).split(), clock=Hasty())
        assert ended.code != 64, f"{name}: {ended.err}"
        assert not leaked(ended.out + ended.err), f"{name}: {leaked(ended.out + ended.err)}: {ended.out}{ended.err}"
        for file, text in left_by(out):
            assert not leaked(text), f"{name}: {file}: {leaked(text)}"
    for file, text in left_by(company / ".reconciler"):
        assert not leaked(text), file
    assert (echo.struck > 0) is (status > 0)


def test_pieces_of_secrets_are_found() -> None:
    assert leaked(f"x {TOKEN[3:11]}") == {TOKEN[3:11].lower()}
    assert leaked(f"{API_KEY[:4]}\n\u200b{API_KEY[4:9]}")
    assert not leaked("nothing of the sort")
