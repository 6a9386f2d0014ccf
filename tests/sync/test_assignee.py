"""Who a group should be assigned to: every rule by example, then the laws."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.model.case import DatadogUser
from reconciler.model.declared import ConflictPolicy, UserPair
from reconciler.model.ticket import JiraUser
from reconciler.sync.assignee import AssigneeDecision, Assignment, decide_assignee, rolled_forward
from reconciler.sync.directory import Directory
from reconciler.sync.remembered import People

OPEN, JIRA, DATADOG, HOLD = ConflictPolicy.OPEN, ConflictPolicy.JIRA, ConflictPolicy.DATADOG, ConflictPolicy.HOLD

# a, b and c are known on both sides; x only in Datadog, y only in Jira; z hides the e-mail in Jira, q has two accounts there.
BOTH = ("a", "b", "c")


def email(person: str) -> str:
    return f"{person}@acme.com"


KNOWN = Directory(
    datadog={f"d-{p}": DatadogUser(f"d-{p}", email(p), p) for p in (*BOTH, "x", "z", "q")},
    jira={
        **{f"j-{p}": JiraUser(f"j-{p}", p, email(p)) for p in (*BOTH, "y", "q")},
        "j-z": JiraUser("j-z", "z", None),
    },
    datadog_found={
        **{email(p): (DatadogUser(f"d-{p}", email(p), p),) for p in (*BOTH, "x", "z", "q")},
        email("y"): (DatadogUser("d-y", email("y"), "y", active=False),),
    },
    jira_found={
        **{email(p): (JiraUser(f"j-{p}", p, email(p)),) for p in BOTH},
        email("x"): (),
        email("z"): (JiraUser("j-z", "z", None),),
        email("q"): (JiraUser("j-q", "q", email("q")), JiraUser("j-q2", "q", email("q"))),
    },
)


def people(text: str) -> People:
    """`"a|b|c-a"`: the ticket is a's, the case b's, one issue c's, the other nobody's, the third a's."""
    ticket, case, issues = text.split("|")
    return People(jira(ticket), there(case), {f"i{n}": there(letter) for n, letter in enumerate(issues)})


def jira(letter: str) -> str | None:
    return None if letter == "-" else f"j-{letter}"


def there(letter: str) -> str | None:
    return None if letter == "-" else f"d-{letter}"


def shown(state: People) -> str:
    def letter(identity: str | None) -> str:
        return identity[2:] if identity else "-"

    issues = "".join(letter(state.issues[name]) for name in sorted(state.issues))
    return f"{letter(state.ticket)}|{letter(state.case)}|{issues}"


def decided(base: str | None, seen: str, policy: ConflictPolicy = OPEN) -> AssigneeDecision:
    decision = decide_assignee(people(base) if base else None, people(seen), policy, KNOWN)
    assert not decision.lookups
    return decision


def codes(decision: AssigneeDecision) -> list[str]:
    return [finding.code for finding in decision.findings]


@pytest.mark.parametrize(
    ("base", "seen", "target"),
    [
        pytest.param("a|a|aa", "a|a|aa", "a|a|aa", id="nothing happened"),
        pytest.param("-|-|--", "-|-|--", "-|-|--", id="both sides unassigned"),
        pytest.param("a|a|ab", "c|a|ab", "c|c|cc", id="ticket assigned: the case and all issues take it"),
        pytest.param("-|-|--", "a|-|--", "a|a|aa", id="ticket assigned for the first time"),
        pytest.param(
            "a|a|aa", "a|a|ba", "b|b|ba", id="one issue assigned: case and ticket take it, others keep theirs"
        ),
        pytest.param("a|a|aa", "a|b|ba", "b|b|ba", id="the case followed its issue"),
        pytest.param("a|a|aa", "a|b|aa", "b|b|bb", id="the case alone was assigned: it leads all"),
        pytest.param("a|a|aa", "-|a|aa", "-|-|--", id="ticket unassigned: unassign travels like a value"),
        pytest.param("a|a|aa", "a|a|-a", "-|-|-a", id="issue unassigned"),
        pytest.param("a|a|aa", "a|-|aa", "-|-|--", id="case unassigned"),
        pytest.param("a|a|aa", "-|-|--", "-|-|--", id="both unassigned"),
        pytest.param("a|a|aa", "b|a|ba", "b|b|bb", id="same person written by both is not a conflict"),
        pytest.param("a|a|aa", "z|a|za", "z|z|zz", id="hidden e-mail, recognised by the issue's assignee"),
        pytest.param("a|a|ab", "a|c|cb", "c|c|cb", id="an issue that differed keeps its own"),
        pytest.param("a|a|aa", "a|c|bc", "c|c|bc", id="two issues assigned, the case tells which one leads"),
        pytest.param("a|a|aaa", "a|a|aa", "a|a|aa", id="an issue that left is no event"),
        pytest.param("a|a|a", "a|a|a-", "a|a|aa", id="a new link that nobody has takes the group's"),
        pytest.param("a|a|a", "a|a|ab", "a|a|ab", id="a new link that somebody has keeps it and moves nothing"),
        pytest.param("a|a|a", "b|a|ac", "b|b|bb", id="ticket assigned: a new link takes it too"),
        pytest.param("a|a|a", "a|a|b-", "b|b|bb", id="issue assigned: a new link that nobody has takes it"),
    ],
)
def test_one_side_was_assigned(base: str, seen: str, target: str) -> None:
    decision = decided(base, seen)
    assert shown(decision.target) == target
    assert decision.base == decision.target
    assert codes(decision) == []


@pytest.mark.parametrize(
    ("policy", "target", "lost"),
    [
        (OPEN, "b|b|bb", Assignment("i0", "d-a", "d-c", "d-b")),
        (JIRA, "b|b|bb", Assignment("i0", "d-a", "d-c", "d-b")),
        (DATADOG, "c|c|ca", Assignment("ticket", "j-a", "j-b", "j-c")),
    ],
)
def test_both_changed_to_different_people(policy: ConflictPolicy, target: str, lost: Assignment) -> None:
    decision = decided("a|a|aa", "b|a|ca", policy)
    assert shown(decision.target) == target
    assert decision.conflicts == (lost,)


def test_both_changed_to_different_people_and_the_policy_is_to_hold() -> None:
    decision = decided("a|a|aa", "b|a|ca", HOLD)
    assert shown(decision.target) == "b|a|ca"
    assert shown(decision.base) == "a|a|aa"
    assert codes(decision) == ["assignee-conflict"]


def test_an_issue_that_agrees_with_the_ticket_does_not_hide_one_that_does_not() -> None:
    assert codes(decided("a|a|aa", "b|a|bc", HOLD)) == ["assignee-conflict"]
    assert codes(decided("a|a|aa", "b|a|bc", DATADOG)) == ["assignee-conflict"]
    assert decided("a|a|aa", "b|a|bc", JIRA).conflicts == (Assignment("i1", "d-a", "d-c", "d-b"),)


def test_ticket_unassigned_while_an_issue_was_assigned() -> None:
    assert shown(decided("a|a|aa", "-|a|ba", JIRA).target) == "-|-|--"
    assert shown(decided("a|a|aa", "-|a|ba", DATADOG).target) == "b|b|ba"


def test_ticket_and_case_assigned_to_different_people() -> None:
    decision = decided("a|a|aa", "b|c|aa", JIRA)
    assert shown(decision.target) == "b|b|bb"
    assert decision.conflicts == (Assignment("case", "d-a", "d-c", "d-b"),)
    assert shown(decided("a|a|aa", "b|c|aa", DATADOG).target) == "c|c|cc"


def test_issues_assigned_to_different_people_are_told_and_kept() -> None:
    """A ticket takes one assignee; nothing is written until somebody says which - and then it is heard."""
    decision = decided("a|a|aaa", "a|a|bca")
    assert shown(decision.target) == "a|a|bca"
    assert codes(decision) == ["assignee-conflict"]
    settled = decide_assignee(decision.base, people("c|a|bca"), OPEN, KNOWN)
    assert shown(settled.target) == "c|c|ccc"
    assert [lost.what for lost in settled.conflicts] == ["i0"]


# --- people who are not known on the other side


@pytest.mark.parametrize(
    ("seen", "code", "words"),
    [
        pytest.param(
            "a|a|xa", "assignee-unknown-in-jira", "nobody there has that e-mail", id="user without Jira account"
        ),
        pytest.param("a|a|qa", "assignee-unknown-in-jira", "several possible", id="two candidates"),
        pytest.param("y|a|aa", "assignee-unknown-in-datadog", "is deactivated", id="user inactive"),
        pytest.param("z|a|aa", "assignee-unknown-in-datadog", "hides the e-mail", id="hidden e-mail"),
    ],
)
def test_an_unknown_person_is_told_and_nothing_is_written(seen: str, code: str, words: str) -> None:
    decision = decided("a|a|aa", seen)
    assert shown(decision.target) == seen
    assert codes(decision) == [code]
    assert words in decision.findings[0].message
    again = decide_assignee(decision.base, people(seen), OPEN, KNOWN)
    assert codes(again) == [code], "told until somebody mends it"


def test_an_assignment_travels_once_the_person_becomes_known() -> None:
    base = decided("a|a|aa", "a|a|xa").base
    mended = Directory(
        datadog=KNOWN.datadog,
        jira=KNOWN.jira,
        datadog_found=KNOWN.datadog_found,
        jira_found={**KNOWN.jira_found, email("x"): (JiraUser("j-x", "x", email("x")),)},
    )
    assert shown(decide_assignee(base, people("a|a|xa"), OPEN, mended).target) == "x|x|xa"


def test_an_unknown_winner_overwrites_nobody() -> None:
    decision = decided("a|a|aa", "y|a|ba")
    assert shown(decision.target) == "y|a|ba"
    assert codes(decision) == ["assignee-unknown-in-datadog"]


def test_a_new_link_is_still_new_after_a_run_that_wrote_nothing() -> None:
    decision = decided("a|a|a", "y|a|a-")
    assert shown(decision.base) == "a|a|a"
    assert shown(decide_assignee(decision.base, people("b|a|a-"), OPEN, KNOWN).target) == "b|b|bb"


def test_an_issue_that_left_is_forgotten_by_a_run_that_wrote_nothing() -> None:
    assert shown(decided("a|a|aaa", "y|a|aa").base) == "a|a|aa"


# --- first sight


@pytest.mark.parametrize(
    ("seen", "target"),
    [
        pytest.param("-|-|--", "-|-|--", id="both sides unassigned"),
        pytest.param("a|a|aa", "a|a|aa", id="in step"),
        pytest.param("a|-|--", "a|a|aa", id="the ticket's fills in"),
        pytest.param("a|-|a-", "a|a|aa", id="the ticket's fills in what is missing"),
        pytest.param("-|-|b-", "b|b|b-", id="the issue's where the ticket has none"),
        pytest.param("-|b|--", "b|b|--", id="the case's where the ticket has none"),
        pytest.param("z|-|z-", "z|z|zz", id="hidden e-mail, recognised by the issue's assignee"),
    ],
)
def test_first_sight(seen: str, target: str) -> None:
    decision = decided(None, seen)
    assert shown(decision.target) == target
    assert decision.base == decision.target
    assert codes(decision) == []


def test_first_sight_of_one_person_under_two_datadog_accounts_changes_neither() -> None:
    twice = Directory(
        pairs=(UserPair(email("a"), "j-a"), UserPair(email("x"), "j-a"), UserPair(email("b"), "j-b")),
        datadog=KNOWN.datadog,
        jira=KNOWN.jira,
        datadog_found=KNOWN.datadog_found,
    )
    assert decide_assignee(None, people("a|x|a"), OPEN, twice).findings == ()
    filled = decide_assignee(None, people("a|x|x-"), OPEN, twice)
    assert shown(filled.target) == "a|x|xx"
    assert codes(decide_assignee(None, people("a|x|a-"), OPEN, twice)) == ["assignee-unknown-in-datadog"]


@pytest.mark.parametrize("seen", ["a|-|b-", "a|b|--", "-|-|ab", "-|a|bb"])
def test_first_sight_of_different_people_is_told_and_the_next_assignment_travels(seen: str) -> None:
    decision = decided(None, seen)
    assert shown(decision.target) == seen
    assert codes(decision) == ["assignee-first-sight"]
    assert shown(decide_assignee(decision.base, people("c" + seen[1:]), OPEN, KNOWN).target) == "c|c|cc"


@pytest.mark.parametrize(
    ("seen", "code"), [("y|-|--", "assignee-unknown-in-datadog"), ("-|-|x-", "assignee-unknown-in-jira")]
)
def test_first_sight_of_somebody_unknown_is_told_until_it_can_travel(seen: str, code: str) -> None:
    decision = decided(None, seen)
    assert shown(decision.target) == seen
    assert codes(decision) == [code]
    assert codes(decide_assignee(decision.base, people(seen), OPEN, KNOWN)) == [code]


# --- looking people up


def test_nothing_is_looked_up_where_nothing_is_to_travel() -> None:
    for base, seen in [("a|a|ab", "a|a|ab"), ("a|a|aa", "-|a|aa"), ("a|a|aa", "a|a|-a")]:
        assert not decide_assignee(people(base), people(seen), OPEN, Directory()).lookups
    assert not decide_assignee(None, people("-|-|--"), OPEN, Directory()).lookups


def looked_up(base: People | None, seen: People, policy: ConflictPolicy) -> AssigneeDecision:
    """Decide with an empty directory, reading only what is asked for."""
    known = Directory(jira=KNOWN.jira)
    for _ in range(6):
        decision = decide_assignee(base, seen, policy, known)
        wanted = decision.lookups
        if not wanted:
            return decision
        assert decision.target == seen
        known = Directory(
            datadog={**known.datadog, **{name: KNOWN.datadog[name] for name in wanted.datadog_ids}},
            jira=known.jira,
            datadog_found={
                **known.datadog_found,
                **{address: KNOWN.datadog_found[address] for address in wanted.datadog_emails},
            },
            jira_found={**known.jira_found, **{address: KNOWN.jira_found[address] for address in wanted.jira_emails}},
        )
    raise AssertionError("asked for more and more")


# --- laws

LETTERS_THERE, LETTERS_JIRA = "abcxzq-", "abcyzq-"


def groups(*, count: int | None = None) -> st.SearchStrategy[str]:
    issues = st.text(LETTERS_THERE, min_size=count or 0, max_size=4 if count is None else count)
    return st.builds("{}|{}|{}".format, st.sampled_from(LETTERS_JIRA), st.sampled_from(LETTERS_THERE), issues)


policies = st.sampled_from(ConflictPolicy)
LAW = settings(max_examples=300, deadline=None)


def written(seen: People, target: People) -> Mapping[str, tuple[str | None, str | None]]:
    """What the target changes: what was and what will be."""
    pairs = {"ticket": (seen.ticket, target.ticket), "case": (seen.case, target.case)}
    pairs |= {name: (person, target.issues[name]) for name, person in seen.issues.items()}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


@given(state=groups(), policy=policies)
@LAW
def test_no_event_no_change(state: str, policy: ConflictPolicy) -> None:
    decision = decided(state, state, policy)
    assert shown(decision.target) == state
    assert decision.findings == ()
    assert decision.conflicts == ()


@given(base=st.none() | groups(), seen=groups(), policy=policies)
@LAW
def test_after_performing_there_is_nothing_more_to_write(base: str | None, seen: str, policy: ConflictPolicy) -> None:
    decision = decided(base, seen, policy)
    again = decide_assignee(decision.base, decision.target, policy, KNOWN)
    assert again.target == decision.target
    assert again.base == decision.base
    assert codes(again) == codes(decision) or codes(decision) == ["assignee-first-sight"]


@given(base=st.none() | groups(), seen=groups(), policy=policies)
@LAW
def test_unknown_never_becomes_unassign(base: str | None, seen: str, policy: ConflictPolicy) -> None:
    """Whoever loses the assignee does so because somebody unassigned: ticket, case or an issue known before."""
    decision = decided(base, seen, policy)
    was, now = people(base) if base else people("-|-|"), people(seen)
    unassigned = (
        (now.ticket is None and was.ticket is not None)
        or (now.case is None and was.case is not None)
        or any(now.issues.get(name, "") is None and person is not None for name, person in was.issues.items())
    )
    assert unassigned or all(after is not None for _, after in written(now, decision.target).values())


@given(base=st.none() | groups(), seen=groups(), policy=policies)
@LAW
def test_only_people_who_were_assigned_by_somebody_are_written(
    base: str | None, seen: str, policy: ConflictPolicy
) -> None:
    decision = decided(base, seen, policy)
    written_people = {after[2:] if after else "-" for _, after in written(people(seen), decision.target).values()}
    assert written_people <= set(seen.replace("|", ""))
    assert decision.target.ticket != "j-x"
    assert "d-y" not in {decision.target.case, *decision.target.issues.values()}


@given(base=groups(), seen=groups(), policy=policies)
@LAW
def test_nobodys_edit_vanishes_unreported(base: str, seen: str, policy: ConflictPolicy) -> None:
    decision = decided(base, seen, policy)
    was, now = people(base), people(seen)
    edits = {"ticket": (was.ticket, now.ticket), "case": (was.case, now.case)}
    edits |= {name: (was.issues[name], now.issues[name]) for name in now.issues if name in was.issues}
    edited = {name for name, (before, after) in edits.items() if before != after}
    assert edited & set(written(now, decision.target)) == {lost.what for lost in decision.conflicts}


@given(base=st.none() | groups(count=3), seen=groups(count=3), policy=policies, order=st.permutations(range(3)))
@LAW
def test_the_order_of_issues_does_not_matter(
    base: str | None, seen: str, policy: ConflictPolicy, order: list[int]
) -> None:
    def turned(state: People) -> People:
        names = sorted(state.issues)
        return People(state.ticket, state.case, {names[index]: state.issues[names[index]] for index in order})

    straight = decided(base, seen, policy)
    other = decide_assignee(turned(people(base)) if base else None, turned(people(seen)), policy, KNOWN)
    assert (other.target, other.base, other.conflicts, other.findings) == (
        straight.target,
        straight.base,
        straight.conflicts,
        straight.findings,
    )


@given(base=st.none() | groups(), seen=groups(), policy=policies)
@LAW
def test_looking_up_only_what_is_asked_for_decides_the_same(
    base: str | None, seen: str, policy: ConflictPolicy
) -> None:
    assert looked_up(people(base) if base else None, people(seen), policy) == decided(base, seen, policy)


@given(base=groups(count=3), seen=groups(count=3), policy=policies, cut=st.integers(0, 5))
@LAW
def test_a_run_broken_off_between_any_two_writes_is_rolled_forward(
    base: str, seen: str, policy: ConflictPolicy, cut: int
) -> None:
    before, decision = people(seen), decided(base, seen, policy)
    now, after = before, decision.target
    for name in ["i0", "i1", "i2", "ticket", "case"][:cut]:
        match name:
            case "ticket":
                now = People(after.ticket, now.case, now.issues)
            case "case":
                now = People(now.ticket, after.case, now.issues)
            case _:
                now = People(now.ticket, now.case, {**now.issues, name: after.issues[name]})
    rolled = rolled_forward(before, after, now)
    again = decide_assignee(decision.base, rolled, policy, KNOWN)
    assert (again.target, again.base) == (after, decision.base)


def test_what_somebody_did_after_a_broken_run_is_an_event() -> None:
    before, after = people("b|a|aa"), people("b|b|bb")
    rolled = rolled_forward(before, after, people("b|a|ca"))
    assert shown(rolled) == "b|b|cb"
    assert shown(decide_assignee(after, rolled, OPEN, KNOWN).target) == "c|c|cb"
    assert shown(rolled_forward(before, after, people("c|a|aa"))) == "c|b|bb"


def test_an_issues_assignee_that_we_carried_to_the_ticket_does_not_lead() -> None:
    """A run broken off after the ticket was written: the other issues still keep theirs."""
    carried = decide_assignee(people("a|a|aa"), people("b|a|ba"), OPEN, KNOWN, ticket_moved=False)
    assert shown(carried.target) == "b|b|ba"


def test_200_issues_under_one_ticket() -> None:
    many = decided("a|a|" + "a" * 200, "a|a|" + "a" * 137 + "b" + "a" * 62)
    assert [name for name, person in many.target.issues.items() if person == "d-b"] == ["i137"]
    assert (many.target.ticket, many.target.case, len(many.target.issues)) == ("j-b", "d-b", 200)
