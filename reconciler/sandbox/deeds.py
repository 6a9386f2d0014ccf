"""Everything that people can do in the simulated company: the words of `sandbox act`, and what each does."""

from __future__ import annotations

DEEDS: tuple[tuple[str, str], ...] = (
    ("ticket KEY status NAME [--force]", "move it by a transition; --force without one"),
    ("ticket KEY assign EMAIL|none", "give it to somebody, or to nobody"),
    ("ticket KEY comment TEXT", "comment on it"),
    ("ticket KEY comment-for ROLE TEXT", "comment for a project role only"),
    ("ticket KEY edit-comment ID TEXT", "change a comment"),
    ("ticket KEY delete-comment ID", "delete a comment"),
    ("ticket KEY label|unlabel LABEL", "add or remove a label"),
    ("ticket KEY set FIELD VALUE", "set a field: `priority High`, `duedate none`"),
    ("ticket KEY move PROJECT", "move it to another Jira project"),
    ("ticket KEY hide|show|delete", "hide it from our account, show it, delete it"),
    ("ticket new PROJECT TYPE SUMMARY", "create a ticket by hand"),
    ("issue ID state STATE", "set its state: `RESOLVED`, `For Review`"),
    ("issue ID regress|error [VERSION]", "a resolved one comes back; the error happens again"),
    ("issue ID assign EMAIL|none", "give it to somebody, or to nobody"),
    ("issue ID attach CASE", "put it into a case, as the panel does"),
    ("issue ID detach", "take it out of its case"),
    ("issue ID team HANDLE,HANDLE|none", "let it belong to other teams"),
    (
        "issue new service=NAME [team=… error_type=… message=… name=… first_seen=-2h]",
        "an error that nobody has seen before",
    ),
    ("case KEY status|title|comment TEXT", "move, rename or comment on a case"),
    ("case KEY assign EMAIL|none", "give it to somebody, or to nobody"),
    ("case KEY archive|unarchive", "out of search, or back into it"),
    ("case KEY auto-close", "close it for inactivity, as Datadog does"),
    ("case KEY link URL", "link a ticket by its page"),
    ("case KEY unlink", "take its ticket off"),
    ("case KEY move PROJECT", "move it to another case project; its ticket is lost"),
    ("project KEY create NAME", "a new case project, without any integration"),
    ("project KEY set PATH VALUE", "change a setting: `integration_jira.sync.enabled false`"),
    ("tile SITE connect|disconnect", "a Jira account in Datadog's Jira tile"),
    ("webhook NAME create|enable|disable|delete", "Datadog's webhook in Jira"),
    ("webhook NAME url URL", "let it lead elsewhere"),
    ("webhook NAME jql QUERY", "let it cover other tickets"),
    ("webhook NAME events EVENT,EVENT", "let it tell of other events"),
    ("status NAME rename NEW", "rename a Jira status; its id stays"),
    ("status NAME category CATEGORY", "new, indeterminate, done or undefined"),
    ("status NAME drop WORKFLOW", "take it out of a workflow"),
    ("board PROJECT archive|restore", "archive a Jira project, or restore it"),
    ("board PROJECT rename KEY", "give a Jira project another key"),
    ("workflow NAME read-only|editable STATUS", "whether tickets in a status can be edited"),
    ("workflow NAME restrict TRANSITION EMAIL|none", "offer a transition to one person only"),
    ("permission PERMISSION deny|allow EMAIL [PROJECT]", "take a Jira permission from a user"),
    ("permission PERMISSION deny|allow datadog", "take one from the application key"),
    ("user EMAIL activate|deactivate [datadog]", "an account in Jira; in Datadog with `datadog`"),
    ("user EMAIL hide-email|show-email [datadog]", "hide an e-mail from others, or show it"),
    ("user EMAIL double [datadog]", "a second account of the same person"),
    ("miss COUNT [changes]", "Datadog's own sync misses so many webhooks, or changes"),
    ("index lag 30s", "Jira's search is that much behind"),
    ("captcha on|off", "Jira refuses sign-ins until a CAPTCHA is solved"),
    ("clock +3d", "time passes"),
    ("clock +5m --site NAME", "that Jira's own clock is off by so much"),
)
WHO_AND_WHERE: tuple[tuple[str, str], ...] = (
    ("--as EMAIL", "somebody in particular does it"),
    ("--site NAME", "in that Jira site, where there are several"),
)


def usage(noun: str | None = None) -> str:
    """The words, a line each: of one noun, or all."""
    told = [words for words, _ in DEEDS if noun is None or words.split()[0] == noun]
    return "\n".join(told if noun else [*told, *(f"{words}: {what}" for words, what in WHO_AND_WHERE)])
