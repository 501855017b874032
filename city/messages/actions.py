"""What can be done with messages."""

from typing import Protocol
from uuid import UUID, uuid4

from city import identity
from city.kernel import NOBODY, Database, Says, Unavailable, Work, job, new_id
from city.messages import push, store
from city.messages.email import Mailer, SimulatedMailServer
from city.messages.model import AddressRefused, Channel, Delivery, Letter, Message
from city.messages.push import Topic, Wording
from city.messages.sms import Texter, simulated_gateway
from city.settings import Settings, current
from city.web import in_language, render_words

USUAL = frozenset({Channel.INBOX, Channel.EMAIL})


class Way(Protocol):
    """A way out of this process."""

    async def send(self, letter: Letter) -> None:
        """Hand a letter over."""
        ...

    async def close(self) -> None:
        """Give up what is held open."""
        ...


class NoProvider:
    """The way out of a city that has no provider for it. What should go out waits as a job."""

    def __init__(self, setting: str) -> None:
        """Name the setting that is missing."""
        self.setting = setting

    async def send(self, letter: Letter) -> None:
        """Refuse; a simulated provider is for sample cities only."""
        raise Unavailable("This city has no provider for such messages: {name}.", name=self.setting)

    async def close(self) -> None:
        """Nothing is open."""


class Post:
    """The ways out of this process, opened once."""

    mail: Way
    text: Way
    server: SimulatedMailServer | None = None


async def open_room(settings: Settings, database: Database) -> None:
    """Open the ways out: the providers of the settings, or their simulated twins."""

    async def take_mail(letter: Letter) -> None:
        await _keep(database, Channel.EMAIL, letter)

    async def take_text(letter: Letter) -> None:
        await _keep(database, Channel.SMS, letter)

    name = settings.profile.name[settings.profile.language]
    sender = f"{name} <no-reply@{settings.url.rpartition('/')[2].partition(':')[0]}>"
    Post.server = None
    if settings.smtp_url:
        Post.mail = Mailer(settings.smtp_url, sender)
    elif not settings.sample:
        Post.mail = NoProvider("SMTP_URL")
    else:
        Post.server = SimulatedMailServer(take_mail)
        await Post.server.open()
        Post.mail = Mailer(Post.server.url, sender)
    if settings.sms_url:
        Post.text = Texter(settings.sms_url)
    elif not settings.sample:
        Post.text = NoProvider("SMS_URL")
    else:
        Post.text = Texter("http://simulated/send", simulated_gateway(take_text))
    await push.open_push(settings, database, _keep_push)


async def close_room() -> None:
    """Close the ways out."""
    await push.close_push()
    if Post.server is not None:
        await Post.server.close()
    await Post.text.close()


async def send_message(
    work: Work,
    person_id: UUID,
    text: Says,
    *,
    link: str = "",
    topic: str = "",
    by: frozenset[Channel] = USUAL,
    about: Topic = Topic.MINE,
    urgent: bool = False,
) -> None:
    """Tell a person something, in the inbox and, where they can be reached so, by e-mail or SMS.

    `link` is a path of this city where they can read on; `topic` is what it is about, such as a
    reference, and becomes the subject of an e-mail. What comes into the inbox is also pushed to
    the person's devices if they want to be told such things there: `about` says what sort it is,
    and what is not `urgent` waits for the end of their quiet hours.
    """
    if Channel.INBOX in by:
        message = Message(
            id=new_id(),
            person_id=person_id,
            text=text.text,
            params=dict(text.params),
            link=link,
            topic=topic,
            sent_at=work.now,
            read_at=None,
        )
        await store.add_message(work, message)
        words = _wordings(text, topic)
        await push.push_to_person(work, person_id, words, link=link, topic=about, urgent=urgent)
    outward = by - {Channel.INBOX, Channel.PUSH}
    if not outward:
        return
    person = await identity.get_person(work, person_id)
    for contact in await identity.list_contacts(work, person_id):
        channel = Channel(contact.channel)
        if channel in outward and contact.verified_at is not None:
            said = render_words(person.language, text)
            await _send_out(work, channel, contact.address, topic or said, said, link)


async def open_message(work: Work, id: UUID) -> str:
    """Note that the actor has read a message, and return where it leads."""
    work.actor.require("me")
    return await store.set_read(work, work.actor.person_id, id) or "/inbox"


async def read_all(work: Work) -> int:
    """Note that the actor has seen everything, and return how many were new."""
    work.actor.require("me")
    return await store.set_all_read(work, work.actor.person_id)


async def send_at_once(channel: Channel, address: str, subject: str, body: str) -> None:
    """Send something that must not be written down, such as a code."""
    await _hand_over(
        channel, Letter(reference=uuid4(), address=address, subject=subject, body=body)
    )


@job
async def deliver(work: Work, *, delivery_id: UUID) -> None:
    """Hand a delivery to its provider, unless that has been done."""
    delivery = await store.find_delivery(work, delivery_id)
    if delivery is None or delivery.sent_at or delivery.refused:
        return
    letter = Letter(
        reference=delivery.id,
        address=delivery.address,
        subject=delivery.subject,
        body=delivery.body,
    )
    refused = None
    try:
        await _hand_over(delivery.channel, letter)
    except AddressRefused as refusal:
        refused = str(refusal)
    await store.set_delivered(work, delivery.id, refused)


async def _send_out(
    work: Work, channel: Channel, address: str, subject: str, said: str, link: str
) -> None:
    body = f"{said}\n\n{current().url}{link}" if link else said
    delivery = Delivery(
        id=new_id(),
        channel=channel,
        address=address,
        subject=subject,
        body=body,
        sent_at=None,
        refused=None,
    )
    await store.add_delivery(work, delivery)
    work.later(deliver, delivery_id=delivery.id)


def _wordings(text: Says, topic: str) -> dict[str, Wording]:
    """Return what a notification says in each language; its title says who speaks and of what."""
    profile = current().profile
    wordings: dict[str, Wording] = {}
    for language in profile.spoken:
        name = in_language(profile.name, language)
        wordings[language] = Wording(
            f"{name} · {topic}" if topic else name, render_words(language, text)
        )
    return wordings


async def _hand_over(channel: Channel, letter: Letter) -> None:
    if channel is Channel.EMAIL:
        await Post.mail.send(letter)
    else:
        await Post.text.send(letter)


async def _keep_push(
    database: Database, delivery_id: UUID, token: str, title: str, body: str
) -> None:
    letter = Letter(reference=delivery_id, address=token, subject=title, body=body)
    await _keep(database, Channel.PUSH, letter)


async def _keep(database: Database, channel: Channel, letter: Letter) -> None:
    async with database.work(NOBODY) as work:
        await store.add_received(
            work,
            letter.reference,
            channel,
            letter.address,
            letter.subject,
            letter.body,
            work.now,
        )
