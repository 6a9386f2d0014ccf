"""One JSON value of an answer with the place where it stands, so that a broken answer is told apart and told where.

The value itself is never quoted: what an API sends may be hostile or secret.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from reconciler.errors import BadAnswer


@dataclass(frozen=True, slots=True)
class Node:
    """A JSON value, the call that brought it and its dotted place in the answer. Every reader raises BadAnswer."""

    value: object = field(repr=False)
    system: str
    call: str
    place: str = "answer"

    def broken(self, expected: str) -> BadAnswer:
        """The error that says what was expected here."""
        found = "nothing" if self.value is None else _KINDS.get(type(self.value), "something else")
        return BadAnswer(
            f"{self.place}: expected {expected}, found {found}",
            system=self.system,
            call=self.call,
            status=200,
            hint="the server, or a proxy before it, answers in another form than its interface is documented to have",
        )

    def maybe(self, key: str) -> Node | None:
        """The member of that name; None where it is absent or null."""
        found = self.members().get(key)
        return None if found is None else Node(found, self.system, self.call, f"{self.place}.{key}")

    def at(self, key: str) -> Node:
        """The member of that name, which must be there and not null."""
        found = self.maybe(key)
        if found is None:
            raise self._child(None, f".{key}").broken("a value")
        return found

    def members(self) -> Mapping[str, object]:
        """The value as an object."""
        if not isinstance(self.value, dict):
            raise self.broken("an object")
        return self.value

    def items(self) -> Iterator[Node]:
        """The elements of the value, which is a list."""
        if not isinstance(self.value, list):
            raise self.broken("a list")
        return (self._child(item, f"[{index}]") for index, item in enumerate(self.value))

    def text(self) -> str:
        """The value as text."""
        if not isinstance(self.value, str):
            raise self.broken("text")
        return self.value

    def identity(self) -> str:
        """The value as an id: text, or a whole number as some answers have it; never empty."""
        if isinstance(self.value, int) and not isinstance(self.value, bool):
            return str(self.value)
        if not isinstance(self.value, str) or not self.value:
            raise self.broken("an id")
        return self.value

    def number(self) -> int:
        """The value as a whole number."""
        if not isinstance(self.value, int) or isinstance(self.value, bool):
            raise self.broken("a whole number")
        return self.value

    def flag(self) -> bool:
        """The value as true or false."""
        if not isinstance(self.value, bool):
            raise self.broken("true or false")
        return self.value

    def moment(self) -> datetime:
        """The value as a time, in UTC. Jira writes `2026-11-23T07:01:02.123+0000` (jira-api §2), Datadog `Z` and up to nine
        fractional digits (datadog-api §2).
        """
        try:
            read = datetime.fromisoformat(self.text())
        except ValueError:
            raise self.broken("a time such as 2026-11-23T07:01:02.123+0000") from None
        if read.tzinfo is None:
            raise self.broken("a time with its offset from UTC")
        try:
            return read.astimezone(UTC)
        except OverflowError:
            raise self.broken("a time in the years 1 to 9999") from None

    def moment_in_ms(self) -> datetime:
        """The value as a time, given in milliseconds since 1970. Reference: datadog-api §1.2."""
        try:
            return datetime.fromtimestamp(self.number() / 1000, UTC)
        except (OverflowError, OSError, ValueError):
            raise self.broken("a time in milliseconds since 1970") from None

    def text_or(self, key: str, default: str) -> str:
        """The text of a member, `default` where it is absent or null."""
        member = self.maybe(key)
        return default if member is None else member.text()

    def flag_or(self, key: str, *, default: bool) -> bool:
        """The flag of a member, `default` where it is absent or null."""
        member = self.maybe(key)
        return default if member is None else member.flag()

    def moment_or_none(self, key: str) -> datetime | None:
        """The time of a member, None where it is absent or null."""
        member = self.maybe(key)
        return None if member is None else member.moment()

    def list_or_empty(self, key: str) -> tuple[Node, ...]:
        """The elements of a member, none where it is absent or null."""
        member = self.maybe(key)
        return () if member is None else tuple(member.items())

    def _child(self, value: object, step: str) -> Node:
        return Node(value, self.system, self.call, f"{self.place}{step}")


_KINDS: Mapping[type, str] = {
    dict: "an object",
    list: "a list",
    str: "text",
    bool: "true or false",
    int: "a number",
    float: "a number",
}
