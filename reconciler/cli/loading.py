"""The configuration, for every command alike: all its findings at once, and nothing is contacted before it is valid."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from reconciler.errors import ConfigError

if TYPE_CHECKING:
    from reconciler.documents.load import Loaded
    from reconciler.model.declared import Configuration


def loaded(directory: Path) -> Loaded:
    """The configuration below `directory` as far as it is valid, with every finding."""
    from reconciler.documents.load import load
    from reconciler.engine.tickets.templates import JinjaTemplates

    return load(directory, check_template=JinjaTemplates().fault)


def valid(directory: Path) -> tuple[Configuration, Loaded]:
    """The configuration, or ConfigError after its findings were shown on stderr. Warnings stay in the Loaded."""
    result = loaded(directory)
    if result.configuration is not None:
        return result.configuration, result
    from reconciler.report.screen import Screen
    from reconciler.report.text_findings import render_findings

    sys.stderr.write(render_findings(result.findings, Screen.of(sys.stderr, os.environ)))
    raise ConfigError(
        f"the configuration in {directory} cannot be used; nothing was contacted",
        hint=f"mend what is listed above; `reconciler -C {directory} validate` shows it again",
    )
