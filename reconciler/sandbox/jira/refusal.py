"""How Jira says no. The sentences are Jira's own, as recorded. Reference: jira-api §2."""

from __future__ import annotations

from collections.abc import Mapping

from reconciler.sandbox.failure import SandboxError

NO_TICKET = "Issue does not exist or you do not have permission to see it."
BAD_PAYLOAD = "Invalid request payload. Refer to the REST API documentation and try again."
NOT_JSON = "There was an error parsing JSON. Check that your request body is valid."


class JiraRefusal(Exception):
    """A request that Jira refuses: the status, its sentences, and the sentences for single fields."""

    def __init__(
        self, status: int, *messages: str, errors: Mapping[str, str] | None = None, bare: bool = False
    ) -> None:
        self.status = status
        self.messages = messages
        self.errors: dict[str, str] = dict(errors or {})
        self.bare = bare
        super().__init__(self.sentence)

    @property
    def sentence(self) -> str:
        """All of it in one line, as Datadog reports it of a ticket that could not be created."""
        fields = [f"{name}: {text}" for name, text in sorted(self.errors.items())]
        return " ".join([*self.messages, *fields])

    @property
    def body(self) -> dict[str, object]:
        """The answer's body: an error collection; without `errors` where the body itself could not be read."""
        body: dict[str, object] = {"errorMessages": list(self.messages)}
        return body if self.bare else {**body, "errors": self.errors}


class NoSuchThing(SandboxError):
    """A person was told to act on something that this simulated site does not have."""


def no_ticket() -> JiraRefusal:
    """404: the ticket is absent or invisible."""
    return JiraRefusal(404, NO_TICKET)


def no_project(key: str) -> JiraRefusal:
    """404: the project is absent or invisible."""
    return JiraRefusal(404, f"No project could be found with key '{key}'.")


def not_on_screen(field: str) -> str:
    """The sentence for a field that is unknown, not on the screen, or not ours to edit."""
    return f"Field '{field}' cannot be set. It is not on the appropriate screen, or unknown."


def forbidden(what: str) -> JiraRefusal:
    """403: signed in, but not permitted."""
    return JiraRefusal(403, f"You do not have permission to {what}.")
