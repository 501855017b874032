"""Seeing it too, and following what becomes of it."""

from uuid import UUID

from city import identity
from city.kernel import Conflict, Invalid, Missing, Work, say
from city.reports import store
from city.reports.actions import claim_photos, may_see
from city.reports.model import MOST_PHOTOS, Report, VoiceAdded, VoiceWithdrawn

MOST_LETTERS = 4000


async def add_voice(
    work: Work, report: Report, comment: str = "", photos: list[UUID] | None = None
) -> bool:
    """Say that one sees it too; whoever does also follows it. False if they had said so before.

    Needs `reports.submit`. What is said or shown goes to those who do the work, not to the public.
    Raises Missing for a report that is not public and Conflict for one's own.
    """
    work.actor.require("reports.submit")
    _check_public(work, report)
    if report.reporter_id is not None and report.reporter_id == work.actor.id:
        raise Conflict("You sent this report yourself.")
    comment = comment.strip()
    if len(comment) > MOST_LETTERS:
        raise Invalid(
            {
                "comment": say(
                    "Please write at most {most} characters; this has {n}.",
                    most=MOST_LETTERS,
                    n=len(comment),
                )
            }
        )
    photos = list(photos or [])[:MOST_PHOTOS]
    if photos:
        await claim_photos(work, photos)
    is_new = await store.add_voice(work, report, comment, photos)
    if is_new:
        work.announce(VoiceAdded(report_id=report.id, case_id=report.case_id))
        await identity.note_help(work, say("Said for you that you see it too"), report.ref)
    return is_new


async def withdraw_voice(work: Work, report: Report) -> bool:
    """Take back that one sees it too, with all one said; False if one had not said so.

    Needs `reports.submit`. Whoever follows the report goes on following it.
    """
    work.actor.require("reports.submit")
    gone = await store.remove_voice(work, report)
    if gone:
        work.announce(VoiceWithdrawn(report_id=report.id, case_id=report.case_id))
    return gone


async def follow_report(work: Work, report: Report) -> bool:
    """Be told how a public report goes on; False if one was already. Needs `me`.

    Its own reporter is told anyway.
    """
    work.actor.require("me")
    _check_public(work, report)
    if report.reporter_id is not None and report.reporter_id == work.actor.id:
        return False
    return await store.add_follower(work, report)


async def unfollow_report(work: Work, report: Report) -> bool:
    """Be told no longer; False if one was not. Needs `me`."""
    work.actor.require("me")
    return await store.remove_follower(work, report)


def _check_public(work: Work, report: Report) -> None:
    if not may_see(work.actor, report):
        raise Missing("There is no report with this reference.")
    if report.private or report.status in ("rejected", "merged"):
        raise Conflict("This is possible for public reports only.")
