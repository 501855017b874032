"""The log of events, read in the order of their commits and without gaps.

Numbers are given when a transaction writes, and not when it commits: who reads "everything after
number 41" may miss a 40 that is committed later. So a reader stops before the oldest transaction
that is still going on, and a position names the transaction as well as the number.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from msgspec import Struct

from city.kernel.errors import Invalid, say
from city.kernel.work import Work

_POSITION = re.compile(r"([0-9]{1,19})-([0-9]{1,18})")


class Logged(Struct, frozen=True, kw_only=True):
    """An event as it was announced; `position` is where to go on reading after it."""

    id: UUID
    kind: str
    at: datetime
    actor_id: UUID | None
    body: dict[str, Any]
    position: str


async def log_position(work: Work) -> str:
    """Return a position before which everything is visible to whoever reads from now on.

    Ask for it first, copy the state, and then read the events after it: nothing is missed, and
    what happened meanwhile comes twice.
    """
    position = await work.value(str, "select pg_snapshot_xmin(pg_current_snapshot()) || '-0'")
    return position or "0-0"


async def events_after(work: Work, position: str, kinds: Sequence[str], limit: int) -> list[Logged]:
    """Return up to `limit` events of these kinds after a position, first things first.

    The position is that of an event, or of `log_position`; empty means from the beginning. Raises
    Invalid when it is none.
    """
    tx, seq = _read(position)
    return await work.all(
        Logged,
        """
        select id, kind, at, actor_id, body, tx || '-' || seq as position
        from kernel.event
        where (tx, seq) > (:tx::text::xid8, :seq::bigint) and kind = any(:kinds::text[])
          and (tx < pg_snapshot_xmin(pg_current_snapshot())
               or tx = pg_current_xact_id_if_assigned())
        order by tx, seq
        limit :limit
        """,
        tx=tx,
        seq=seq,
        kinds=list(kinds),
        limit=limit,
    )


async def events_between(
    work: Work, begin: datetime, end: datetime, kinds: Sequence[str], limit: int
) -> list[Logged]:
    """Return up to `limit` events of these kinds that were announced from `begin` until `end`.

    They come in the order of the log. It is read from its first line on: for what is rarely asked.
    """
    return await work.all(
        Logged,
        """
        select id, kind, at, actor_id, body, tx || '-' || seq as position
        from kernel.event
        where at >= :begin and at < :end and kind = any(:kinds::text[])
        order by tx, seq
        limit :limit
        """,
        begin=begin,
        end=end,
        kinds=list(kinds),
        limit=limit,
    )


def _read(position: str) -> tuple[str, int]:
    if not position:
        return "0", 0
    found = _POSITION.fullmatch(position)
    if found is None or int(found[1]) >= 2**64:
        raise Invalid({"after": say("This is no position in the log of changes.")})
    return str(int(found[1])), int(found[2])  # PostgreSQL takes a leading zero for octal.
