"""What the wiring makes of a configuration."""

import pytest

from reconciler.cli.planning import issue_url


@pytest.mark.parametrize(
    ("api", "app"),
    [
        ("https://api.datadoghq.com", "https://app.datadoghq.com"),
        ("https://api.datadoghq.eu", "https://app.datadoghq.eu"),
        ("https://api.us3.datadoghq.com", "https://us3.datadoghq.com"),
        ("https://api.ap1.datadoghq.com/", "https://ap1.datadoghq.com"),
        ("http://127.0.0.1:8126", "https://app.datadoghq.com"),
        ("", "https://app.datadoghq.com"),
    ],
)
def test_an_issue_is_found_where_its_site_shows_it(api: str, app: str) -> None:
    assert issue_url(api).format(id="5f8e") == f"{app}/error-tracking?issueId=5f8e"
