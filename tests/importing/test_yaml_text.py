"""What is written is read back equal, by our own reader and by any other, however hostile the names."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from hypothesis import example, given
from hypothesis import strategies as st

from reconciler.documents.checking import Checked, check
from reconciler.documents.declarations import Declarations
from reconciler.documents.declaring import Declaring
from reconciler.documents.plain_text import decoded, hidden_in
from reconciler.documents.reader import read
from reconciler.documents.writing import unwritable, written
from reconciler.documents.yaml_text import block, comment, scalar
from reconciler.engine.importing.draft import Draft
from reconciler.model.declared import (
    Direction,
    GroupMapping,
    ProjectBinding,
    StatusMapping,
    SyncField,
    SyncSettings,
    UserPair,
)
from reconciler.model.state import StatusGroup

HOSTILE = [
    "no", "null", "~", "1e3", "012", "0x1F", "1:30", "#", "a #b", "a: b", "- a", "*a", "&a", "!a", "%a", "@a", "`a", "'", '"', "\\",
    "{a}", "[a]", "a, b", "", " ", " a ", "a\nb", "a\r\nb", "\ta", "=", "<<", "---", "...", "? a", "| a", "> a", ".inf", "2026-11-01",
    "Won't Do", "ÄÖÜ", "日本語", "👩‍💻", "a\u200bb", "##[group]x", "##vso[task]", "::error::x", "\U000e0041", "\ue000", "y", "Off",
]  # fmt: skip
names = st.one_of(st.sampled_from(HOSTILE), st.text(max_size=30)).filter(lambda text: hidden_in(text) is None)
statuses = names.filter(lambda text: unwritable(text) is None)


def read_back(text: str) -> Any:
    assert decoded(text.encode(), "a.yaml") == text
    parsed = read(text, "a.yaml")
    assert (parsed.findings, parsed.complete, len(parsed.documents)) == ((), True, 1), text
    assert parsed.documents[0].doubts == (), text
    return parsed.documents[0].data


def declared(text: str) -> Declarations:
    (document,) = read(text, "a.yaml").documents
    checked = check(document)
    assert isinstance(checked, Checked), checked
    assert (checked.findings, checked.shape is not None) == ((), True), text
    into = Declarations()
    if checked.shape is not None:
        Declaring(checked.document, into).declare(checked.shape)
    return into


@given(st.dictionaries(names.filter(bool), st.recursive(
    names | st.booleans() | st.none() | st.integers(-10**9, 10**9) | st.floats(allow_nan=False, allow_infinity=False),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(names.filter(bool), inner, max_size=3),
    max_leaves=6,
), min_size=1, max_size=3))  # fmt: skip
@example({name: [name, {name: name}] for name in HOSTILE if name})
@example({"a": 1e20, "b": 5e-324, "c": [], "d": {}, "e": {"f": [{"g": "h"}]}})
def test_any_value_is_read_back(value: dict[str, Any]) -> None:
    text = "\n".join(block(value, ())) + "\n"
    assert read_back(text) == value
    # Any YAML 1.1 reader agrees.
    assert yaml.load(text, yaml.SafeLoader) == value  # noqa: TID251 - on purpose another reader than ours


@pytest.mark.parametrize("name", ["a\u202eb", "\x00", "a\x85b", "a\u2028b", "\ufeff"])
def test_what_nobody_can_see_is_refused(name: str) -> None:
    assert (unwritable(name) or "").startswith("it holds U+")
    with pytest.raises(ValueError, match=r"it holds U\+"):
        scalar(name)


@given(st.text(max_size=40))
@example("a\nkind: Limits")
@example("##vso[task]\u202e\r")
def test_a_comment_is_one_line_that_can_be_read_whatever_it_says(text: str) -> None:
    line = comment(text)
    assert line.isprintable()
    assert "##" not in line
    assert read_back(f"{line}\na: 1\n") == {"a": 1}


@given(statuses, st.dictionaries(st.sampled_from(SyncField), st.sampled_from(Direction)), st.none() | statuses, names)
def test_a_binding_is_read_back(kind: str, fields: dict[SyncField, Direction], owner: str | None, note: str) -> None:
    sync = SyncSettings(fields={field: fields[field] for field in SyncField if field in fields})
    binding = ProjectBinding("shop", "SHOP", "acme", "SHOP", kind, "default", sync, owner=owner)
    text = written(Draft("ProjectBinding", "shop", binding, (note,)), "../schemas/project-binding.schema.json")
    assert declared(text).bindings == [binding]


@given(st.lists(statuses, min_size=3, max_size=3))
def test_a_mapping_is_read_back(three: list[str]) -> None:
    groups = {group: GroupMapping(to, (to,)) for group, to in zip(StatusGroup, three, strict=True)}
    mapping = StatusMapping("default", groups)
    assert declared(written(Draft("StatusMapping", "default", mapping))).mappings == [mapping]


@given(statuses)
def test_people_are_read_back(jira: str) -> None:
    pair = UserPair("alice@acme.com", jira)
    assert [one for one, _ in declared(written(Draft("UserMapping", "people", (pair,)))).users] == [pair]
