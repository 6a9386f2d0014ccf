"""JQL: what it means, and what a real site says of what it cannot read."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reconciler.sandbox.jira import people
from reconciler.sandbox.jira.jql import Both, Clause, Either, Negated, Value, parse_jql
from reconciler.sandbox.jira.jql_match import Asker, in_order, matcher
from reconciler.sandbox.jira.refusal import JiraRefusal
from reconciler.sandbox.jira.state import JiraState


def keys(state: JiraState, jql: str) -> list[str]:
    """The keys a query finds, in its order, asked by the reconciler's account."""
    query = parse_jql(jql)
    asker = Asker(state, state.user("reconciler@acme.com"), state.now())
    test = matcher(asker, query)
    return [ticket.key for ticket in in_order(asker, query, [each for each in state.indexed() if test(each)])]


@pytest.mark.parametrize(
    ("jql", "found"),
    [
        ("project = SHOP ORDER BY key", ["SHOP-1", "SHOP-2", "SHOP-4"]),
        ('project = "Payments"', ["PAY-7"]),
        ("project != PAY order by key desc", ["SHOP-4", "SHOP-2", "SHOP-1"]),
        ("project in (PAY, SHOP) AND issuetype = task", ["SHOP-2"]),
        ("key = shop-2", ["SHOP-2"]),
        ("key in (SHOP-2, SHOP-999, PAY-7) ORDER BY key", ["PAY-7", "SHOP-2"]),
        ("labels = CART", ["SHOP-1"]),
        ("labels = nobody-uses-it", []),
        ("labels is EMPTY AND project = SHOP ORDER BY key", ["SHOP-2", "SHOP-4"]),
        ("labels not in (cart)", []),
        ("NOT labels = other", ["SHOP-1"]),
        ('status = "in progress"', ["SHOP-1"]),
        ("statusCategory = done", ["PAY-7"]),
        ('statusCategory = "To Do" ORDER BY key', ["SHOP-2", "SHOP-4"]),
        ("statusCategory != Done AND project = PAY", []),
        ("assignee is not null", ["SHOP-1"]),
        ('assignee = "ana@acme.com"', ["SHOP-1"]),
        ("assignee = currentUser()", []),
        ("assignee != ana@acme.com", []),
        ("assignee in (ana@acme.com, EMPTY) AND project = SHOP ORDER BY key", ["SHOP-1", "SHOP-2", "SHOP-4"]),
        ("resolution = Unresolved ORDER BY key", ["SHOP-1", "SHOP-2", "SHOP-4"]),
        ("resolution = Done", ["PAY-7"]),
        ("priority = High", ["SHOP-1"]),
        ("component = Cards", ["PAY-7"]),
        ('Severity = "S1 critical"', ["PAY-7"]),
        ('cf[10101] in ("S1 critical", "S2 major")', ["PAY-7"]),
        ('text ~ "cart login"', ["SHOP-1"]),
        ('text ~ "stag*"', ["SHOP-1"]),
        ('text ~ "stag"', []),
        ('summary ~ "\\"login after\\""', []),
        ('summary ~ "\\"after login\\""', ["SHOP-1"]),
        ("created < -30d", ["SHOP-1"]),
        ("created >= -12d ORDER BY created", ["SHOP-2", "SHOP-4"]),
        ("updated > -3d", ["SHOP-1"]),
        ("resolved is not EMPTY", ["PAY-7"]),
        ("created <= now() AND key = PAY-7", ["PAY-7"]),
        ("(project = PAY OR labels = cart) AND NOT type = Story ORDER BY key", ["PAY-7", "SHOP-1"]),
        ("NOT (project = PAY OR labels = cart)", []),
        ("project = SHOP ORDER BY priority DESC, key DESC", ["SHOP-1", "SHOP-4", "SHOP-2"]),
        ("project in (SHOP, PAY) ORDER BY assignee, key DESC", ["SHOP-1", "SHOP-4", "SHOP-2", "PAY-7"]),
        ("project in (SHOP, PAY) ORDER BY assignee DESC, key", ["PAY-7", "SHOP-2", "SHOP-4", "SHOP-1"]),
        ("project = SHOP", ["SHOP-4", "SHOP-2", "SHOP-1"]),
    ],
)
def test_a_query_finds(state: JiraState, jql: str, found: list[str]) -> None:
    assert keys(state, jql) == found


def test_epoch_milliseconds_are_exact(state: JiraState) -> None:
    created = state.ticket("SHOP-2").created
    at = round(created.timestamp() * 1000)
    assert keys(state, f"created = {at}") == ["SHOP-2"]
    assert keys(state, f"created > {at}") == ["SHOP-4"]


def test_dates_are_midnight_in_utc(state: JiraState) -> None:
    day = state.ticket("SHOP-4").created.date()
    assert keys(state, f'created >= "{day}"') == ["SHOP-4"]
    assert keys(state, f'created >= "{day:%Y/%m/%d} 00:00"') == ["SHOP-4"]


@pytest.mark.parametrize(
    ("jql", "sentence"),
    [
        ("project = SHOP AND", "Error in the JQL Query: Expecting a field name at the end of the query."),
        (
            "project = PUB status",
            "Error in the JQL Query: Expecting either 'OR' or 'AND' but got 'status'. (line 1, character 15)",
        ),
        (
            "project =",
            "Error in JQL Query: Expecting either a value, list or function before the end of the query.",
        ),
        (
            "project = PUB AND status = = Open",
            "Error in JQL Query: Expecting either a value, list or function but got '='. You must surround '=' in quotation "
            "marks to use it as a value. (line 1, character 28)",
        ),
        (
            'summary ~ "unclosed',
            "Error in the JQL Query: The quoted string 'unclosed' has not been completed. (line 1, character 11)",
        ),
        (
            "project = SHOP AND (status = Done",
            "Error in the JQL Query: Expecting ')' before the end of the query.",
        ),
        ("colour = red", "Field 'colour' does not exist or you do not have permission to view it."),
        ("project = SHOP ORDER BY colour", "Field 'colour' does not exist or you do not have permission to view it."),
        ("project = NOPE", "The value 'NOPE' does not exist for the field 'project'."),
        ("status in (Done, Shipped)", "The value 'Shipped' does not exist for the field 'status'."),
        ("assignee = nobody", "The value 'nobody' does not exist for the field 'assignee'."),
        ("key = SHOP-999", "An issue with key 'SHOP-999' does not exist for field 'key'."),
        ("text = export", "The operator '=' is not supported by the 'text' field."),
        ("labels ~ x", "The operator '~' is not supported by the 'labels' field."),
        ("assignee = membersOf(x)", "Unable to find JQL function 'membersOf(x)'."),
        ("assignee is Ana", "The operator 'is' only supports EMPTY and NULL values."),
    ],
)
def test_a_query_that_is_wrong_is_refused_in_jiras_words(state: JiraState, jql: str, sentence: str) -> None:
    with pytest.raises(JiraRefusal) as refused:
        keys(state, jql)
    assert refused.value.status == 400
    assert refused.value.messages == (sentence,)


def test_a_bad_date_is_refused(state: JiraState) -> None:
    with pytest.raises(JiraRefusal, match="Date value 'yesterday' for field 'updated' is invalid"):
        keys(state, "updated >= yesterday")


def test_a_key_from_before_a_move_still_finds_the_ticket(state: JiraState) -> None:
    people.move_ticket(state, "SHOP-2", "PAY")
    assert keys(state, "key = SHOP-2") == ["PAY-8"]


WORDS = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)


@given(WORDS)
def test_any_text_survives_quoting(text: str) -> None:
    quoted = text.replace("\\", "\\\\").replace('"', '\\"')
    assert parse_jql(f'labels = "{quoted}"').condition == Clause("labels", "=", (Value(text),))


LEAVES = st.sampled_from(["a = 1", "b in (1, 2)", "c is EMPTY", 'd ~ "x y"'])
QUERIES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds("({} AND {})".format, inner, inner),
        st.builds("({} OR {})".format, inner, inner),
        st.builds("NOT ({})".format, inner),
    ),
    max_leaves=8,
)


def written(condition: Clause | Both | Either | Negated) -> str:
    """The condition as JQL again, with all its parentheses."""
    match condition:
        case Clause(field=field, operator=operator, operands=operands):
            values = ", ".join(f'"{each.text}"' if isinstance(each, Value) else "EMPTY" for each in operands)
            return f"{field} {operator} ({values})" if operator == "in" else f"{field} {operator} {values}"
        case Negated(part=part):
            return f"NOT ({written(part)})"
        case Both(parts=parts):
            return "(" + " AND ".join(written(part) for part in parts) + ")"
        case Either(parts=parts):
            return "(" + " OR ".join(written(part) for part in parts) + ")"


@given(QUERIES)
def test_what_is_read_can_be_written_and_read_again(jql: str) -> None:
    condition = parse_jql(jql).condition
    assert condition is not None
    assert parse_jql(written(condition)).condition == condition


@given(st.text("=!~<>()\"' ,aborndtiORDERBY\\", max_size=30))
def test_any_text_is_read_or_refused_with_a_sentence(jql: str) -> None:
    sentence = ""
    try:
        parse_jql(jql)
    except JiraRefusal as refusal:
        sentence = refusal.sentence
    assert sentence == "" or sentence.startswith(("Error in the JQL Query: ", "Error in JQL Query: "))
