"""Where declared things stand in the files of a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from reconciler.model.finding import Origin


@dataclass(frozen=True, slots=True)
class Written:
    """Where a declared thing stands: its own place, and the places of its parts by dotted path below it."""

    origin: Origin
    parts: Mapping[str, Origin] = field(default_factory=dict)

    def at(self, path: str) -> Origin:
        """The place of a part such as `destination.fields.priority`; of its nearest known parent otherwise."""
        while path:
            if path in self.parts:
                return self.parts[path]
            path = path.rpartition(".")[0]
        return self.origin
