"""What a workflow on GitHub tells us about itself: where it runs, for which commit, and by which token it may post."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from reconciler.cli.output import OutputFailed
from reconciler.cli.session import Session
from reconciler.errors import ConfigError
from reconciler.providers.github import GitHub
from reconciler.providers.payload import Node
from reconciler.providers.secrets import Secret

BOT = "github-actions[bot]"
_ELSEWHERE = "this command belongs into a workflow of GitHub, which sets it; docs/how-to/ci.md shows one"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """The pull request that a run is about, and the commit of its head."""

    number: int
    head: str


def variable(name: str, default: str | None = None) -> str:
    """A variable of the environment. Raises ConfigError where it is missing or empty."""
    value = os.environ.get(name) or default
    if value is None:
        raise ConfigError(f"the environment variable {name} is not set", hint=_ELSEWHERE)
    return value


@contextmanager
def repository(session: Session, author: str) -> Iterator[GitHub]:
    """The repository that the workflow runs in. Raises ConfigError where the environment is not one of GitHub."""
    token = variable("GITHUB_TOKEN")
    session.secrets.append(token)
    url = variable("GITHUB_API_URL", "https://api.github.com")
    github = GitHub(url, variable("GITHUB_REPOSITORY"), Secret(token), author=author, clock=session.clock)
    try:
        yield github
    finally:
        github.close()


def pull_request() -> PullRequest:
    """The one that the event is about. Raises ConfigError where it is about none."""
    path = Path(variable("GITHUB_EVENT_PATH"))
    try:
        event = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ConfigError(f"the event in {path} cannot be read: {error}", hint=_ELSEWHERE) from None
    asked = Node(event, "github", "event").maybe("pull_request")
    if asked is None:
        raise ConfigError("the event is about no pull request", hint="run this `on: pull_request`")
    return PullRequest(asked.at("number").number(), asked.at("head").at("sha").text())


def page_of_run() -> str:
    """The page of this run, for texts that people follow."""
    server = variable("GITHUB_SERVER_URL", "https://github.com")
    return f"{server}/{variable('GITHUB_REPOSITORY')}/actions/runs/{variable('GITHUB_RUN_ID')}"


def hand_on(values: Mapping[str, str]) -> None:
    """Outputs of this step, for the steps after it: each a value of one line. Raises OutputFailed."""
    path = Path(variable("GITHUB_OUTPUT"))
    try:
        with path.open("a", encoding="utf-8") as stream:
            stream.writelines(f"{name}={value}\n" for name, value in values.items())
    except OSError as error:
        raise OutputFailed(f"{path} cannot be written: {error.strerror}") from None
