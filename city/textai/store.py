"""The SQL of textai: one function for each statement."""

from datetime import datetime
from typing import Any

import msgspec

from city.kernel import Work
from city.textai.model import Accuracy, Example, Kind, Suggestion, Version


async def set_example(work: Work, kind: Kind, key: str, text: str, label: str) -> None:
    """Keep a decision to learn from; a later one about the same thing replaces it."""
    await work.run(
        """
        insert into textai.example (kind, key, text, label, decided_at)
        values (:kind, :key, :text, :label, :now)
        on conflict (kind, key) do update
        set text = excluded.text, label = excluded.label, decided_at = excluded.decided_at
        """,
        kind=kind,
        key=key,
        text=text,
        label=label,
        now=work.now,
    )


async def delete_key(work: Work, key: str) -> int:
    """Forget what was learnt from something and what was suggested for it."""
    await work.run("delete from textai.suggestion where key = :key", key=key)
    return await work.run("delete from textai.example where key = :key", key=key)


async def list_examples(work: Work, kind: Kind, after: str, most: int) -> list[Example]:
    """Return examples in the order of their keys, after this one."""
    return await work.all(
        Example,
        """
        select key, text, label from textai.example
        where kind = :kind and key > :after order by key limit :most
        """,
        kind=kind,
        after=after,
        most=most,
    )


class Amount(msgspec.Struct, frozen=True):
    """How much there is to learn from."""

    examples: int
    labels: int
    newest_at: datetime | None


async def count_examples(work: Work, kind: Kind) -> Amount:
    """Return how many examples and labels there are, and when the newest was decided."""
    return await work.one(
        Amount,
        """
        select count(*) as examples, count(distinct label) as labels,
               max(decided_at) as newest_at
        from textai.example where kind = :kind
        """,
        kind=kind,
    )


async def list_in_use(work: Work) -> list[Version]:
    """Return the newest version in use of each model."""
    return await work.all(
        Version,
        """
        select distinct on (kind) kind, version, origin, file, digest, trained_at, in_use,
               examples, labels, held_out, top1, top3, macro_f1, plain_top1, confusions
        from textai.model where in_use order by kind, version desc
        """,
    )


async def list_versions(work: Work, kind: Kind) -> list[Version]:
    """Return the versions of a model, newest first."""
    return await work.all(
        Version,
        """
        select kind, version, origin, file, digest, trained_at, in_use,
               examples, labels, held_out, top1, top3, macro_f1, plain_top1, confusions
        from textai.model where kind = :kind order by version desc
        """,
        kind=kind,
    )


async def next_version(work: Work, kind: Kind) -> int:
    """Return the number of the next version of a model."""
    last = await work.value(int, "select max(version) from textai.model where kind = :of", of=kind)
    return (last or 0) + 1


async def find_digest(work: Work, digest: str) -> int | None:
    """Return the version that has this digest, or None."""
    return await work.value(
        int, "select version from textai.model where digest = :digest limit 1", digest=digest
    )


async def add_version(work: Work, version: Version) -> None:
    """Write down a version."""
    fields: dict[str, Any] = msgspec.structs.asdict(version)
    fields["confusions"] = msgspec.to_builtins(version.confusions)
    await work.run(
        """
        insert into textai.model
            (kind, version, origin, file, digest, trained_at, in_use, examples, labels, held_out,
             top1, top3, macro_f1, plain_top1, confusions)
        values
            (:kind, :version, :origin, :file, :digest, :trained_at, :in_use, :examples, :labels,
             :held_out, :top1, :top3, :macro_f1, :plain_top1, :confusions)
        """,
        **fields,
    )


async def delete_older(work: Work, kind: Kind, keep: int) -> list[str]:
    """Forget all but the newest versions and the one in use, and return the others' files.

    One that came from elsewhere stays, or the city would take it on anew when it next starts.
    """
    return await work.values(
        str,
        """
        delete from textai.model
        where kind = :of and origin <> 'fitted' and version not in (
            select version from textai.model where kind = :of order by version desc limit :keep
        ) and version <> coalesce((
            select max(version) from textai.model where kind = :of and in_use
        ), 0)
        returning file
        """,
        of=kind,
        keep=keep,
    )


async def set_shown(
    work: Work, key: str, suggestions: list[Suggestion], *, keep: bool = False
) -> None:
    """Note what was suggested for something; what was suggested before is replaced or kept."""
    await work.run(
        """
        insert into textai.suggestion (key, model, codes, scores, shown_at)
        values (:key, :model, :codes, :scores, :now)
        on conflict (key) do update
        set model = excluded.model, codes = excluded.codes, scores = excluded.scores,
            shown_at = excluded.shown_at
        where not :keep
        """,
        key=key,
        model=suggestions[0].model,
        codes=[suggestion.code for suggestion in suggestions],
        scores=[suggestion.score for suggestion in suggestions],
        now=work.now,
        keep=keep,
    )


async def set_chosen(work: Work, key: str, code: str) -> int:
    """Note what was chosen; nothing happens if nothing was suggested."""
    return await work.run(
        "update textai.suggestion set chosen = :code, chosen_at = :now where key = :key",
        key=key,
        code=code,
        now=work.now,
    )


async def list_accuracy(work: Work, since: datetime) -> list[Accuracy]:
    """Return for each model how often its suggestions since then were what was chosen."""
    return await work.all(
        Accuracy,
        """
        select model, count(*) as shown, count(chosen) as decided,
               count(*) filter (where chosen = codes[1]) as first,
               count(*) filter (where chosen = any(codes[1:3])) as among_three
        from textai.suggestion where shown_at >= :since
        group by model order by max(shown_at) desc
        """,
        since=since,
    )
