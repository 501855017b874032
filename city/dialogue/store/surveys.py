"""Surveys and what was answered: one function for each statement."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from msgspec import Struct
from msgspec.structs import asdict

from city.dialogue.model import Survey, Tally
from city.kernel import Work


class Text(Struct, frozen=True, kw_only=True):
    """A free text; `person_id` only where the survey says that answers bear names."""

    question: str
    said: str
    person_id: UUID | None


class Line(Struct, frozen=True, kw_only=True):
    """One person's answers; ward and month only of a survey with names."""

    answers: dict[str, Any]
    person_id: UUID | None
    ward: str | None


class Taken(Struct, frozen=True, kw_only=True):
    """That somebody has answered a survey; what they said only where it can be known."""

    ref: str
    title: dict[str, str]
    answered_on: date
    named: bool
    changeable: bool
    answers: dict[str, Any] | None


async def find_survey(
    work: Work, ref: str, person_id: UUID | None = None, answer_id: UUID | None = None
) -> Survey | None:
    """Return a survey, with what this person has answered if it can be known."""
    return await work.maybe(
        Survey,
        """
        select survey.*, taker.answered_on, answer.answers as given, answer.ward as given_ward
        from dialogue.survey
        left join dialogue.taker on taker.survey_id = survey.id and taker.person_id = :person_id
        left join dialogue.answer on answer.id = :answer_id and answer.survey_id = survey.id
             and taker.person_id is not null
        where survey.ref = :ref
        """,
        ref=ref,
        person_id=person_id,
        answer_id=answer_id,
    )


async def lock_survey(work: Work, ref: str) -> Survey | None:
    """Return a survey, held so that nobody else changes it meanwhile."""
    return await work.maybe(
        Survey, "select * from dialogue.survey where ref = :ref for update", ref=ref
    )


async def find_by_id(work: Work, id: UUID) -> Survey | None:
    """Return a survey."""
    return await work.maybe(Survey, "select * from dialogue.survey where id = :id", id=id)


async def list_public(work: Work, person_id: UUID | None, most: int) -> list[Survey]:
    """Return the published surveys that have begun, what closes last first."""
    return await work.all(
        Survey,
        """
        select survey.*, taker.answered_on
        from dialogue.survey
        left join dialogue.taker on taker.survey_id = survey.id and taker.person_id = :person_id
        where survey.published_at is not null and survey.opens_at <= :now
        order by survey.closes_at desc, survey.id desc
        limit :most
        """,
        person_id=person_id,
        now=work.now,
        most=most,
    )


async def list_public_page(
    work: Work, before: datetime | None, before_id: UUID | None, most: int
) -> list[Survey]:
    """Return the published surveys that have begun, what closes last first, from a place on."""
    return await work.all(
        Survey,
        """
        select survey.*, null::date as answered_on
        from dialogue.survey
        where published_at is not null and opens_at <= :now
          and (:before::timestamptz is null or (closes_at, id) < (:before, :before_id::uuid))
        order by closes_at desc, id desc
        limit :most
        """,
        now=work.now,
        before=before,
        before_id=before_id,
        most=most,
    )


async def list_for_staff(work: Work, all_of_them: bool, unit_id: UUID | None) -> list[Survey]:
    """Return the surveys of a unit (null: of the city), drafts first, with how many answered."""
    return await work.all(
        Survey,
        """
        select survey.*,
               (select count(*) from dialogue.answer where survey_id = survey.id) as takers
        from dialogue.survey
        where :all_of_them::boolean or owner_id is not distinct from :unit_id::uuid
        order by published_at is not null, coalesce(closes_at, created_at) desc, id desc
        limit 200
        """,
        all_of_them=all_of_them,
        unit_id=unit_id,
    )


async def add_survey(work: Work, survey: Survey) -> None:
    """Keep a new draft."""
    await work.run(
        """
        insert into dialogue.survey (
            id, ref, owner_id, owner_name, title, intro, asks, wards, audience, assurance, opens_at,
            closes_at, named, changeable, live, sample, created_at
        ) values (
            :id, :ref, :owner_id, :owner_name, :title, :intro, :asks, :wards, :audience, :assurance,
            :opens_at, :closes_at, :named, :changeable, :live, :sample, :now
        )
        """,
        **_columns(survey),
        now=work.now,
    )


async def set_survey(work: Work, survey: Survey, version: int) -> bool:
    """Change a survey if it still is of this version; False if somebody else was first."""
    return bool(
        await work.run(
            """
            update dialogue.survey
            set title = :title, intro = :intro, asks = :asks, wards = :wards, audience = :audience,
                assurance = :assurance, opens_at = :opens_at, closes_at = :closes_at,
                named = :named, changeable = :changeable, live = :live,
                published_at = :published_at, closed_at = :closed_at, reworded_at = :reworded_at,
                follow_up = :follow_up, followed_up_at = :followed_up_at, version = version + 1
            where id = :id and version = :version
            """,
            **{**_columns(survey), "version": version},
        )
    )


async def remove_draft(work: Work, id: UUID, version: int) -> bool:
    """Remove a survey that was never published; False if it was, or has changed."""
    return bool(
        await work.run(
            """
            delete from dialogue.survey
            where id = :id and version = :version and published_at is null
            """,
            id=id,
            version=version,
        )
    )


async def add_answer(
    work: Work,
    survey_id: UUID,
    *,
    id: UUID,
    day: date,
    ward: str | None,
    answers: dict[str, Any],
    named: bool,
) -> bool:
    """Keep the actor's answer, if the survey is open and they have not answered it yet.

    If the same person is just answering elsewhere this waits until that is decided.
    """
    return bool(
        await work.run(
            """
            with open as (
                select id from dialogue.survey
                where id = :survey_id and published_at is not null and closed_at is null
                  and opens_at <= :now and closes_at > :now
                for share
            ), taker as (
                insert into dialogue.taker (survey_id, person_id, answered_on)
                select id, :person_id, :day from open
                on conflict do nothing
                returning survey_id
            )
            insert into dialogue.answer (id, survey_id, person_id, ward, month, answers)
            select :id, survey_id, case when :named::boolean then :person_id::uuid end, :ward,
                   date_trunc('month', :day::date), :answers
            from taker
            """,
            survey_id=survey_id,
            person_id=work.actor.person_id,
            now=work.now,
            id=id,
            day=day,
            ward=ward,
            answers=answers,
            named=named,
        )
    )


async def set_answer(
    work: Work, survey_id: UUID, id: UUID, ward: str | None, answers: dict[str, Any]
) -> bool:
    """Change an answer while its survey is open; False if there is no such answer."""
    return bool(
        await work.run(
            """
            with open as (
                select id from dialogue.survey
                where id = :survey_id and changeable and closed_at is null
                  and opens_at <= :now and closes_at > :now
                for share
            )
            update dialogue.answer set ward = :ward, answers = :answers
            from open
            where answer.id = :id and answer.survey_id = open.id
            """,
            survey_id=survey_id,
            id=id,
            ward=ward,
            answers=answers,
            now=work.now,
        )
    )


async def add_sample_answers(
    work: Work, survey_id: UUID, answers: list[dict[str, Any]], wards: list[str], months: list[date]
) -> None:
    """Add made-up answers of nobody to a sample survey."""
    await work.run(
        """
        insert into dialogue.answer (id, survey_id, ward, month, answers)
        select gen_random_uuid(), :survey_id, ward, month, answers
        from unnest(:answers::jsonb[], :wards::text[], :months::date[]) as a (answers, ward, month)
        """,
        survey_id=survey_id,
        answers=answers,
        wards=wards,
        months=months,
    )


async def count_answers(work: Work, survey_id: UUID, counted: list[str]) -> list[Tally]:
    """Return every count there is of a survey's answers; choices only of these questions."""
    return await work.all(
        Tally,
        """
        with given as materialized (
            select ward, month, answers from dialogue.answer where survey_id = :survey_id
        ), said as materialized (
            select q.key, q.value from given, jsonb_each(given.answers) as q
        )
        select 'all' as part, '' as question, '' as choice, count(*) as n from given
        union all
        select 'ward', '', coalesce(ward, ''), count(*) from given group by ward
        union all
        select 'month', '', to_char(month, 'YYYY-MM'), count(*) from given group by month
        union all
        select 'answered', key, '', count(*) from said group by key
        union all
        select 'choice', said.key, choice, count(*)
        from said, jsonb_array_elements_text(
            case when jsonb_typeof(said.value) = 'array' then said.value
                 else jsonb_build_array(said.value) end
        ) as choice
        where said.key = any(:counted::text[])
        group by said.key, choice
        """,
        survey_id=survey_id,
        counted=counted,
    )


async def list_texts(work: Work, survey_id: UUID, asks: list[str], most: int) -> list[Text]:
    """Return what was written, in no order that would tell who was first."""
    return await work.all(
        Text,
        """
        select q.key as question, q.value #>> '{}' as said, answer.person_id
        from dialogue.answer, jsonb_each(answer.answers) as q
        where answer.survey_id = :survey_id and q.key = any(:asks::text[])
        order by q.key, md5(answer.id::text)
        limit :most
        """,
        survey_id=survey_id,
        asks=asks,
        most=most,
    )


async def list_lines(work: Work, survey_id: UUID, most: int) -> list[Line]:
    """Return every answer by itself, in no order that would tell who was first."""
    return await work.all(
        Line,
        """
        select answers, person_id, case when person_id is not null then ward end as ward
        from dialogue.answer
        where survey_id = :survey_id
        order by md5(id::text)
        limit :most
        """,
        survey_id=survey_id,
        most=most,
    )


async def list_takers(work: Work, survey_id: UUID) -> list[UUID]:
    """Return who has answered a survey, to tell them what became of it."""
    return await work.values(
        UUID,
        "select person_id from dialogue.taker where survey_id = :survey_id order by person_id",
        survey_id=survey_id,
    )


async def list_taken(work: Work, person_id: UUID) -> list[Taken]:
    """Return which surveys somebody has answered, and what they said where it bears their name."""
    return await work.all(
        Taken,
        """
        select survey.ref, survey.title, taker.answered_on, survey.named, survey.changeable,
               answer.answers
        from dialogue.taker
        join dialogue.survey on survey.id = taker.survey_id
        left join dialogue.answer on answer.survey_id = survey.id
             and answer.person_id = taker.person_id
        where taker.person_id = :person_id
        order by taker.answered_on
        """,
        person_id=person_id,
    )


async def find_answer(work: Work, id: UUID) -> dict[str, Any] | None:
    """Return one answer, by an id that only whoever gave it can lead to."""
    return await work.value(
        dict[str, Any], "select answers from dialogue.answer where id = :id", id=id
    )


async def remove_taker(work: Work, person_id: UUID) -> None:
    """Forget which surveys somebody answered; what they said stays without their name."""
    await work.run(
        """
        with nameless as (
            update dialogue.answer set person_id = null where person_id = :person_id
        )
        delete from dialogue.taker where person_id = :person_id
        """,
        person_id=person_id,
    )


async def has_samples(work: Work) -> bool:
    """Return whether there are sample surveys."""
    return bool(
        await work.value(bool, "select exists (select from dialogue.survey where sample) as found")
    )


def _columns(survey: Survey) -> dict[str, Any]:
    columns = asdict(survey)
    for name in ("answered_on", "given", "given_ward", "takers"):
        del columns[name]
    return columns
