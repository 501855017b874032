"""The page on which staff see what suggestions are worth, and try them."""

from datetime import timedelta
from typing import Annotated, Any

import msgspec

from city.kernel import Work, say
from city.textai import actions, store
from city.textai.model import LEAST_EXAMPLES, Accuracy, Kind, Version
from city.textai.spam import says
from city.textai.suggesting import explain, memory, spam_score, suggest_categories
from city.web import Form, Request, Response, get, page, post, read_form, redirect

LATELY = timedelta(days=30)


class Sentence(msgspec.Struct):
    """A sentence to try."""

    text: Annotated[str, msgspec.Meta(min_length=2, max_length=2000)]


@get("/desk/suggestions", allow="cases.view")
async def show_suggestions(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show the models, how right they were lately, and a box to try a sentence."""
    return await _page(request, work, Form(), None)


@post("/desk/suggestions", allow="cases.view")
async def try_sentence(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Show what would be suggested for a sentence, and why. Nothing is kept of it."""
    sentence, form = await read_form(request, Sentence)
    return await _page(request, work, form, sentence.text if sentence else None)


@post("/desk/suggestions/train", allow="cases.manage")
async def train(request: Request[Any, Any, Any], work: Work) -> Response[Any]:
    """Have the models trained now."""
    await actions.ask_for_training(work)
    return redirect(
        "/desk/suggestions", say("The suggestions are learning now; look again in a minute.")
    )


routes = [show_suggestions, try_sentence, train]


async def _page(
    request: Request[Any, Any, Any], work: Work, form: Form, text: str | None
) -> Response[Any]:
    await actions.refresh(work)
    versions = await store.list_versions(work, Kind.CATEGORY)
    used = next((version for version in versions if version.in_use), None)
    amount = await store.count_examples(work, Kind.CATEGORY)
    names = _names(request)
    return page(
        request,
        "textai/suggestions.html",
        status=422 if form.errors else 200,
        form=form,
        used=_shown(used),
        versions=[_shown(version) for version in versions],
        amount=amount,
        least=LEAST_EXAMPLES,
        lately=[_lately(row) for row in await store.list_accuracy(work, work.now - LATELY)],
        confusions=[
            {
                "label": names.get(each.label, each.label),
                "taken_for": names.get(each.taken_for, each.taken_for),
                "count": each.count,
            }
            for each in (used.confusions if used else [])
        ],
        spam=next((_shown(v) for k, v in memory.versions.items() if k is Kind.SPAM), None),
        tried=_tried(text, names) if text else None,
    )


def _tried(text: str, names: dict[str, str]) -> dict[str, Any]:
    found = suggest_categories(text)
    spam = spam_score(text)
    return {
        "suggestions": [
            {
                "code": each.code,
                "name": names.get(each.code, each.code),
                "percent": round(100 * each.score),
                "reasons": list(dict.fromkeys(why.words for why in explain(text, each.code))),
            }
            for each in found
            if each.score >= 0.01 or each is found[0]
        ],
        "model": found[0].model if found else "",
        "doubt": round(100 * spam.value),
        "doubts": [says(reason) for reason in spam.reasons],
    }


def _names(request: Request[Any, Any, Any]) -> dict[str, str]:
    """Return what each category is called in the reader's language."""
    language = request.scope["state"]["language"]
    return {
        label.code: label.name.get(language) or next(iter(label.name.values()), label.code)
        for label in memory.labels
    }


def _shown(version: Version | None) -> dict[str, Any] | None:
    if version is None:
        return None
    return {
        "version": version.version,
        "origin": version.origin.value,
        "trained_at": version.trained_at,
        "in_use": version.in_use,
        "examples": version.examples,
        "labels": version.labels,
        "held_out": version.held_out,
        "top1": round(100 * version.top1, 1),
        "top3": round(100 * version.top3, 1),
        "plain_top1": round(100 * version.plain_top1, 1),
    }


def _lately(row: Accuracy) -> dict[str, Any]:
    decided = row.decided
    return {
        "model": row.model,
        "shown": row.shown,
        "decided": decided,
        "first": round(100 * row.first / decided, 1) if decided else None,
        "three": round(100 * row.among_three / decided, 1) if decided else None,
    }
