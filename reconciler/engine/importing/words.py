"""Learning the raw words of unpublished settings from case projects that were set up by hand.

Datadog publishes neither the values of `sync_type` nor the keys of a status mapping (datadog-api §2.1, ADR 10). A word means
something where somebody said so (`--means`), where the vocabulary declares it, or where it spells what Datadog's own page
offers: "Two-way sync", "Once to Jira at case creation", "Don't sync". Any other word stays unknown: it is never guessed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reconciler.engine.settings.integration import observed_settings
from reconciler.model.case import CaseProjectRecord
from reconciler.model.declared import Vocabulary
from reconciler.model.resource import CaseProjectSettings

DIRECTIONS = "sync_types"
GROUPS = "groups"
PARTS = (DIRECTIONS, GROUPS)
"""The parts of a vocabulary: words for directions, and keys for status groups."""

_SPELLINGS: Mapping[str, Mapping[str, str]] = {
    DIRECTIONS: {
        **dict.fromkeys(
            ("twoway", "twowaysync", "twowaysyncbidirectional", "bidirectional", "bidirectionalsync"), "two_way"
        ),
        **dict.fromkeys(("once", "oncetojira", "oncetojiraatcasecreation", "oncreation", "oncasecreation"), "once"),
        **dict.fromkeys(("none", "off", "dontsync", "donotsync", "nosync", "disabled"), "off"),
    },
    GROUPS: {
        **dict.fromkeys(("open", "sgopen"), "open"),
        **dict.fromkeys(("inprogress", "sginprogress"), "in_progress"),
        **dict.fromkeys(("closed", "sgclosed"), "closed"),
    },
}
_LONGEST = 200
"""Characters of a word that a vocabulary can hold."""


@dataclass(frozen=True, slots=True)
class Learned:
    """A raw word that was met, and what it means; `projects` are the case projects it stands in."""

    part: str
    meaning: str
    word: str
    projects: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A raw word that was met and is left as it is. `places` are such as `SHOP: priority`; `why` says what stops us."""

    part: str
    word: str
    places: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class Words:
    """What was learned: the vocabulary to declare, the words met that mean something, and those that are left alone."""

    vocabulary: Vocabulary
    learned: tuple[Learned, ...] = ()
    unknown: tuple[Unknown, ...] = ()

    def direction(self, word: str) -> str | None:
        """What a raw sync_type means: two_way, once or off; None where that is not known."""
        return _meaning_of(self.vocabulary.sync_types, word)

    def group(self, key: str) -> str | None:
        """Which status group a raw key stands for; None where that is not known."""
        return _meaning_of(self.vocabulary.groups, key)

    @property
    def unseen(self) -> tuple[str, ...]:
        """The meanings for which no word was met anywhere: for them the usual words stay, unproven."""
        met = {one.meaning for one in self.learned}
        every = (*self.vocabulary.sync_types, *self.vocabulary.groups)
        return tuple(meaning for meaning in every if meaning not in met)


def meanings() -> tuple[str, ...]:
    """What a word can mean, for people."""
    usual = Vocabulary()
    return (*usual.sync_types, *usual.groups)


def bare(record: CaseProjectRecord) -> CaseProjectSettings:
    """The settings of a case project with an empty word where a direction is absent: nothing is to be learned from those."""
    return observed_settings(record, Vocabulary(sync_types={"off": ""}))


def learn(settings: Iterable[CaseProjectSettings], declared: Vocabulary, means: Mapping[str, str]) -> Words:
    """What the words of these settings mean. `means` gives words that a person vouches for: raw word to meaning.

    Raises ValueError, saying which, where two meanings would end up with the same word.
    """
    met = _met(settings)
    parts = {DIRECTIONS: declared.sync_types, GROUPS: declared.groups}
    result: dict[str, dict[str, str]] = {}
    learned: list[Learned] = []
    unknown: list[Unknown] = []
    for part in PARTS:
        held = dict(parts[part])
        held |= {meaning: word for word, meaning in means.items() if meaning in held}
        words = met[part]
        by_meaning = _by_meaning(part, words, held, means)
        for meaning in held:
            if candidates := by_meaning.get(meaning):
                held[meaning] = _chosen(held[meaning], candidates, words)
        _refuse_twins(held)
        result[part] = held
        for word in sorted(words):
            meaning_of = _meaning_of(held, word)
            if meaning_of is None:
                unknown.append(Unknown(part, word, tuple(words[word]), _why(part, word, held)))
            else:
                learned.append(Learned(part, meaning_of, word, _projects(words[word])))
    return Words(Vocabulary(result[DIRECTIONS], result[GROUPS]), tuple(learned), tuple(unknown))


def _met(settings: Iterable[CaseProjectSettings]) -> Mapping[str, dict[str, list[str]]]:
    """The words that stand somewhere, each with its places."""
    met: dict[str, dict[str, list[str]]] = {part: {} for part in PARTS}
    for one in sorted(settings, key=lambda each: each.key):
        for name, word in sorted((name, word) for name, word in one.directions.items() if word):
            met[DIRECTIONS].setdefault(word, []).append(f"{one.key}: {name}")
        for key in sorted(one.statuses):
            met[GROUPS].setdefault(key, []).append(f"{one.key}: status mapping")
    return met


def _by_meaning(
    part: str, words: Mapping[str, Sequence[str]], held: Mapping[str, str], means: Mapping[str, str]
) -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = {}
    for word in sorted(words):
        meaning = means.get(word) or _meaning_of(held, word) or spelled(part, word)
        if meaning is not None and meaning in held and 0 < len(word) <= _LONGEST:
            found.setdefault(meaning, []).append(word)
    # What a person said outweighs what is spelled: no other word takes its place.
    return {
        meaning: [word for word in candidates if means.get(word) == meaning] or candidates
        for meaning, candidates in found.items()
    }


def spelled(part: str, word: str) -> str | None:
    """What a word spells, whatever its case and punctuation."""
    return _SPELLINGS[part].get(re.sub(r"[^a-z]", "", word.casefold()) if word.isascii() else "")


def _chosen(declared: str, candidates: Sequence[str], words: Mapping[str, Sequence[str]]) -> str:
    """Of several words for one thing: the declared one, else the one that stands in the most places."""
    if declared in candidates:
        return declared
    return min(candidates, key=lambda word: (-len(words[word]), word))


def _refuse_twins(held: Mapping[str, str]) -> None:
    for meaning, word in held.items():
        twins = [other for other, same in held.items() if same == word]
        if len(twins) > 1:
            raise ValueError(
                f"{word!r} would mean {' and '.join(twins)}: say with --means which word means "
                + " or ".join(other for other in twins if other != meaning)
            )


def _why(part: str, word: str, held: Mapping[str, str]) -> str:
    meaning = spelled(part, word)
    if meaning is not None and word and held[meaning] != word:
        return f"{held[meaning]!r} is the word for {meaning}, and there can be one"
    return "nobody said what it means" if word and len(word) <= _LONGEST else "a vocabulary cannot hold it"


def _projects(places: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(place.partition(":")[0] for place in places))


def _meaning_of(held: Mapping[str, str], word: str) -> str | None:
    return next((meaning for meaning, known in held.items() if known == word), None)
