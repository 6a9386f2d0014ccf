"""From parser events to plain data with places. Reads what is plain and refuses the rest where it stands.

refused, reading goes on    two equal keys, keys that are not text, tags, merge keys, hidden characters
refused, reading ends       keys that are mappings or lists, nesting, sizes, aliases beyond the budget
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import yaml

from reconciler.documents.budget import MAX_ALIASES, MAX_DEPTH, MAX_REPEATED_NODES, MAX_SCALAR
from reconciler.documents.document import Document, DoubtAt
from reconciler.documents.events import Event
from reconciler.documents.marks import COLUMN_BITS, ListMarks, MappingMarks, Marks, Path, extent, origin_of
from reconciler.documents.plain_text import hidden_in
from reconciler.documents.refusals import Refusals
from reconciler.documents.scalars import Doubt, Doubtful, resolve
from reconciler.documents.syntax_words import QUOTE_IT

_ITEM: Final = "\0item"
_DROPPED: Final = "\0dropped"
"""Begins the key under which a value lands that is not kept: that of the second of two equal keys, say."""


class _Frame:
    """A mapping or list that is being read; only one of `mapping` and `items` is there. `marks` is as `marks.py` has it.

    `key` says what comes next: None means a key, `_ITEM` an item of a list, anything else the value of that key.
    """

    __slots__ = ("anchor", "items", "key", "mapping", "marks", "place")

    mapping: dict[str, object]
    items: list[object]

    def __init__(self, place: int, key: str | None, anchor: str | None) -> None:
        self.place = place
        self.key = key
        self.anchor = anchor
        self.marks: list[Marks] = []
        if key is None:
            self.mapping = {}
        else:
            self.items = []


class Builder:
    """The documents of one file, as far as it has been read."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.refusals = Refusals(file)
        self.documents: list[Document] = []
        self._known_keys: dict[str, str] = {}
        self._begin()

    def _begin(self) -> None:
        self._frame = _Frame(0, _ITEM, None)
        self._stack: list[_Frame] = []
        self._aliases = self._repeated = 0
        self._has_dropped = False
        self._anchors: dict[str, tuple[object, Marks] | None] = {}
        self._doubts: list[DoubtAt] = []

    def build(self, next_event: Callable[[], Event]) -> None:
        """Reads to the end of the stream. Raises Refusal, or what the parser raises."""
        acts: dict[object, Callable[[Event], None]] = {
            yaml.MappingStartEvent: self._open_mapping,
            yaml.MappingEndEvent: self._close_mapping,
            yaml.SequenceStartEvent: self._open_list,
            yaml.SequenceEndEvent: self._close_list,
            yaml.AliasEvent: self._alias,
            yaml.DocumentStartEvent: self._open_document,
            yaml.DocumentEndEvent: self._close_document,
            yaml.StreamStartEvent: lambda event: None,
        }
        scalar = self._scalar
        scalar_event: object = yaml.ScalarEvent
        end: object = yaml.StreamEndEvent
        while True:
            event = next_event()
            kind: object = event.__class__
            if kind is scalar_event:
                scalar(event)
            elif kind is end:
                return
            else:
                acts[kind](event)

    def _open_document(self, event: Event) -> None:
        self._begin()
        if event.tags or event.version not in {None, (1, 2)}:
            hint = "remove the directive: files are read as YAML 1.2, without tags"
            self.refusals.refuse(
                "yaml-directive", _place(event), "a % directive changes how the file is read", hint=hint
            )

    def _close_document(self, event: Event) -> None:
        data, marks = self._frame.items[0], self._frame.marks[0]
        self.documents.append(Document(self.file, data, marks, tuple(self._doubts)))

    def _scalar(self, event: Event) -> None:
        mark = event.start_mark
        place = (mark.line << COLUMN_BITS) | mark.column
        text = event.value
        frame = self._frame
        key = frame.key
        if len(text) > MAX_SCALAR or event.tag is not None:
            self._refuse_scalar(event, place)
        if key is None:
            known = self._known_keys.get(text)
            if known is None or known in frame.mapping:
                known = self._key(event, place)
            frame.key = known
            frame.marks.append(place)
            return
        value = self._quoted(event, place) if event.style else resolve(text)
        if isinstance(value, Doubtful):
            self._doubts.append(DoubtAt(self._path(), place, value))
            value = text
        if event.anchor is not None:
            self._anchors[event.anchor] = (value, place)
        frame.marks.append(place)
        if key is _ITEM:
            frame.items.append(value)
        else:
            frame.mapping[key] = value
            frame.key = None

    def _quoted(self, event: Event, place: int) -> str:
        # Only double quotes know escapes, and only an escape can bring in what the file itself may not hold.
        name = hidden_in(event.value) if event.style == '"' else None
        if name:
            self.refusals.refuse("hidden-character", place, f"the text holds {name}", hint="remove it")
        return event.value

    def _refuse_scalar(self, event: Event, place: int) -> None:
        if event.tag is not None:
            self._refuse_tag(place)
        size = len(event.value)
        if size > MAX_SCALAR:
            self.refusals.end("yaml-size", place, f"a text of {size:,} characters, the limit is {MAX_SCALAR:,}")

    def _key(self, event: Event, place: int) -> str:
        """A key that was not seen before in this file, or not in this mapping only; `_DROPPED` if it is refused."""
        text = event.value
        if event.style:
            self._quoted(event, place)
        else:
            value = resolve(text)
            if isinstance(value, Doubtful) and value.doubt is Doubt.WORD and text not in {"<<", "="}:
                self._doubts.append(DoubtAt((*self._path()[:-1], text), place, value, is_key=True))
            elif value is not text:
                return self._refuse_key(text, place)
            else:
                self._known_keys[text] = text
        frame = self._frame
        if text not in frame.mapping:
            return text
        there = origin_of(self.file, MappingMarks(0, frame.mapping, frame.marks).keys[text])
        self.refusals.refuse(
            "yaml-duplicate-key",
            place,
            f"the key {_short(text)} stands twice",
            hint=f"remove one: the first is in line {there.line}, column {there.column}",
        )
        return self._dropped()

    def _refuse_key(self, text: str, place: int) -> str:
        if text == "<<":
            hint = "write the keys out, or give the shared part a name of its own"
            self.refusals.refuse("yaml-merge-key", place, "merge keys (<<) are not read", hint=hint)
        elif text:
            # A long one is not shown: it may be a secret that lost its quotes.
            what = f"the key {_short(text) if len(text) <= 6 else 'here'} is not text to every reader of YAML"
            self.refusals.refuse("yaml-key", place, what, hint="put it in quotes")
        else:
            self.refusals.refuse("yaml-key", place, "a key is missing before the colon", hint=QUOTE_IT)
        return self._dropped()

    def _dropped(self) -> str:
        self._has_dropped = True
        return f"{_DROPPED}{len(self._frame.mapping)}"

    def _put(self, value: object, marks: Marks) -> None:
        frame = self._frame
        key = frame.key
        frame.marks.append(marks)
        if key is _ITEM:
            frame.items.append(value)
        elif key is not None:
            frame.mapping[key] = value
            frame.key = None

    def _open_mapping(self, event: Event) -> None:
        self._open(event, None)

    def _open_list(self, event: Event) -> None:
        self._open(event, _ITEM)

    def _open(self, event: Event, key: str | None) -> None:
        place = _place(event)
        if self._frame.key is None:
            hint = f"if the text itself begins with {{ or [, {QUOTE_IT}"
            self.refusals.end("yaml-key", place, "a key is a mapping or a list", hint=hint)
        if event.tag is not None:
            self._refuse_tag(place)
        self._stack.append(self._frame)
        self._reach(len(self._stack), place)
        if event.anchor is not None:
            self._anchors[event.anchor] = None
        self._frame = _Frame(place, key, event.anchor)

    def _close_mapping(self, event: Event) -> None:
        frame = self._frame
        mapping, marks = frame.mapping, frame.marks
        if self._has_dropped:
            kept = [key for key in mapping if not key.startswith(_DROPPED)]
            every = MappingMarks(frame.place, mapping, marks)
            mapping = {key: mapping[key] for key in kept}
            marks = [mark for key in kept for mark in (every.keys[key], every.values[key])]
        self._close(mapping, MappingMarks(frame.place, mapping, marks))

    def _close_list(self, event: Event) -> None:
        self._close(self._frame.items, ListMarks(self._frame.place, self._frame.marks))

    def _close(self, value: object, marks: Marks) -> None:
        anchor = self._frame.anchor
        if anchor is not None:
            self._anchors[anchor] = (value, marks)
        self._frame = self._stack.pop()
        self._put(value, marks)

    def _alias(self, event: Event) -> None:
        place = _place(event)
        hint = f"if the text itself begins with *, {QUOTE_IT}"
        if self._frame.key is None:
            self.refusals.end("yaml-key", place, "a key is an alias", hint=hint)
        anchored = self._anchors.get(event.anchor or "")
        if anchored is None:
            inside = event.anchor in self._anchors
            what = "an alias stands within its own value" if inside else "an alias has no anchor above it"
            self.refusals.end("yaml-alias", place, what, hint=hint)
        value, marks = anchored
        nodes, height = extent(marks, MAX_REPEATED_NODES)
        self._aliases += 1
        self._repeated += nodes
        if self._aliases > MAX_ALIASES or self._repeated > MAX_REPEATED_NODES:
            limits = f"{MAX_ALIASES} aliases, {MAX_REPEATED_NODES:,} repeated values"
            self.refusals.end(
                "yaml-alias", place, f"aliases repeat too much: the limits are {limits}", hint="write it out"
            )
        self._reach(len(self._stack) + height, place)
        self._put(value, marks)

    def _reach(self, depth: int, place: int) -> None:
        if depth > MAX_DEPTH:
            self.refusals.end("yaml-size", place, f"values nest more than {MAX_DEPTH} deep")

    def _path(self) -> Path:
        """Where the value that comes next belongs, from the top of the document."""
        frames = [*self._stack[1:], self._frame] if self._stack else []
        return tuple(len(frame.items) if frame.key is _ITEM else frame.key or "" for frame in frames)

    def _refuse_tag(self, place: int) -> None:
        hint = f"remove the tag; if the text itself begins with !, {QUOTE_IT}"
        self.refusals.refuse("yaml-tag", place, "tags (!…) are not read", hint=hint)


def _place(event: Event) -> int:
    return (event.start_mark.line << COLUMN_BITS) | event.start_mark.column


def _short(text: str) -> str:
    return f"`{text[:40]}…`" if len(text) > 40 else f"`{text}`"
