"""`reconciler init`: a repository that works at once, and that never costs anybody a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.cli.main import main
from reconciler.cli.scaffold import scaffold
from reconciler.documents.load import load
from reconciler.documents.schema import stale_schemas

ROOT = Path(__file__).resolve().parents[2]


def listing(directory: Path) -> dict[str, str]:
    paths = (path for path in sorted(directory.rglob("*")) if path.is_file() and ".reconciler" not in path.parts)
    return {path.relative_to(directory).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty directory, which we stand in."""
    monkeypatch.chdir(tmp_path)
    for name in ("GITHUB_ACTIONS", "RECONCILER_CONFIG"):
        monkeypatch.delenv(name, raising=False)
    return tmp_path


def test_what_it_makes_is_valid_at_once(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init"]) == 0
    assert listing(place) == dict(scaffold(sandbox=False))
    assert load(place / "config").findings == ()
    assert stale_schemas(place / "schemas") == []
    assert "  config/connections.yaml\n" in capsys.readouterr().out
    for command in (["validate"], ["rules", "lint"], ["rules", "test"], ["schema", "--check"]):
        assert main(command) == 0, command


def test_every_document_names_its_schema_and_it_is_there(place: Path) -> None:
    main(["init"])
    documents = sorted((place / "config").rglob("*.yaml"))
    assert len(documents) == 7
    for document in documents:
        first = document.read_text(encoding="utf-8").splitlines()[0]
        assert first.startswith("# yaml-language-server: $schema=")
        assert (document.parent / first.partition("$schema=")[2]).is_file()


def test_with_the_sandbox_it_needs_no_account_anywhere(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["init", "shop errors", "--sandbox"]) == 0
    assert "cd 'shop errors'\n" in capsys.readouterr().out
    config = str(place / "shop errors" / "config")
    assert main(["-C", config, "apply", "--yes"]) == 0
    capsys.readouterr()
    assert main(["-C", config, "plan", "--detailed-exitcode"]) == 0, capsys.readouterr()


def test_the_configuration_of_this_repository_is_its_result() -> None:
    made = {path: text for path, text in scaffold(sandbox=False).items() if path.startswith("config/")}
    assert {f"config/{path}": text for path, text in listing(ROOT / "config").items()} == made


def test_no_file_that_is_there_is_touched(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (place / "README.md").write_text("mine")
    (place / ".gitignore").symlink_to("nowhere")
    assert main(["init"]) == 0
    told = capsys.readouterr().out
    assert (place / "README.md").read_text() == "mine"
    assert (place / ".gitignore").is_symlink()
    assert told.partition("Left as they stand:\n")[2].startswith("  .gitignore\n  README.md\n\n")
    before = listing(place)
    assert main(["init", "--sandbox"]) == 0
    assert listing(place) == before
    assert "Nothing was missing in this directory:\n" in capsys.readouterr().out


def test_documents_that_are_there_get_no_second_ones_beside_them(place: Path) -> None:
    (place / "config").mkdir()
    (place / "config" / "all.yml").write_text("# mine\n")
    assert main(["init"]) == 0
    assert [path.name for path in (place / "config").iterdir()] == ["all.yml"]
    assert (place / "requirements.txt").is_file()


@pytest.mark.parametrize("blocked", ["config", "schemas"])
def test_what_cannot_be_written_is_said(place: Path, blocked: str, capsys: pytest.CaptureFixture[str]) -> None:
    (place / blocked).write_text("in the way")
    assert main(["init"]) == 1
    assert f"reconciler: {blocked}/" in capsys.readouterr().err


def test_it_names_the_version_that_it_is(place: Path) -> None:
    from reconciler import __version__

    main(["init"])
    assert f"datadog-jira-reconciler=={__version__}\n" in (place / "requirements.txt").read_text()
