"""RuleTests: whether the rules do to each issue what its test expects. Nothing is contacted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from reconciler.model.declared import Rule, RuleTest
from reconciler.rules.routing import compile_rules
from reconciler.rules.trial import Trial, that_applies, tried, whole_record


@dataclass(frozen=True, slots=True)
class Mistake:
    """Something that is not as expected. `key` is `rule`, `binding` or `auto_create`."""

    key: str
    expected: object
    got: object


@dataclass(frozen=True, slots=True)
class Verdict:
    """How one test ended. `trials` are of the rules that say why it failed: the one that was expected, and the one that applies."""

    test: RuleTest
    rule: Rule | None
    mistakes: tuple[Mistake, ...] = ()
    trials: tuple[Trial, ...] = ()

    @property
    def has_passed(self) -> bool:
        """Whether everything is as expected."""
        return not self.mistakes


def run_tests(rules: Sequence[Rule], tests: Sequence[RuleTest]) -> tuple[Verdict, ...]:
    """The verdicts, in the order of the tests."""
    routing = compile_rules(rules)
    verdicts = []
    for test in tests:
        facts = whole_record(test.issue)
        rule = routing.first_match(facts)
        mistakes = _mistakes(test, rule)
        trials: tuple[Trial, ...] = ()
        if mistakes:
            every = tried(routing, facts)
            trials = tuple(one for one in every if one.applies or one.rule.name == test.expect.get("rule"))
            rule = that_applies(every)
        verdicts.append(Verdict(test, rule, mistakes, trials))
    return tuple(verdicts)


def _mistakes(test: RuleTest, rule: Rule | None) -> tuple[Mistake, ...]:
    got = {
        "rule": rule.name if rule else None,
        "binding": rule.destination.binding if rule else None,
        "auto_create": rule.auto_create.enabled if rule else False,
    }
    return tuple(
        Mistake(key, test.expect[key], got[key]) for key in got if key in test.expect and test.expect[key] != got[key]
    )
