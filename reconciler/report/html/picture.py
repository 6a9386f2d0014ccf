"""Routing as a picture: services on the left, rules in the middle, boards on the right, bands between them as wide as many
issues take that way. Coordinates only; the template draws them. The same streams always give the same picture.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from reconciler.engine.streams import Stream
from reconciler.report.safe_text import shorten
from reconciler.report.wording import counted

WIDTH = 960
_BAR = 10
_COLUMNS = (212.0, 486.0, 768.0)
_GAP, _SLOT, _TOP = 12.0, 34.0, 34.0
_TALLEST, _WIDEST_ISSUE = 340.0, 16.0
_LABELS = (22, 24, 20)
_ASIDE = 30
# So many of one sort have a bar of their own; the smaller ones stand together.
MOST_SERVICES, MOST_RULES, MOST_BOARDS = 14, 14, 10
# How many colours the style sheet has for boards.
HUES = 6


@dataclass(frozen=True, slots=True)
class Bar:
    """One service, rule or board. `hue` numbers the colour of its board; None is grey. `label` is cut, `name` is whole."""

    x: float
    y: float
    height: float
    name: str
    label: str
    aside: str
    hue: int | None

    @property
    def middle(self) -> float:
        """Where its label stands."""
        return self.y + self.height / 2


@dataclass(frozen=True, slots=True)
class Band:
    """The issues that go from one bar to another, as the outline of an SVG path."""

    outline: str
    told: str
    hue: int | None


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything to draw, in a box of WIDTH by `height`."""

    height: float
    bars: tuple[tuple[Bar, ...], tuple[Bar, ...], tuple[Bar, ...]]
    bands: tuple[Band, ...]
    issues: int


@dataclass(frozen=True, slots=True)
class _Way:
    """One stream as it is drawn: the small ones already under a common name."""

    service: str
    rule: str
    board: str | None
    teams: tuple[str, ...]
    position: int
    issues: int


def draw(streams: Sequence[Stream]) -> Picture | None:
    """The picture; None where no issue was read."""
    ways = _ways(streams)
    total = sum(way.issues for way in ways)
    return _Drawing(ways, total).picture() if total else None


def _ways(streams: Sequence[Stream]) -> list[_Way]:
    accounts = {stream.board.account for stream in streams if stream.board is not None}

    def board_of(stream: Stream) -> str | None:
        if stream.board is None:
            return None
        return stream.board.project if len(accounts) == 1 else f"{stream.board.project} on {stream.board.account}"

    services = _named(streams, lambda stream: stream.service or "no service", MOST_SERVICES, "service")
    ruled = [stream for stream in streams if stream.rule is not None]
    rules = _named(ruled, lambda stream: stream.rule or "", MOST_RULES, "rule")
    boards = _named(ruled, lambda stream: board_of(stream) or "", MOST_BOARDS, "board")
    return [
        _Way(
            services[stream.service or "no service"],
            "no rule matches" if stream.rule is None else rules[stream.rule],
            None if stream.rule is None else boards[board_of(stream) or ""],
            stream.teams,
            stream.position,
            stream.issues,
        )
        for stream in streams
    ]


def _named(streams: Iterable[Stream], name: Callable[[Stream], str], most: int, noun: str) -> dict[str, str]:
    """The name under which each is drawn: its own, or that of all the small ones together."""
    sizes: Counter[str] = Counter()
    for stream in streams:
        sizes[name(stream)] += stream.issues
    largest = sorted(sizes, key=lambda one: (-sizes[one], one))
    kept = largest if len(largest) <= most else largest[: most - 1]
    rest = f"{counted(len(largest) - len(kept), f'other {noun}')}"
    return {one: one if one in kept else rest for one in largest}


class _Drawing:
    """Places the bars of each column below one another, then the bands along the bars."""

    def __init__(self, ways: Sequence[_Way], total: int) -> None:
        self.ways = ways
        self.total = total
        self.scale = min(_TALLEST / total, _WIDEST_ISSUE)
        self.boards = self._ordered(lambda way: way.board)
        self.hues = {board: number % HUES for number, board in enumerate(self.boards)}

    def picture(self) -> Picture:
        services = self._column(0, self._ordered(lambda way: way.service), lambda way: way.service)
        rules = self._column(1, self._ordered(lambda way: way.rule), lambda way: way.rule)
        boards = self._column(2, self.boards, lambda way: way.board)
        columns = [services, rules, boards]
        lowest = max(bar.y + max(bar.height, _SLOT) for column in columns for bar in column)
        left = self._bands(services, rules, lambda way: way.service, lambda way: way.rule)
        right = self._bands(rules, boards, lambda way: way.rule, lambda way: way.board)
        return Picture(round(lowest + 8, 1), (services, rules, boards), (*left, *right), self.total)

    def _ordered(self, name: Callable[[_Way], str | None]) -> list[str]:
        """The names of a column by the mean place of their rules, so that few bands cross; in the order of trying for rules."""
        places: dict[str, list[tuple[int, int]]] = {}
        for way in self.ways:
            if (one := name(way)) is not None:
                places.setdefault(one, []).append((way.position, way.issues))
        return sorted(
            places, key=lambda one: (sum(p * n for p, n in places[one]) / sum(n for _, n in places[one]), one)
        )

    def _column(self, number: int, names: Sequence[str], name: Callable[[_Way], str | None]) -> tuple[Bar, ...]:
        y, bars = _TOP, []
        for one in names:
            members = [way for way in self.ways if name(way) == one]
            height = max(sum(way.issues for way in members) * self.scale, 2.0)
            slot = max(height, _SLOT)
            bars.append(
                Bar(
                    _COLUMNS[number],
                    round(y + (slot - height) / 2, 1),
                    round(height, 1),
                    one,
                    shorten(one, _LABELS[number]),
                    self._aside(members, number),
                    self._hue(members, number),
                )
            )
            y += slot + _GAP
        return tuple(bars)

    def _aside(self, members: Sequence[_Way], number: int) -> str:
        told = counted(sum(way.issues for way in members), "issue")
        teams = sorted({team for way in members for team in way.teams if team}) if number == 0 else []
        return shorten(f"{told} · {', '.join(teams)}" if teams else told, _ASIDE)

    def _hue(self, members: Sequence[_Way], number: int) -> int | None:
        boards = {way.board for way in members}
        one = next(iter(boards)) if len(boards) == 1 else None
        return None if number == 0 or one is None else self.hues[one]

    def _bands(
        self,
        left: Sequence[Bar],
        right: Sequence[Bar],
        start: Callable[[_Way], str | None],
        end: Callable[[_Way], str | None],
    ) -> list[Band]:
        widths: Counter[tuple[str, str]] = Counter()
        boards: dict[tuple[str, str], set[str | None]] = {}
        for way in self.ways:
            one, other = start(way), end(way)
            if one is not None and other is not None:
                widths[one, other] += way.issues
                boards.setdefault((one, other), set()).add(way.board)
        used: Counter[tuple[int, str]] = Counter()
        bands = []
        for bar in left:
            for goal in right:
                issues = widths[bar.name, goal.name]
                if not issues:
                    continue
                out = bar.y + used[0, bar.name] * self.scale
                into = goal.y + used[1, goal.name] * self.scale
                used[0, bar.name] += issues
                used[1, goal.name] += issues
                board = boards[bar.name, goal.name]
                hue = self.hues.get(next(iter(board)) or "") if len(board) == 1 else None
                told = f"{bar.name} → {goal.name}: {counted(issues, 'issue')}"
                bands.append(Band(_outline(bar.x + _BAR, out, goal.x, into, issues * self.scale), told, hue))
        return bands


def _outline(x0: float, y0: float, x1: float, y1: float, width: float) -> str:
    middle = (x0 + x1) / 2
    there = f"M{x0:.1f} {y0:.1f}C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
    back = f"V{y1 + width:.1f}C{middle:.1f} {y1 + width:.1f} {middle:.1f} {y0 + width:.1f} {x0:.1f} {y0 + width:.1f}Z"
    return there + back
