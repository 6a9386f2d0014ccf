"""Wrong usage ends with 64, says what was expected, and touches nothing."""

from pathlib import Path

import pytest

from reconciler.cli.main import main

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["aply"], "there is no command 'aply': did you mean apply?"),
        (["rules", "lst"], "there is no command 'lst': did you mean list?"),
        (
            ["frobnicate"],
            "there is no command 'frobnicate': expected init, validate, rules, plan, apply, ",
        ),
        (["plan", "--frob"], "No such option"),
        (["plan", "-C", "config"], "-C/--config goes before the command"),
        (
            ["plan", "--target", "ticket"],
            "'ticket' is not an address: expected KIND.NAME with KIND one of case_project,",
        ),
        (["plan", "--only", "tickets,rules"], "'rules' is not a part: expected some of settings, tickets, sync"),
        (["plan", "--only", ","], "no part is named"),
        (["plan", "--format", "xml"], "'xml' is not one of 'text', 'markdown', 'json', 'html'"),
        (["apply", "plan.json", "--only", "settings"], "FILE has been planned already"),
        (["apply"], "nobody can be asked here: add --yes"),
        (["apply", "--format", "json"], "nobody can be asked here: add --yes"),
        (["sandbox", "serve", "--port", "70000"], "70000 is not in the range"),
        (["sandbox", "act"], "Missing argument"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_is_refused_with_what_was_expected(
    arguments: list[str], told: str, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert main(["-C", str(tmp_path), *arguments]) == 64
    captured = capsys.readouterr()
    assert captured.out == ""
    assert told in captured.err
    assert list(tmp_path.iterdir()) == []


def test_no_command_at_all_shows_the_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 64
    assert "Commands:\n  init" in capsys.readouterr().err


def test_a_command_name_cannot_move_the_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["\x1b[2Japply"]) == 64
    assert "\x1b" not in capsys.readouterr().err
