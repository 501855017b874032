"""The words of routing: rules, what they look at, and what came of looking."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from msgspec import Struct

from city.cases.model import Source
from city.identity import Organisation

WARD = "ward"
"""Stands for the committee of the ward that the case lies in, where a unit's code may stand."""

CATEGORY = "category"
"""Stands for the unit that the case's category names, where a unit's code may stand."""

MOST_RULES = 500


class Hours(StrEnum):
    """When a rule holds: always, while the city works, while it does not, or between two times."""

    ANY = "any"
    WORKING = "working"
    OUTSIDE = "outside"
    WINDOW = "window"


class Condition(StrEnum):
    """What a rule can ask of a case."""

    PRIVATE = "private"
    FIELD = "field"
    WARD = "ward"
    KEYWORDS = "keywords"
    SOURCE = "source"
    PROCESS = "process"
    TIME = "time"


class Outcome(StrEnum):
    """What came of looking at a rule, or at what stands below the rules."""

    LEADS = "leads"
    ADDS = "adds"
    TOO_LATE = "too_late"
    UNMATCHED = "unmatched"
    FAULTY = "faulty"
    OFF = "off"
    SIGN = "sign"
    CATEGORY = "category"
    DESK = "desk"


class NewRule(Struct, frozen=True, kw_only=True):
    """A rule as somebody writes it.

    Empty lists ask for nothing; of `categories` and `groups` one has to fit. `keywords` are whole
    words or phrases; one typed without diacritics fits them too. `starts` and `ends` are minutes
    after midnight in local time, for `Hours.WINDOW`, which may reach over midnight; `weekdays` are
    ISO (1 is Monday), those on which the window starts. `lead` is a unit's code, WARD, CATEGORY or
    empty; `coop` are such codes too. `also`: the cooperating units are added even when another
    rule gives the lead. `automatic`: the case may go without anybody looking at it first.
    `rank` is its place in the order, from 1; None puts it last.
    """

    name: str
    rank: int | None = None
    categories: list[str] = []
    groups: list[str] = []
    wards: list[str] = []
    keywords: list[str] = []
    sources: list[str] = []
    processes: list[str] = []
    hours: Hours = Hours.ANY
    starts: int | None = None
    ends: int | None = None
    weekdays: list[int] = []
    lead: str = ""
    coop: list[str] = []
    also: bool = False
    automatic: bool = False
    note: str = ""
    enabled: bool = True


class Rule(NewRule, frozen=True, kw_only=True):
    """A rule as it stands, with who changed it last and when."""

    id: UUID
    rank: int = 0
    version: int = 1
    changed_at: datetime
    changed_by: str = ""


class RuleChange(Struct, frozen=True, kw_only=True):
    """An entry of the log: what was done to a rule, and how it stood then."""

    id: UUID
    rule_id: UUID
    what: str
    at: datetime
    actor_id: UUID | None
    actor_name: str
    rule: Rule


class Facts(Struct, frozen=True, kw_only=True):
    """What the rules know of a case. `at` is in the city's own time; `words` what was written.

    `private` is the category's: such a case only goes by rules that name its category.
    `sign_unit` is the unit that the sign on the thing itself names.
    """

    category: str
    group: str
    process: str
    source: str
    at: datetime
    at_work: bool
    ward: str | None = None
    words: str = ""
    private: bool = False
    category_unit: str | None = None
    sign_unit: str = ""


class Units(Struct, frozen=True):
    """The units that cases can go to: their codes, those with an officer, each ward's committee."""

    known: frozenset[str]
    staffed: frozenset[str]
    by_ward: Mapping[str, str]


class Reason(Struct, frozen=True):
    """What came of one rule (None: of the sign, or what is below the rules), and because of what.

    `failed` are the conditions that did not fit, `missing` the units that cannot have the case.
    """

    rule: Rule | None
    outcome: Outcome
    failed: tuple[Condition, ...] = ()
    missing: tuple[str, ...] = ()
    lead: str | None = None
    added: tuple[str, ...] = ()


class Decision(Struct, frozen=True):
    """Where a case goes, by units' codes. No lead: the desk decides. `why` is in order."""

    lead: str | None
    coop: tuple[str, ...]
    note: str
    automatic: bool
    why: tuple[Reason, ...]


class Route(Struct, frozen=True):
    """A decision with the units themselves. `automatic`: it may go without anybody looking."""

    lead: Organisation | None
    coop: list[Organisation]
    note: str
    automatic: bool
    decision: Decision


class Asked(Struct, frozen=True, kw_only=True):
    """What the rules look at in a case that might come."""

    source: str = Source.REPORT
    ward: str | None = None
    summary: str = ""
    sign_unit: str = ""


class PastCase(Struct, frozen=True, kw_only=True):
    """A case as it was routed, for trying the rules on."""

    ref: str
    category: str
    source: str
    summary: str
    ward: str | None
    unit_id: UUID
    opened_at: datetime
    sign_unit: str = ""
