"""One question: its answer, what its asker can do, and what the staff can put right."""

from typing import Annotated, Any
from uuid import UUID

import msgspec

from city import cases
from city.cases import Rating
from city.dialogue.actions import questions as doing
from city.dialogue.model import MOST_LETTERS, Seen, in_language
from city.dialogue.store import questions as store
from city.dialogue.views import (
    lang_of,
    language_of,
    question_line,
    shortened,
    stands,
    topic_names,
    ward_name,
)
from city.kernel import Invalid, Says, Work, say
from city.web import (
    PUBLIC,
    Form,
    Request,
    Response,
    get,
    page,
    post,
    read_form,
    redirect,
    render_words,
    wants_fragment,
)

AnyRequest = Request[Any, Any, Any]
Answer = Response[Any]


class Rated(msgspec.Struct, frozen=True, kw_only=True):
    """What the asker thinks of the answer."""

    rating: Rating
    comment: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class Replied(msgspec.Struct, frozen=True, kw_only=True):
    """What the asker answers the city."""

    reply: Annotated[str, msgspec.Meta(max_length=2000)] = ""


class Voted(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an answer helped."""

    helpful: bool


class Corrected(msgspec.Struct, frozen=True, kw_only=True):
    """A published question and its answer, put right, and the version that was seen."""

    words: Annotated[str, msgspec.Meta(max_length=MOST_LETTERS)]
    answer: Annotated[str, msgspec.Meta(max_length=cases.MOST_LETTERS)]
    version: int


@get("/questions/{ref:str}", allow=PUBLIC)
async def show_question(request: AnyRequest, work: Work, ref: str) -> Answer:
    """Show a question with its answer to those who may see it."""
    return await _show(request, work, await doing.find_question(work, ref), Form())


@post("/questions/{ref:str}/helpful", allow="me")
async def vote(request: AnyRequest, work: Work, ref: str) -> Answer:
    """Take a word on whether the answer helped."""
    given, _ = await read_form(request, Voted)
    question = await doing.find_question(work, ref)
    if given is not None:
        await doing.vote(work, question, given.helpful)
    return redirect(f"/questions/{question.ref}#helpful", say("Thank you for telling us."))


@post("/questions/{ref:str}/rating", allow="me")
async def rate(request: AnyRequest, work: Work, ref: str) -> Answer:
    """Take what the asker thinks of the answer."""
    given, form = await read_form(request, Rated)
    question = await doing.find_question(work, ref)
    try:
        if given is not None:
            await doing.rate(work, question, given.rating, given.comment)
            return redirect(f"/questions/{question.ref}", say("Thank you for telling us."))
    except Invalid as invalid:
        form.errors = dict(invalid.errors)
    return await _show(request, work, question, form, 422)


@post("/questions/{ref:str}/reply", allow="me")
async def reply(request: AnyRequest, work: Work, ref: str) -> Answer:
    """Take what the asker answers the city."""
    given, form = await read_form(request, Replied)
    question = await doing.find_question(work, ref)
    try:
        if given is not None:
            await doing.reply(work, question, given.reply)
            return redirect(f"/questions/{question.ref}", say("Thank you. The city goes on."))
    except Invalid as invalid:
        form.errors = dict(invalid.errors)
    return await _show(request, work, question, form, 422)


@get("/questions/{ref:str}/edit", allow="cases.view")
async def edit(request: AnyRequest, work: Work, ref: str) -> Answer:
    """Show a published question and answer, to be put right."""
    question = await doing.find_question(work, ref)
    values = {"words": question.words, "answer": question.answer, "version": question.version}
    return await _editor(request, work, question, Form(values))


@post("/questions/{ref:str}/edit", allow="cases.view")
async def save(request: AnyRequest, work: Work, ref: str) -> Answer:
    """Put a published question and answer right; how they read before stays public."""
    given, form = await read_form(request, Corrected)
    question = await doing.find_question(work, ref)
    try:
        if given is not None:
            await doing.edit_answer(work, question, given.words, given.answer, given.version)
            return redirect(f"/questions/{question.ref}", say("The answer has been put right."))
    except Invalid as invalid:
        form.errors = dict(invalid.errors)
    return await _editor(request, work, question, form, 422)


@get("/questions/by-case/{case_id:uuid}", allow="cases.view")
async def show_on_case(request: AnyRequest, work: Work, case_id: UUID) -> Answer:
    """Show the question a case came from, on the page of the case: a part of it."""
    await cases.see_case(work, case_id)
    question = await store.find_by_case(work, case_id)
    language = language_of(request)
    names = await topic_names(work, language)
    alike = await doing.find_alike(work, question.words) if question else []
    return page(
        request,
        "dialogue/on_case.html" if wants_fragment(request) else "dialogue/on_case_page.html",
        question=question,
        words_lang=lang_of(question.words, language) if question else "",
        topic=names.get(question.topic, "") if question else "",
        ward=ward_name(question.ward, language) if question else "",
        alike=[
            question_line(one.question, language, names)
            for one in alike
            if question and one.question.ref != question.ref
        ],
    )


async def _show(
    request: AnyRequest, work: Work, question: Seen, form: Form, status: int = 200
) -> Answer:
    language = language_of(request)
    names = await topic_names(work, language)
    mine = doing.is_mine(work, question)
    label, tone = stands(question.status, language)
    edits = await store.list_edits(work, question.id) if question.edited_at else []
    reason, _, more = question.reason.partition("\n")
    return page(
        request,
        "dialogue/question.html",
        status,
        question=question,
        title=shortened(question.words, 60),
        words_lang=lang_of(question.words, language),
        answer_lang=lang_of(question.answer, language),
        topic=names.get(question.topic, ""),
        ward=ward_name(question.ward, language),
        unit=in_language(question.unit_name, language),
        label=label,
        tone=tone,
        mine=mine,
        reason=render_words(language, Says(reason)) if reason else "",
        more=more,
        answered=bool(question.answer) and question.status in ("done", "merged"),
        may_rate=mine and question.status == "done" and question.rating is None,
        may_edit=doing.may_edit(work, question),
        edits=edits,
        form=form,
    )


async def _editor(
    request: AnyRequest, work: Work, question: Seen, form: Form, status: int = 200
) -> Answer:
    return page(
        request,
        "dialogue/edit.html",
        status,
        question=question,
        may_edit=doing.may_edit(work, question),
        edits=await store.list_edits(work, question.id),
        form=form,
    )


routes = [show_question, vote, rate, reply, edit, save, show_on_case]
