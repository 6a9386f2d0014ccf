"""Limits and UserMapping: how much one run may do, and who is who."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from reconciler.documents.shapes.parts import Count, Duration, Envelope, Maybe, Shape, Text


class LimitsSpec(Shape):
    """How much one run may do."""

    max_creates: Annotated[Count, Field(description="the most tickets one run creates")] = 25
    max_creates_per_day: Annotated[
        Maybe[Count],
        Field(
            description="the most tickets all rules together create in one day (UTC), over any number of runs; "
            "four times max_creates where nothing is said"
        ),
    ] = None
    max_links: Annotated[
        Count, Field(description="the most issues one run links to tickets of alike ones (group_by)")
    ] = 200
    max_closes: Annotated[Count, Field(description="the most tickets and issues one run closes")] = 50
    max_change_ratio: Annotated[
        float,
        Field(
            ge=0,
            le=1,
            description="the largest part of all groups one run moves: 0.3 is 30 %; counts from ten groups on",
        ),
    ] = 0.3
    new_issue_window: Annotated[Duration, Field(description="for how long after its first error an issue is new")] = (
        "24h"
    )
    settle_window: Annotated[Duration, Field(description="for how long an unanswered request may still land")] = "15m"


class LimitsShape(Envelope):
    """How much one run may do; the defaults apply without it."""

    kind: Literal["Limits"]
    spec: LimitsSpec


class UserShape(Shape):
    """One person."""

    datadog: Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+$", max_length=255, description="the e-mail in Datadog")]
    jira: Annotated[Text, Field(description="the account id in Jira Cloud, or the user name in Data Center")]


class UserMappingSpec(Shape):
    """People whom no e-mail matches."""

    users: Annotated[list[UserShape], Field(description="the people, each on both sides")]


class UserMappingShape(Envelope):
    """Who is who, where e-mails do not tell."""

    kind: Literal["UserMapping"]
    spec: UserMappingSpec
