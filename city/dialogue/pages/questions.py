"""Questions to the city: the public answers, asking, and one's own."""

from datetime import datetime
from typing import Annotated, Any

import msgspec

from city import places
from city.dialogue.actions import questions as doing
from city.dialogue.actions.questions import Alike
from city.dialogue.model import NewQuestion
from city.dialogue.store import questions as store
from city.dialogue.views import (
    language_of,
    question_line,
    stands,
    topic_names,
    topic_options,
    ward_options,
)
from city.kernel import Invalid, TooMany, Work, new_id, say
from city.web import PUBLIC, Form, Request, Response, get, page, post, read_form, redirect

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]

A_PAGE = 20


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What has been typed so far."""

    words: Annotated[str, msgspec.Meta(max_length=4000)] = ""


@get("/questions", allow=PUBLIC)
async def list_questions(
    request: AnyRequest, work: Work, q: str = "", topic: str = "", before: str = ""
) -> Answer:
    """Show the public answers: the newest, or those that have the words looked for."""
    language = language_of(request)
    names = await topic_names(work, language)
    known = await doing.topics(work)
    q, topic = q.strip()[:200], topic if topic in names else ""
    if q:
        found = await doing.search_answers(work, q, topic, A_PAGE)
    else:
        found = await store.list_newest(work, topic, _moment(before), A_PAGE + 1)
    more = len(found) > A_PAGE
    return page(
        request,
        "dialogue/questions.html",
        lines=[question_line(one, language, names) for one in found[:A_PAGE]],
        older=found[A_PAGE - 1].answered_at.isoformat() if more else "",
        q=q,
        topic=topic,
        topics=topic_options(known, language),
    )


@get("/questions/mine", allow="me")
async def list_mine(request: AnyRequest, work: Work) -> Answer:
    """Show what the reader has asked, newest first."""
    language = language_of(request)
    lines = []
    for one in await store.list_mine(work, work.actor.person_id):
        label, tone = stands(one.status, language)
        line = question_line(one, language, {})
        state = {"label": label, "tone": tone, "asks_back": one.asks_back, "at": one.asked_at}
        lines.append({**line, **state})
    return page(request, "dialogue/my_questions.html", lines=lines)


@get("/questions/ask", allow="reports.submit")
async def new_question(request: AnyRequest, work: Work, q: str = "") -> Answer:
    """Show an empty form; `q` is what was looked for in vain."""
    return await _form(request, work, Form({"words": q.strip()[:200], "key": new_id().hex}), [])


@post("/questions/like", allow=PUBLIC)
async def show_alike(request: AnyRequest) -> Answer:
    """Show public answers to questions like the one being typed: a part of the form."""
    typed, _ = await read_form(request, Words)
    async with request.app.state.database.work(request.user, reading=True) as work:
        alike = await doing.find_alike(work, typed.words) if typed else []
        names = await topic_names(work, language_of(request))
    return page(request, "dialogue/like.html", alike=_lines(request, alike, names))


@post("/questions", allow="reports.submit")
async def ask_question(request: AnyRequest) -> Answer:
    """Take a question, unless one very like it is answered already and has not been looked at."""
    new, form = await read_form(request, NewQuestion)
    form.values["key"] = str(form.values.get("key") or new_id().hex)[:32]
    database = request.app.state.database
    if new is not None and not new.sure:
        async with database.work(request.user, reading=True) as work:
            alike = [one for one in await doing.find_alike(work, new.words) if one.worth_asking]
            if alike:
                form.values["sure"] = "true"
                return await _form(request, work, form, alike, asked=True)
    if new is not None:
        try:
            keyed = msgspec.structs.replace(new, client_key=form.values["key"])
            ref, _ = await doing.ask_once(database, request.user, keyed)
            return redirect(f"/questions/{ref}", say("Thank you. The city has your question."))
        except Invalid as invalid:
            form.errors = dict(invalid.errors)
        except TooMany as many:
            form.problem = many.says
    async with database.work(request.user, reading=True) as work:
        return await _form(request, work, form, [], status=422)


async def _form(
    request: AnyRequest,
    work: Work,
    form: Form,
    alike: list[Alike],
    *,
    status: int = 200,
    asked: bool = False,
) -> Answer:
    language = language_of(request)
    known = await doing.topics(work)
    return page(
        request,
        "dialogue/ask.html",
        status,
        form=form,
        asked=asked,
        alike=_lines(request, alike, await topic_names(work, language)),
        topics=topic_options(known, language),
        wards=ward_options([ward.code for ward in places.list_wards()], language),
        can_ask=bool(known),
    )


def _lines(request: AnyRequest, alike: list[Alike], names: dict[str, str]) -> list[dict[str, Any]]:
    return [question_line(one.question, language_of(request), names) for one in alike]


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return moment if moment.tzinfo else None


routes = [list_questions, list_mine, new_question, show_alike, ask_question]
