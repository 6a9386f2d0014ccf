"""A GitHub as small as the workflows need: comments, issues, and which pull request became which commit. Real HTTP."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

BOT = "github-actions[bot]"
LOGINS = {"Bearer bot-token": BOT, "Bearer alice-token": "alice"}


@dataclass(slots=True)
class Forge:
    """What stands on it. `asked` holds the method and path of every request."""

    url: str = ""
    comments: dict[int, list[dict[str, Any]]] = field(default_factory=dict)
    issues: list[dict[str, Any]] = field(default_factory=list)
    merged: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(100, 10_000)))

    def say(self, number: int, login: str, body: str) -> dict[str, Any]:
        """Somebody comments."""
        comment = {"id": next(self.numbers), "body": body, "user": {"login": login}}
        self.comments.setdefault(number, []).append(comment)
        return comment

    def merge(self, number: int, head: str, commit: str) -> None:
        """A pull request becomes a commit."""
        told = {
            "number": number,
            "head": {"sha": head},
            "merge_commit_sha": commit,
            "merged_at": "2026-11-23T10:00:00Z",
        }
        self.merged[commit] = [told]

    def answer(self, method: str, path: str, asked: dict[str, list[str]], body: Any, login: str) -> tuple[int, Any]:
        """One request. Reference: docs.github.com/rest."""
        if body is not None and len(body.get("body", "")) > 65_536:
            return 422, {"message": "Validation Failed: body is too long (maximum is 65536 characters)"}
        match method, *path.removeprefix("/repos/acme/errors/").split("/"):
            case "GET", "issues", number, "comments":
                return 200, _page(self.comments.get(int(number), []), asked)
            case "POST", "issues", number, "comments":
                return 201, self.say(int(number), login, body["body"])
            case "PATCH", "issues", "comments", wanted:
                found = next(one for all_ in self.comments.values() for one in all_ if one["id"] == int(wanted))
                if found["user"]["login"] != login:
                    return 403, {"message": "Resource not accessible by integration"}
                found["body"] = body["body"]
                return 200, found
            case "GET", "issues":
                return 200, _page([one for one in self.issues if one["user"]["login"] == asked["creator"][0]], asked)
            case "POST", "issues":
                issue = {"number": next(self.numbers), "state": "open", "user": {"login": login}, **body}
                self.issues.append(issue)
                return 201, issue
            case "PATCH", "issues", number:
                issue = next(one for one in self.issues if one["number"] == int(number))
                issue.update(body)
                return 200, issue
            case "GET", "commits", commit, "pulls":
                return 200, _page(self.merged.get(commit, []), asked)
            case _:
                return 404, {"message": "Not Found"}


def _page(everything: list[Any], asked: dict[str, list[str]]) -> list[Any]:
    size, page = int(asked["per_page"][0]), int(asked["page"][0])
    return everything[(page - 1) * size : page * size]


@pytest.fixture
def forge() -> Iterator[Forge]:
    """Served on loopback for as long as the test lasts."""
    state = Forge()

    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def answer(self) -> None:
            parts = urlsplit(self.path)
            state.asked.append((self.command, parts.path))
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size)) if size else None
            login = LOGINS.get(self.headers.get("Authorization", ""))
            status, told = 401, {"message": "Bad credentials"}
            if login is not None and re.match(r"/repos/acme/errors/", parts.path):
                status, told = state.answer(self.command, parts.path, parse_qs(parts.query), body, login)
            content = json.dumps(told).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json; charset=utf-8")
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PATCH = answer  # noqa: N815 - the names that http.server calls

        def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answering)
    server.daemon_threads = True
    state.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield state
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
