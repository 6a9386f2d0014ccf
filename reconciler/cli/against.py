"""The configuration that a change is compared with: in another directory, or in a commit of the repository around this one."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from reconciler.cli.loading import loaded
from reconciler.errors import ConfigError

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from reconciler.engine.ports import DatadogReader
    from reconciler.model.declared import Configuration
    from reconciler.rules.backtest import Backtest

_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
_PATIENCE = 60  # seconds: git works on what is on this disk
_LARGEST = 64 * 1024 * 1024


def base_configuration(base: str, directory: Path) -> tuple[Configuration, str]:
    """The configuration to compare with, and how it is called. `base` is a directory or, where there is none of that name, a
    revision of the git repository in which `directory` stands. Raises ConfigError.
    """
    if Path(base).is_dir():
        return _usable(Path(base), base), base
    commit = _commit(base, directory)
    with tempfile.TemporaryDirectory(prefix="reconciler-base-") as place:
        _unpack(_git(directory, "archive", "--format=tar", commit, "--", "."), Path(place))
        return _usable(Path(place), base), f"{base} ({commit[:12]})"


def _usable(directory: Path, base: str) -> Configuration:
    result = loaded(directory)
    if result.configuration is not None:
        return result.configuration
    from reconciler.report.screen import Screen
    from reconciler.report.text_findings import render_findings

    sys.stderr.write(render_findings(result.findings, Screen.of(sys.stderr, os.environ)))
    raise ConfigError(
        f"the configuration of {base!r} cannot be used, so nothing can be compared with it; nothing was contacted",
        hint="compare with a revision that was valid, or leave --base out",
    )


def _commit(base: str, directory: Path) -> str:
    hint = "give a directory, or a revision such as origin/main (in CI: fetch it first)"
    if base.startswith("-") or "\0" in base:
        raise ConfigError(f"{base!r} is neither a directory nor a revision", hint=hint)
    try:
        told = _git(directory, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{base}^{{commit}}")
    except ConfigError as error:
        raise ConfigError(f"{base!r} is neither a directory nor a revision of this repository", hint=hint) from error
    # `rev-parse` may repeat the option that ends options.
    commit = told.decode("ascii", "replace").split()[-1:]
    if not commit or not _COMMIT.fullmatch(commit[0]):
        raise ConfigError(f"git names no commit for {base!r}", hint=hint)
    return commit[0]


def _git(directory: Path, *arguments: str) -> bytes:
    """The output of git, run in the directory, never through a shell. Raises ConfigError."""
    command: Sequence[str] = ("git", "-c", "core.hooksPath=/dev/null", *arguments)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        ended = subprocess.run(  # noqa: S603 - fixed words, and a revision behind --end-of-options
            command, cwd=directory, env=environment, capture_output=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ConfigError(f"git could not be run in {directory}: {type(error).__name__}") from None
    if ended.returncode:
        told = ended.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ConfigError(
            f"git could not read the base: {told[0] if told else 'it does not say why'}",
            hint="see that the directory of the configuration stands in that revision, too",
        )
    return ended.stdout


def _unpack(archive: bytes, place: Path) -> None:
    """The regular files of the archive below `place`, and nothing that leads out of it."""
    if len(archive) > _LARGEST:
        raise ConfigError(f"the base holds {len(archive):,} bytes, the limit is {_LARGEST:,}")
    with tarfile.open(fileobj=io.BytesIO(archive)) as tar:
        for member in tar:
            path = PurePosixPath(member.name)
            content = tar.extractfile(member) if member.isreg() else None
            if content is None or path.is_absolute() or ".." in path.parts or path.suffix not in {".yaml", ".yml"}:
                continue
            target = place.joinpath(*path.parts)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(content.read())


def tested(
    now: Configuration,
    before: tuple[Configuration, str] | None,
    datadog: DatadogReader,
    moment: datetime,
    span: timedelta,
) -> Backtest:
    """The rules, or their change, tried on the issues that Datadog saw within the span."""
    from dataclasses import replace

    from reconciler.engine.rules_live import issues_since
    from reconciler.rules.backtest import backtest

    search = issues_since(datadog, moment, span)
    told = backtest(now, before[0] if before else None, search.issues, moment - span, moment)
    return replace(told, truncated=search.truncated, base=before[1] if before else None)
