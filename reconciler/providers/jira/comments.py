"""Comments of a ticket and our mark on them, an entity property of the comment. Reference: jira-api §5.9."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, Protocol

from reconciler.errors import BadAnswer, NotFound, OutcomeUnknown
from reconciler.model.activity import Comment, CommentMark
from reconciler.providers.jira import parsing
from reconciler.providers.jira.api import JiraApi
from reconciler.providers.jira.paging import pages_by_offset
from reconciler.providers.jira.permissions import needing
from reconciler.providers.jira.threads import at_once
from reconciler.providers.payload import Node

MARK_KEY: Final = "datadog-jira-reconciler"
"""The key of the comment property that holds the mark."""

LONGEST: Final = 32_767
"""How many characters a text field or comment of Jira may have. Data Center's limit can be set. Reference: jira-api §2."""

_VERSION: Final = 1
_A_PAGE: Final = 100
_A_LIST: Final = 1000
_COMMENTS: Final = "/issue/{ticket}/comment"
_PROPERTY: Final = "/comment/{comment}/properties/{property}"


class RichText(Protocol):
    """How a deployment writes text: a document tree on Cloud, wiki markup on Data Center."""

    def written(self, text: str) -> object:
        """The body that says the text, shortened to what Jira takes."""

    def read(self, body: Node) -> str:
        """The text that a body says."""


@dataclass(frozen=True, slots=True)
class Comments:
    """The comments of one Jira. `lists_properties`: whether comments can be asked for by id with their properties."""

    api: JiraApi
    rich_text: RichText
    lists_properties: bool

    def all(self, ticket: str) -> tuple[Comment, ...]:
        """Those that every reader of the ticket may see, oldest first."""
        params = {"orderBy": "created", "expand": "properties"}
        route = self.api.rest + _COMMENTS
        pages = pages_by_offset(self.api, route, ticket, member="comments", size=_A_PAGE, params=params)
        shown = {node.at("id").identity(): node for node in pages if _is_for_everybody(node)}
        marks = self._marks(shown)
        comments = (self._comment(node, marks.get(identity)) for identity, node in shown.items())
        return tuple(sorted(comments, key=lambda comment: (comment.created, len(comment.id), comment.id)))

    def add(self, ticket: str, text: str, mark: CommentMark) -> str:
        """A new comment with its mark, both in one request that is sent once."""
        with needing("ADD_COMMENTS"):
            answer = self.api.write(
                "POST", self.api.rest + _COMMENTS, ticket, json=self._body(text, mark), repeatable=False
            )
        try:
            identity = answer.at("id").identity()
        except BadAnswer as error:
            raise OutcomeUnknown(
                f"{error.message}; whether the comment was made is not known",
                system=error.system,
                call=error.call,
                status=error.status,
                hint="the next run looks at the comments first",
            ) from None
        self._assure(identity, mark)
        return identity

    def edit(self, ticket: str, comment: str, text: str, mark: CommentMark) -> None:
        """Replace text and mark."""
        with needing("EDIT_OWN_COMMENTS"):
            self.api.write(
                "PUT", self.api.rest + _COMMENTS + "/{comment}", ticket, comment, json=self._body(text, mark)
            )
        self._assure(comment, mark)

    def _body(self, text: str, mark: CommentMark) -> Mapping[str, object]:
        return {"body": self.rich_text.written(text), "properties": [{"key": MARK_KEY, "value": _value(mark)}]}

    def _assure(self, comment: str, mark: CommentMark) -> None:
        """Look whether Jira kept the mark; without it the next run could not tell the copy from an original."""
        if self._mark_of(comment) != mark:
            route = self.api.rest + _PROPERTY
            with needing("EDIT_OWN_COMMENTS"):
                self.api.write("PUT", route, comment, MARK_KEY, json=_value(mark))

    def _marks(self, shown: Mapping[str, Node]) -> Mapping[str, CommentMark | None]:
        """The marks by comment id. Comments come with their properties where Jira heeds that they were asked for: that is
        documented only for the list by id. Otherwise each comment is asked for its mark.
        """
        if any(node.maybe("properties") is not None for node in shown.values()):
            return {identity: _mark_among(node) for identity, node in shown.items()}
        identities = list(shown)
        if self.lists_properties:
            return self._listed(identities)
        return dict(zip(identities, at_once(self.api, self._mark_of, identities), strict=True))

    def _listed(self, identities: Sequence[str]) -> Mapping[str, CommentMark | None]:
        chunks = [identities[first : first + _A_LIST] for first in range(0, len(identities), _A_LIST)]
        return {
            node.at("id").identity(): _mark_among(node)
            for nodes in at_once(self.api, partial(_by_id, self.api), chunks)
            for node in nodes
        }

    def _mark_of(self, comment: str) -> CommentMark | None:
        try:
            answer = self.api.read("GET", self.api.rest + _PROPERTY, comment, MARK_KEY)
        except NotFound:
            return None
        return _mark(answer.maybe("value"))

    def _comment(self, node: Node, mark: CommentMark | None) -> Comment:
        author = node.maybe("author")
        by = parsing.user(author) if author else None
        body = node.maybe("body")
        return Comment(
            id=node.at("id").identity(),
            author=by.name if by else "Anonymous",
            text=self.rich_text.read(body) if body else "",
            created=node.at("created").moment(),
            updated=node.moment_or_none("updated"),
            author_id=by.id if by else None,
            author_email=by.email if by else None,
            mark=mark,
        )


def _by_id(api: JiraApi, identities: Sequence[str]) -> tuple[Node, ...]:
    """The comments of these ids, which Jira takes as numbers; all in one page."""
    ids = [int(identity) for identity in identities if identity.isascii() and identity.isdigit()]
    answer = api.read("POST", api.rest + "/comment/list", params={"expand": "properties"}, json={"ids": ids})
    return tuple(answer.at("values").items())


def _is_for_everybody(node: Node) -> bool:
    """Not restricted to a role or group, and no internal note of a service desk."""
    return node.maybe("visibility") is None and node.flag_or("jsdPublic", default=True)


def _mark_among(node: Node) -> CommentMark | None:
    properties: Iterable[Node] = node.list_or_empty("properties")
    return next((_mark(item.maybe("value")) for item in properties if item.text_or("key", "") == MARK_KEY), None)


def _value(mark: CommentMark) -> Mapping[str, object]:
    return {"version": _VERSION, "origin": mark.origin, "id": mark.id, "digest": mark.digest}


def _mark(node: Node | None) -> CommentMark | None:
    """The mark; None for what is none of ours. Whoever may edit the comment can write one."""
    value = node.value if node is not None else None
    if not isinstance(value, dict) or value.get("version") != _VERSION:
        return None
    said = [value.get(name) for name in ("origin", "id", "digest")]
    texts = [part for part in said if isinstance(part, str) and part]
    return CommentMark(*texts) if len(texts) == len(said) else None
