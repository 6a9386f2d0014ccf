"""Files that mean harm, or chance to: each ends in a clear finding, quickly, and never in a traceback."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from reconciler.documents import files
from reconciler.documents.budget import MAX_FILE_BYTES
from reconciler.documents.events import Parser, fast_parser, pure_parser
from reconciler.documents.load import load
from reconciler.documents.plain_text import decoded
from reconciler.documents.reader import read

Write = Callable[[Mapping[str, str | bytes]], Path]

MERGE_BOMB = "a0: &a0 {k: v}\n" + "".join(
    f"a{n}: &a{n}\n  <<: [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)
ALIAS_BOMB = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 9)
)
# Each alias repeats little and nests little; together they would nest thousands deep.
ALIAS_TOWER = "a0: &a0 [x]\n" + "".join(f"a{n}: &a{n} [[[[[*a{n - 1}]]]]]\n" for n in range(1, 60))
HOSTILE: dict[str, tuple[str | bytes, set[str]]] = {
    "merge bomb": (MERGE_BOMB, {"yaml-merge-key", "missing-key"}),
    "alias bomb": (ALIAS_BOMB, {"yaml-alias"}),
    "alias tower": (ALIAS_TOWER, {"yaml-size"}),
    "many aliases": ("a: &a x\nb: [" + "*a, " * 101 + "]", {"yaml-alias"}),
    "deep brackets": ("[" * 100_000, {"yaml-size"}),
    "deep braces": ("{a: " * 100_000, {"yaml-size"}),
    "deep dashes": ("- " * 100_000, {"yaml-size"}),
    "deep indents": ("".join(" " * n + "a:\n" for n in range(500)), {"yaml-size"}),
    "deep questions": ("? " * 100_000, {"yaml-key"}),
    "huge integer": ("a: " + "9" * 60_000, {"missing-key"}),
    "huge hex": ("a: 0x" + "f" * 60_000, {"missing-key"}),
    "huge key": ("x" * 70_000 + ": 1", {"yaml-size"}),
    "huge text": ("a: |\n" + (" " + "x" * 1000 + "\n") * 100, {"yaml-size"}),
    "duplicate keys": ("".join("a: 1\n" for _ in range(5000)), {"yaml-duplicate-key", "too-many-findings"}),
    "python object": ("!!python/object/apply:os.system ['echo']", {"yaml-tag", "not-a-document"}),
    "python name": ("a: !!python/name:os.system ''", {"yaml-tag", "missing-key"}),
    "binary tag": ("a: !!binary aGk=", {"yaml-tag", "missing-key"}),
    "set": ("!!set {a, b}", {"yaml-tag", "missing-key"}),
    "not a number": ("a: .nan", {"missing-key"}),
    "latin-1": ("a: caf\xe9".encode("latin-1"), {"not-utf-8"}),
    "utf-16": ("a: b".encode("utf-16"), {"not-utf-8"}),
    "binary": (bytes(range(256)), {"not-utf-8"}),
    "nul": ("a: \x00", {"hidden-character"}),
    "escape": ("a: \x1b[31mred", {"hidden-character"}),
    "trojan source": ("a: \u202eb", {"hidden-character"}),
    "line separator": ("a: b\u2028c: d", {"hidden-character"}),
    "next line": ("a: b\x85c: d", {"hidden-character"}),
    "second mark": ("a: b\n\ufeffc: d", {"hidden-character"}),
    "surrogate escape": ('a: "\\ud800"', {"yaml-syntax"}),
    "no such character": ('a: "\\UFFFFFFFF"', {"yaml-syntax"}),
    "tab": ("a:\n\t- b", {"yaml-syntax"}),
    "reserved": ("a: @b", {"yaml-syntax"}),
    "half a flow": ("{a: [b, {c: d", {"yaml-syntax"}),
    "only a quote": ('"', {"yaml-syntax"}),
    "list": ("- a", {"not-a-document"}),
    "number": ("5", {"not-a-document"}),
    "too large": ("#" * (MAX_FILE_BYTES + 1), {"file-too-large"}),
}


READABLE = {
    name: text
    for name, (content, _) in HOSTILE.items()
    if isinstance(text := decoded(content if isinstance(content, bytes) else content.encode(), "x"), str)
}


@pytest.mark.parametrize("name", HOSTILE)
def test_each_ends_in_findings(write: Write, name: str) -> None:
    content, codes = HOSTILE[name]
    loaded = load(write({"x.yaml": content}))
    assert loaded.configuration is None
    assert {finding.code for finding in loaded.findings} == codes
    assert all(finding.origin is not None and finding.origin.file == "x.yaml" for finding in loaded.findings)


@pytest.mark.parametrize("name", sorted(READABLE))
def test_the_parser_without_libyaml_refuses_too(name: str) -> None:
    fast, pure = (read(READABLE[name][:20_000], "x", parser) for parser in (fast_parser, pure_parser))
    assert fast.complete == pure.complete or name == "surrogate escape"
    assert bool(fast.findings) == bool(pure.findings)


@pytest.mark.parametrize(
    "unit", ["[", "{", "- ", "? ", "a: ", "&a ", "*a ", "!a ", "'", '"', "a: b: ", ",", "|\n", "\n ", "%"]
)
@pytest.mark.parametrize("parser", [fast_parser])
def test_no_repetition_is_slow(unit: str, parser: Callable[[str], Parser]) -> None:
    parsed = read(unit * (MAX_FILE_BYTES // len(unit)), "x", parser)
    assert parsed.complete or parsed.findings


@pytest.mark.parametrize("text", ["a: 1\r\nb:\r\n  - 2\r\n", "\ufeffa: 1\nb: [2]\n", "a: 1\rb:\r  - 2\r"])
def test_line_ends_and_the_mark_at_the_start_are_no_fault(write: Write, text: str) -> None:
    (document,) = read(text.lstrip("\ufeff"), "x").documents
    assert document.data == {"a": 1, "b": [2]}
    assert {finding.code for finding in load(write({"x.yaml": text})).findings} == {"missing-key"}


def test_links_are_followed_only_within_the_configuration(write: Write, tmp_path: Path) -> None:
    directory = write({"real/a.yaml": "# nothing\n"})
    (tmp_path / "outside.yaml").write_text("secret: 1\n")
    (directory / "inside.yaml").symlink_to("real/a.yaml")
    (directory / "outside.yaml").symlink_to(tmp_path / "outside.yaml")
    (directory / "linked").symlink_to(tmp_path)
    (directory / "dangling.yaml").symlink_to("nowhere.yaml")
    loaded = load(directory)
    assert [str(finding) for finding in loaded.findings if finding.code == "file-refused"] == [
        "dangling.yaml:1:1: the file cannot be opened: No such file or directory - see its permissions",
        "outside.yaml:1:1: the file is a link that leads out of the configuration - copy it in",
    ]
    assert loaded.files == ("inside.yaml", "real/a.yaml")


def test_only_ordinary_files_are_read(write: Write) -> None:
    directory = write({"a.yaml": "# nothing\n", "folder.yaml/b.yml": "# nothing\n"})
    os.mkfifo(directory / "pipe.yaml")
    loaded = load(directory)
    assert [str(finding) for finding in loaded.findings if finding.code == "file-refused"] == [
        "pipe.yaml:1:1: this is no ordinary file - remove it"
    ]
    assert loaded.files == ("a.yaml", "folder.yaml/b.yml")


def test_hidden_places_and_worlds_are_passed_over(write: Write) -> None:
    world = "apiVersion: reconciler/v1\nkind: SandboxWorld  # a company\nfirst_seen: -3h\nx: !y &z off\n"
    large = world + "#" * MAX_FILE_BYTES
    hidden = {".reconciler/state.yaml": "[", ".hidden.yaml": "[", "notes.txt": "["}
    loaded = load(write({"a.yml": "# nothing\n", "world.yaml": world, "large.yaml": large, **hidden}))
    assert loaded.files == ("a.yml",)


def test_a_world_beside_other_documents_is_read_as_documents(write: Write) -> None:
    loaded = load(write({"a.yaml": "kind: SandboxWorld\n---\nkind: Limits\n"}))
    assert [str(finding.origin) for finding in loaded.findings if finding.code == "missing-key"] == ["a.yaml:3:1"] * 3


def test_the_files_together_have_a_limit(write: Write, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_TOTAL_BYTES", 100)
    monkeypatch.setattr(files, "MAX_FILES", 3)
    directory = write({"a.yaml": "#" * 60, "b.yaml": "#" * 60})
    assert [str(finding) for finding in load(directory).findings if finding.code == "config-too-large"] == [
        "b.yaml:1:1: the files together are larger than 100 bytes"
    ]
    directory = write({f"{n}.yaml": "" for n in range(3)})
    assert [str(finding) for finding in load(directory).findings if finding.code == "config-too-large"] == [
        ".:1:1: 5 YAML files, the limit is 3"
    ]
