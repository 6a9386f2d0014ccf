"""What `init` made, and what to do next."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from reconciler.report.safe_text import one_line


def render_scaffolded(directory: str, written: Sequence[str], kept: Sequence[str], *, sandbox: bool) -> str:
    """The files, those of schemas/ as one, and the commands that come next."""
    place = "this directory" if directory == "." else one_line(directory)
    lines = [f"Made in {place}:" if written else f"Nothing was missing in {place}:"]
    lines += [f"  {name}" for name in _folded(written)]
    if kept:
        lines += [*(["", "Left as they stand:"] if written else []), *(f"  {name}" for name in _folded(kept))]
    steps = ["reconciler validate", "reconciler plan"] if sandbox else ["reconciler validate", "reconciler doctor"]
    if directory != ".":
        steps.insert(0, f"cd {shlex.quote(one_line(directory))}")
    edit = (
        ""
        if sandbox or not written
        else "Put your site, your Jira and your projects into config/connections.yaml and config/bindings.yaml.\n"
    )
    return "\n".join(lines) + f"\n\n{edit}Next:\n" + "".join(f"  {step}\n" for step in steps)


def _folded(names: Sequence[str]) -> list[str]:
    """Each, but the schemas, of which there are many and which nobody edits, as their directory."""
    return list(dict.fromkeys("schemas/" if name.startswith("schemas/") else name for name in names))
