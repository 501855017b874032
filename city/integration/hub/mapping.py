"""Mapping one record to another by rules that are data: no expressions, nothing is executed."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, tzinfo
from decimal import Decimal, InvalidOperation
from typing import Any

from city.integration.hub.fields import Fields, pick, put
from city.integration.hub.model import FIELD, How, Mapped, Rule
from city.kernel import Says, say

MOST_RULES = 100
_MOST_DETAIL = 20_000

DATES = {
    "iso": "",
    "unix": "",
    "yyyy-mm-dd": "%Y-%m-%d",
    "dd/mm/yyyy": "%d/%m/%Y",
    "dd/mm/yyyy hh:mm": "%d/%m/%Y %H:%M",
    "dd/mm/yyyy hh:mm:ss": "%d/%m/%Y %H:%M:%S",
    "hh:mm dd/mm/yyyy": "%H:%M %d/%m/%Y",
    "yyyymmdd": "%Y%m%d",
    "yyyymmddhhmmss": "%Y%m%d%H%M%S",
}
"""Names of date formats. Times that name no zone are the city's; `unix` counts seconds."""

UNITS: dict[str, tuple[str, Decimal]] = {
    "mm": ("length", Decimal("0.001")),
    "cm": ("length", Decimal("0.01")),
    "m": ("length", Decimal(1)),
    "km": ("length", Decimal(1000)),
    "m2": ("area", Decimal(1)),
    "ha": ("area", Decimal(10_000)),
    "km2": ("area", Decimal(1_000_000)),
    "l": ("volume", Decimal("0.001")),
    "m3": ("volume", Decimal(1)),
    "g": ("mass", Decimal("0.001")),
    "kg": ("mass", Decimal(1)),
    "t": ("mass", Decimal(1000)),
    "s": ("time", Decimal(1)),
    "min": ("time", Decimal(60)),
    "h": ("time", Decimal(3600)),
    "mbar": ("pressure", Decimal(100)),
    "bar": ("pressure", Decimal(100_000)),
    "kPa": ("pressure", Decimal(1000)),
    "kWh": ("energy", Decimal(1)),
    "MWh": ("energy", Decimal(1000)),
    "VND": ("money", Decimal(1)),
    "kVND": ("money", Decimal(1000)),
    "MVND": ("money", Decimal(1_000_000)),
}
"""Units of measure: what each measures, and how many of the first of its kind it is."""


class Unfit(Exception):
    """A value cannot become what its rule says."""

    def __init__(self, says: Says) -> None:
        """Refuse with a sentence."""
        self.says = says
        super().__init__(str(says))


def check_rules(rules: Sequence[Rule]) -> dict[str, Says]:
    """Return a sentence for every rule that cannot work, by `rules.N`, counted from 0."""
    faults: dict[str, Says] = {}
    seen: list[str] = []
    for n, rule in enumerate(rules):
        if fault := _fault(rule):
            faults[f"rules.{n}"] = fault
        elif any(_overlap(rule.to, one) for one in seen):
            faults[f"rules.{n}"] = say("“{field}” is made by a rule above already.", field=rule.to)
        seen.append(rule.to)
    if not rules:
        faults["rules"] = say("Please give at least one rule.")
    if len(rules) > MOST_RULES:
        faults["rules"] = say("Please give at most {most}.", most=MOST_RULES)
    return faults


def apply(rules: Sequence[Rule], record: Fields, zone: tzinfo) -> Mapped:
    """Return what the rules make of a record, with a sentence for each field that does not fit.

    The rules have passed `check_rules`. A field without a value is left out.
    """
    values: Fields = {}
    faults: dict[str, Says] = {}
    for rule in rules:
        try:
            value = _value(rule, record, zone)
        except Unfit as unfit:
            faults[rule.source or rule.to] = unfit.says
            continue
        if value is not None:
            put(values, rule.to, value)
        elif rule.required:
            faults[rule.source or rule.to] = say("This is missing.")
    return Mapped(values, faults)


def pairs_of(detail: str) -> dict[str, str]:
    """Return the pairs of a code list, one `theirs = ours` a line."""
    pairs: dict[str, str] = {}
    for line in detail.splitlines():
        theirs, equals, ours = line.partition("=")
        if equals:
            pairs[theirs.strip()] = ours.strip()
    return pairs


def _fault(rule: Rule) -> Says | None:
    if not rule.to:
        return say("Please say which field it goes to.")
    if rule.how is not How.CONSTANT and not rule.source:
        return say("Please say which field it comes from.")
    if not FIELD.fullmatch(rule.to):
        return say("“{field}” is no name of a field.", field=rule.to)
    if rule.how is not How.CONSTANT and not FIELD.fullmatch(rule.source):
        return say("“{field}” is no name of a field.", field=rule.source)
    if rule.how is How.CONSTANT and not rule.detail.strip():
        return say("Please say what “{field}” always is.", field=rule.to)
    if len(rule.detail) > _MOST_DETAIL:
        return say("This list is too long.")
    if rule.how is How.CODES and not pairs_of(rule.detail):
        return say("Please write the codes as “theirs = ours”, one pair a line.")
    if rule.how is How.DATE and not set(_two(rule.detail)) <= DATES.keys():
        return say("Please write two date formats, such as “dd/mm/yyyy -> iso”.")
    if rule.how is How.UNIT:
        from_, to = (UNITS.get(name, ("", Decimal(0)))[0] for name in _two(rule.detail))
        if not from_ or from_ != to:
            return say("Please write two units that measure the same, such as “km -> m”.")
    return None


def _overlap(one: str, other: str) -> bool:
    return one == other or one.startswith(f"{other}.") or other.startswith(f"{one}.")


def _two(detail: str) -> tuple[str, str]:
    first, arrow, second = detail.partition("->")
    return first.strip(), second.strip() if arrow else first.strip()


def _value(rule: Rule, record: Fields, zone: tzinfo) -> Any:
    if rule.how is How.CONSTANT:
        return rule.detail
    given = pick(record, rule.source)
    if given is None:
        given = rule.default or None
        if given is None or rule.how is How.CODES:
            return given
    return _MAKERS[rule.how](rule, given, zone)


def _copy(rule: Rule, given: Any, zone: tzinfo) -> Any:
    return given.strip() if isinstance(given, str) else given


def _code(rule: Rule, given: Any, zone: tzinfo) -> Any:
    code = _text(given)
    found = pairs_of(rule.detail).get(code)
    if found is None and not rule.default:
        raise Unfit(say("The code “{code}” is not in the list.", code=code[:60]))
    return rule.default if found is None else found


def _number(rule: Rule, given: Any, zone: tzinfo) -> int | float:
    number = _decimal(given)
    return int(number) if number == number.to_integral_value() else float(number)


def _unit(rule: Rule, given: Any, zone: tzinfo) -> int | float:
    from_, to = _two(rule.detail)
    number = _decimal(given) * UNITS[from_][1] / UNITS[to][1]
    return int(number) if number == number.to_integral_value() else float(number)


def _date(rule: Rule, given: Any, zone: tzinfo) -> Any:
    from_, to = _two(rule.detail)
    moment = _read_date(from_, _text(given), zone)
    timed = isinstance(moment, datetime)
    if to == "iso":
        return moment.isoformat()
    if to == "unix":
        midnight = datetime(moment.year, moment.month, moment.day, tzinfo=zone)
        return int((moment if isinstance(moment, datetime) else midnight).timestamp())
    return (moment.astimezone(zone) if timed else moment).strftime(DATES[to])


def _read_date(name: str, text: str, zone: tzinfo) -> date:
    unfit = Unfit(say("“{given}” is no date written as {format}.", given=text[:60], format=name))
    try:
        if name == "unix":
            return datetime.fromtimestamp(float(text), zone)
        if name == "iso":
            if len(text) == len("2026-11-23"):
                return date.fromisoformat(text)
            moment = datetime.fromisoformat(text)
        else:
            moment = datetime.strptime(text, DATES[name])
            if "%H" not in DATES[name]:
                return moment.date()
    except (ValueError, OverflowError, OSError) as error:
        raise unfit from error
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)


def _decimal(given: Any) -> Decimal:
    """Return a number as people write it: 1.234,5 as well as 1234.5."""
    text = _text(given).replace(" ", "").replace("\u00a0", "")
    if "," in text:
        text = text.replace(".", "").replace(",", ".")
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise Unfit(say("“{given}” is no number.", given=text[:60])) from error
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise Unfit(say("“{given}” is no number.", given=text[:60]))
    return number


def _text(given: Any) -> str:
    if isinstance(given, bool) or not isinstance(given, str | int | float | Decimal):
        raise Unfit(say("This is no single value."))
    return str(given).strip()


_MAKERS: dict[How, Callable[[Rule, Any, tzinfo], Any]] = {
    How.COPY: _copy,
    How.CODES: _code,
    How.DATE: _date,
    How.NUMBER: _number,
    How.UNIT: _unit,
}
