"""What the reporter thinks of the answer."""

from uuid import UUID

import msgspec

from city.cases import store
from city.cases.actions.desk import taken_up_again
from city.cases.actions.evidence import too_long
from city.cases.actions.moving import begin, check_version, definition_of, put
from city.cases.model import MOST_LETTERS, STATUS_WORDS, Case, CaseRated, Rating, Status
from city.kernel import Conflict, Invalid, Work
from city.processes import Verb


async def rate_case(
    work: Work,
    case_id: UUID,
    rating: Rating,
    comment: str = "",
    *,
    version: int | None = None,
) -> Case:
    """Record what the reporter thinks of the answer, once for each closing; needs `me`.

    The caller makes sure that the actor is the reporter. Unsatisfied, with a comment, re-opens
    the case as often as its process gives by right: then CaseMoved says `reopen`. Later it asks
    the desk to (`contested_at`). Announces CaseRated.
    """
    work.actor.require("me")
    case = await store.get_case(work, case_id)
    check_version(case, version)
    if case.status is not Status.DONE:
        words = STATUS_WORDS[case.status]
        raise Conflict("This cannot be done now. The case stands at: {status}.", status=words)
    if case.rating is not None:
        raise Conflict("This answer has already been rated. Thank you.")
    comment = comment.strip()
    if len(comment) > MOST_LETTERS:
        raise Invalid({"comment": too_long(comment)})
    definition = await definition_of(work, case)
    facts = {"rating": str(rating)}
    unhappy = rating is Rating.UNSATISFIED and bool(comment)
    if unhappy and case.reopened < definition.reopen_by_right:
        move = await begin(work, case_id, Verb.REOPEN, version, reporter=True)
        case = await taken_up_again(work, move, comment, facts=facts, named=False, brought=None)
    else:
        rated = msgspec.structs.replace(
            case, rating=rating, contested_at=work.now if unhappy else None
        )
        case = await put(work, case, rated, "rate", note=comment, facts=facts, named=False)
    work.announce(CaseRated(case_id=case.id, rating=rating))
    return case
