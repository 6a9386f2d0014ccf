"""Who may call what, and how often: every operation stands behind its keys, its permissions and its rate limit."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from enum import Enum

from reconciler.sandbox.datadog.refusal import JSON_API, DatadogRefusal, forbidden
from reconciler.sandbox.datadog.state import DatadogState
from reconciler.sandbox.route import Answer, Request, Route, answer

_TOO_MANY = answer({"errors": ["Too many requests"]}, 429)
Respond = Callable[[DatadogState, Request], Answer]


class Keys(Enum):
    """Which keys an operation wants."""

    NONE = "none"
    API = "api"
    BOTH = "both"


@dataclass(slots=True)
class Meter:
    """Counts the calls of each operation in calendar-aligned periods. Reference: datadog-api §0, rate limits."""

    _counts: dict[str, tuple[int, int]] = field(default_factory=dict)

    def count(self, state: DatadogState, name: str) -> tuple[bool, dict[str, str]]:
        """Whether this call is still within the limit, and the headers that tell."""
        behaviour = state.company.behaviour
        now = state.clock.now().timestamp()
        period = int(now // behaviour.rate_period)
        before, used = self._counts.get(name, (period, 0))
        used = used + 1 if before == period else 1
        self._counts[name] = (period, used)
        headers = {
            "X-RateLimit-Limit": str(behaviour.rate_limit),
            "X-RateLimit-Period": str(behaviour.rate_period),
            "X-RateLimit-Remaining": str(max(0, behaviour.rate_limit - used)),
            "X-RateLimit-Reset": str(max(1, round((period + 1) * behaviour.rate_period - now))),
            "X-RateLimit-Name": name,
        }
        return used <= behaviour.rate_limit, headers


@dataclass(frozen=True, slots=True)
class Gate:
    """Makes routes whose operations are called only where the keys, the permissions and the rate allow it."""

    meter: Meter = field(default_factory=Meter)

    def route(
        self,
        operation: tuple[str, str],
        respond: Respond,
        needs: tuple[str, ...] = (),
        *,
        media: str = JSON_API,
        keys: Keys = Keys.BOTH,
        writes: bool | None = None,
    ) -> Route[DatadogState]:
        """The route of `operation` (method, rule); `needs` are the permissions, all of them."""
        method, path = operation
        name = f"{method.lower()}_{path.rsplit('/api/', 1)[-1].replace('/', '_')}"

        def guarded(state: DatadogState, request: Request) -> Answer:
            limits: dict[str, str] = {}
            try:
                _admit(state, request, needs, keys)
                within, limits = self.meter.count(state, name)
                answered = respond(state, request) if within else _TOO_MANY
            except DatadogRefusal as refusal:
                answered = refusal.answer(media)
            return replace(answered, headers={**answered.headers, **limits})

        return Route(method, path, guarded, writes)


def _admit(state: DatadogState, request: Request, needs: tuple[str, ...], keys: Keys) -> None:
    company = state.company
    if keys is Keys.NONE:
        return
    if request.headers.get("dd-api-key") != company.api_key:
        raise DatadogRefusal(403, "API key required") if keys is Keys.API else forbidden()
    if keys is Keys.BOTH and request.headers.get("dd-application-key") != company.app_key:
        raise forbidden()
    if company.permissions is not None and not set(needs) <= set(company.permissions):
        raise forbidden()
