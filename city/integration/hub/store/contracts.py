"""The SQL of contracts and of how much they are used."""

from datetime import date
from uuid import UUID

from city.integration.hub.model import Contract, NewContract
from city.kernel import Work


async def add_contract(work: Work, id: UUID, new: NewContract) -> int:
    """Keep a draft by the one who acts; return its number."""
    number = await work.value(
        int,
        """
        insert into integration.hub_contract (
            id, system, kind, direction, fields, purpose, legal_basis, valid_from, valid_to,
            quota_a_day, keep_days, state, drafted_at, drafted_by, drafted_name)
        values (
            :id, :system, :message_kind, :direction, :fields::jsonb, :purpose, :legal_basis,
            :valid_from, :valid_to, :quota_a_day, :keep_days, 'draft', :now, :by, :name)
        returning number
        """,
        id=id,
        system=new.system,
        message_kind=new.kind,
        direction=new.direction.value,
        fields=new.fields,
        purpose=new.purpose,
        legal_basis=new.legal_basis,
        valid_from=new.valid_from,
        valid_to=new.valid_to,
        quota_a_day=new.quota_a_day,
        keep_days=new.keep_days,
        now=work.now,
        by=work.actor.id,
        name=work.actor.name,
    )
    return number or 0


async def find_contract(work: Work, number: int) -> Contract | None:
    """Return the contract of this number."""
    return await work.maybe(
        Contract, "select * from integration.hub_contract where number = :number", number=number
    )


async def get_contract(work: Work, id: UUID) -> Contract:
    """Return the contract of this id."""
    return await work.one(Contract, "select * from integration.hub_contract where id = :id", id=id)


async def find_in_force(
    work: Work, system: str, kind: str, direction: str, day: date
) -> Contract | None:
    """Return the contract that is approved, and good on this day."""
    return await work.maybe(
        Contract,
        """
        select * from integration.hub_contract
        where system = :system and kind = :kind and direction = :direction
          and state = 'approved' and :day between valid_from and valid_to
        """,
        system=system,
        kind=kind,
        direction=direction,
        day=day,
    )


async def list_receivers(work: Work, kind: str, day: date) -> list[Contract]:
    """Return the contracts by which systems are told of this kind today."""
    return await work.all(
        Contract,
        """
        select hub_contract.* from integration.hub_contract
        join integration.hub_system on code = system
        where hub_contract.kind = :kind and hub_contract.direction = 'out'
          and hub_contract.state = 'approved' and :day between valid_from and valid_to
          and connector = 'rest-push' and hub_system.state in ('test', 'live')
        """,
        kind=kind,
        day=day,
    )


async def list_contracts(work: Work, system: str = "") -> list[Contract]:
    """Return contracts, those that wait for approval first, of one system or of all."""
    return await work.all(
        Contract,
        """
        select * from integration.hub_contract where :system::text in ('', system)
        order by array_position(array['draft', 'approved', 'ended'], state), number desc limit 500
        """,
        system=system,
    )


async def approve(work: Work, id: UUID) -> bool:
    """Put a draft in force by the one who acts; False if it is none or they have drafted it."""
    changed = await work.run(
        """
        update integration.hub_contract
        set state = 'approved', approved_at = :now, approved_by = :by, approved_name = :name
        where id = :id and state = 'draft' and drafted_by is distinct from :by::uuid
        """,
        id=id,
        now=work.now,
        by=work.actor.id,
        name=work.actor.name,
    )
    return changed > 0


async def end(work: Work, id: UUID) -> bool:
    """End a contract, or drop a draft; False if that has been done."""
    changed = await work.run(
        """
        update integration.hub_contract
        set state = 'ended', ended_at = :now, ended_name = :name
        where id = :id and state <> 'ended'
        """,
        id=id,
        now=work.now,
        name=work.actor.name,
    )
    return changed > 0


async def use(work: Work, id: UUID, day: date, quota: int) -> bool:
    """Count one exchange; False, and nothing counted, when the quota of the day is used up."""
    counted = await work.value(
        int,
        """
        insert into integration.hub_use as used (contract_id, day, exchanges)
        values (:id, :day, 1)
        on conflict (contract_id, day) do update set exchanges = used.exchanges + 1
        where used.exchanges < :quota::integer
        returning exchanges
        """,
        id=id,
        day=day,
        quota=quota,
    )
    return counted is not None


async def count_use(work: Work, id: UUID, day: date) -> int:
    """Return how many exchanges a contract has had on a day."""
    used = await work.value(
        int,
        "select exchanges from integration.hub_use where contract_id = :id and day = :day",
        id=id,
        day=day,
    )
    return used or 0


async def remove_use(work: Work, before: date) -> int:
    """Forget how much was used before a day; return how many rows."""
    return await work.run("delete from integration.hub_use where day < :before", before=before)


async def list_signed_by(work: Work, person_id: UUID) -> list[Contract]:
    """Return the contracts somebody drafted or approved."""
    return await work.all(
        Contract,
        """
        select * from integration.hub_contract
        where drafted_by = :person_id or approved_by = :person_id order by number
        """,
        person_id=person_id,
    )
