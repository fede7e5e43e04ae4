"""How numbers, money, dates, names of countries and lists look in each language: `fmt.money(amount)`.

Every function takes a language's code as its second argument and otherwise speaks the current one.
"""

from __future__ import annotations

from receiver.i18n.fmt.calendars import month_names
from receiver.i18n.fmt.dates import ago, date, moment, month, partial_date, time, weekday
from receiver.i18n.fmt.lists import comma, listing
from receiver.i18n.fmt.numbers import money, number, percent
from receiver.i18n.fmt.places import countries, country, language, languages
from receiver.i18n.fmt.plain import isolated, plain
from receiver.i18n.spelled import amount_in_words

__all__ = [
    "ago",
    "amount_in_words",
    "comma",
    "countries",
    "country",
    "date",
    "isolated",
    "language",
    "languages",
    "listing",
    "moment",
    "money",
    "month",
    "month_names",
    "number",
    "partial_date",
    "percent",
    "plain",
    "time",
    "weekday",
]
