"""What may be asked about, and what is said of everything else."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reconciler.engine.explain.subject import AskedIssue, AskedTicket, NotUnderstood, asked_about, site_of

ISSUE = "5f8ebd5c-6dd9-11f0-8a28-da7ad0900002"
PAGE = "https://acme.atlassian.net/browse/SHOP-3"


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (ISSUE, AskedIssue(ISSUE)),
        (f"  {ISSUE}\n", AskedIssue(ISSUE)),
        (f"issue.{ISSUE}", AskedIssue(ISSUE)),
        (f"ticket.{ISSUE}", AskedIssue(ISSUE)),
        (f"https://app.datadoghq.com/error-tracking?issueId={ISSUE}", AskedIssue(ISSUE)),
        (f"https://app.datadoghq.eu/rum/error-tracking?query=x&issueId={ISSUE}&from=1", AskedIssue(ISSUE)),
        (f"https://us5.datadoghq.com/error-tracking/issue/{ISSUE}#stack", AskedIssue(ISSUE)),
        ("SHOP-3", AskedTicket("SHOP-3")),
        ("shop-3", AskedTicket("SHOP-3")),
        ("ticket.SHOP-3", AskedTicket("SHOP-3")),
        ("A_B2-30", AskedTicket("A_B2-30")),
        (PAGE, AskedTicket("SHOP-3", PAGE)),
        (f"{PAGE}?focusedCommentId=1#c", AskedTicket("SHOP-3", f"{PAGE}?focusedCommentId=1#c")),
        ("HTTPS://ACME.atlassian.net/browse/shop-3", AskedTicket("SHOP-3", "HTTPS://ACME.atlassian.net/browse/shop-3")),
    ],
)
def test_what_is_understood(text: str, asked: object) -> None:
    assert asked_about(text) == asked


@pytest.mark.parametrize(
    "page",
    [
        "https://acme.atlassian.net/jira/software/projects/SHOP/boards/1?selectedIssue=SHOP-3",
        "https://acme.atlassian.net/projects/SHOP/issues/SHOP-3",
        "https://acme.atlassian.net/jira/software/c/projects/SHOP/issues/SHOP-3?jql=x",
        "https://jira.acme.com/jira/browse/SHOP-3/",
    ],
)
def test_pages_of_tickets(page: str) -> None:
    assert asked_about(page) == AskedTicket("SHOP-3", page)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        "a b",
        "SHOP-3; rm -rf /",
        "../SHOP-3",
        "https://",
        "https://[",
        "https://host:port/browse/SHOP-3",
        "https://acme.atlassian.net/browse/",
        "https://acme.atlassian.net/wiki/SHOP-3",
        f"https://acme.atlassian.net/?issueId={ISSUE}",
        "https://app.datadoghq.com/error-tracking?issueId=a/b",
        "ftp://acme.atlassian.net/browse/SHOP-3",
        "javascript:alert/browse/SHOP-3",
    ],
)
def test_what_is_not_understood_says_what_is(text: str) -> None:
    with pytest.raises(NotUnderstood) as told:
        asked_about(text)
    assert "SHOP-3" in (told.value.hint or "")


@given(st.text(max_size=60) | st.text(max_size=40).map("https://{}".format))
@settings(max_examples=300)
def test_no_text_does_worse(text: str) -> None:
    try:
        asked = asked_about(text)
    except NotUnderstood:
        return
    assert asked in {asked_about(text.strip()), asked}


SITES = {"acme": "https://acme.atlassian.net", "dc": "https://jira.acme.com:8443/jira/", "old": "http://jira.acme.com"}


@pytest.mark.parametrize(
    ("page", "account"),
    [
        (PAGE, "acme"),
        ("https://acme.atlassian.net:443/browse/SHOP-3", "acme"),
        ("https://ACME.atlassian.net./browse/SHOP-3", "acme"),
        ("https://jira.acme.com:8443/jira/browse/SHOP-3", "dc"),
        ("https://jira.acme.com:8443/jirafoo/browse/SHOP-3", None),
        ("https://jira.acme.com:8443/browse/SHOP-3", None),
        ("http://jira.acme.com/browse/SHOP-3", "old"),
        ("https://acme.atlassian.net.evil.example/browse/SHOP-3", None),
        ("https://acme.atlassian.net@evil.example/browse/SHOP-3", None),
        ("https://evil.example/https://acme.atlassian.net/browse/SHOP-3", None),
        ("https://acme.atlassian.net:444/browse/SHOP-3", None),
    ],
)
def test_the_site_of_a_page(page: str, account: str | None) -> None:
    assert site_of(page, SITES) == account


@pytest.mark.parametrize(
    ("subject", "words"),
    [
        ("SHOP-99", "Jira shows us no ticket SHOP-99"),
        (ISSUE, "Datadog shows us no issue"),
        ("not-an-id", "Datadog shows us no issue"),
        ("a b", "names neither an issue nor a ticket"),
        ("https://evil.example/browse/SHOP-1", "leads to none of the declared Jira sites: acme ("),
        ("https://acme.atlassian.net.evil.example/browse/SHOP-1", "leads to none of the declared Jira sites"),
    ],
)
def test_an_unknown_subject_is_a_clear_error(company: Any, subject: str, words: str) -> None:
    code, out, err = company.run("explain", subject)
    assert (code, out) == (1, "")
    assert words in err
    assert len(err.splitlines()) == 2


@pytest.mark.parametrize("page", ["https://acme.atlassian.net/browse/shop-1?x=1", "{url}/jira/acme/browse/SHOP-1"])
def test_the_page_of_a_known_site_is_parsed_and_never_fetched(company: Any, page: str) -> None:
    company.running.traffic.reset()
    told = company.told(page.format(url=company.running.url))
    assert "ticket.SHOP-1" in {member["address"] for member in told["members"]}
    assert not [exchange for exchange in company.running.traffic.exchanges if "browse" in exchange.path]


def test_usage(company: Any) -> None:
    assert company.run("explain")[0] == 64
    assert company.run("explain", "SHOP-1", "SHOP-2")[0] == 64
