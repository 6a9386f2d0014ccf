"""How a page is made: the templates beside this file, everything in them escaped, under a policy that allows one style sheet.

Reference: reliability §5, row HTML report. The policy is a second wall: a title that got past the first could still not load,
run or send anything.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from reconciler.report.html.fields import rows_of
from reconciler.report.safe_text import log_safe, safe_text
from reconciler.report.wording import because, counted, moment, where

if TYPE_CHECKING:
    from jinja2 import Environment

# Beyond so many entries of one sort a page is no longer read, and a browser begins to stutter: `--format json` has all.
MOST_ENTRIES = 500
_LONGEST = 4_000


def render(template: str, context: Mapping[str, object]) -> str:
    """The page that a template makes of `context`."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    return log_safe(_environment().get_template(template).render(context, policy=policy, most=MOST_ENTRIES))


@cache
def _style() -> str:
    return files(__package__).joinpath("page.css").read_text(encoding="utf-8")


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FunctionLoader, StrictUndefined
    from markupsafe import Markup

    def source(name: str) -> str:
        return files(__package__ or "").joinpath(name).read_text(encoding="utf-8")

    def visible(value: object) -> object:
        """What any expression of a template puts out: nothing in it hides, reorders or vanishes. Escaping comes after."""
        if isinstance(value, Markup):
            return value
        text = str(value)
        return safe_text(text[:_LONGEST] + "…" if len(text) > _LONGEST else text, keep_lines=True)

    made = Environment(
        loader=FunctionLoader(source),
        autoescape=True,
        finalize=visible,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    # Our own file, and the digest in the policy is over these very characters.
    made.globals["style"] = Markup(_style())  # noqa: S704
    made.globals |= {"counted": counted, "rows_of": rows_of}
    made.filters |= {"moment": moment, "because": because, "where": where}
    return made
