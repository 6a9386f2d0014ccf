"""How Datadog says no: four error shapes, with the sentences that were recorded. Reference: datadog-api §0.1."""

from __future__ import annotations

from pydantic import JsonValue

from reconciler.sandbox.route import JSON, Answer, answer

JSON_API = "application/vnd.api+json"


class DatadogRefusal(Exception):
    """A request that Datadog refuses: the status and the whole of `errors`. `bare` bodies are string lists."""

    def __init__(self, status: int, *errors: JsonValue) -> None:
        self.status = status
        self.errors = errors
        super().__init__(f"{status} {list(errors)}")

    def answer(self, media: str) -> Answer:
        """As it goes over the wire; string lists are plain JSON everywhere."""
        plain = all(isinstance(error, str) for error in self.errors)
        return answer({"errors": list(self.errors)}, self.status, content_type=JSON if plain else media)


def forbidden() -> DatadogRefusal:
    """403: bad keys, or keys that may not do this: Datadog does not tell them apart."""
    return DatadogRefusal(403, "Forbidden")


def bad_request(detail: str | None = None) -> DatadogRefusal:
    """400 as Error Tracking writes it; without a detail where none was recorded."""
    error: dict[str, JsonValue] = {"status": "400", "title": "Bad Request"}
    return DatadogRefusal(400, error if detail is None else {**error, "detail": detail})


def generic(detail: str) -> DatadogRefusal:
    """400 as Case Management writes it."""
    return DatadogRefusal(400, {"title": "Generic Error", "detail": detail})


def no_issue() -> DatadogRefusal:
    """404 of Error Tracking."""
    return DatadogRefusal(404, {"status": "404", "title": "Not Found", "detail": "issue not found"})


def missing(what: str) -> DatadogRefusal:
    """404 of Case Management: `case not found`, `project not found`."""
    return DatadogRefusal(404, {"code": "resource_not_found", "title": f"{what} not found"})


def conflict(detail: str) -> DatadogRefusal:
    """409."""
    return DatadogRefusal(409, {"status": "409", "title": "Conflict", "detail": detail})
