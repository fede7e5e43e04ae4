"""Names of months and weekdays in the five languages, for writing dates and for reading them."""

from __future__ import annotations

from functools import lru_cache

from receiver.kit.dates import fold_month_name


def _names(text: str) -> tuple[str, ...]:
    return tuple(text.split(", "))


MONTHS: dict[str, tuple[str, ...]] = {
    "en": _names(
        "January, February, March, April, May, June, July, August, September, October, November, December",
    ),
    "fr": _names("janvier, février, mars, avril, mai, juin, juillet, août, septembre, octobre, novembre, décembre"),
    "rw": _names(
        "Mutarama, Gashyantare, Werurwe, Mata, Gicurasi, Kamena, Nyakanga, Kanama, Nzeri, Ukwakira, Ugushyingo, "
        "Ukuboza",
    ),
    "sw": _names("Januari, Februari, Machi, Aprili, Mei, Juni, Julai, Agosti, Septemba, Oktoba, Novemba, Desemba"),
    "ar": _names("يناير, فبراير, مارس, أبريل, مايو, يونيو, يوليو, أغسطس, سبتمبر, أكتوبر, نوفمبر, ديسمبر"),
}
SHORT_MONTHS: dict[str, tuple[str, ...]] = {
    "en": _names("Jan, Feb, Mar, Apr, May, Jun, Jul, Aug, Sept, Oct, Nov, Dec"),
    "fr": _names("janv., févr., mars, avr., mai, juin, juil., août, sept., oct., nov., déc."),
    "rw": _names("mut., gas., wer., mat., gic., kam., nya., kan., nze., ukw., ugu., uku."),
    "sw": _names("Jan, Feb, Mac, Apr, Mei, Jun, Jul, Ago, Sep, Okt, Nov, Des"),
    "ar": MONTHS["ar"],  # Arabic does not shorten them
}
WEEKDAYS: dict[str, tuple[str, ...]] = {
    "en": _names("Monday, Tuesday, Wednesday, Thursday, Friday, Saturday, Sunday"),
    "fr": _names("lundi, mardi, mercredi, jeudi, vendredi, samedi, dimanche"),
    "rw": _names("Kuwa mbere, Kuwa kabiri, Kuwa gatatu, Kuwa kane, Kuwa gatanu, Kuwa gatandatu, Ku cyumweru"),
    "sw": _names("Jumatatu, Jumanne, Jumatano, Alhamisi, Ijumaa, Jumamosi, Jumapili"),
    "ar": _names("الاثنين, الثلاثاء, الأربعاء, الخميس, الجمعة, السبت, الأحد"),
}
# Arabic months as they are called from Iraq to Palestine and from Algeria to Tunisia; read, never written.
_OTHER_ARABIC = (
    _names(
        "كانون الثاني, شباط, آذار, نيسان, أيار, حزيران, تموز, آب, أيلول, تشرين الأول, تشرين الثاني, كانون الأول",
    ),
    _names("جانفي, فيفري, مارس, أفريل, ماي, جوان, جويلية, أوت, سبتمبر, أكتوبر, نوفمبر, ديسمبر"),
)
_ALSO = {"fev": 2, "juill": 7}  # French, as often written by hand


@lru_cache
def month_names() -> dict[str, int]:
    """Every long and short name of a month in every language, folded as `kit.dates.parse_date` wants it, to 1 to 12."""
    lists = (*MONTHS.values(), *SHORT_MONTHS.values(), *_OTHER_ARABIC)
    return {fold_month_name(name): number for names in lists for number, name in enumerate(names, start=1)} | _ALSO
