"""What residents read: how the city handles a kind of case, in plain words."""

from city.kernel import Work
from city.processes import memory
from city.processes.layout import main_way
from city.processes.model import ENDS, Definition
from city.processes.pages.shelf import Answer, AnyRequest, words_for
from city.processes.plain import Words
from city.web import PUBLIC, get, page


@get("/how", allow=PUBLIC)
async def show_all(request: AnyRequest, work: Work) -> Answer:
    """List the kinds of cases, each with what is promised."""
    words = words_for(request)
    found = [version.definition for version in (await memory.list_current(work)).values()]
    listed = [
        {"code": d.code, "name": words.name(d.name), "about": words.name(d.words)} for d in found
    ]
    return page(request, "processes/how_all.html", listed=sorted(listed, key=lambda d: d["name"]))


@get("/how/{code:str}", allow=PUBLIC)
async def show_how(request: AnyRequest, work: Work, code: str) -> Answer:
    """Say how a kind of case is handled: what is promised, and what each state means."""
    definition = (await memory.current(work, code)).definition
    words = words_for(request)
    usual = main_way(definition)
    others = [name for name in definition.states if name not in usual]
    return page(
        request,
        "processes/how.html",
        name=words.name(definition.name),
        about=words.name(definition.words),
        promises=words.promises(definition),
        usual=[_told(words, definition, name) for name in usual],
        others=[_told(words, definition, name) for name in others],
    )


def _told(words: Words, definition: Definition, name: str) -> dict[str, str | bool]:
    state = definition.states[name]
    return {
        "name": words.name(state.name),
        "says": words.public(state),
        "stopped": state.stopped,
        "end": state.status in ENDS,
    }


routes = [show_all, show_how]
