"""AcceptedDrift: a difference that somebody answers for until a day."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from reconciler.documents.shapes.parts import ADDRESS_PATTERN, Date, Envelope, Shape, Text


class AcceptedDriftSpec(Shape):
    """What is accepted, why, by whom and until when."""

    address: Annotated[
        str,
        Field(
            pattern=ADDRESS_PATTERN,
            description="what drifted, as `drift` names it; * stands for anything within the name",
            examples=["case_project.SHOP", "webhook.acme", "ticket.SHOP-*"],
        ),
    ]
    reason: Annotated[
        str, Field(min_length=1, max_length=2000, pattern=r"\S", description="why it may stay for a while")
    ]
    owner: Annotated[Text, Field(description="the team that will bring it back, or declare it")]
    until: Annotated[Date, Field(description="the last day on which it is accepted, in UTC")]


class AcceptedDriftShape(Envelope):
    """A difference that `drift` lists and does not count, until a day."""

    kind: Literal["AcceptedDrift"]
    spec: AcceptedDriftSpec
