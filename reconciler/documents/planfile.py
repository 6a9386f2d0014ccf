"""Plan files: written whole or not at all, readable by their owner only; believed only when nothing about them is odd.

A plan file comes from elsewhere (a CI artifact), so it is hostile until shown otherwise. Reference: reliability §4, "Plan file".
"""

from __future__ import annotations

import json
import os
import re
import stat
import tempfile
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from reconciler.documents.plan_schema import machine_schemas
from reconciler.errors import PlanRefused, ReconcilerError
from reconciler.plan.encoding import digest_of

LARGEST_PLAN = 32 * 1024 * 1024
_AGAIN = "make the plan again: `reconciler plan --out FILE`"


class PlanNotSaved(ReconcilerError):
    """The plan file could not be written; what stood there before still does."""


def write_plan(path: Path, document: Mapping[str, object]) -> None:
    """Save a plan document (mode 0600), replacing what stands at `path` in one step. Raises PlanNotSaved."""
    # ASCII, so that no text in a plan can break the file or a terminal that it is shown on, and no `##[command]` for a CI
    # runner whose log it is shown in. Outside of strings a plan has no `#`.
    text = re.sub("#(?=#)", r"\\u0023", json.dumps(document, sort_keys=True, indent=2)) + "\n"
    if len(text) > LARGEST_PLAN:
        raise PlanNotSaved(
            f"the plan takes {len(text):,} bytes and a plan file may have {LARGEST_PLAN:,}: nothing was saved",
            hint="plan in parts, with --only or --target",
        )
    try:
        _replace(path, text)
    except OSError as error:
        raise PlanNotSaved(
            f"{path} cannot be written: {error.strerror or error}", hint="choose another place with --out"
        ) from error


def _replace(path: Path, text: str) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name[:64]}.", dir=path.parent)  # mkstemp makes it 0600
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        # Gone already where all went well.
        with suppress(OSError):
            temporary.unlink()


def read_plan(path: Path) -> Mapping[str, object]:
    """The plan document in a file. Raises PlanRefused: "unreadable" where it is no plan document of this format,
    "altered" where it is one that differs from what its digest covers.
    """
    document = _parsed(path, _content(path))
    _conforms(path, document)
    if digest_of(document) != document["digest"]:
        raise PlanRefused(
            f"{path} does not match its digest: it was altered after it was made", cause="altered", hint=_AGAIN
        )
    return document


def _content(path: Path) -> bytes:
    try:
        # Opened without waiting and judged by the open file, so that a pipe or a device in its place is refused, not read.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise _unreadable(path, "it is not an ordinary file")
            content = file.read(LARGEST_PLAN + 1)
    except OSError as error:
        raise _unreadable(path, error.strerror or str(error)) from error
    if len(content) > LARGEST_PLAN:
        raise _unreadable(path, f"it is larger than {LARGEST_PLAN:,} bytes, the most a plan may have")
    return content


def _parsed(path: Path, content: bytes) -> dict[str, object]:
    try:
        document = json.loads(
            content.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite
        )
    except UnicodeDecodeError as error:
        raise _unreadable(path, f"it is not UTF-8 text (byte {error.start})") from error
    except json.JSONDecodeError as error:
        raise _unreadable(path, f"it is not JSON: line {error.lineno}, column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise _unreadable(path, "it is nested too deeply") from error
    except ValueError as error:
        raise _unreadable(path, str(error)) from error
    if not isinstance(document, dict):
        raise _unreadable(path, "it is JSON, but not an object")
    return document


def _unique(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for key, value in pairs:
        if key in found:
            raise ValueError(f"the field {key[:60]!r} stands twice in one object")
        found[key] = value
    return found


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not a number that JSON has")


def _finite(text: str) -> float:
    number = float(text)
    if number in {float("inf"), float("-inf")}:
        raise ValueError(f"the number {text[:40]} is too large")
    return number


def _conforms(path: Path, document: Mapping[str, object]) -> None:
    from jsonschema import Draft202012Validator
    from jsonschema.exceptions import best_match

    fault = best_match(Draft202012Validator(machine_schemas()["plan"]).iter_errors(document))
    if fault is not None:
        where = ".".join(str(step) for step in fault.absolute_path) or "the whole"
        raise _unreadable(path, f"it is not a plan of this format: {where}: {fault.message[:200]}")


def _unreadable(path: Path, why: str) -> PlanRefused:
    return PlanRefused(f"{path} is not applied: {why}", cause="unreadable", hint=_AGAIN)
