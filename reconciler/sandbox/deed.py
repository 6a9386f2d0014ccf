"""An act as somebody says it: the words, taken apart, and what there is to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.model.nearest import nearest
from reconciler.sandbox.deeds import DEEDS, usage
from reconciler.sandbox.failure import SandboxError
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.world import World


@dataclass(frozen=True, slots=True)
class Deed:
    """An act, taken apart: who does it, where, and the words that are left."""

    world: World
    words: tuple[str, ...]
    by: str | None
    site_name: str | None
    forced: bool

    def word(self, place: int) -> str:
        """The word at that place. SandboxError where it is missing."""
        if place >= len(self.words):
            raise misunderstood(self.words)
        return self.words[place]

    def optional(self, place: int) -> str | None:
        """The word at that place, if there is one."""
        return self.words[place] if place < len(self.words) else None

    def rest(self, place: int) -> str:
        """All words from that place on, as one text."""
        self.word(place)
        return " ".join(self.words[place:])

    def site(self, ticket: str | None = None) -> JiraState:
        """The Jira site meant: the one named, the one that has the ticket, or the only one."""
        sites = self.world.jira
        if self.site_name is not None:
            if self.site_name not in sites:
                raise SandboxError(f"no Jira site {self.site_name!r}", hint=f"there are {', '.join(sorted(sites))}")
            return sites[self.site_name]
        holding = [name for name in sorted(sites) if ticket is not None and sites[name].find_ticket(ticket)]
        candidates = holding or sorted(sites)
        if len(candidates) != 1:
            raise SandboxError("which Jira site?", hint=f"add --site, one of {', '.join(candidates) or '(none)'}")
        return sites[candidates[0]]


def read_deed(world: World, words: Sequence[str]) -> Deed:
    """Take the words apart: options and the rest."""
    left: list[str] = []
    options: dict[str, str] = {}
    forced = False
    waiting = iter(words)
    for word in waiting:
        if word == "--force":
            forced = True
        elif word in {"--as", "--site"}:
            options[word] = next(waiting, "")
        else:
            left.append(word)
    return Deed(world, tuple(left), options.get("--as"), options.get("--site"), forced)


def misunderstood(words: Sequence[str]) -> SandboxError:
    """What somebody is told whose words make no sense: what can be done with the noun, or the nouns nearest to it."""
    said = " ".join(words) or "(nothing)"
    noun = words[0] if words else ""
    if told := usage(noun):
        return SandboxError(f"not understood: {said}", hint=f"what can be done:\n{told}")
    nouns = dict.fromkeys(about.split()[0] for about, _ in DEEDS)
    near = nearest(noun, nouns)
    told = f"{near} `sandbox act --help` lists what can be done" if near else f"what can be done:\n{usage()}"
    return SandboxError(f"not understood: {said}", hint=told)
