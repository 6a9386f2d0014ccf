"""Durations as the documents write them."""

from __future__ import annotations

from datetime import timedelta

_SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def duration(text: str) -> timedelta:
    """`90s`, `10m`, `24h` or `7d` as a time span."""
    return timedelta(seconds=int(text[:-1]) * _SECONDS[text[-1]])
