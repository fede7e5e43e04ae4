from __future__ import annotations

import datetime as dt
from decimal import Decimal
from fractions import Fraction

import pytest
from babel import Locale, numbers

from receiver import i18n
from receiver.i18n import fmt
from receiver.i18n.fmt.calendars import MONTHS, SHORT_MONTHS, WEEKDAYS
from receiver.i18n.locales import LOCALES, REAL
from receiver.kit.dates import PartialDate, Precision, parse_date
from receiver.kit.money import Money
from receiver.kit.months import Month

NB, NNB, LRM = "\u00a0", "\u202f", "\u200e"
DIRECTION = {*map(chr, (0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))}
DAY = dt.date(2026, 3, 5)
NOON = dt.datetime(2026, 3, 5, 12, 2, tzinfo=dt.UTC)  # 14:02 in Kigali


@pytest.mark.parametrize("code", REAL)
@pytest.mark.parametrize(
    "value",
    [0, 7, 999, 1000, 1234, 250_000, 123_456_789, Decimal("0.5"), Decimal("1234567.25"), -1234, Decimal("-0.25")],
)
def test_numbers_are_written_as_cldr_says(code, value):
    shown = fmt.number(value, code)
    assert shown.replace(LRM, "") == numbers.format_decimal(value, locale=LOCALES[code].babel).replace(LRM, "")
    assert (LRM in shown) == (code == "ar" and value < 0)


@pytest.mark.parametrize(
    ("money", "texts"),
    [
        (
            Money(250_000, "RWF"),
            (f"RWF{NB}250,000", f"250{NNB}000{NB}RWF", f"RWF{NB}250.000", f"RWF{NB}250,000", f"250,000{NB}RWF"),
        ),
        (Money(0, "RWF"), (f"RWF{NB}0", f"0{NB}RWF", f"RWF{NB}0", f"RWF{NB}0", f"0{NB}RWF")),
        (
            Money(120_500, "USD"),
            (f"USD{NB}1,205.00", f"1{NNB}205,00{NB}USD", f"USD{NB}1.205,00", f"USD{NB}1,205.00", f"1,205.00{NB}USD"),
        ),
        (Money(-5, "USD"), (f"USD{NB}-0.05", f"-0,05{NB}USD", f"USD{NB}-0,05", f"USD{NB}-0.05", f"{LRM}-0.05{NB}USD")),
        (Money(-250, "RWF"), (f"RWF{NB}-250", f"-250{NB}RWF", f"RWF{NB}-250", f"RWF{NB}-250", f"{LRM}-250{NB}RWF")),
    ],
)
def test_money_carries_its_code_and_never_breaks(money, texts):
    assert tuple(fmt.money(money, code) for code in REAL) == texts
    assert all(" " not in text for text in texts)


def test_the_current_language_is_spoken_unless_another_is_asked_for():
    with i18n.use("rw"):
        assert fmt.money(Money(250_000, "RWF")) == f"RWF{NB}250.000"
        assert fmt.date(DAY) == "5 Werurwe 2026"
        assert fmt.number(1234, "fr") == f"1{NNB}234"
    assert fmt.number(1234) == "1,234"


@pytest.mark.parametrize(
    ("ratio", "digits", "texts"),
    [
        (Fraction(98, 100), 0, ("98%", f"98{NB}%", "98%", "98%", "98%")),
        (0.985, 1, ("98.5%", f"98,5{NB}%", "98,5%", "98.5%", "98.5%")),
        (Decimal("12.5"), 0, ("1,250%", f"1{NNB}250{NB}%", "1.250%", "1,250%", "1,250%")),
        (Decimal("0.125"), 0, ("12%", f"12{NB}%", "12%", "12%", "12%")),
        (1, 2, ("100.00%", f"100,00{NB}%", "100,00%", "100.00%", "100.00%")),
    ],
)
def test_percentages(ratio, digits, texts):
    assert tuple(fmt.percent(ratio, code, digits=digits) for code in REAL) == texts


@pytest.mark.parametrize("code", REAL)
def test_digits_are_latin_and_no_sign_of_direction_is_left(code):
    texts = [
        fmt.money(Money(1_234_567, "RWF"), code),
        fmt.date(DAY, code),
        fmt.moment(NOON, code),
        fmt.month(Month(2026, 11), code),
        fmt.percent(0.5, code),
        fmt.ago(NOON, code, now=NOON + dt.timedelta(days=3)),
        fmt.listing(["A", "B", "C"], code),
    ]
    for text in texts:
        assert not set(text) & DIRECTION, text
        assert all(sign in "0123456789" for sign in text if sign.isdigit()), text


@pytest.mark.parametrize(
    ("code", "medium", "long", "first", "moment", "month", "weekday"),
    [
        ("en", "5 Mar 2026", "5 March 2026", "1 Sept 2026", "5 Mar 2026, 14:02", "November 2026", "Thursday"),
        ("fr", "5 mars 2026", "5 mars 2026", "1er sept. 2026", "5 mars 2026, 14:02", "novembre 2026", "jeudi"),
        (
            "rw",
            "5 Werurwe 2026",
            "5 Werurwe 2026",
            "1 Nzeri 2026",
            "5 Werurwe 2026, 14:02",
            "Ugushyingo 2026",
            "Kuwa kane",
        ),
        ("sw", "5 Mac 2026", "5 Machi 2026", "1 Sep 2026", "5 Mac 2026, 14:02", "Novemba 2026", "Alhamisi"),
        ("ar", "5 مارس 2026", "5 مارس 2026", "1 سبتمبر 2026", "5 مارس 2026، 14:02", "نوفمبر 2026", "الخميس"),
    ],
)
def test_dates_and_times(code, medium, long, first, moment, month, weekday):
    assert fmt.date(DAY, code) == medium
    assert fmt.date(DAY, code, long=True) == long
    assert fmt.date(dt.date(2026, 9, 1), code) == first
    assert fmt.moment(NOON, code) == moment
    assert fmt.time(NOON, code) == fmt.time(dt.time(14, 2, 59), code) == "14:02"
    assert fmt.month(Month(2026, 11), code) == fmt.month(dt.date(2026, 11, 30), code) == month
    assert fmt.weekday(DAY, code) == weekday


def test_a_moment_is_shown_by_the_clock_and_calendar_of_the_house():
    late = dt.datetime(2026, 12, 31, 22, 30, tzinfo=dt.UTC)
    assert (fmt.date(late, "en"), fmt.time(late, "en")) == ("1 Jan 2027", "00:30")
    i18n.configure(zone="America/New_York")
    try:
        assert fmt.moment(late, "en") == "31 Dec 2026, 17:30"
    finally:
        i18n.configure()


@pytest.mark.parametrize("shown", [fmt.date, fmt.time, fmt.moment, fmt.ago])
def test_a_time_without_a_zone_is_refused(shown):
    with pytest.raises((ValueError, TypeError)):
        shown(dt.datetime(2026, 3, 5, 12, 0), "en")  # noqa: DTZ001 - the missing zone is the point


@pytest.mark.parametrize("code", REAL)
def test_months_and_weekdays_are_cldrs(code):
    cldr = Locale.parse(LOCALES[code].babel)
    assert dict(enumerate(MONTHS[code], start=1)) == dict(cldr.months["format"]["wide"])
    assert dict(enumerate(SHORT_MONTHS[code], start=1)) == dict(cldr.months["format"]["abbreviated"])
    assert dict(enumerate(WEEKDAYS[code])) == dict(cldr.days["format"]["wide"])


def test_a_name_of_a_month_means_one_month_in_all_languages():
    said = {}
    for names in (*MONTHS.values(), *SHORT_MONTHS.values()):
        for number, name in enumerate(names, start=1):
            assert said.setdefault(name.casefold(), number) == number, name
            assert (
                fmt.month_names()[
                    name.casefold().replace("é", "e").replace("û", "u").replace(".", "").replace("أ", "ا")
                ]
                == number
            )


@pytest.mark.parametrize(
    ("text", "month"),
    [
        ("5 mars 2026", 3),
        ("5 févr. 2026", 2),
        ("5 Fév 2026", 2),
        ("1er août 2026", 8),
        ("5 juill. 2026", 7),
        ("5 WERURWE 2026", 3),
        ("5 uku. 2026", 12),
        ("5 Mac 2026", 3),
        ("5 Desemba 2026", 12),
        ("Sept 5, 2026", 9),
        ("٥ أكتوبر ٢٠٢٦", 10),
        ("5 اكتوبر 2026", 10),
        ("5 تشرين الثاني 2026", 11),
        ("5 كانون الثاني 2026", 1),
        ("5 حزيران 2026", 6),
        ("5 جويلية 2026", 7),
        ("5 أوت 2026", 8),
    ],
)
def test_dates_in_words_of_every_language_are_read(text, month):
    assert parse_date(text, month_names=fmt.month_names()).month == month


@pytest.mark.parametrize(
    ("partial", "texts"),
    [
        (PartialDate.of(DAY), ("5 Mar 2026", "5 mars 2026", "5 Werurwe 2026", "5 Mac 2026", "5 مارس 2026")),
        (PartialDate.known(1998, 3), ("March 1998", "mars 1998", "Werurwe 1998", "Machi 1998", "مارس 1998")),
        (PartialDate.known(1998), ("1998",) * 5),
        (
            PartialDate(1998, precision=Precision.ESTIMATED),
            ("about 1998", "vers 1998", "ahagana 1998", "takriban 1998", "حوالي 1998"),
        ),
        (
            PartialDate(1998, 3, precision=Precision.ESTIMATED),
            ("about March 1998", "vers mars 1998", "ahagana Werurwe 1998", "takriban Machi 1998", "حوالي مارس 1998"),
        ),
        (PartialDate.known(None), ("Not known", "Inconnue", "Ntizwi", "Haijulikani", "غير معروف")),
        (None, ("Not known", "Inconnue", "Ntizwi", "Haijulikani", "غير معروف")),
    ],
)
def test_partial_dates_say_as_much_as_is_known(partial, texts):
    assert tuple(fmt.partial_date(partial, code) for code in REAL) == texts


SPANS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


@pytest.mark.parametrize(
    ("later", "texts"),
    [
        ("59s", ("just now", "à l’instant", "nonaha", "sasa hivi", "الآن")),
        ("-59s", ("just now", "à l’instant", "nonaha", "sasa hivi", "الآن")),
        ("60s", ("1 minute ago", "il y a 1 minute", "hashize umunota 1", "dakika 1 iliyopita", "قبل دقيقة واحدة")),
        ("119m", ("1 hour ago", "il y a 1 heure", "hashize isaha 1", "saa 1 iliyopita", "قبل ساعة واحدة")),
        ("47h", ("1 day ago", "il y a 1 jour", "hashize umunsi 1", "siku 1 iliyopita", "قبل يوم واحد")),
        ("48h", ("2 days ago", "il y a 2 jours", "hashize iminsi 2", "siku 2 zilizopita", "قبل يومين")),
        ("3d", ("3 days ago", "il y a 3 jours", "hashize iminsi 3", "siku 3 zilizopita", "قبل 3 أيام")),
        ("13d", ("13 days ago", "il y a 13 jours", "hashize iminsi 13", "siku 13 zilizopita", "قبل 13 يومًا")),
        ("14d", ("2 weeks ago", "il y a 2 semaines", "hashize ibyumweru 2", "wiki 2 zilizopita", "قبل أسبوعين")),
        ("60d", ("2 months ago", "il y a 2 mois", "hashize amezi 2", "miezi 2 iliyopita", "قبل شهرين")),
        ("800d", ("2 years ago", "il y a 2 ans", "hashize imyaka 2", "miaka 2 iliyopita", "قبل سنتين")),
        ("-5m", ("in 5 minutes", "dans 5 minutes", "mu minota 5", "baada ya dakika 5", "خلال 5 دقائق")),
        ("-25h", ("in 1 day", "dans 1 jour", "mu munsi 1", "baada ya siku 1", "خلال يوم واحد")),
        ("-100d", ("in 3 months", "dans 3 mois", "mu mezi 3", "baada ya miezi 3", "خلال 3 أشهر")),
    ],
)
def test_how_long_ago_a_moment_was(later, texts):
    now = NOON + dt.timedelta(seconds=int(later[:-1]) * SPANS[later[-1]])
    assert tuple(fmt.ago(NOON, code, now=now) for code in REAL) == texts


@pytest.mark.parametrize(
    ("days", "texts"),
    [
        (0, ("today", "aujourd’hui", "uyu munsi", "leo", "اليوم")),
        (-1, ("yesterday", "hier", "ejo hashize", "jana", "أمس")),
        (1, ("tomorrow", "demain", "ejo hazaza", "kesho", "غدًا")),
        (-2, ("2 days ago", "il y a 2 jours", "hashize iminsi 2", "siku 2 zilizopita", "قبل يومين")),
        (9, ("in 9 days", "dans 9 jours", "mu minsi 9", "baada ya siku 9", "خلال 9 أيام")),
    ],
)
def test_how_far_away_a_day_is(days, texts):
    late = dt.datetime(2026, 3, 4, 23, 30, tzinfo=dt.UTC)  # already the fifth in Kigali
    day = DAY + dt.timedelta(days=days)
    assert tuple(fmt.ago(day, code, now=late) for code in REAL) == texts


def test_ago_counts_from_now():
    assert fmt.ago(dt.datetime.now(dt.UTC) - dt.timedelta(hours=5, minutes=1), "en") == "5 hours ago"


@pytest.mark.parametrize(
    ("items", "texts"),
    [
        ([], ("",) * 5),
        (["A"], ("A",) * 5),
        (["A", "B"], ("A and B", "A et B", "A na B", "A na B", "A وB")),
        (["A", "B", "C"], ("A, B and C", "A, B et C", "A, B na C", "A, B na C", "A وB وC")),
    ],
)
def test_lists(items, texts):
    assert tuple(fmt.listing(iter(items), code) for code in REAL) == texts


@pytest.mark.parametrize(
    ("alpha3", "texts"),
    [
        ("RWA", ("Rwanda", "Rwanda", "U Rwanda", "Rwanda", "رواندا")),
        (
            "COD",
            (
                "Democratic Republic of the Congo",
                "République démocratique du Congo",
                "Repubulika Iharanira Demokarasi ya Kongo",
                "Jamhuri ya Kidemokrasia ya Kongo",
                "جمهورية الكونغو الديمقراطية",
            ),
        ),
        ("SDN", ("Sudan", "Soudan", "Sudani", "Sudan", "السودان")),
        ("XXA", ("Stateless", "Apatride", "Nta bwenegihugu", "Asiye na uraia", "عديم الجنسية")),
        ("ABW", ("Aruba", "Aruba", "Aruba", "Aruba", "أروبا")),
        ("ISL", ("Iceland", "Islande", "Islande", "Aisilandi", "آيسلندا")),  # no Kinyarwanda name: French
        ("QQQ", ("QQQ",) * 5),
    ],
)
def test_countries_by_code(alpha3, texts):
    assert tuple(fmt.country(alpha3, code) for code in REAL) == texts


@pytest.mark.parametrize(
    ("tag", "texts"),
    [
        ("rw", ("Kinyarwanda", "kinyarwanda", "Ikinyarwanda", "Kinyarwanda", "الكينيارواندا")),
        ("fa-AF", ("Dari", "dari", "Ikidari", "Kidari", "الدارية")),
        ("snk", ("Soninke", "soninké", "soninké", "Kisoninke", "السونينك")),  # no Kinyarwanda name: French
        ("ar-SD", ("Arabic (ar-SD)", "arabe (ar-SD)", "Icyarabu (ar-SD)", "Kiarabu (ar-SD)", "العربية (ar-SD)")),
        ("qqq", ("qqq",) * 5),
    ],
)
def test_languages_by_tag(tag, texts):
    assert tuple(fmt.language(tag, code) for code in REAL) == texts


@pytest.mark.parametrize("code", [*REAL, "xx"])
def test_every_country_of_the_standard_and_every_language_we_list_has_a_name(code):
    countries = dict(fmt.countries(code))
    assert len(countries) == 250  # ISO 3166 has 249; XKX is Kosovo
    assert all(name != alpha3 and fmt.country(alpha3, code) == name for alpha3, name in countries.items())
    assert len(set(countries.values())) == 250
    languages = dict(fmt.languages(code))
    assert {"am", "ar", "en", "fa-AF", "fr", "ps", "rn", "rw", "so", "sw", "ti", "vi"} <= set(languages)
    assert all(fmt.language(tag, code) == name for tag, name in languages.items())
    assert {tag for tag, name in languages.items() if tag == name} <= {"luo"}
    assert len(set(languages.values())) == len(languages)


@pytest.mark.parametrize(
    ("code", "names"),
    [
        (
            "fr",
            [
                "Afghanistan",
                "Afrique du Sud",
                "Égypte",
                "Émirats arabes unis",
                "Équateur",
                "Érythrée",
                "Eswatini",
                "Zimbabwe",
            ],
        ),
        ("en", ["Åland Islands", "Albania", "Côte d’Ivoire", "Croatia", "Zimbabwe"]),
        ("ar", ["إثيوبيا", "أذربيجان", "إسبانيا", "الأرجنتين", "باكستان", "تركيا", "يونيو"]),
    ],
)
def test_lists_are_in_the_order_of_the_language(code, names):
    listed = [name for _alpha3, name in fmt.countries(code)]
    present = [name for name in names if name in listed]
    assert present == sorted(present, key=listed.index)
    assert len(present) >= 5


def test_kinyarwanda_has_its_own_names_for_the_countries_of_this_work():
    own = [alpha3 for alpha3, name in fmt.countries("rw") if name != fmt.country(alpha3, "fr")]
    assert len(own) >= 120
    assert {"SDN", "ERI", "SOM", "ETH", "SYR", "AFG", "VNM", "CUB", "LAO", "YEM", "IRQ", "COD", "USA", "GBR"} <= set(
        own
    )


def test_plain_text_has_no_invisible_signs():
    hidden = "".join(sorted(DIRECTION))
    assert fmt.plain(f"a{hidden}b{NB}c{NNB}d é ع") == "ab c d é ع"
    assert fmt.plain(fmt.money(Money(-250_000, "RWF"), "fr")) == "-250 000 RWF"
    assert fmt.plain(fmt.money(Money(-250_000, "RWF"), "ar")) == "-250,000 RWF"


def test_the_comma_is_that_of_the_language():
    assert [fmt.comma(code) for code in ("en", "fr", "rw", "sw", "ar")] == [",", ",", ",", ",", "،"]


def test_an_isolated_name_is_plain_again_in_files():
    assert fmt.isolated("2026-11") == "\u20662026-11\u2069"
    assert fmt.plain(fmt.isolated("2026-11")) == "2026-11"
