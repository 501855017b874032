"""Taking declared days from a file on the command line."""

import asyncio
from pathlib import Path

from city.calendar import actions, known
from city.calendar.model import KINDS
from city.calendar.sheets import Sheet, read_sheet
from city.kernel import Problem, Work


async def import_file(work: Work, file: Path) -> str:
    """Declare the days of a table (CSV) or calendar (iCalendar); return what became of each line.

    A file with a wrong line changes nothing and raises Problem with every one. Needs
    `cases.manage`, or to be the city itself.
    """
    try:
        content = await asyncio.to_thread(file.read_bytes)
    except OSError as error:
        raise Problem("The file cannot be read: {reason}", reason=error.strerror or "") from error
    await known.refresh(work, anew=True)
    sheet = read_sheet(file.name, content, known.declared())
    if sheet.faults:
        raise Problem("Nothing was changed:\n{lines}", lines="\n".join(_faults(sheet)))
    await actions.set_days(work, sheet.new)
    same = len(sheet.lines) - len(sheet.new)
    told = [f"{day.date} {KINDS[day.kind].text.lower()}" for day in sheet.new]
    return "\n".join([*told, f"{len(sheet.new)} days declared, {same} were so already."])


def _faults(sheet: Sheet) -> list[str]:
    return [f"  line {line.number}: {line.fault}" for line in sheet.lines if line.fault]
