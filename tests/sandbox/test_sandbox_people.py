"""People who act: every verb, and what they are told when they are not understood."""

from __future__ import annotations

import pytest

from reconciler.errors import ReconcilerError
from reconciler.sandbox.datadog.state import DatadogState
from reconciler.sandbox.deeds import DEEDS, usage
from reconciler.sandbox.serve import RunningSandbox


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("issue cart-1 state RESOLVED", "issue cart-1: OPEN -> RESOLVED"),
        ("issue cart-1 state For Review", "issue cart-1: OPEN -> OPEN"),
        ("issue cart-2 regress", "issue cart-2 regressed: RESOLVED -> OPEN"),
        ("issue cart-2 error", "issue cart-2 regressed: RESOLVED -> OPEN"),
        ("issue cart-1 error", "issue cart-1 failed again"),
        ("issue cart-1 assign ana@acme.com", "issue cart-1 is given to Ana Ruiz and is ACKNOWLEDGED"),
        ("issue web-1 assign none", "issue web-1 is given to nobody and is ACKNOWLEDGED"),
        ("issue cart-1 attach SHOP-8", "issue cart-1 is attached to SHOP-8 and is ACKNOWLEDGED"),
        ("issue web-1 team none", "issue web-1 belongs to no team"),
        ("issue cart-1 team mobile,shopist", "issue cart-1 belongs to mobile,shopist"),
        ("issue web-1 detach", "issue web-1 is detached from SHOP-7"),
        ("issue new service=search name=fresh team=mobile,shopist first_seen=-2h", "new issue fresh ("),
        ("case SHOP-8 status In Progress", "case SHOP-8: Open -> In Progress"),
        ("case SHOP-7 status CLOSED", "case SHOP-7: In Progress -> Closed"),
        ("case SHOP-7 title Better words", "case SHOP-7 is now called Better words"),
        ("case SHOP-7 assign ana@acme.com", "case SHOP-7 is given to Ana Ruiz"),
        ("case SHOP-7 comment Look here --as ana@acme.com", "comment "),
        ("case SHOP-7 archive", "case SHOP-7 is archived"),
        ("case SHOP-7 unarchive", "case SHOP-7 is back"),
        ("case SHOP-7 move ET", "case SHOP-7 is now ET-1 and has no ticket any more"),
        ("case SHOP-8 link https://acme.atlassian.net/browse/SHOP-2", "case SHOP-8 is linked to SHOP-2"),
        ("case SHOP-7 unlink", "case SHOP-7 has no ticket"),
        (
            'project SHOP set integration_jira.sync.properties.status {"sync_type": "x"}',
            'case project SHOP: integration_jira.sync.properties.status = {"sync_type": "x"}',
        ),
        ("project SHOP set notification.enabled false", "case project SHOP: notification.enabled = false"),
        ("project PAY create Payments", "case project PAY is there now"),
        ("tile acme disconnect", "Datadog's Jira tile has no account for https://acme.atlassian.net any more"),
        ("webhook Mine create", "webhook Mine is created"),
        ("ticket SHOP-1 status Done", "Ana Ruiz moved SHOP-1 from To Do to Done"),
        ("ticket SHOP-1 status Done --as reconciler@acme.com", "Reconciler moved SHOP-1 from To Do to Done"),
        ("ticket SHOP-1 assign ana@acme.com", "Ana Ruiz gave SHOP-1 to Ana Ruiz"),
        ("ticket SHOP-1 assign none", "Ana Ruiz gave SHOP-1 to nobody"),
        ("ticket SHOP-1 comment Hello there", "Ana Ruiz commented on SHOP-1"),
        ("ticket SHOP-1 comment-for Administrators Hush", "Ana Ruiz commented on SHOP-1 (comment "),
        ("ticket SHOP-1 label urgent", "Ana Ruiz left SHOP-1 with the labels: urgent"),
        ("ticket SHOP-1 unlabel urgent", "Ana Ruiz left SHOP-1 with the labels: none"),
        ("ticket SHOP-1 set priority High", "Ana Ruiz set Priority of SHOP-1"),
        ("ticket SHOP-1 hide", "SHOP-1 is hidden from Reconciler"),
        ("ticket SHOP-1 delete", "Ana Ruiz deleted SHOP-1"),
        ("ticket new SHOP Bug It broke", "new ticket SHOP-3"),
        ("status Done rename Finished", "status Done is now called Finished"),
        ("permission CREATE_ISSUES deny reconciler@acme.com SHOP", "Reconciler no longer has CREATE_ISSUES in SHOP"),
        ("permission cases_write deny datadog", "the application key no longer has cases_write"),
        ("user ana@acme.com deactivate", "Ana Ruiz is deactivated"),
        ("user ana@acme.com double", "Ana Ruiz has 2 accounts with the e-mail ana@acme.com"),
        ("user ana@acme.com double datadog", "Ana Ruiz has 2 accounts in Datadog with the e-mail ana@acme.com"),
        ("board SHOP archive", "SHOP is archived"),
        ("board SHOP rename WEB", "SHOP is called WEB now, and its tickets with it"),
        ("workflow simple read-only Done", "tickets in Done can no longer be edited, by workflow simple"),
        ("workflow simple restrict Done ana@acme.com", "Done of workflow simple is offered to Ana Ruiz"),
        ("index lag 30s --site acme", "search of https://acme.atlassian.net is 30 s behind"),
        ("clock +3d", "the clock says "),
    ],
)
def test_what_people_do_is_done_and_told(sandbox: RunningSandbox, words: str, said: str) -> None:
    before = sandbox.world.to_bytes()
    assert sandbox.act(*words.split()).startswith(said)
    changes_nothing = words in {
        "issue cart-1 state For Review",
        "ticket SHOP-1 assign none",
        "ticket SHOP-1 unlabel urgent",
    }
    assert (sandbox.world.to_bytes() == before) is changes_nothing or words == "case SHOP-7 unarchive"


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ("", r"not understood: \(nothing\)"),
        ("dance", "not understood: dance"),
        ("issue", "not understood: issue"),
        ("issue cart-1", "not understood"),
        ("issue cart-1 dance", "not understood: issue cart-1 dance"),
        ("issue nobody state OPEN", "no issue 'nobody'"),
        ("issue cart-1 state DONE", "no issue state 'DONE'"),
        ("issue cart-1 regress", "cart-1 is OPEN: only a RESOLVED one regresses"),
        ("issue cart-1 detach", "cart-1 has no case"),
        ("issue cart-1 assign nobody@acme.com", "Datadog has no user"),
        ("issue cart-1 attach SHOP-99", "no case 'SHOP-99'"),
        ("issue new name=x", "it has no service"),
        ("issue new service=x colour=red", "unknown colour"),
        ("issue new service=x team=nobody", "no team 'nobody'"),
        ("issue new service=x name=cart-1", "named 'cart-1' already"),
        ("issue new service=x first_seen=soon", "first_seen: 'soon' is not a moment"),
        ("case SHOP-7 status Frozen", "no case status 'Frozen'"),
        ("case SHOP-7 move NOPE", "no case project 'NOPE'"),
        ("case SHOP-8 link https://evil.example/browse/SHOP-2", "no ticket at https://evil.example"),
        ("project SHOP set notification.enabled.more 1", "enabled in 'notification.enabled.more' is no group"),
        ("ticket SHOP-99 status Done", "no ticket 'SHOP-99'"),
        ("ticket SHOP-1 status Frozen", "no status 'Frozen'"),
        ("ticket SHOP-1 status Done --site nowhere", "no Jira site 'nowhere'"),
        ("ticket SHOP-1 label two words --as nobody", "no user 'nobody'"),
        ("webhook datadog disable", "no webhook 'datadog'"),
        ("board SHOP rename S", "SHOP cannot be called S"),
        ("workflow smiple read-only Done", "no workflow 'smiple'"),
        ("workflow simple editable Frozen", "no status 'Frozen'"),
        ("workflow simple restrict Dnoe none", "no transition 'Dnoe'"),
        ("permission cases_wirte deny datadog", "Datadog has no permission 'cases_wirte'"),
        ("project SHOP create Again", "there is a case project SHOP already"),
        ("tile nowhere connect", "no Jira site 'nowhere'"),
        ("tile nowhere disconnect", "no account for the site 'nowhere'"),
        ("clock tomorrow", "'tomorrow' is not a length of time"),
    ],
)
def test_what_cannot_be_done_is_explained_and_changes_nothing(
    sandbox: RunningSandbox, words: str, complaint: str
) -> None:
    before = sandbox.world.to_bytes()
    with pytest.raises(ReconcilerError, match=complaint):
        sandbox.act(*words.split())
    assert sandbox.world.to_bytes() == before


def test_a_regression_remembers_when_it_was_resolved(sandbox: RunningSandbox, datadog: DatadogState) -> None:
    sandbox.act("issue", "cart-1", "state", "RESOLVED")
    sandbox.act("clock", "+1h")
    sandbox.act("issue", "cart-1", "regress")
    issue = datadog.find_issue("cart-1")
    assert issue is not None
    assert issue.regression is not None
    assert issue.resolved is not None
    assert issue.regression.resolved == issue.resolved
    assert (issue.regression.regressed - issue.resolved).total_seconds() >= 3600
    assert issue.seen[-1] == issue.regression.regressed


def test_ignored_issues_fail_without_coming_back(sandbox: RunningSandbox, datadog: DatadogState) -> None:
    sandbox.act("issue", "cart-1", "state", "IGNORED")
    sandbox.act("clock", "+1h")
    assert sandbox.act("issue", "cart-1", "error") == "issue cart-1 failed again"
    issue = datadog.find_issue("cart-1")
    assert issue is not None
    assert (issue.state, issue.seen[-1] >= datadog.clock.now().replace(microsecond=0)) == ("IGNORED", True)


def test_the_usage_names_every_verb_and_fits_a_terminal(sandbox: RunningSandbox) -> None:
    assert max(len(line) for line in usage().splitlines()) <= 78
    verbs = {words.split()[0] for words, _ in DEEDS} - {"clock", "miss"}
    assert len(verbs) == 13
    for verb in sorted(verbs):
        with pytest.raises(ReconcilerError, match=f"not understood: {verb} x y z") as refused:
            sandbox.act(verb, "x", "y", "z")
        assert str(refused.value.hint).startswith(f"{verb} can be told: ")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("tikcet SHOP-3 status Done", "did you mean ticket or tile? `sandbox act --help` lists"),
        ("ticket SHOP-3", "what can be done:\nticket KEY status NAME [--force]\nticket KEY assign"),
        ("ticket SHOP-3 stauts Done", "did you mean status? ticket can be told: status, assign"),
        ("sing", "what can be done:\nticket KEY status"),
        ("miss several", "what can be done:\nmiss COUNT [changes]"),
    ],
)
def test_words_that_are_nearly_right_are_told_what_is(sandbox: RunningSandbox, words: str, told: str) -> None:
    with pytest.raises(ReconcilerError, match="not understood: ") as refused:
        sandbox.act(*words.split())
    assert str(refused.value.hint).startswith(told)
