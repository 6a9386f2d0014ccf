"""What `sandbox serve` tells another terminal."""

from __future__ import annotations

from pathlib import Path

import pytest

from reconciler.cli.serving import invitation
from reconciler.sandbox.serve import start

WORLDS = Path(__file__).parent.parent / "sandbox" / "worlds"


@pytest.mark.parametrize(
    ("world", "deployment", "login", "has_email"),
    [
        ("cloud", "cloud", "auth: {email: {env: JIRA_EMAIL}, token: {env: JIRA_API_TOKEN}}", True),
        ("dc", "data_center", "auth: {token: {env: JIRA_API_TOKEN}}", False),
    ],
)
def test_each_deployment_is_signed_in_to_in_its_own_way(
    world: str, deployment: str, login: str, *, has_email: bool
) -> None:
    with start(WORLDS / f"{world}.yaml") as running:
        told = invitation(running)
    assert f"deployment: {deployment}" in told
    assert login in told
    assert ("export JIRA_EMAIL=" in told) is has_email
