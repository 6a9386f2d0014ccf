"""How Jira writes things on the wire. Reference: jira-api §3-§5.

`Voice` says to whom: the version called (rich text is a document on 3, text on 2) and the address that `self` links begin
with — the one called, as Atlassian's gateway does it, so that official clients find their way back.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from pydantic import JsonValue

from reconciler.sandbox.jira import adf
from reconciler.sandbox.jira.records import (
    Category,
    Comment,
    Field,
    History,
    Named,
    Project,
    ProjectType,
    ScreenField,
    Site,
    Status,
    Ticket,
)

Wire = dict[str, object]

_CATEGORIES: dict[Category, tuple[int, str, str]] = {
    Category.UNDEFINED: (1, "medium-gray", "No Category"),
    Category.NEW: (2, "blue-gray", "To Do"),
    Category.DONE: (3, "green", "Done"),
    Category.INDETERMINATE: (4, "yellow", "In Progress"),
}


@dataclass(frozen=True, slots=True)
class Voice:
    """To whom something is written: `base` is the site's address as called, `version` 2 or 3."""

    site: Site
    base: str
    version: int

    @property
    def rest(self) -> str:
        """The address of the API."""
        return f"{self.base}/rest/api/{self.version}"

    def text(self, body: JsonValue) -> JsonValue:
        """Rich text as this version has it."""
        return adf.as_text(body) if self.version == 2 else adf.as_document(body)


def stamp(at: datetime | None) -> str | None:
    """A moment as Jira writes it: milliseconds, and an offset without a colon."""
    return (
        None if at is None else at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}" + at.strftime("%z")
    )


def user_ref(voice: Voice, account: str | None) -> Wire | None:
    """A user as others see it: the e-mail only if it is not hidden."""
    user = voice.site.users.get(account) if account else None
    if user is None:
        return None
    size = {f"{pixels}x{pixels}": f"{voice.base}/avatar/{pixels}.png" for pixels in (48, 24, 16, 32)}
    known_as: Wire = {
        "self": f"{voice.rest}/user?accountId={user.id}",
        "accountId": user.id,
        "accountType": "app" if user.app else "atlassian",
    }
    if not voice.site.is_cloud:
        known_as = {"self": f"{voice.rest}/user?username={user.login}", "name": user.login, "key": user.key}
    shown: Wire = {
        **known_as,
        "avatarUrls": size,
        "displayName": user.name,
        "active": user.active,
        "timeZone": "Etc/UTC",
    }
    return shown if user.hides_email else {**shown, "emailAddress": user.email}


def _cloud_only(voice: Voice, shown: Wire, *names: str) -> Wire:
    """Without the members that Data Center does not have."""
    return shown if voice.site.is_cloud else {name: value for name, value in shown.items() if name not in names}


def category(voice: Voice, of: Category) -> Wire:
    """A status category."""
    number, colour, name = _CATEGORIES[of]
    return {
        "self": f"{voice.rest}/statuscategory/{number}",
        "id": number,
        "key": of.value,
        "colorName": colour,
        "name": name,
    }


def category_aliases(of: Category) -> frozenset[str]:
    """What JQL may call a status category."""
    number, _, name = _CATEGORIES[of]
    return frozenset({str(number), of.value, name})


def status(voice: Voice, of: Status) -> Wire:
    """A status."""
    shown: Wire = {
        "self": f"{voice.rest}/status/{of.id}",
        "description": "",
        "iconUrl": f"{voice.base}/images/icons/statuses/generic.png",
        "name": of.name,
        "untranslatedName": of.name,
        "id": of.id,
        "statusCategory": category(voice, of.category),
    }
    return _cloud_only(voice, shown, "untranslatedName")


def named(voice: Voice, what: str, of: Named | None) -> Wire | None:
    """A priority, resolution or component."""
    return None if of is None else {"self": f"{voice.rest}/{what}/{of.id}", "id": of.id, "name": of.name}


def option(voice: Voice, of: Named) -> Wire:
    """A value of a select field: it has a `value`, not a name."""
    return {"self": f"{voice.rest}/customFieldOption/{of.id}", "value": of.name, "id": of.id}


def ticket_type(voice: Voice, of: Named) -> Wire:
    """A ticket type."""
    shown: Wire = {
        "self": f"{voice.rest}/issuetype/{of.id}",
        "id": of.id,
        "description": "",
        "iconUrl": f"{voice.base}/images/icons/issuetypes/{of.id}.png",
        "name": of.name,
        "subtask": False,
        "hierarchyLevel": 0,
    }
    return _cloud_only(voice, shown, "hierarchyLevel")


def project_ref(voice: Voice, of: Project) -> Wire:
    """A project as tickets show it."""
    shown: Wire = {
        "self": f"{voice.rest}/project/{of.id}",
        "id": of.id,
        "key": of.key,
        "name": of.name,
        "projectTypeKey": "software",
        "simplified": False,
    }
    return _cloud_only(voice, shown, "simplified")


def project(voice: Voice, of: Project) -> Wire:
    """A project, whole."""
    shown: Wire = {
        **project_ref(voice, of),
        "description": "",
        "lead": user_ref(voice, of.lead),
        "components": [named(voice, "component", each) for each in of.components],
        "issueTypes": [ticket_type(voice, each.type) for each in of.types],
        "assigneeType": "UNASSIGNED",
        "versions": [],
        "style": "classic",
        "isPrivate": False,
        "archived": of.archived,
        "properties": {},
    }
    return _cloud_only(voice, shown, "style", "isPrivate", "properties")


def schema(of: Field) -> Wire:
    """A field's schema."""
    shown: Wire = {"type": of.type}
    if of.items:
        shown["items"] = of.items
    if of.custom:
        return {**shown, "custom": of.custom, "customId": int(of.id.removeprefix("customfield_"))}
    return {**shown, "system": of.id}


def screen_field(voice: Voice, place: tuple[Project, ProjectType], of: Field, on: ScreenField) -> Wire:
    """A field of a screen, as createmeta and transitions publish it; `fieldId` is createmeta's own."""
    allowed = allowed_values(voice, place, of)
    lists = of.type == "array"
    shown: Wire = {
        "required": on.required,
        "schema": schema(of),
        "name": of.name,
        "key": of.id,
        "hasDefaultValue": on.default is not None or of.id == "reporter",
        "operations": ["add", "set", "remove"] if lists else ["set"],
    }
    if allowed is not None:
        shown["allowedValues"] = allowed
    if on.default is not None:
        shown["defaultValue"] = custom_value(voice, of, on.default) if of.is_custom else {"id": on.default}
    return shown


def allowed_values(voice: Voice, place: tuple[Project, ProjectType], of: Field) -> list[Wire | None] | None:
    """The values a field takes; None where they are not listed."""
    owner, type_ = place
    lists: dict[str, Callable[[], list[Wire | None]]] = {
        "priority": lambda: [named(voice, "priority", each) for each in voice.site.priorities.values()],
        "resolution": lambda: [named(voice, "resolution", each) for each in voice.site.resolutions.values()],
        "components": lambda: [named(voice, "component", each) for each in owner.components],
        "project": lambda: [project_ref(voice, owner)],
        "issuetype": lambda: [ticket_type(voice, type_.type)],
    }
    if of.id in lists:
        return lists[of.id]()
    return [option(voice, each) for each in of.options] if of.options else None


def custom_value(voice: Voice, of: Field, value: JsonValue) -> object:
    """The value of a custom field."""
    options = {each.id: option(voice, each) for each in of.options}
    match value:
        case str() if of.type == "option":
            return options.get(value)
        case list() if of.items == "option":
            return [options[str(each)] for each in value if str(each) in options]
        case str() if of.type == "user":
            return user_ref(voice, value)
        case _:
            return voice.text(value) if (of.custom or "").endswith(":textarea") else value


def comment(voice: Voice, ticket: Ticket, of: Comment, *, properties: bool = False) -> Wire:
    """A comment."""
    shown: Wire = {
        "self": f"{voice.rest}/issue/{ticket.id}/comment/{of.id}",
        "id": of.id,
        "author": user_ref(voice, of.author),
        "body": voice.text(of.body),
        "updateAuthor": user_ref(voice, of.editor),
        "created": stamp(of.created),
        "updated": stamp(of.updated),
        "jsdPublic": True,
    }
    if of.visibility is not None:
        shown["visibility"] = of.visibility
    if properties:
        shown["properties"] = [{"key": key, "value": value} for key, value in sorted(of.properties.items())]
    return _cloud_only(voice, shown, "jsdPublic")


def history(voice: Voice, of: History) -> Wire:
    """A changelog entry."""
    items = [
        _cloud_only(
            voice,
            {
                "field": item.field,
                "fieldtype": "custom" if item.custom else "jira",
                "fieldId": item.field_id,
                "from": _changed(voice, item.before),
                "fromString": item.before_text,
                "to": _changed(voice, item.after),
                "toString": item.after_text,
            },
            "fieldId",
        )
        for item in of.items
    ]
    return {"id": of.id, "author": user_ref(voice, of.author), "created": stamp(of.created), "items": items}


def _changed(voice: Voice, value: str | None) -> str | None:
    """What a changelog item holds: people by account id, on Data Center by their key."""
    user = voice.site.users.get(value or "")
    return value if user is None or voice.site.is_cloud else user.key
