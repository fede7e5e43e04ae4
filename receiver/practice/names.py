"""Invented names in eight scripts: an ordinary given name, and as second name a word for water, stone or a tree.

No family is called so; whoever reads the list sees that these people are practice. Each tradition has its own habits:
some give one name only, some put the father's name second, some put the family's first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random


@dataclass(frozen=True, slots=True)
class Tradition:
    """How people of one background are called: names as (own script, Latin letters)."""

    code: str
    script: str
    languages: tuple[str, ...]
    nationalities: tuple[str, ...]
    women: tuple[tuple[str, str], ...]
    men: tuple[tuple[str, str], ...]
    words: tuple[tuple[str, str], ...]
    family_first: bool = False
    single: float = 0.0
    """The share of people with one name only."""


def _pairs(text: str) -> tuple[tuple[str, str], ...]:
    return tuple((own, latin) for own, latin in (pair.split("=") for pair in text.split(", ")))


TRADITIONS: tuple[Tradition, ...] = (
    Tradition(
        "ar",
        "Arabic",
        ("ar", "fr"),
        ("SDN", "SYR", "YEM", "IRQ"),
        _pairs("أمينة=Amina, فاطمة=Fatima, مريم=Maryam, زينب=Zaynab, هدى=Huda, سلمى=Salma, رانيا=Rania, نور=Nour"),
        _pairs(
            "محمد=Mohamed, محمود=Mahmoud, يوسف=Yusuf, عثمان=Osman, إبراهيم=Ibrahim, خالد=Khaled, حسن=Hassan, عمر=Omar"
        ),
        _pairs(
            "البحيرة=al-Buhayra, النخلة=al-Nakhla, الحجر=al-Hajar, النهر=al-Nahr, الغيمة=al-Ghayma, الزيتون=al-Zaytoun"
        ),
    ),
    Tradition(
        "fa",
        "Arabic",
        ("fa", "en"),
        ("AFG", "IRN"),
        _pairs("لیلا=Leila, نسرین=Nasrin, پروین=Parvin, شیرین=Shirin, گلناز=Golnaz"),
        _pairs("فرهاد=Farhad, بهرام=Bahram, رستم=Rostam, جمشید=Jamshid, نادر=Nader"),
        _pairs("دریاچه=Daryache, چنار=Chenar, سنگ=Sang, باران=Baran, کوهسار=Kuhsar"),
        single=0.25,
    ),
    Tradition(
        "am",
        "Ethiopic",
        ("am", "en"),
        ("ETH",),
        _pairs("ሰላም=Selam, ሃና=Hana, ትዕግስት=Tigist, መሰረት=Meseret, አልማዝ=Almaz"),
        _pairs("ተስፋዬ=Tesfaye, አበበ=Abebe, ዳዊት=Dawit, ሙሉጌታ=Mulugeta, ብርሃኑ=Birhanu"),
        _pairs("ሐይቅ=Hayk, ዛፍ=Zaf, ድንጋይ=Dingay, ዝናብ=Zinab, ተራራ=Terara"),
    ),
    Tradition(
        "ti",
        "Ethiopic",
        ("ti", "ar"),
        ("ERI",),
        _pairs("ሰምሃር=Semhar, ሉዋም=Luwam, ራህዋ=Rahwa, ምልእተ=Milite"),
        _pairs("ገብረመድህን=Gebremedhin, የማነ=Yemane, ክፍሎም=Kiflom, ሃብቶም=Habtom"),
        _pairs("ማይ=May, ኦም=Om, እምኒ=Emni, ደበና=Debena"),
    ),
    Tradition(
        "so",
        "Latin",
        ("so", "ar"),
        ("SOM",),
        _pairs("Hodan=Hodan, Ayaan=Ayaan, Sahra=Sahra, Ifrah=Ifrah"),
        _pairs("Abdirahman=Abdirahman, Liban=Liban, Warsame=Warsame, Guled=Guled"),
        _pairs("Webi=Webi, Geed=Geed, Dhagax=Dhagax, Roob=Roob"),
    ),
    Tradition(
        "es",
        "Latin",
        ("es", "en"),
        ("VEN", "HND", "CUB"),
        _pairs("María=Maria, Lucía=Lucia, Yolanda=Yolanda, Marisol=Marisol"),
        _pairs("José=Jose, Andrés=Andres, Wílmer=Wilmer, Nelson=Nelson"),
        _pairs("del Lago=del Lago, Piedra Clara=Piedra Clara, Río Manso=Rio Manso, Ceiba=Ceiba"),
    ),
    Tradition(
        "vi",
        "Latin",
        ("vi", "en"),
        ("VNM",),
        _pairs("Thị Mai=Thi Mai, Thị Lan=Thi Lan, Ngọc=Ngoc, Hương=Huong"),
        _pairs("Văn An=Van An, Đức=Duc, Quang=Quang, Minh=Minh"),
        _pairs("Hồ Xanh=Ho Xanh, Đá Trắng=Da Trang, Suối=Suoi, Tre=Tre"),
        family_first=True,
    ),
    Tradition(
        "zh",
        "Han",
        ("zh", "en"),
        ("CHN",),
        _pairs("秀英=Xiuying, 丽=Li, 梅=Mei"),
        _pairs("伟=Wei, 军=Jun, 志强=Zhiqiang"),
        _pairs("湖=Hu, 石=Shi, 竹=Zhu"),
        family_first=True,
    ),
    Tradition(
        "ru",
        "Cyrillic",
        ("ru", "en"),
        ("KGZ", "UZB", "GEO"),
        _pairs("Айгуль=Aigul, Назира=Nazira, Мадина=Madina"),
        _pairs("Бакыт=Bakyt, Тимур=Timur, Азамат=Azamat"),
        _pairs("Озеров-Учебный=Ozerov-Uchebny, Каменка=Kamenka, Берёзка=Beryozka"),
    ),
    Tradition(
        "my",
        "Myanmar",
        ("my", "en"),
        ("MMR",),
        _pairs("စန္ဒာ=Sanda, သီတာ=Thida, ခင်=Khin"),
        _pairs("အောင်=Aung, မောင်=Maung, ဇော်=Zaw"),
        _pairs("ရေကန်=Yegan, ကျောက်=Kyauk, မိုး=Moe"),
        single=0.5,
    ),
    Tradition(
        "ne",
        "Devanagari",
        ("ne", "en"),
        ("NPL", "BTN"),
        _pairs("सीता=Sita, माया=Maya, लक्ष्मी=Lakshmi"),
        _pairs("हरि=Hari, रमेश=Ramesh, विष्णु=Bishnu"),
        _pairs("ताल=Tal, ढुङ्गा=Dhunga, पीपल=Pipal"),
    ),
    Tradition(
        "rn",
        "Latin",
        ("sw", "fr"),
        ("COD", "BDI"),
        _pairs("Espérance=Esperance, Furaha=Furaha, Neema=Neema, Solange=Solange"),
        _pairs("Baraka=Baraka, Amani=Amani, Prosper=Prosper, Dieudonné=Dieudonne"),
        _pairs("Ziwa=Ziwa, Jiwe=Jiwe, Mvua=Mvua, Mwembe=Mwembe"),
        single=0.1,
    ),
)


@dataclass(frozen=True, slots=True)
class InventedName:
    """A full name in its own script, and in Latin letters; both are the same where the script is Latin."""

    full: str
    latin: str


def invent(random: Random, tradition: Tradition, *, woman: bool, word: tuple[str, str] | None = None) -> InventedName:
    """A name of this tradition; people of one household share their `word`."""
    own, latin = random.choice(tradition.women if woman else tradition.men)
    if word is None and random.random() < tradition.single:
        return InventedName(own, latin)
    second, second_latin = word or random.choice(tradition.words)
    # A number as people of one village have it would give the game away; a middle name keeps the many apart.
    middle = random.choice(tradition.men)
    parts, parts_latin = [own, middle[0], second], [latin, middle[1], second_latin]
    if tradition.family_first:
        parts, parts_latin = parts[::-1], parts_latin[::-1]
    joint = "" if tradition.script == "Han" else " "
    return InventedName(joint.join(parts), " ".join(parts_latin))
