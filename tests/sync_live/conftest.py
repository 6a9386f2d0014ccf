"""A company whose groups the reconciler syncs, kept for all tests of a file."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sync_live.company import Company, Variant, opened
from tests.sync_live.world import Seed


@pytest.fixture(scope="session")
def seed() -> type[Seed]:
    """Makes groups to begin with."""
    return Seed


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Company]:
    """One whose statuses are synced. `begin` and `declare` start over."""
    with opened(tmp_path_factory.mktemp("acme"), Variant()) as made:
        yield made
