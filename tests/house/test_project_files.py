"""Nothing in the project depends on the machine it was written on, and what it installs is pinned."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ROOT / ".ci" / "locks"
PIN = re.compile(r"^([A-Za-z0-9._-]+)==(\S+)", re.MULTILINE)

# A home directory, a local index or package, or a host that serves packages: true for one machine only.
OF_ONE_MACHINE = re.compile(
    r"(?<![\w.])/(?:home|root|Users)/\w|(?:[@=]|-[ei]) *\W?file:///"
    r"|(?:--|\b)(?:extra-)?index-url[ =]\S*:|--find-links[ =]"
    r"|https?://[\w.-]+(?:/[\w.-]+)*/simple\b"
)
DIGEST = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]


def test_no_file_speaks_of_one_machine() -> None:
    found = []
    for path in tracked():
        if path == Path(__file__) or path.stat().st_size > 1_000_000:
            continue
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except UnicodeDecodeError:
            continue
        found += [
            f"{path.relative_to(ROOT)}:{n}: {line[:80]}"
            for n, line in enumerate(lines, 1)
            if OF_ONE_MACHINE.search(line)
        ]
    assert found == []


@pytest.mark.parametrize("name", ["dev.txt", "dist.txt", "runtime.txt"])
def test_every_dependency_is_locked_with_its_hashes(name: str) -> None:
    requirements = re.split(r"\n(?=[A-Za-z0-9])", (LOCKS / name).read_text(encoding="utf-8").strip())
    assert len(requirements) > 10
    assert [one.splitlines()[0] for one in requirements if not (PIN.match(one) and DIGEST.search(one))] == []


def test_the_demo_and_a_developer_get_the_same_versions() -> None:
    developer = dict(PIN.findall((LOCKS / "dev.txt").read_text(encoding="utf-8")))
    demo = dict(PIN.findall((LOCKS / "runtime.txt").read_text(encoding="utf-8")))
    assert demo.items() <= developer.items()


def test_what_the_product_imports_is_declared_and_locked() -> None:
    declared = re.search(
        r"^dependencies = \[(.*?)\]", (ROOT / "pyproject.toml").read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL
    )
    assert declared is not None
    names = set(re.findall(r'"([a-z0-9-]+)[><=]', declared[1]))
    assert names <= set(dict(PIN.findall((LOCKS / "runtime.txt").read_text(encoding="utf-8"))))


def test_ci_runs_what_a_developer_runs_and_pins_what_it_uses() -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text(encoding="utf-8")
    uses = re.findall(r"uses: (\S+)", workflow)
    assert uses
    assert [action for action in uses if not re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action)] == []
    assert "run: .ci/run" in workflow
    assert "permissions:\n  contents: read\n" in workflow
    assert "make --no-print-directory test" in (ROOT / ".ci" / "run").read_text(encoding="utf-8")


def test_pre_commit_calls_the_same_targets() -> None:
    hooks = (ROOT / ".pre-commit-config.yaml").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    called = re.findall(r"entry: make ([a-z-]+)", hooks)
    assert len(called) == hooks.count("{id:")
    assert set(called) <= targets
