"""What the README says is so."""

import re
from pathlib import Path

import click
import pytest

from reconciler.cli.command import DocumentedGroup
from reconciler.cli.exit_codes import ExitCode
from reconciler.cli.main import reconciler
from reconciler.documents.load import load

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = [
    "README.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    *sorted(page.relative_to(ROOT).as_posix() for page in (ROOT / "docs").rglob("*.md")),
]


def named_commands(text: str) -> list[list[str]]:
    """The words after `reconciler` wherever a command line is shown."""
    lines = re.findall(r"(?:^|[`$(]\s*|python -m )reconciler((?: +[^\s`#|)]+)+)", text, re.MULTILINE)
    return [line.split() for line in lines if not line.strip().startswith("[")]


def command_of(words: list[str]) -> click.Command | None:
    command: click.Command = reconciler
    if words[:1] == ["-C"]:
        words = words[2:]
    for word in words:
        if not isinstance(command, DocumentedGroup):
            break
        if word.startswith("-"):
            return command
        found = command.get_command(click.Context(command), word)
        if found is None:
            return None
        command = found
    return command


@pytest.mark.parametrize("page", PAGES)
def test_every_command_that_is_shown_exists(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    assert [" ".join(words) for words in named_commands(text) if command_of(words) is None] == []


def test_the_table_of_commands_is_whole() -> None:
    table = re.findall(r"^\| `reconciler ([a-z ]+)`", README, re.MULTILINE)
    leaves = []
    for name in reconciler.list_commands(click.Context(reconciler)):
        command = reconciler.get_command(click.Context(reconciler), name)
        inner = sorted(command.commands) if isinstance(command, click.Group) else []
        leaves += [f"{name} {sub}" for sub in inner] or [name]
    assert sorted(table) == sorted(leaves)


def test_the_table_of_exit_codes_is_whole() -> None:
    table = README.partition("### Exit codes")[2].partition("\n## ")[0]
    numbers = [int(number) for row in re.findall(r"^\| ([\d, ]+) \|", table, re.MULTILINE) for number in row.split(",")]
    assert numbers == sorted(ExitCode)


def test_the_tour_of_the_yaml_is_a_valid_configuration(tmp_path: Path) -> None:
    (shown,) = re.findall(r"```yaml\n(.*?)```", README, re.DOTALL)
    (tmp_path / "tour.yaml").write_text(shown, encoding="utf-8")
    result = load(tmp_path)
    assert [str(finding) for finding in result.findings] == []
    assert result.configuration is not None
    assert [rule.name for rule in result.configuration.rules] == ["web-store", "rest-of-the-shop"]


@pytest.mark.parametrize("page", [*PAGES, "CHANGELOG.md"])
def test_links_lead_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    targets = [target.partition("#")[0] for target in re.findall(r"\]\(([^)\s]+)\)", text) if "://" not in target]
    assert [target for target in targets if target and not ((ROOT / page).parent / target).exists()] == []


def test_the_decisions_weigh_alternatives() -> None:
    records = sorted((ROOT / "docs" / "adr").glob("*.md"))
    assert [int(record.name[:4]) for record in records] == list(range(1, len(records) + 1))
    for record in records:
        text = record.read_text(encoding="utf-8")
        headings = re.findall(r"^## (\w+)", text, re.MULTILINE)
        assert headings == ["Context", "Decision", "Alternatives", "Consequences"], record.name
        weighed = text.partition("## Alternatives")[2].partition("## ")[0]
        assert len(re.findall(r"^- \*", weighed, re.MULTILINE)) >= 2, record.name
