"""Questions to the city: one function for each statement."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict

from city.dialogue.model import Edit, Question, Seen, words_in
from city.kernel import Work


class Followed(Struct, frozen=True, kw_only=True):
    """A question whose case has moved."""

    id: UUID
    ref: str
    asker_id: UUID | None
    told: int
    words: str
    answer: str
    merged_into: UUID | None


class Progress(Struct, frozen=True, kw_only=True):
    """What a question takes over from its case. `answer` is None where it is to stay."""

    topic: str
    private: bool
    status: str
    unit_id: UUID | None
    unit_name: dict[str, str] | None
    due_at: datetime | None
    asks_back: str
    answer: str | None
    answered_at: datetime | None
    reason: str
    rating: str | None
    merged_into: UUID | None
    told: int


class Found(Struct, frozen=True, kw_only=True):
    """A line of the public answers."""

    id: UUID
    ref: str
    topic: str
    ward: str | None
    words: str
    answer: str
    answered_at: datetime
    unit_name: dict[str, str] | None
    helpful: int


class Mine(Struct, frozen=True, kw_only=True):
    """A line of what somebody has asked."""

    ref: str
    words: str
    status: str
    asked_at: datetime
    due_at: datetime | None
    asks_back: str
    rating: str | None
    private: bool


async def add_question(work: Work, question: Question, client_key: str | None, most: int) -> bool:
    """Write a question, unless the same was sent before or its asker sent `most` within a day."""
    return bool(
        await work.run(
            """
            insert into dialogue.question (
                id, ref, case_id, asker_id, client_key, topic, ward, words, private, sample,
                asked_at, status, due_at, search
            )
            select :id::uuid, :ref::text, :case_id::uuid, :asker_id::uuid, :client_key::text,
                   :topic::text, :ward::text, :words::text, :private::boolean, :sample::boolean,
                   :asked_at::timestamptz, :status::text, :due_at::timestamptz,
                   setweight(to_tsvector('simple', :found_by), 'A')
            where :sample or (
                select count(*) from dialogue.question
                where asker_id = :asker_id and asked_at > :since
            ) < :most::integer
            on conflict (asker_id, client_key) where client_key is not null do nothing
            """,
            **asdict(question),
            client_key=client_key,
            found_by=" ".join(words_in(question.words)),
            since=question.asked_at - timedelta(days=1),
            most=most,
        )
    )


async def find_by_key(work: Work, asker_id: UUID, client_key: str) -> str | None:
    """Return the reference of what this person has sent with this key."""
    return await work.value(
        str,
        """
        select ref from dialogue.question
        where asker_id = :asker_id and client_key = :client_key
        """,
        asker_id=asker_id,
        client_key=client_key,
    )


async def find_question(work: Work, ref: str, person_id: UUID | None) -> Seen | None:
    """Return a question with what is said of its answer, and this person's word."""
    return await work.maybe(
        Seen,
        """
        select question.*, into_this.ref as merged_ref, into_this.shown as merged_shown,
               coalesce(vote.helpful, 0) as helpful, coalesce(vote.unhelpful, 0) as unhelpful,
               vote.mine as my_vote
        from dialogue.question
        left join dialogue.question as into_this on into_this.id = question.merged_into
        left join lateral (
            select count(*) filter (where helpful) as helpful,
                   count(*) filter (where not helpful) as unhelpful,
                   bool_or(helpful) filter (where person_id = :person_id) as mine
            from dialogue.vote where question_id = question.id
        ) as vote on true
        where question.ref = :ref
        """,
        ref=ref,
        person_id=person_id,
    )


async def find_by_case(work: Work, case_id: UUID) -> Question | None:
    """Return the question a case came from."""
    return await work.maybe(
        Question, "select * from dialogue.question where case_id = :case_id", case_id=case_id
    )


async def lock_by_case(work: Work, case_id: UUID) -> Followed | None:
    """Return the question a case came from, held so that nobody else follows it meanwhile."""
    return await work.maybe(
        Followed,
        """
        select id, ref, asker_id, told, words, answer, merged_into
        from dialogue.question where case_id = :case_id for update
        """,
        case_id=case_id,
    )


async def set_progress(work: Work, question: Followed, progress: Progress) -> None:
    """Show how the case of a question stands."""
    answer = question.answer if progress.answer is None else progress.answer
    await work.run(
        """
        update dialogue.question
        set topic = :topic, private = :private, status = :status, unit_id = :unit_id,
            unit_name = :unit_name, due_at = :due_at, asks_back = :asks_back,
            answer = :answer, answered_at = :answered_at, reason = :reason, rating = :rating,
            merged_into = :merged_into, told = :told,
            search = setweight(to_tsvector('simple', :found_by), 'A')
                     || setweight(to_tsvector('simple', :and_by), 'C')
        where id = :id
        """,
        **{**asdict(progress), "answer": answer},
        id=question.id,
        found_by=" ".join(words_in(question.words)),
        and_by=" ".join(words_in(answer)),
    )


async def set_merged_answers(work: Work, question_id: UUID, answer: str) -> list[Followed]:
    """Give what was joined with a question the same answer, and return what got it."""
    return await work.all(
        Followed,
        """
        update dialogue.question set answer = :answer, answered_at = :now
        where merged_into = :question_id and answer <> :answer
        returning id, ref, asker_id, told, words, answer, merged_into
        """,
        question_id=question_id,
        answer=answer,
        now=work.now,
    )


async def list_newest(work: Work, topic: str, before: datetime | None, most: int) -> list[Found]:
    """Return public answers, newest first, of a topic or of all, answered before a moment."""
    return await work.all(
        Found,
        """
        select id, ref, topic, ward, words, answer, answered_at, unit_name,
               (select count(*) from dialogue.vote where question_id = question.id and helpful)
               as helpful
        from dialogue.question
        where shown and (:topic = '' or topic = :topic)
          and (:before::timestamptz is null or answered_at < :before)
        order by answered_at desc, id desc
        limit :most
        """,
        topic=topic,
        before=before,
        most=most,
    )


async def list_newest_page(
    work: Work, topic: str, before: datetime | None, before_id: UUID | None, most: int
) -> list[Found]:
    """Return public answers, newest first, of a topic or of all, from a place on."""
    return await work.all(
        Found,
        """
        select id, ref, topic, ward, words, answer, answered_at, unit_name,
               (select count(*) from dialogue.vote where question_id = question.id and helpful)
               as helpful
        from dialogue.question
        where shown and (:topic = '' or topic = :topic)
          and (:before::timestamptz is null or (answered_at, id) < (:before, :before_id::uuid))
        order by answered_at desc, id desc
        limit :most
        """,
        topic=topic,
        before=before,
        before_id=before_id,
        most=most,
    )


async def list_found(work: Work, tsquery: str, topic: str, most: int) -> list[Found]:
    """Return public answers that have any of these words, what has more of them first."""
    return await work.all(
        Found,
        """
        select id, ref, topic, ward, words, answer, answered_at, unit_name,
               (select count(*) from dialogue.vote where question_id = question.id and helpful)
               as helpful
        from dialogue.question
        where shown and (:topic = '' or topic = :topic) and search @@ to_tsquery('simple', :tsquery)
        order by ts_rank(search, to_tsquery('simple', :tsquery)) desc, answered_at desc, id desc
        limit :most
        """,
        tsquery=tsquery,
        topic=topic,
        most=most,
    )


async def list_mine(work: Work, asker_id: UUID) -> list[Mine]:
    """Return what somebody has asked, newest first."""
    return await work.all(
        Mine,
        """
        select ref, words, status, asked_at, due_at, asks_back, rating, private
        from dialogue.question where asker_id = :asker_id
        order by asked_at desc limit 100
        """,
        asker_id=asker_id,
    )


async def list_asked(work: Work, asker_id: UUID) -> list[Question]:
    """Return everything somebody has asked, for them to take away."""
    return await work.all(
        Question,
        "select * from dialogue.question where asker_id = :asker_id order by asked_at",
        asker_id=asker_id,
    )


async def set_vote(work: Work, question_id: UUID, helpful: bool) -> None:
    """Keep the actor's word on whether an answer helped; they may change it."""
    await work.run(
        """
        insert into dialogue.vote (question_id, person_id, helpful)
        values (:question_id, :person_id, :helpful)
        on conflict (question_id, person_id) do update set helpful = excluded.helpful
        """,
        question_id=question_id,
        person_id=work.actor.person_id,
        helpful=helpful,
    )


async def set_words(work: Work, question: Question, words: str, answer: str, version: int) -> bool:
    """Change a public question and its answer and keep how they read; False if not this version."""
    return bool(
        await work.run(
            """
            with changed as (
                update dialogue.question
                set words = :words, answer = :answer, edited_at = :now, version = version + 1,
                    search = setweight(to_tsvector('simple', :found_by), 'A')
                             || setweight(to_tsvector('simple', :and_by), 'C')
                where id = :id and version = :version
                returning id
            )
            insert into dialogue.edit (
                question_id, version, at, editor_id, editor_name, words, answer
            )
            select id, :version, :now, :editor_id, :editor_name, :was_words, :was_answer
            from changed
            """,
            id=question.id,
            version=version,
            words=words,
            answer=answer,
            now=work.now,
            found_by=" ".join(words_in(words)),
            and_by=" ".join(words_in(answer)),
            editor_id=work.actor.id,
            editor_name=work.actor.name,
            was_words=question.words,
            was_answer=question.answer,
        )
    )


async def list_edits(work: Work, question_id: UUID) -> list[Edit]:
    """Return how a question and its answer read before, the latest first."""
    return await work.all(
        Edit,
        """
        select version, at, editor_name, words, answer
        from dialogue.edit where question_id = :question_id order by version desc
        """,
        question_id=question_id,
    )


async def remove_asker(work: Work, person_id: UUID) -> None:
    """Make what somebody asked nameless, and forget what helped them."""
    await work.run(
        """
        with votes as (delete from dialogue.vote where person_id = :person_id)
        update dialogue.question set asker_id = null, client_key = null
        where asker_id = :person_id
        """,
        person_id=person_id,
    )


async def list_votes(work: Work, person_id: UUID) -> list[dict[str, Any]]:
    """Return which answers somebody called helpful or not."""
    return await work.values(
        dict[str, Any],
        """
        select jsonb_build_object('ref', question.ref, 'helpful', vote.helpful)
        from dialogue.vote join dialogue.question on question.id = vote.question_id
        where vote.person_id = :person_id order by question.ref
        """,
        person_id=person_id,
    )
