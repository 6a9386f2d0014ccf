"""An act as somebody says it: the words, taken apart, and what there is to say."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.sandbox.failure import SandboxError
from reconciler.sandbox.jira.state import JiraState
from reconciler.sandbox.world import World

USAGE = """\
ticket KEY status NAME [--force]
ticket KEY assign EMAIL|none
ticket KEY comment TEXT
ticket KEY comment-for ROLE TEXT
ticket KEY edit-comment ID TEXT
ticket KEY delete-comment ID
ticket KEY label|unlabel LABEL
ticket KEY set FIELD VALUE
ticket KEY move PROJECT
ticket KEY hide|show|delete
ticket new PROJECT TYPE SUMMARY
issue ID state STATE
issue ID regress|error [VERSION]
issue ID detach
issue ID assign EMAIL|none
issue ID attach CASE
issue ID team HANDLE,HANDLE|none
issue new service=NAME [team=… error_type=… message=… name=… first_seen=-2h]
case KEY status|title|comment TEXT
case KEY assign EMAIL|none
case KEY archive|unarchive|unlink|auto-close
case KEY move PROJECT
case KEY link URL
project KEY set PATH VALUE
project KEY create NAME
tile SITE connect|disconnect
webhook NAME create|enable|disable|delete
webhook NAME url URL
webhook NAME jql QUERY
webhook NAME events EVENT,EVENT
status NAME rename NEW
status NAME category CATEGORY
status NAME drop WORKFLOW
permission PERMISSION deny|allow EMAIL [PROJECT]
permission PERMISSION deny|allow datadog
user EMAIL activate|deactivate|hide-email|show-email|double [datadog]
miss COUNT [changes]
board PROJECT archive|restore
board PROJECT rename KEY
workflow NAME read-only|editable STATUS
workflow NAME restrict TRANSITION EMAIL|none
index lag 30s
captcha on|off
clock +3d
clock +5m --site NAME: how far that Jira's own clock is off
--as EMAIL: somebody in particular does it; --site NAME: in that Jira site"""


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
    """What somebody is told whose words make no sense."""
    said = " ".join(words) or "(nothing)"
    return SandboxError(f"not understood: {said}", hint=f"what can be done:\n{USAGE}")
