"""What messages do when something happened below."""

from city import identity
from city.kernel import Work, reacts_to, say
from city.messages.actions import send_at_once
from city.messages.model import Channel
from city.web import render_words


@reacts_to(identity.CodeRequested)
async def send_the_code(work: Work, event: identity.CodeRequested) -> None:
    """Send a sign-in code. It is worked out anew here and written down nowhere."""
    code = await identity.get_code(work, event.code_id)
    subject = render_words(code.language, say("Your code: {code}", code=code.digits))
    await send_at_once(Channel(code.channel), code.address, subject, code.text)
