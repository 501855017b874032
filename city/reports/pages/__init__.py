"""The pages on which people report, and follow what was reported."""

from typing import Any

from city.reports.pages.desk import desk_card, show_reporter
from city.reports.pages.found import found_reports
from city.reports.pages.mine import show_mine, waiting_card
from city.reports.pages.new import ask_alike, new_report, submit, suggest
from city.reports.pages.public import list_nearby, list_public, rate, show_map, show_report
from city.reports.pages.voices import routes as _voices

routes: list[Any] = [
    *_voices,
    ask_alike,
    desk_card,
    found_reports,
    list_nearby,
    list_public,
    new_report,
    rate,
    show_map,
    show_mine,
    show_report,
    show_reporter,
    submit,
    suggest,
    waiting_card,
]

__all__ = ["routes"]
