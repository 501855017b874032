"""The SQL of destinations."""

from datetime import datetime

from msgspec import to_builtins
from msgspec.structs import asdict

from city.integration.federation.model import Destination
from city.kernel import Says, Work


async def list_destinations(work: Work) -> list[Destination]:
    """Return every destination, by name."""
    return await work.all(
        Destination,
        """
        select code, name, url, jurisdiction_id, form, language, state, moment, trusted,
               categories, attributes, wards, version, api_key is not null as has_key,
               tells_updates, read_until, asked_at, fault
        from integration.destination order by name, code
        """,
    )


async def find_destination(work: Work, code: str) -> Destination | None:
    """Return a destination, if there is one of this code."""
    return await work.maybe(
        Destination,
        """
        select code, name, url, jurisdiction_id, form, language, state, moment, trusted,
               categories, attributes, wards, version, api_key is not null as has_key,
               tells_updates, read_until, asked_at, fault
        from integration.destination where code = :code
        """,
        code=code,
    )


async def list_for(work: Work, category: str, ward: str | None, moment: str) -> list[Destination]:
    """Return the destinations that a case of this category and ward goes to at this moment."""
    return await work.all(
        Destination,
        """
        select code, name, url, jurisdiction_id, form, language, state, moment, trusted,
               categories, attributes, wards, version, api_key is not null as has_key,
               tells_updates, read_until, asked_at, fault
        from integration.destination
        where categories ? :category::text and moment = :moment
          and (wards = '{}' or :ward::text = any(wards))
        order by code
        """,
        category=category,
        ward=ward,
        moment=moment,
    )


async def get_key(work: Work, code: str) -> bytes | None:
    """Return the sealed key to a destination, if it has one."""
    return await work.value(
        bytes, "select api_key from integration.destination where code = :code", code=code
    )


_LEFT_OUT = ("has_key", "tells_updates", "read_until", "asked_at", "fault")


def _columns(destination: Destination) -> dict[str, object]:
    return {k: v for k, v in asdict(destination).items() if k not in _LEFT_OUT}


async def add_destination(work: Work, destination: Destination, key: bytes | None) -> bool:
    """Write a new destination; False if there is one of this code."""
    added = await work.run(
        """
        insert into integration.destination
            (code, name, url, jurisdiction_id, api_key, form, language, state, moment, trusted,
             categories, attributes, wards, version, made_at, changed_at)
        values (:code, :name, :url, :jurisdiction_id, :key::bytea, :form, :language, :state,
                :moment, :trusted, :categories, :attributes, :wards::text[], :version, :now, :now)
        on conflict (code) do nothing
        """,
        **_columns(destination),
        key=key,
        now=work.now,
    )
    return added == 1


async def set_destination(work: Work, destination: Destination, key: bytes | None) -> bool:
    """Change a destination if it is still as it was read; a key of None leaves the one it has."""
    changed = await work.run(
        """
        update integration.destination
        set name = :name, url = :url, jurisdiction_id = :jurisdiction_id, form = :form,
            api_key = coalesce(:key::bytea, api_key), language = :language, state = :state,
            moment = :moment, trusted = :trusted, categories = :categories,
            attributes = :attributes, wards = :wards::text[], version = version + 1,
            tells_updates = null, fault = null,
            changed_at = :now
        where code = :code and version = :version
        """,
        **_columns(destination),
        key=key,
        now=work.now,
    )
    return changed == 1


async def take_asked(work: Work, before: datetime) -> Destination | None:
    """Return a destination in service that was not asked since `before`, and write that it is."""
    return await work.maybe(
        Destination,
        """
        update integration.destination as d set asked_at = :now
        where code = (
            select code from integration.destination as one
            where state = 'live' and (asked_at is null or asked_at < :before::timestamptz)
              and exists (select from integration.sending as s
                          where s.destination = one.code and s.state = 'sent')
            order by asked_at nulls first limit 1 for update skip locked
        )
        returning code, name, url, jurisdiction_id, form, language, state, moment, trusted,
                  categories, attributes, wards, version, api_key is not null as has_key,
                  tells_updates, read_until, asked_at, fault
        """,
        now=work.now,
        before=before,
    )


async def set_read(
    work: Work,
    code: str,
    *,
    tells_updates: bool | None,
    read_until: datetime | None,
    fault: Says | None,
) -> None:
    """Write how far a destination's updates have been read, or why they could not be."""
    await work.run(
        """
        update integration.destination
        set tells_updates = coalesce(:tells_updates::boolean, tells_updates),
            read_until = greatest(read_until, :read_until::timestamptz), fault = :fault
        where code = :code
        """,
        code=code,
        tells_updates=tells_updates,
        read_until=read_until,
        fault=to_builtins(fault),
    )
