"""From both systems as they are to the documents that declare just that: a plan made right afterwards changes nothing.

Holds reading ports only. What is declared already is left alone; what cannot be declared is said, and left alone too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from reconciler.engine.importing.binding import Bound, Reading, Writable, refusal
from reconciler.engine.importing.connecting import Connecting
from reconciler.engine.importing.draft import BINDING, CONNECTIONS, USERS, Draft, Imported, Left
from reconciler.engine.importing.live import Live, chosen, read_live
from reconciler.engine.importing.people import learn_pairs
from reconciler.engine.importing.words import Words, bare, learn
from reconciler.engine.importing.workflow import Sharing, free_name
from reconciler.engine.reads import Reads
from reconciler.engine.scope import Systems, Tools
from reconciler.model.address import Address, Kind
from reconciler.model.declared import Configuration, Connections, ProjectBinding, UserPair
from reconciler.model.finding import Finding, Severity, ordered
from reconciler.model.nearest import listed, nearest

_NOBODY = Configuration(None)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: case projects by key (none: all with the Jira integration), words that a person vouches for, what
    is declared already where the documents will stand, and why a name cannot be written in a document.
    """

    writable: Writable
    projects: frozenset[str] = frozenset()
    means: Mapping[str, str] = field(default_factory=dict)
    declared: Configuration = _NOBODY
    user_documents: frozenset[str] = frozenset()


def import_settings(connections: Connections, systems: Systems, tools: Tools, wish: Wish) -> Imported:
    """The documents for what stands in both systems. Raises Unauthorized, and ValueError for words that contradict."""
    with Reads(tools.reporter) as reads:
        live = read_live(systems, reads, wish.projects)
        imported = derived(connections, systems, live, wish)
        users = _users(imported, live, systems, reads, wish)
        failures = [reads.failures[what] for what in sorted(reads.failures)]
    calls = {"datadog": systems.datadog.calls} | {f"jira:{name}": jira.calls for name, jira in systems.jira.items()}
    return replace(
        imported,
        drafts=(*imported.drafts, *users.drafts),
        findings=ordered((*imported.findings, *users.findings, *failures)),
        calls=calls,
    )


def derived(connections: Connections, systems: Systems, live: Live, wish: Wish) -> Imported:
    """The documents that follow from what was read. Reads nothing, writes nothing."""
    records = live.facts.case_projects or {}
    words = learn((bare(record) for _, record in sorted(records.items())), systems.vocabulary, wish.means)
    return _Importing(connections, systems, live, wish, words).imported()


@dataclass(slots=True)
class _Importing:
    connections: Connections
    systems: Systems
    live: Live
    wish: Wish
    words: Words
    findings: list[Finding] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)

    def imported(self) -> Imported:
        bound = self._named(self._bound())
        pairs = [(one.binding, one.targets) for one in bound]
        bindings, mappings = Sharing(self.wish.declared.mappings).shared(pairs)
        drafts = [
            Draft(BINDING, binding.name, binding, one.notes) for binding, one in zip(bindings, bound, strict=True)
        ]
        self._absent()
        self._unknown_words()
        return Imported(
            drafts=(*self._connections(bindings), *mappings, *drafts),
            left=tuple(self.left),
            findings=ordered(self.findings),
            words=self.words,
        )

    def _bound(self) -> list[Bound]:
        """The bindings to be written, one for each ticket type: Datadog keeps one case project for it."""
        reading = Reading(self.live, self.words, self.wish.writable, self.wish.projects)
        declared = {one.case_project: one for one in self.wish.declared.bindings.values()}
        taken = {_type_of(one): f"the binding {one.name}" for one in declared.values()}
        bound: list[Bound] = []
        for record in chosen(self.live.facts, self.wish.projects):
            if record.key in declared:
                self.left.append(Left(f"case project {record.key}", f"declared {_place(declared[record.key])}"))
                continue
            one = reading.bound(record)
            if isinstance(one, Finding):
                self.findings.append(one)
            elif one is not None and (holder := taken.get(_type_of(one.binding))) is not None:
                self.findings.append(self._bound_twice(one.binding, holder))
            elif one is not None:
                taken[_type_of(one.binding)] = f"the case project {record.key}"
                self.findings += one.findings
                bound.append(one)
        return bound

    def _bound_twice(self, binding: ProjectBinding, holder: str) -> Finding:
        return refusal(
            binding.case_project,
            "import-board-bound-twice",
            f"{binding.issue_type} of {binding.project} in {binding.account} belongs to {holder} already",
            "choose another ticket type on the page of one of the two case projects, or switch its Jira integration off",
            is_error=binding.case_project in self.wish.projects,
        )

    def _named(self, bound: Iterable[Bound]) -> list[Bound]:
        """Each binding is named after its case project."""
        taken, named = set(self.wish.declared.bindings), []
        for one in bound:
            wish = one.binding.case_project.casefold().replace("_", "-")
            name = free_name(wish, taken)
            taken.add(name)
            named.append(replace(one, binding=replace(one.binding, name=name)))
        return sorted(named, key=lambda one: one.binding.name)

    def _connections(self, bindings: Iterable[ProjectBinding]) -> list[Draft]:
        every = [*self.wish.declared.bindings.values(), *bindings]
        connecting = Connecting(self.connections, self.systems, self.live.facts, self.words, every)
        if (standing := self.wish.declared.connections) is not None:
            self.left.append(Left(CONNECTIONS, f"declared {_place(standing)}"))
            self.findings += Connecting(standing, self.systems, self.live.facts, self.words, every).lacking()
            return []
        draft = connecting.draft()
        if isinstance(draft, Left):
            self.left.append(draft)
            return []
        return [draft]

    def _absent(self) -> None:
        """Case projects that were asked for and do not exist, or are not visible."""
        known = self.live.facts.case_projects
        for key in sorted(self.wish.projects - set(known or ())) if known is not None else ():
            self.findings.append(
                Finding(
                    "case-project-unknown",
                    Severity.ERROR,
                    f"Datadog has no case project {key!r}",
                    Address(Kind.CASE_PROJECT, key),
                    expected="one of " + listed(sorted(known or ())),
                    hint=nearest(key, known or ()),
                )
            )

    def _unknown_words(self) -> None:
        for one in self.words.unknown:
            self.findings.append(
                Finding(
                    "import-word-unknown",
                    Severity.WARNING,
                    f"{one.word!r} is a word of Datadog's that stays unknown ({one.why}): {listed(one.places)}",
                    hint=f"see what that page of Datadog calls it, and say so: --means {one.word}=two_way (or once, off; for "
                    "a key of the status mapping: open, in_progress, closed)",
                )
            )


def _users(imported: Imported, live: Live, systems: Systems, reads: Reads, wish: Wish) -> Imported:
    """The people whom both systems hold for the same person although no e-mail says so."""
    bindings = [draft.value for draft in imported.drafts if isinstance(draft.value, ProjectBinding)]
    found = learn_pairs(bindings, live, systems, reads, wish.declared.users)
    pairs = tuple(
        UserPair(one.datadog, one.jira)
        for one in found
        if wish.writable(one.datadog) is None and wish.writable(one.jira) is None
    )
    if not pairs:
        return Imported()
    notes = (
        "People whom no e-mail matches, learned from tickets and cases that Datadog itself keeps assigned to the same person:",
        *(f"{one.datadog} is {one.name} ({one.jira}): {listed(one.tickets)}." for one in found),
    )
    return Imported((Draft(USERS, free_name("people", wish.user_documents), pairs, notes),))


def _type_of(binding: ProjectBinding) -> tuple[str, str, str]:
    return binding.account, binding.project, binding.issue_type.casefold()


def _place(declared: ProjectBinding | Connections) -> str:
    return f"at {declared.written.origin.file}:{declared.written.origin.line}" if declared.written else "already"
