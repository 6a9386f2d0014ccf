"""The way in for tests and people: `/_sandbox/…` beside the two APIs, on loopback only.

    GET  /_sandbox/log      {"exchanges": […]}            POST /_sandbox/reset-log
    GET  /_sandbox/state    the whole state               POST /_sandbox/faults   {"kind": "status", "nth": 2, …} or {"clear": true}
    GET  /_sandbox/         what is served where          POST /_sandbox/act      {"words": ["ticket", "SHOP-3", "status", "Done"]}

A POST must be `application/json`, come without an `Origin` and name a loopback host: no web page can act here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from typing import TypeVar

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError

from reconciler.errors import ReconcilerError
from reconciler.sandbox.application import Application, Outcome
from reconciler.sandbox.faults import Fault, FaultKind, Phase
from reconciler.sandbox.people import act
from reconciler.sandbox.route import Answer, Request, answer

PREFIX = "/_sandbox/"
_LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
M = TypeVar("M", bound=BaseModel)


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class ActBody(_Body):
    """What a person does, word by word."""

    words: list[str]


class FaultBody(_Body):
    """A fault to stage, field by field as `Fault` has them; `clear` first takes away all that were staged."""

    clear: bool = False
    kind: FaultKind | None = None
    phase: Phase = Phase.BEFORE
    method: str = "*"
    path: str = "*"
    system: str = "*"
    writes_only: bool = False
    nth: int = 1
    times: int = 1
    status: int = 500
    seconds: float = 0.0
    retry_after: str | None = None
    location: str = "http://127.0.0.1:9/elsewhere"
    pid: int = 0


@dataclass(frozen=True, slots=True)
class Refusal(Exception):
    """A request that is not for this simulator."""

    status: int
    message: str


class Control:
    """The two APIs with the control routes before them. `about` is what `GET /_sandbox/` tells."""

    def __init__(self, application: Application, about: Mapping[str, object]) -> None:
        self._application = application
        self._about = about
        self._operations: dict[str, Callable[[Request], object]] = {
            "GET ": lambda request: self._about,
            "GET log": lambda request: {"exchanges": [asdict(each) for each in application.traffic.exchanges]},
            "GET state": lambda request: self._state(),
            "POST reset-log": lambda request: self._reset(),
            "POST faults": self._stage,
            "POST act": self._act,
        }

    def serve(self, request: Request) -> Outcome:
        """Answer a request to either API, or to the simulator itself."""
        if not request.path.startswith(PREFIX):
            return self._application.serve(request)
        return Outcome(self._controlled(request))

    def _controlled(self, request: Request) -> Answer:
        operation = self._operations.get(f"{request.method} {request.path.removeprefix(PREFIX)}")
        if operation is None:
            return answer({"error": f"no such operation; there are {', '.join(sorted(self._operations))}"}, 404)
        try:
            _guard(request)
            return answer(operation(request))
        except Refusal as refusal:
            return answer({"error": refusal.message}, refusal.status)
        except ReconcilerError as error:
            return answer({"error": error.message, "hint": error.hint}, 400)

    def _state(self) -> object:
        with self._application.world.deed():
            self._application.world.settle()
            return self._application.world.to_json()

    def _reset(self) -> object:
        self._application.traffic.reset()
        return {"done": True}

    def _stage(self, request: Request) -> object:
        body = _parsed(FaultBody, request)
        if body.clear:
            self._application.faults.clear()
        if body.kind is not None:
            fields = body.model_dump(exclude={"clear"})
            self._application.faults.stage(TypeAdapter(Fault).validate_python(fields))
        return {"done": True}

    def _act(self, request: Request) -> object:
        with self._application.world.deed():
            said = act(self._application.world, _parsed(ActBody, request).words)
            self._application.world.save()
        return {"said": said}


def _guard(request: Request) -> None:
    host = request.headers.get("host", "").rpartition(":")[0] or request.headers.get("host", "")
    if host not in _LOOPBACK or "origin" in request.headers:
        raise Refusal(403, "only programs on this machine may use this")
    media = request.headers.get("content-type", "").partition(";")[0].strip()
    if request.method == "POST" and media != "application/json":
        raise Refusal(415, "expected Content-Type: application/json")


def _parsed(shape: type[M], request: Request) -> M:
    try:
        return shape.model_validate_json(request.body or b"{}")
    except ValidationError as invalid:
        first = invalid.errors(include_url=False)[0]
        where = ".".join(str(step) for step in first["loc"]) or "the body"
        raise Refusal(400, f"{where}: {first['msg']}") from None
