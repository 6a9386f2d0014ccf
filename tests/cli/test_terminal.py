"""What only a person at a terminal sees: colour where it means something, pages that can be clicked, what to type next."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from rich.text import Text

from reconciler.cli.next_step import program, scope_words
from reconciler.model.address import Address
from reconciler.report.layout import Hanging, labelled, page
from reconciler.report.screen import Screen

PAGE = "https://app.datadoghq.com/error-tracking?issueId=4a2d8720-a1d6-5910-b9a4-057f6d836fd3"
# 80 columns, in colour, whatever the tests themselves run in.
_SETTING = {name: value for name, value in os.environ.items() if name not in {"NO_COLOR", "RECONCILER_CONFIG"}}
_SETTING |= {"TERM": "xterm", "COLUMNS": "80"}


def seen(company: Path, *arguments: str) -> tuple[int, str]:
    """What a terminal shows of a command: it is both stdout and stderr."""
    ours, theirs = os.openpty()
    command = [sys.executable, "-m", "reconciler", "-C", str(company), *arguments]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs, env=_SETTING) as ran:
        os.close(theirs)
        shown = b""
        while part := _read(ours):
            shown += part
    os.close(ours)
    return ran.returncode, shown.decode()


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # Linux says so when the other end is closed
        return b""


def test_a_terminal_is_told_what_comes_next_and_a_pipe_is_not(company: Path) -> None:
    code, shown = seen(company, "plan", "--only", "settings")
    assert code == 0
    assert f"Next: reconciler -C {company} apply --only settings   # asks before it writes" in shown
    assert "\x1b[1;33m  ~ \x1b[0m\x1b[1mcase_project.PAY\x1b[0m" in shown
    command = [sys.executable, "-m", "reconciler", "-C", str(company), "plan", "--only", "settings"]
    piped = subprocess.run(command, capture_output=True, text=True, check=True)
    assert "Next:" not in piped.stdout + piped.stderr
    assert "\x1b" not in piped.stdout


def test_only_the_lead_of_a_paragraph_has_its_colour() -> None:
    row = Screen(40, colour=True).draw([*labelled(2, [("jql", "project in (PAY, SHOP) and a word or two more")])])
    assert row == "\x1b[36m  jql  \x1b[0mproject in (PAY, SHOP) and a\n       word or two more\n"
    told = Screen(40, colour=True).draw([Hanging(Text("  ✗ ", "bold red"), Text("sync is off"), 4)])
    assert told == "\x1b[1;31m  ✗ \x1b[0msync is off\n"


def test_the_address_of_a_page_is_never_broken() -> None:
    assert Screen(40).draw([page(4, PAGE)]) == f"    {PAGE}\n"
    assert max(map(len, Screen(40).draw([page(4, PAGE + "x" * 3000)]).splitlines())) <= 40


def test_a_long_refusal_breaks_between_words(company: Path) -> None:
    code, shown = seen(company, "sandbox", "act", "ticket", "SHOP-3", "state", "Done")
    assert code == 1
    lines = shown.splitlines()
    assert all(len(line) < 80 for line in lines)
    assert not any(line.endswith("-") for line in lines)


def test_how_the_reader_calls_us(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RECONCILER_CONFIG", raising=False)
    assert program(Path("config")) == "reconciler"
    assert program(Path("a dir")) == "reconciler -C 'a dir'"
    monkeypatch.setenv("RECONCILER_CONFIG", "acme")
    assert (program(Path("acme")), program(Path("config"))) == ("reconciler", "reconciler -C config")
    assert scope_words(frozenset(), ()) == ""
    targets = [Address.parse("case_project.SHOP")]
    assert scope_words(frozenset({"tickets", "sync"}), targets) == " --only sync,tickets --target case_project.SHOP"
