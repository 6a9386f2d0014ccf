"""Comments both ways: which are to be copied to the other side, and which copies are to follow an edit. Pure.

A comment that somebody made since the link was adopted is copied once. The copy keeps the identity of its original, so a copy
is never copied back; edits follow, deletions never do. Nothing here depends on the order of comments or on two clocks agreeing.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from reconciler.model.activity import Comment, CommentMark
from reconciler.model.finding import Finding, Severity
from reconciler.sync.comment_text import Side, digest_of, is_copy_edited, is_edited, render_copy, squeezed

# The systems' clocks and ours differ by minutes: better a comment too many is copied than one too few.
SKEW = timedelta(minutes=5)
# Two comments that say the same within this time may be one that another sync has carried over.
CLOSE = timedelta(minutes=10)
# A text this long is not written twice by chance.
_TELLING = 40
_EXCERPT = 300


@dataclass(frozen=True, slots=True)
class Thread:
    """The comments of one side. `system` is "datadog" or "jira:<account>"; `ours` are the accounts whose comments are not
    somebody's: our own and those of Datadog's sync. `link` gives the address of a comment, None where there is none.
    """

    side: Side
    system: str
    comments: Sequence[Comment]
    ours: frozenset[str] = frozenset()
    link: Callable[[Comment], str | None] = field(default=lambda _: None)


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy to write on a side: a new comment, or a new text for the comment `copy_id`."""

    to: Side
    original: Comment
    text: str
    mark: CommentMark
    copy_id: str | None = None

    @property
    def key(self) -> str:
        """Names the original in what is remembered."""
        return key_of(self.mark.origin, self.mark.id)


@dataclass(frozen=True, slots=True)
class CommentDecision:
    """What to write, oldest original first. `copied` is what to remember once all that is written, without the keys of
    copies that could not be written: the originals that need no copy any more, even where somebody deletes it.
    """

    creates: tuple[Copy, ...] = ()
    edits: tuple[Copy, ...] = ()
    copied: frozenset[str] = frozenset()
    findings: tuple[Finding, ...] = ()


def key_of(system: str, comment_id: str) -> str:
    """A short name of a comment: ten hexadecimal digits."""
    return hashlib.sha256(f"{system}|{comment_id}".encode()).hexdigest()[:10]


def decide_comments(
    jira: Thread, case: Thread, since: datetime, copied: frozenset[str] = frozenset()
) -> CommentDecision:
    """What is to be copied. `since` is when the link was adopted, `copied` what the last run remembered."""
    on_jira, on_case = _told_apart(jira, case), _told_apart(case, jira)
    halves = [_Half(jira, case, on_jira, on_case, since, copied), _Half(case, jira, on_case, on_jira, since, copied)]
    twins = _twins(halves[0].recent(), halves[1].recent(), jira.ours | case.ours)
    decisions = [half.decide(found) for half, found in zip(halves, twins, strict=True)]
    return CommentDecision(
        tuple(sorted((c for each in decisions for c in each.creates), key=_order)),
        tuple(sorted((c for each in decisions for c in each.edits), key=_order)),
        frozenset[str]().union(*(each.copied for each in decisions)),
        tuple(finding for each in decisions for finding in each.findings),
    )


def _order(copy: Copy) -> tuple[datetime, str, int, str]:
    return (copy.original.created, copy.to.value, len(copy.original.id), copy.original.id)


def _age(comment: Comment) -> tuple[datetime, int, str]:
    return (comment.created, len(comment.id), comment.id)


@dataclass(frozen=True, slots=True)
class _Marked:
    """The comments of a thread told apart: copies by the id of their original, copies too many, what somebody wrote, and
    what somebody wrote but what carries a mark as only our copies do.
    """

    copies: Mapping[str, Comment]
    surplus: tuple[Comment, ...]
    written: tuple[Comment, ...]
    doubtful: tuple[Comment, ...]


def _told_apart(thread: Thread, other: Thread) -> _Marked:
    """A mark counts for what it says, but only one comment can be the copy: another that carries the same mark was pasted
    by somebody, or is one that we made twice.
    """
    copies: dict[str, Comment] = {}
    surplus, written, doubtful = [], [], []
    originals = {each.id for each in other.comments}
    ours_first = sorted(thread.comments, key=lambda each: (each.author_id not in thread.ours, _age(each)))
    for comment in ours_first:
        mark = comment.mark
        if mark is None:
            written.append(comment)
        elif mark.origin != other.system or mark.id not in originals:
            doubtful += [comment] if _is_strangers(thread, comment) else []
        elif mark.id not in copies:
            copies[mark.id] = comment
        elif _is_strangers(thread, comment):
            written.append(comment)
        else:
            surplus.append(comment)
    return _Marked(copies, tuple(surplus), tuple(sorted(written, key=_age)), tuple(doubtful))


def _is_strangers(thread: Thread, comment: Comment) -> bool:
    """Whether it is known that somebody else than we wrote it."""
    return bool(thread.ours) and comment.author_id is not None and comment.author_id not in thread.ours


@dataclass(frozen=True, slots=True)
class _Half:
    """The originals of one thread and their copies in the other."""

    here: Thread
    there: Thread
    mine: _Marked
    theirs: _Marked
    since: datetime
    copied: frozenset[str]

    def recent(self) -> list[Comment]:
        """What somebody, or another sync, wrote here of late, oldest first; also what we have copied: both may do it."""
        start = self.since - SKEW - CLOSE
        return [each for each in self.mine.written if each.created >= start]

    def decide(self, twins: frozenset[str]) -> CommentDecision:
        """Creations, edits and what a person should read. `twins` are ids of comments that stand on both sides."""
        creates, edits, copied, findings = [], [], set(), []
        for original in self.mine.written:
            key, copy = key_of(self.here.system, original.id), self.theirs.copies.get(original.id)
            if copy is not None:
                edit, told = self._followed(original, copy)
                edits += [edit] if edit else []
                findings += told
            elif not self._is_original(original):
                continue
            elif key not in self.copied and (original.id in twins or self._is_echo(original)):
                findings.append(self._twin(original))
            elif key not in self.copied:
                creates.append(self._copy(original, None))
            copied.add(key)
        findings += [self._surplus(each) for each in self.theirs.surplus]
        findings += [self._doubtful(each) for each in self.mine.doubtful if self._is_original(each)]
        return CommentDecision(tuple(creates), tuple(edits), frozenset(copied), tuple(findings))

    def _is_original(self, comment: Comment) -> bool:
        """Made by somebody, since the link was adopted."""
        return comment.author_id not in self.here.ours and comment.created >= self.since - SKEW

    def _is_echo(self, comment: Comment) -> bool:
        """Whether another sync has carried a copy of ours back."""
        return any(
            abs(copy.created - comment.created) <= CLOSE and squeezed(comment.text).endswith(squeezed(copy.text))
            for copy in self.theirs.copies.values()
        )

    def _copy(self, original: Comment, copy_id: str | None) -> Copy:
        text = render_copy(original, self.there.side, self.here.link(original))
        mark = CommentMark(self.here.system, original.id, digest_of(original, text))
        return Copy(self.there.side, original, text, mark, copy_id)

    def _followed(self, original: Comment, copy: Comment) -> tuple[Copy | None, list[Finding]]:
        """The copy follows its original. What somebody wrote over the copy is told before it goes."""
        digest = copy.mark.digest if copy.mark else ""
        is_rewritten = is_copy_edited(copy, digest)
        if not is_edited(original, digest):
            return None, [self._rewritten(original, copy)] if is_rewritten else []
        if _is_strangers(self.there, copy):
            return None, [self._foreign(original, copy)]
        return self._copy(original, copy.id), [self._overwritten(original, copy)] if is_rewritten else []

    # --- what a person should read

    def _named(self, original: Comment) -> str:
        return f"comment {original.id} of {original.author!r} in {self.here.side.value}"

    def _twin(self, original: Comment) -> Finding:
        text = f"{self._named(original)} stands in {self.there.side.value} already, carried over by another sync: not copied"
        hint = (
            "let only one sync carry comments: `comments: two_way` with `engine: reconciler` switches Datadog's own off"
        )
        return Finding("comment-twin", Severity.INFO, text, hint=hint)

    def _rewritten(self, original: Comment, copy: Comment) -> Finding:
        text = f"the copy of {self._named(original)} was edited: edits of copies do not travel (comment {copy.id})"
        return Finding("comment-copy-edited", Severity.INFO, text, hint="edit the original, or answer in a new comment")

    def _overwritten(self, original: Comment, copy: Comment) -> Finding:
        lost = " ".join(copy.text.split())
        said = lost if len(lost) <= _EXCERPT else lost[:_EXCERPT] + "…"
        text = f"{self._named(original)} and its copy were both edited: the original wins; the copy said {said!r}"
        return Finding(
            "comment-copy-overwritten", Severity.WARNING, text, hint="if it matters, say it in a new comment"
        )

    def _foreign(self, original: Comment, copy: Comment) -> Finding:
        text = f"the copy of {self._named(original)} (comment {copy.id}) is not by our account: it does not follow the edit"
        hint = "if it was ours under another account, name that account under `service_accounts`"
        return Finding("comment-copy-foreign", Severity.WARNING, text, hint=hint)

    def _doubtful(self, comment: Comment) -> Finding:
        text = f"{self._named(comment)} ends with a mark as only our copies have, but is not by our account: not copied"
        hint = "if somebody pasted it, say it again without its last line; if it was ours, see `service_accounts`"
        return Finding("comment-mark-foreign", Severity.INFO, text, hint=hint)

    def _surplus(self, copy: Comment) -> Finding:
        origin = copy.mark.id if copy.mark else ""
        text = f"comment {origin} of {self.here.side.value} was copied to {self.there.side.value} twice (comment {copy.id})"
        return Finding("comment-duplicate", Severity.WARNING, text, hint=f"delete comment {copy.id}")


def _twins(
    jira: Iterable[Comment], case: Iterable[Comment], carriers: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """The comments, by id, that stand on both sides without a mark: each has one partner at most. `carriers` are accounts
    that say nothing of their own: Datadog's sync writes everybody's comments under its own name.
    """
    free = list(case)
    found: list[tuple[str, str]] = []
    for comment in jira:
        partner = next((each for each in free if _is_same(comment, each, carriers)), None)
        if partner is not None:
            free.remove(partner)
            found.append((comment.id, partner.id))
    return frozenset(pair[0] for pair in found), frozenset(pair[1] for pair in found)


def _is_same(one: Comment, other: Comment, carriers: frozenset[str]) -> bool:
    """Whether two comments of the two sides are one: text, author and time, as far as another sync leaves them alone."""
    if abs(one.created - other.created) > CLOSE:
        return False
    short, long = sorted((one, other), key=lambda each: len(squeezed(each.text)))
    text, whole = squeezed(short.text), squeezed(long.text)
    if not text or not whole.endswith(text):
        return False
    if whole == text:
        is_carried = one.author_id in carriers or other.author_id in carriers
        return is_carried or len(text) >= _TELLING or _is_same_author(one, other)
    return squeezed(short.author) in whole[: len(whole) - len(text)]


def _is_same_author(one: Comment, other: Comment) -> bool:
    if one.author_id is None or other.author_id is None:
        return True
    if one.author_email and other.author_email:
        return one.author_email.casefold() == other.author_email.casefold()
    return squeezed(one.author).casefold() == squeezed(other.author).casefold()
