"""The reader: the same data as an ordinary YAML 1.2 reader, a place for every value, and a refusal for every surprise."""

from __future__ import annotations

import json

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.documents.document import Document
from reconciler.documents.events import Parser, fast_parser, pure_parser
from reconciler.documents.marks import ListMarks, MappingMarks, Marks, origin_of, spot
from reconciler.documents.reader import Parsed, read
from reconciler.documents.scalars import Doubt, Doubtful, resolve

PARSERS = [pytest.param(fast_parser, id="libyaml"), pytest.param(pure_parser, id="pure")]


def one(text: str) -> Document:
    parsed = read(text, "f.yaml")
    assert parsed.findings == ()
    (document,) = parsed.documents
    return document


def told(parsed: Parsed) -> list[str]:
    return [f"{finding.origin}: [{finding.code}] {finding.message}" for finding in parsed.findings]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("", None), ("~", None), ("null", None), ("NULL", None), ("true", True), ("False", False), ("TRUE", True),
        ("0", 0), ("-0", 0), ("12", 12), ("+12", 12), ("-7", -7), ("0x1F", 31), ("1.5", 1.5), ("-0.25", -0.25),
        ("1.", 1.0), (".5", 0.5), ("1.5e+3", 1500.0), ("2e", "2e"), ("0x", "0x"), ("1-2", "1-2"), ("-", "-"),
        ("2026-11-01", "2026-11-01"), ("2026-11-01 10:00:00", "2026-11-01 10:00:00"), ("1.2.3", "1.2.3"),
        ("nullable", "nullable"), ("trueish", "trueish"), ("Norway", "Norway"), ("-service:x", "-service:x"),
        ("service:web AND team:x", "service:web AND team:x"), ("5b10ac8d82e05b22cc7d4ef5", "5b10ac8d82e05b22cc7d4ef5"),
        ("557058:f58131cb-b67d-43c7-b30d-6b58d40bd077", "557058:f58131cb-b67d-43c7-b30d-6b58d40bd077"),
    ],
)  # fmt: skip
def test_what_a_plain_scalar_means(text: str, value: object) -> None:
    resolved = resolve(text)
    assert (resolved, type(resolved)) == (value, type(value))


@pytest.mark.parametrize(
    ("text", "doubt"),
    [
        *((word, Doubt.WORD) for word in ("yes", "No", "ON", "off", "y", "N", "=", "<<")),
        *((number, Doubt.NUMBER) for number in ("012", "-012", "0o14", "0b11", "1_000", "1:30", "12:30:45", "1e3")),
        *((number, Doubt.NUMBER) for number in ("1.5e3", "+.5", "0x1_F", "5e10", "190:20:30.15", "00", "1_0.5")),
        *((number, Doubt.NOT_FINITE) for number in (".inf", "-.INF", ".nan", ".NaN", "1.0e+999")),
        *((number, Doubt.TOO_LONG) for number in ("9" * 101, "0x" + "f" * 100, "1." + "0" * 100)),
    ],
)
def test_what_readers_of_yaml_understand_differently_is_in_doubt(text: str, doubt: Doubt) -> None:
    assert resolve(text) == Doubtful(text, doubt)


def test_a_doubtful_scalar_is_held_as_text_with_its_path() -> None:
    document = one("a:\n  - 1\n  - {b: off}\n")
    assert document.data == {"a": [1, {"b": "off"}]}
    (doubt,) = document.doubts
    assert (doubt.path, doubt.scalar.text) == (("a", 1, "b"), "off")
    assert str(origin_of("f.yaml", doubt.place)) == "f.yaml:3:9"


@pytest.mark.parametrize("parser", PARSERS)
@pytest.mark.parametrize(
    ("text", "findings"),
    [
        ("a: 1\nb: 2\na: 3\n", ["f.yaml:3:1: [yaml-duplicate-key] the key `a` stands twice"]),
        ('{a: 1, "a": 2, a: 3}', [
            "f.yaml:1:8: [yaml-duplicate-key] the key `a` stands twice",
            "f.yaml:1:16: [yaml-duplicate-key] the key `a` stands twice",
        ]),
        ("a: !!str 1\nb: !x {}\n", [
            "f.yaml:1:4: [yaml-tag] tags (!…) are not read", "f.yaml:2:4: [yaml-tag] tags (!…) are not read"
        ]),
        ("<<: {a: 1}\n", ["f.yaml:1:1: [yaml-merge-key] merge keys (<<) are not read"]),
        ("=: 1\n", ["f.yaml:1:1: [yaml-key] the key `=` is not text to every reader of YAML"]),
        ("1: x\ntrue: y\n", [
            "f.yaml:1:1: [yaml-key] the key `1` is not text to every reader of YAML",
            "f.yaml:2:1: [yaml-key] the key `true` is not text to every reader of YAML",
        ]),
        ("? \n: x\n", ["f.yaml:1:2: [yaml-key] a key is missing before the colon"]),
        ("? [a]\n: b\n", ["f.yaml:1:3: [yaml-key] a key is a mapping or a list"]),
        ("a: {{ issue.x }}\n", ["f.yaml:1:5: [yaml-key] a key is a mapping or a list"]),
        ("a: &x 1\n*x : 2\n", ["f.yaml:2:1: [yaml-key] a key is an alias"]),
        ("a: *x\n", ["f.yaml:1:4: [yaml-alias] an alias has no anchor above it"]),
        ("a: &x [*x]\n", ["f.yaml:1:8: [yaml-alias] an alias stands within its own value"]),
        ("%TAG ! x\n---\na: 1\n", ["f.yaml:1:1: [yaml-directive] a % directive changes how the file is read"]),
        ("%YAML 1.1\n---\na: 1\n", ["f.yaml:1:1: [yaml-directive] a % directive changes how the file is read"]),
        ('a: "\\e[31m"\n', ["f.yaml:1:4: [hidden-character] the text holds U+001B a control character"]),
        ('a: "\\u202e"\n', ["f.yaml:1:4: [hidden-character] the text holds U+202E RIGHT-TO-LEFT OVERRIDE"]),
        ("a: " + "[" * 50 + "]" * 50, ["f.yaml:1:53: [yaml-size] values nest more than 50 deep"]),
        ("a: " + "x" * 65_537, ["f.yaml:1:4: [yaml-size] a text of 65,537 characters, the limit is 65,536"]),
    ],
)  # fmt: skip
def test_refusals_say_what_and_where(text: str, findings: list[str], parser: type[Parser]) -> None:
    assert told(read(text, "f.yaml", parser)) == findings


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("a:\n\tb: 1\n", "f.yaml:2:1: a tab cannot indent (found character that cannot start any token) - indent with spaces"),
        ("a: @x\n", "f.yaml:1:4: a text cannot begin with this character (found character that cannot start any token)"
            " - put the whole text in quotes"),
        ("a: b: c\n", "f.yaml:1:5: a second `key:` stands where only a value can (mapping values are not allowed in this "
            "context) - check the indentation; if the text itself holds ': ', put the whole text in quotes"),
        ("a: 'x\n", "f.yaml:2:1: a quote or bracket is not closed (found unexpected end of stream) - close it"),
        ("a: 'x' OR y\n", "f.yaml:1:8: this line does not fit the lines above it (did not find expected key) - check its "
            "indentation; if a text goes on after a quote, put the whole text in quotes"),
        ("a: [1\nb: 2\n", "f.yaml:2:2: a bracket is not closed, or a comma is missing (did not find expected ',' or ']')"
            " - or put the whole text in quotes if [ or { is text"),
        ("- a\n b: c\n", "f.yaml:2:3: a second `key:` stands where only a value can (mapping values are not allowed in this "
            "context) - check the indentation; if the text itself holds ': ', put the whole text in quotes"),
        ("a: 1\n  b: 2\n", "f.yaml:2:4: a second `key:` stands where only a value can (mapping values are not allowed in "
            "this context) - check the indentation; if the text itself holds ': ', put the whole text in quotes"),
        ('a: "\\q"\n', "f.yaml:1:5: an escape that YAML does not know (found unknown escape character) - use single "
            "quotes for text with backslashes"),
        ('a: "\\ud800"\n', "f.yaml:1:7: an escape that YAML does not know (found invalid Unicode character escape code)"
            " - use single quotes for text with backslashes"),
    ],
)  # fmt: skip
def test_broken_syntax_is_told_in_words_that_help(text: str, finding: str) -> None:
    parsed = read(text, "f.yaml")
    assert [str(one) for one in parsed.findings] == [finding]
    assert not parsed.complete


def test_a_word_in_doubt_may_be_a_key_of_the_language() -> None:
    document = one("a: {off: 1}\n")
    assert document.data == {"a": {"off": 1}}
    (doubt,) = document.doubts
    assert (doubt.path, doubt.is_key, str(origin_of("f.yaml", doubt.place))) == (("a", "off"), True, "f.yaml:1:5")


def test_reading_goes_on_after_what_can_be_passed_over() -> None:
    parsed = read("a: !x 1\nb: 1\nb: [2]\nc: {<<: {d: 1}, e: 2}\n---\nnext: true\n", "f.yaml")
    assert [document.data for document in parsed.documents] == [{"a": 1, "b": 1, "c": {"e": 2}}, {"next": True}]
    assert [finding.code for finding in parsed.findings] == ["yaml-tag", "yaml-duplicate-key", "yaml-merge-key"]
    assert str(origin_of("f.yaml", spot(parsed.documents[0].marks, ("c", "e")).place)) == "f.yaml:4:20"


def test_aliases_repeat_a_value_with_its_place() -> None:
    document = one("a: &x {b: [1, 2]}\nc: *x\n")
    assert document.data == {"a": {"b": [1, 2]}, "c": {"b": [1, 2]}}
    assert str(origin_of("f.yaml", spot(document.marks, ("c", "b", 1)).place)) == "f.yaml:1:15"


@pytest.mark.parametrize("parser", PARSERS)
def test_documents_of_one_file_keep_their_lines(parser: type[Parser]) -> None:
    parsed = read("# first\na: 1\n---\n---\nb:\n  - 2\n...\n", "f.yaml", parser)
    assert [document.data for document in parsed.documents] == [{"a": 1}, None, {"b": [2]}]
    assert str(origin_of("f.yaml", spot(parsed.documents[2].marks, ("b", 0)).place)) == "f.yaml:6:5"


# Text whose plain form every YAML reader takes for text, and anything at all in quotes.
TEXT = st.text(
    st.characters(exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\ufeff\ufffe\uffff"), max_size=12
)
SAFE_TEXT = TEXT.filter(lambda text: not set(text) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"))
UNDOUBTED = SAFE_TEXT.filter(lambda text: not isinstance(resolve(text), Doubtful))
JSON_LIKE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | UNDOUBTED,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(UNDOUBTED, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=300)
@given(JSON_LIKE)
def test_json_is_read_as_json(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False)
    parsed = read(text, "f.yaml")
    exponents = [doubt for document in parsed.documents for doubt in document.doubts]
    # JSON's 1e+16 has no point: to YAML 1.1 that is text, hence the doubt.
    if not exponents:
        assert (parsed.findings, [document.data for document in parsed.documents]) == ((), [value])
    assert all("e" in doubt.scalar.text for doubt in exponents)


@settings(max_examples=300)
@given(JSON_LIKE, st.booleans())
def test_the_same_data_as_an_ordinary_loader(value: object, flow: bool) -> None:
    text = yaml.dump(value, default_flow_style=flow, allow_unicode=True, sort_keys=False)
    ordinary = yaml.load(text, Loader=yaml.CSafeLoader)  # noqa: TID251 - the oracle
    for parser in (fast_parser, pure_parser):
        parsed = read(text, "f.yaml", parser)
        assert parsed.findings == ()
        (document,) = parsed.documents
        assert document.doubts == ()
        assert document.data == ordinary


@settings(max_examples=200)
@given(JSON_LIKE)
def test_places_point_at_the_text(value: object) -> None:
    text = json.dumps(value, ensure_ascii=False, indent=1)
    lines = text.split("\n")
    for document in read(text, "f.yaml").documents:
        for data, place in leaves(document.data, document.marks):
            origin = origin_of("f.yaml", place)
            rest = lines[origin.line - 1][origin.column - 1 :]
            assert rest.startswith(
                ("[", "{") if isinstance(data, list | dict) else json.dumps(data, ensure_ascii=False)
            ) or (isinstance(data, str) and rest.startswith(data))


def leaves(data: object, marks: Marks) -> list[tuple[object, int]]:
    match data, marks:
        case dict(), MappingMarks():
            keys = [(key, marks.keys[key]) for key in data]
            return [(data, marks.start), *keys, *(x for key in data for x in leaves(data[key], marks.values[key]))]
        case list(), ListMarks():
            return [(data, marks.start), *(x for i, item in enumerate(data) for x in leaves(item, marks.items[i]))]
        case _, int():
            return [(data, marks)]
        case _:
            raise AssertionError((data, marks))


@settings(max_examples=300)
@given(st.text(max_size=60) | st.text("ab:-[]{},&*!?|>'\"%@`#\n\t \\", max_size=60))
def test_any_text_is_data_or_findings(text: str) -> None:
    for parser in (fast_parser, pure_parser):
        parsed = read(text.encode("utf-8", "replace").decode(), "f.yaml", parser)
        assert parsed.complete or parsed.findings
        assert all(finding.origin for finding in parsed.findings)
