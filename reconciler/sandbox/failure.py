"""What goes wrong with the simulator itself, told to the person who runs it."""

from __future__ import annotations

from reconciler.errors import ReconcilerError


class SandboxError(ReconcilerError):
    """The simulator cannot do what was asked: a world file, a state file or an act that makes no sense."""
