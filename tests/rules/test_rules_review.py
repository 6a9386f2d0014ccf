"""What a reviewer reads of a pull request on the example company: two rules swapped, one narrowed, one added."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft202012Validator

from reconciler.cli.main import main
from reconciler.documents.load import load
from reconciler.rules.claims import ClaimKind
from reconciler.rules.proof import prove

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).parent / "golden"
RULES, TESTS = "rules/storefront.yaml", "tests.yaml"
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def company(tmp_path: Path) -> Path:
    """The example company, with the pull request applied to its rules."""
    directory = tmp_path / "acme"
    shutil.copytree(ROOT / "examples" / "quickstart", directory, ignore=shutil.ignore_patterns(".reconciler"))
    text = (directory / RULES).read_text()
    head, *rules = text.split("\n    - name: ")
    swapped = [rules[1], rules[0], *rules[2:]]
    changed = "\n    - name: ".join([head, *swapped])
    # Narrowed: a checkout error now needs a crash as well, which the rule after it was to take.
    changed = changed.replace("match: service:checkout\n", "match: service:checkout AND is_crash:true\n")
    added = "\n    - name: carts\n      match: service:cart AND team:shopist\n      destination: {binding: shop}\n"
    (directory / RULES).write_text(changed.rstrip() + "\n" + added)
    return directory


@pytest.fixture
def run(company: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """`reconciler -C company …`: the exit code, stdout and stderr."""
    monkeypatch.delenv("GITHUB_ACTIONS", raising=False)
    monkeypatch.delenv("TF_BUILD", raising=False)

    def reconciler(*arguments: str) -> tuple[int, str, str]:
        capsys.readouterr()
        code = main(["-C", str(company), *arguments])
        out, err = capsys.readouterr()
        return code, out, err

    return reconciler


def golden(name: str, text: str) -> None:
    path = GOLDEN / name
    if os.environ.get("UPDATE_GOLDEN"):
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def schema(name: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((ROOT / "schemas" / f"{name}.schema.json").read_text()))


def test_lint_of_a_pull_request_fits_on_a_screen(run: Run) -> None:
    code, out, _ = run("rules", "lint")
    golden("lint.txt", out)
    assert code == 2
    assert out.count("\n") <= 40
    assert out.startswith("rules/storefront.yaml:37:14: warning: rule carts never applies")


def test_tests_of_a_pull_request_show_what_decided(run: Run) -> None:
    code, out, _ = run("rules", "test")
    golden("test.txt", out)
    assert code == 2
    assert out.endswith("9 rule tests: 8 passed, 1 failed\n")


def test_lint_for_programs(run: Run, company: Path) -> None:
    code, out, _ = run("rules", "lint", "--format", "json")
    told = json.loads(out)
    schema("lint").validate(told)
    assert code == 2
    (shadowed,) = [claim for claim in told["claims"] if claim["claim"] == "rule-shadowed"]
    assert shadowed["rule"] == "carts"
    assert shadowed["others"] == ["shop-window"]
    assert shadowed["witness"] == {"is_crash": ["false"], "service": ["cart"], "team": ["shopist"]}
    assert shadowed["winner"] == "shop-window"
    code, out, _ = run("rules", "lint", "--format", "sarif", "-o", str(company / "lint.sarif"))
    (log,) = json.loads((company / "lint.sarif").read_text())["runs"]
    place = log["results"][0]["locations"][0]["physicalLocation"]
    assert (code, out, log["results"][0]["ruleId"]) == (2, "", "rule-shadowed")
    assert place["region"] == {"startLine": 37, "startColumn": 14}


def test_tests_for_programs(run: Run) -> None:
    code, out, _ = run("rules", "test", "--format", "json")
    told = json.loads(out)
    schema("rule-test-results").validate(told)
    assert (code, told["counts"]) == (2, {"passed": 8, "failed": 1})
    code, out, _ = run("rules", "test", "--format", "junit")
    suite = ElementTree.fromstring(out).find("testsuite")
    assert suite is not None
    assert (code, suite.get("tests"), suite.get("failures")) == (2, "9", "1")
    (failure,) = suite.iter("failure")
    assert "is_crash:true does not hold: the issue's is_crash is false" in (failure.text or "")


def test_validate_and_lint_say_it_in_the_same_words(run: Run) -> None:
    code, out, _ = run("validate")
    _, linted, _ = run("rules", "lint")
    warning = linted.partition("\n\n")[0]
    assert "[rule-shadowed]" in warning
    assert out.startswith(warning)
    assert code == 0


def test_explaining_an_issue_that_is_made_up(run: Run) -> None:
    asked = ("rules", "explain", "--service", "checkout", "--team", "shopist", "--attr", "is_crash=true")
    code, out, _ = run(*asked)
    golden("explain.txt", out)
    _, out, _ = run(*asked, "--format", "json")
    told = json.loads(out)
    schema("routing").validate(told)
    assert (code, told["rule"], told["auto_create"], told["issue"]) == (0, "checkout", True, None)
    assert [trial["rule"] for trial in told["trials"] if trial["matches"]] == ["checkout"]


def test_live_issues_are_explained_and_compared(run: Run, company: Path) -> None:
    text = (company / RULES).read_text()
    (company / RULES).write_text(text.replace("service:cart AND team:shopist", "service:web-stor OR team:nobody"))
    code, out, _ = run("rules", "lint", "--live", "--since", "30d", "--format", "json")
    told = [(one["code"], one["severity"], one["hint"]) for one in json.loads(out)["findings"]]
    assert ("unknown-service", "warning", "did you mean web-store?") in told
    assert ("unknown-team", "info", None) in told
    assert ("service-unrouted", "info", "add a rule for service:auth, unless it needs none") in told
    assert code == 2
    unrouted = next(one for one in json.loads(out)["findings"] if one["code"] == "service-unrouted")
    name = unrouted["message"].rpartition(" ")[2]
    code, out, _ = run("rules", "explain", name, "--format", "json")
    told = json.loads(out)
    schema("routing").validate(told)
    assert (code, told["issue"], told["rule"]) == (0, name, None)
    code, _, err = run("rules", "explain", "no-such-issue")
    assert code == 1
    assert "Datadog shows us no issue 'no-such-issue'" in err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["explain"], "give either an ISSUE, or its facts by --service, --team and --attr"),
        (["explain", "x", "--team", "a"], "give either an ISSUE"),
        (["explain", "--attr", "servce=a"], "did you mean service?"),
        (["explain", "--attr", "env=a"], "expected one of service, team"),
        (["explain", "--attr", "language"], "expected NAME=VALUE"),
        (["explain", "--attr", "is_crash=yes"], "is_crash is true or false"),
        (["explain", "--service", "a", "--attr", "service=b"], "an issue has one service"),
        (["lint", "--live", "--since", "soon"], "expected hours or days, such as 12h or 30d"),
    ],
)
def test_wrong_usage_says_what_is_right(run: Run, arguments: list[str], said: str) -> None:
    code, _, err = run("rules", *arguments)
    assert code == 64
    assert said in " ".join(err.split())


def test_a_ticket_is_no_issue(run: Run) -> None:
    code, _, err = run("rules", "explain", "SHOP-3")
    assert code == 1
    assert "SHOP-3 is a ticket, and rules are tried on issues" in err


def test_the_example_itself_has_no_warning() -> None:
    configuration = load(ROOT / "examples" / "quickstart").configuration
    assert configuration is not None
    proof = prove(configuration.rules)
    assert {claim.kind for claim in proof.claims} == {ClaimKind.PARTLY, ClaimKind.EXCHANGEABLE}
