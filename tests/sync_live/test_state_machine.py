"""Groups live through whatever Hypothesis thinks of: people act on either side, links come and go, writes fail or lose their
answer, runs die at any request, Datadog's own sync misses what happens. Then the faults stop, and the laws of sync must hold.

A shard's number is all that its examples depend on, so a failing one fails again; Hypothesis shrinks it to the fewest steps and
prints them. `RECONCILER_EXAMPLES` says how many examples there are in all, `RECONCILER_SEED` gives other ones (`make proof`).
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import Phase as Phases
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test

from reconciler.errors import ReconcilerError
from reconciler.sandbox.faults import Fault, FaultKind, Phase
from tests.sync_live.company import SITE_URL, Company, Died, Ran, Variant, opened
from tests.sync_live.laws import GROUP_OF, HUBS, Laws, Life
from tests.sync_live.world import CASE, PEOPLE, STATUS, STRANGERS, Seed

EXAMPLES = int(os.environ.get("RECONCILER_EXAMPLES", "1200"))
SEED = int(os.environ.get("RECONCILER_SEED", "0"))
SHARDS = 20
STEPS = 7
EVERYTHING = ("status", "assignee", "comments")
VARIANTS = (
    Variant("reconciler", "cloud", EVERYTHING),
    Variant("datadog", "cloud", EVERYTHING),
    Variant("reconciler", "data_center", EVERYTHING),
    Variant("reconciler", "cloud"),
)

STATES = ("OPEN", "ACKNOWLEDGED", "RESOLVED", "IGNORED", "EXCLUDED")
PERSON = st.sampled_from((*PEOPLE, "none", "a stranger"))
HUB = st.sampled_from(HUBS)
WHICH = st.integers(0, 3)
NTH = st.integers(1, 24)
BROKEN = (FaultKind.DROP, FaultKind.STATUS, FaultKind.TRUNCATE, FaultKind.HTML, FaultKind.EMPTY)
A_REVIEW_AND_A_GRACE = 20 * 60


@st.composite
def groups(draw: st.DrawFn) -> tuple[Seed, ...]:
    """One group or two, in step, with an issue of no case each."""
    seeds = []
    for number in range(1, draw(st.sampled_from((1, 1, 2))) + 1):
        hub = draw(HUB)
        ahead = [each for each in STATES if HUBS.index(GROUP_OF[each]) >= HUBS.index(hub)]
        issues = draw(st.lists(st.sampled_from(ahead), min_size=1, max_size=3))
        seeds.append(Seed(number, hub, issues, (draw(st.sampled_from(STATES)),)))
    return tuple(seeds)


class Groups(RuleBasedStateMachine):
    """One company for a while."""

    company: Company

    def __init__(self) -> None:
        super().__init__()
        self.laws = Laws(self.company, [])
        self.is_sound = True
        self.sayings = 0

    @initialize(
        seeds=groups(),
        conflict=st.sampled_from(("open", "jira", "datadog", "hold")),
        fans_out=st.sampled_from(("no", "unknown", "unknown, and it does")),
        is_known=st.booleans(),
    )
    def begin(self, seeds: tuple[Seed, ...], conflict: str, fans_out: str, *, is_known: bool) -> None:
        belief, _, truth = fans_out.partition(",")
        self.company.clock.is_dead = False
        self.company.declare(conflict, belief)
        self.company.begin(*seeds, case_fans_out=bool(truth), remembered=is_known)
        stand = {each.number: self.company.states(each.number) for each in seeds}
        self.laws.lives = [Life(number, stood, stood if is_known else {}) for number, stood in stand.items()]

    # -- people

    @rule(at=WHICH, hub=HUB)
    def move_ticket(self, at: int, hub: str) -> None:
        self._act(f"ticket {self._ticket(at)} status {STATUS[hub]}")

    @rule(at=WHICH, hub=HUB)
    def move_case(self, at: int, hub: str) -> None:
        self._act(f"case {self._key(at)} status {CASE[hub]}")

    @rule(at=WHICH, of=WHICH, state=st.sampled_from((*STATES, "(an error)")))
    def move_issue(self, at: int, of: int, state: str) -> None:
        name = self._issue(at, of)
        self._act(f"issue {name} error" if state == "(an error)" else f"issue {name} state {state}")

    @rule(at=WHICH, of=WHICH, side=st.sampled_from(("ticket", "case")), hub=HUB, state=st.sampled_from(STATES))
    def move_both_sides(self, at: int, of: int, side: str, hub: str, state: str) -> None:
        place = self._ticket(at) if side == "ticket" else self._key(at)
        self._act(f"{side} {place} status {(STATUS if side == 'ticket' else CASE)[hub]}")
        self._act(f"issue {self._issue(at, of)} state {state}")

    @rule(at=WHICH, of=WHICH, what=st.sampled_from(("ticket", "case", "issue")), person=PERSON)
    def assign(self, at: int, of: int, what: str, person: str) -> None:
        place = {"ticket": self._ticket(at), "case": self._key(at), "issue": self._issue(at, of)}[what]
        if person == "a stranger":
            (person,) = STRANGERS["Jira" if what == "ticket" else "Datadog"]
        self._act(f"{what} {place} assign {person}")

    @rule(at=WHICH, side=st.sampled_from(("ticket", "case")))
    def say(self, at: int, side: str) -> None:
        life = self._life(at)
        self.sayings += 1
        said = f"saying{self.sayings}ofsomebody"
        is_due = self.company.remembers(life.number) and "comments" in self.company.variant.fields
        if self._act(f"{side} {self._ticket(at) if side == 'ticket' else self._key(at)} comment {said}"):
            life.said[said] = is_due and not self.company.variant.is_native

    @rule(at=WHICH, of=WHICH, to=WHICH)
    def attach_or_detach(self, at: int, of: int, to: int) -> None:
        name = self._issue(at, of)
        is_linked = any(name in self.company.linked(each.number) for each in self.laws.lives)
        self._act(f"issue {name} detach" if is_linked and to == 3 else f"issue {name} attach {self._key(to)}")

    @rule(at=WHICH)
    def unlink_or_link(self, at: int) -> None:
        life = self._life(at)
        url = f"{SITE_URL}/browse/SHOP-{life.number}"
        link = f"case {self._ticket(at)} link {url}"
        if self._act(link if life.is_unlinked else f"case {self._key(at)} unlink"):
            life.is_unlinked = not life.is_unlinked

    @rule(at=WHICH, how=st.sampled_from(("hide", "show", "hide", "show", "delete")))
    def touch_ticket(self, at: int, how: str) -> None:
        self._act(f"ticket {self._ticket(at)} {how}")

    @precondition(lambda self: self.company.variant.is_native)
    @rule(count=st.integers(1, 3), what=st.sampled_from(("", " changes")))
    def miss(self, count: int, what: str) -> None:
        self._act(f"miss {count}{what}")

    @rule(minutes=st.sampled_from((11, 16, 60 * 24)))
    def wait(self, minutes: int) -> None:
        self.laws.story.append(f"{minutes} minutes pass")
        self.company.wait(60 * minutes)

    # -- runs

    @rule()
    def run(self) -> None:
        self._run()

    @rule(kind=st.sampled_from(BROKEN), phase=st.sampled_from(Phase), nth=NTH, is_write=st.booleans())
    def run_with_a_fault(self, kind: FaultKind, phase: Phase, nth: int, *, is_write: bool) -> None:
        nth = nth // 2 + 1 if is_write else nth
        self._run(Fault(kind, phase, writes_only=is_write, nth=nth))

    @rule(phase=st.sampled_from(Phase), nth=st.integers(1, 10))
    def run_and_die(self, phase: Phase, nth: int) -> None:
        self._run(Fault(FaultKind.KILL, phase, writes_only=True, nth=nth, call=self._die))

    def _die(self) -> None:
        """As far as the two systems can tell, a run whose every further request is lost is dead."""
        self.company.clock.is_dead = True
        self.company.running.stage_fault(Fault(FaultKind.DROP, times=0))

    def _run(self, fault: Fault | None = None) -> Ran | None:
        self.is_sound = False
        self.laws.before_run()
        self.laws.story.append(f"run, with {fault}" if fault else "run")
        if fault is not None:
            self.company.running.stage_fault(fault)
        ran: Ran | None = None
        try:
            ran = self.company.run()
        except (Died, ReconcilerError) as end:
            self.laws.story.append(f"it ended: {end!r}")
        self.company.running.clear_faults()
        was_dead, self.company.clock.is_dead = self.company.clock.is_dead, False
        self.laws.after_run(None if was_dead else ran)
        self.is_sound = True
        return ran

    # -- the end

    def teardown(self) -> None:
        """Nobody acts and nothing fails any more: two runs, and nothing is left to do."""
        if not self.is_sound or not self.laws.lives:
            return
        self._act("miss 0")
        self._act("miss 0 changes")
        self.company.wait(A_REVIEW_AND_A_GRACE)
        for _ in range(2):
            ran = self._run()
            assert ran is not None, self.laws.story
            assert ran.is_done, [*(str(each) for each in ran.outcomes), *self.laws.story]
            if not ran.plan.changes:
                break
        else:
            left = self.company.plan().changes
            assert left == (), [*map(str, left), *self.laws.story]
        self.laws.in_the_end()

    # -- who and what is meant

    def _life(self, at: int) -> Life:
        return self.laws.lives[at % len(self.laws.lives)]

    def _key(self, at: int) -> str:
        return f"SHOP-{self._life(at).number}"

    def _ticket(self, at: int) -> str | None:
        """The key of a ticket, if it is there."""
        life = self._life(at)
        return None if self.company.find_ticket(life.number) is None else f"SHOP-{life.number}"

    def _issue(self, at: int, of: int) -> str:
        names = self.company.seeds[at % len(self.company.seeds)].names
        return names[of % len(names)]

    def _act(self, words: str) -> bool:
        """Somebody does it, where it can be done."""
        if " None " in words:
            return False
        self.laws.act(words)
        return True


@pytest.fixture(scope="module", params=VARIANTS, ids=lambda each: f"{each.engine}-{each.deployment}-{len(each.fields)}")
def lived_in(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """A company of each sort."""
    with opened(tmp_path_factory.mktemp("acme"), request.param) as company:
        yield company


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize("shard", range(SHARDS // len(VARIANTS)))
def test_whatever_happens_the_laws_of_sync_hold_once_the_faults_stop(shard: int, lived_in: Company) -> None:
    class Living(Groups):
        company = lived_in

    number = VARIANTS.index(lived_in.variant) * SHARDS // len(VARIANTS) + shard
    run_state_machine_as_test(
        seed(SEED * SHARDS + number)(Living),
        settings=settings(
            max_examples=EXAMPLES // SHARDS,
            stateful_step_count=STEPS,
            deadline=None,
            database=None,
            print_blob=True,
            report_multiple_bugs=False,
            phases=(Phases.explicit, Phases.generate, Phases.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )
    assert lived_in.running.failures == ()
