"""GitHub, as far as a workflow needs it: the one comment and the one issue that are ours, and the pull request of a merge.

Reference: docs.github.com/rest, version 2022-11-28: issues/comments, issues/issues, commits ("list pull requests associated with a commit").
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from reconciler.engine.ports import Clock
from reconciler.errors import ConfigError
from reconciler.providers.http import Caller, HttpOptions
from reconciler.providers.http_limits import Limiter
from reconciler.providers.payload import Node
from reconciler.providers.secrets import Secret

_PAGE: Final = 100
# Three thousand comments on one pull request, or issues by one account: whoever has more is not searched to the end.
_MOST_PAGES: Final = 30
_REPOSITORY: Final = re.compile(r"[A-Za-z0-9._-]+/[A-Za-z0-9._-]+")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Posted:
    """A comment or an issue as it stands. `number` is what it is edited by: a comment's id, an issue's number."""

    number: int
    body: str
    is_open: bool = True


@dataclass(frozen=True, slots=True)
class Merged:
    """A pull request that was merged: its number, and the commit that its head had last."""

    number: int
    head: str


class GitHub:
    """One repository on GitHub, called as `author`, the account that the token belongs to. Only what that account wrote is
    ever taken for ours: anybody may post a text that looks like it. Raises ConfigError and ProviderError.
    """

    def __init__(
        self, url: str, repository: str, token: Secret, *, author: str, clock: Clock, options: HttpOptions | None = None
    ) -> None:
        if not _REPOSITORY.fullmatch(repository) or set(repository.split("/")) & {".", ".."}:
            raise ConfigError(f"{repository!r} is no repository", hint="GITHUB_REPOSITORY holds OWNER/NAME")
        self._at = f"/repos/{repository}"
        self._author = author
        self._caller = Caller(
            "github",
            url,
            headers={
                "Accept": "application/vnd.github+json",
                "Authorization": f"Bearer {token.reveal()}",
                "X-GitHub-Api-Version": "2022-11-28",
            },
            clock=clock,
            limiter=Limiter(clock),
            options=options,
        )

    def close(self) -> None:
        """Close all connections."""
        self._caller.close()

    def own_comments(self, number: int) -> tuple[Posted, ...]:
        """The comments of ours on an issue or a pull request, the oldest first."""
        nodes = self._pages(f"/issues/{number}/comments", "/issues/{number}/comments")
        return tuple(Posted(node.at("id").number(), _body(node)) for node in nodes if self._is_own(node))

    def add_comment(self, number: int, body: str) -> None:
        """Add a comment. Sent once."""
        self._write("POST", f"/issues/{number}/comments", "/issues/{number}/comments", {"body": body})

    def edit_comment(self, comment: int, body: str) -> None:
        """Replace the text of a comment."""
        self._write("PATCH", f"/issues/comments/{comment}", "/issues/comments/{comment}", {"body": body})

    def own_issues(self) -> tuple[Posted, ...]:
        """The issues of ours, open and closed, the oldest first. Pull requests, which GitHub lists with them, are left out."""
        asked = {"state": "all", "creator": self._author, "sort": "created", "direction": "asc"}
        return tuple(
            Posted(node.at("number").number(), _body(node), node.at("state").text() == "open")
            for node in self._pages("/issues", "/issues", asked)
            if self._is_own(node) and node.maybe("pull_request") is None
        )

    def open_issue(self, title: str, body: str) -> None:
        """Open an issue. Sent once."""
        self._write("POST", "/issues", "/issues", {"title": title, "body": body})

    def edit_issue(self, number: int, body: str, *, is_open: bool) -> None:
        """Replace the text of an issue; open or close it."""
        change = {"body": body, "state": "open" if is_open else "closed"}
        self._write("PATCH", f"/issues/{number}", "/issues/{number}", change)

    def merged_as(self, commit: str) -> Merged | None:
        """The pull request that became this commit when it was merged; None where there is none."""
        if not _COMMIT.fullmatch(commit):
            raise ConfigError(f"{commit[:80]!r} is no commit", hint="GITHUB_SHA holds the commit that was pushed")
        for node in self._pages(f"/commits/{commit}/pulls", "/commits/{commit}/pulls"):
            became = node.maybe("merge_commit_sha")
            if node.maybe("merged_at") is not None and became is not None and became.text() == commit:
                return Merged(node.at("number").number(), node.at("head").at("sha").text())
        return None

    def _is_own(self, node: Node) -> bool:
        user = node.maybe("user")
        return user is not None and user.at("login").text() == self._author

    def _pages(self, path: str, route: str, asked: Mapping[str, str] | None = None) -> Iterator[Node]:
        for page in range(1, _MOST_PAGES + 1):
            params = {**(asked or {}), "per_page": str(_PAGE), "page": str(page)}
            answer = self._caller.read("GET", self._at + path, route=f"/repos{route}", params=params)
            nodes = tuple(Node(answer.body, "github", f"GET {path}").items())
            yield from nodes
            if len(nodes) < _PAGE:
                return

    def _write(self, method: str, path: str, route: str, json: object) -> None:
        self._caller.write(method, self._at + path, route=f"/repos{route}", repeatable=method == "PATCH", json=json)


def _body(node: Node) -> str:
    text = node.maybe("body")
    return "" if text is None else text.text()
