"""How manifests call things: in every language of the interface, as a label says it and as offices also write it."""

from __future__ import annotations

import unicodedata
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from receiver import i18n
from receiver.i18n import fmt
from receiver.i18n.fmt.places import STATELESS
from receiver.kit.dates import Precision
from receiver.kit.text import western_digits
from receiver.kit.words import LabelledEnum
from receiver.people.rules.manifest import ManifestField
from receiver.people.rules.person import DocumentKind, Relationship, Sex

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

E = TypeVar("E", bound=LabelledEnum)

_HEADINGS = {
    "sending_number": "case number, case no, case id, reference, reference number, ref, file number, file no, id, no, "
    "number, numéro, numéro de dossier, n dossier, dossier, référence",
    "full_name": "name, names, full names, name as given, person, applicant, nom, noms, nom complet, nom et prénom, "
    "nom et prénoms, noms et prénoms, nom prénom",
    "name_latin": "latin name, name latin, name in english, english name, transliteration, nom en lettres latines, "
    "nom en caractères latins, nom latin",
    "sex": "gender, m f, f m, sexe, genre",
    "date_of_birth": "dob, d o b, birth date, birthdate, birthday, born, born on, date birth, date de naissance, "
    "né le, née le, né e le, naissance, ddn",
    "birth_precision": "precision, dob precision, precision of birth date, date precision, précision, "
    "précision de la date de naissance",
    "nationality": "citizenship, citizen of, country, country of nationality, country of origin, nationalité, pays, "
    "pays d origine, citoyenneté",
    "languages": "language, spoken languages, languages spoken, langue, langues, langues parlées, langue parlée",
    "document_type": "document kind, type of document, doc type, id type, type de document, type document, document",
    "document_number": "document no, doc no, doc number, id number, passport, passport no, passport number, "
    "numéro de document, numéro du document, n document, numéro de passeport, passeport",
    "household": "household number, household no, household id, family, family number, family no, family id, group, "
    "hh, ménage, numéro de ménage, famille, numéro de famille",
    "relationship": "relation, relationship to head, relation to head, role, lien, lien de parenté, parenté",
    "arrival_date": "date of arrival, arrival, arrives on, arrival day, flight date, date d arrivée, arrivée, "
    "jour d arrivée",
    "notes": "note, remark, remarks, comment, comments, remarque, remarques, observations, commentaire, commentaires",
}
_SEXES = {
    "f": "female, woman, girl, w, femme, féminin, fille, امرأة, بنت, مؤنث, أ, umugore, umukobwa, "
    "mke, msichana, kike, ke",
    "m": "male, man, boy, h, homme, masculin, garçon, رجل, ولد, مذكر, ذ, umugabo, umuhungu, mume, mvulana, kiume, me",
    "o": "other, x, non binary, autre, آخر, أخرى, ikindi, nyingine",
    "u": "unknown, not known, na, n a, inconnu, inconnue, non connu, مجهول, غير محدد, ntizwi, haijulikani",
}
_RELATIONSHIPS = {
    "head": "head, head of family, hoh, hh head, self, principal applicant, pa, chef de ménage, chef de famille, chef, "
    "رب أسرة, ربة أسرة, ربة الأسرة, رب العائلة, ربة العائلة, رئيس الأسرة, nyir urugo, umutware w urugo, "
    "mkuu wa familia, kiongozi wa kaya",
    "spouse": "spouse, wife, husband, partner, conjoint, conjointe, épouse, époux, femme, mari, "
    "زوج, زوجة, الزوج, الزوجة, شريك, شريكة, umugabo, umugore, umufasha, uwo bashakanye, mume, mke, mwenza",
    "child": "child, son, daughter, enfant, fils, fille, ابن, ابنة, بنت, ولد, طفل, طفلة, umuhungu, umukobwa, "
    "mwana, binti",
    "parent": "parent, mother, father, mère, père, أب, أم, الأب, الأم, والد, والدة, data, papa, se, nyina, baba, mama",
    "sibling": "sibling, brother, sister, frère, sœur, soeur, أخ, أخت, شقيق, شقيقة, mukuru, murumuna, musaza, mushiki, "
    "kaka, dada",
    "grandparent": "grandmother, grandfather, grand mère, grand père, جد, جدة, sogokuru, nyogokuru, babu, bibi",
    "grandchild": "grandson, granddaughter, petit fils, petite fille, petit enfant, حفيد, حفيدة, umwuzukuru, mjukuu",
    "relative": "relative, aunt, uncle, cousin, niece, nephew, tante, oncle, cousine, nièce, neveu, parenté, "
    "قريب, قريبة, عم, عمة, خال, خالة, nyirasenge, nyirarume, mubyara, jamaa, mjomba, shangazi, binamu, mpwa",
    "other": "other, unrelated, friend, autre, ami, amie, صديق, صديقة, غير قريب, inshuti, rafiki",
}
_DOCUMENTS = {
    "passport": "passport, passeport, ppt",
    "national_id": "national id, id card, identity card, id, carte d identité, cni",
    "refugee_id": "refugee id, refugee card, carte de réfugié",
    "proof_of_registration": "registration, registration card, asylum card, attestation, attestation d enregistrement",
    "residence_permit": "residence, permit, brp, titre de séjour, permis de séjour",
    "birth_certificate": "birth certificate, acte de naissance, extrait de naissance",
    "travel_document": "travel document, ctd, laissez passer, titre de voyage",
    "other": "other, autre",
}
_PRECISIONS = {
    "day": "exact, full, jour, exacte, يوم, اليوم, محدد, دقيق, umunsi, siku",
    "month": "mois, شهر, الشهر, ukwezi, mwezi",
    "year": "année, annee, سنة, السنة, عام, umwaka, mwaka",
    "estimated": "estimate, approximate, approx, about, around, c, ca, circa, est, estimée, estimé, env, environ, "
    "vers, تقريبي, تقريبا, حوالي, مقدر, bigereranyijwe, ugereranyije, ahagana, kadirio, takriban, karibu",
    "unknown": "not known, none, n a, na, nil, inconnue, inconnu, مجهول, غير معروفة, غير معروف, لا يعرف, "
    "ntibizwi, haijulikani",
}
_STATELESS_TOO = ("stateless", "apatride", "xxa")


def fold(text: str) -> str:
    """A heading or a value as it is compared: no case, accents, marks or punctuation, single spaces."""
    plain = unicodedata.normalize("NFKD", western_digits(text).casefold())
    kept = (sign if sign.isalnum() else " " for sign in plain if unicodedata.category(sign)[0] != "M")
    return " ".join("".join(kept).split())


def heading(text: str) -> ManifestField | None:
    """What a heading stands for, if it is understood."""
    return headings().get(fold(text))


@lru_cache
def headings() -> Mapping[str, ManifestField]:
    """Every heading that is understood, folded."""
    return _understood(ManifestField, _HEADINGS)


@lru_cache
def sexes() -> Mapping[str, Sex]:
    """Every way to write a sex, folded."""
    return _understood(Sex, _SEXES)


@lru_cache
def relationships() -> Mapping[str, Relationship]:
    """Every way to write a relationship, folded."""
    return _understood(Relationship, _RELATIONSHIPS)


@lru_cache
def document_kinds() -> Mapping[str, DocumentKind]:
    """Every way to write the kind of a document, folded; the number of the sending state has a column of its own."""
    kinds = (kind for kind in DocumentKind if kind is not DocumentKind.SENDING_NUMBER)
    return _understood(kinds, _DOCUMENTS)


@lru_cache
def precisions() -> Mapping[str, Precision]:
    """Every way to write how well a date is known, folded."""
    return _understood(Precision, _PRECISIONS)


@lru_cache
def countries() -> Mapping[str, str]:
    """Codes and names of countries in every language, folded, to their codes; stateless people have one too."""
    stateless = (fold(fmt.country(STATELESS, locale)) for locale in i18n.REAL)
    known = dict.fromkeys((*_STATELESS_TOO, *stateless), STATELESS)
    known |= {fold(code): code for code, _name in fmt.countries("en")}
    for locale in i18n.REAL:
        for code, name in fmt.countries(locale):
            known.setdefault(fold(name), code)
    return known


@lru_cache
def languages() -> Mapping[str, str]:
    """Tags and names of languages in every language, folded, to their tags."""
    known = {fold(tag): tag for tag, _name in fmt.languages("en")}
    for locale in i18n.REAL:
        for tag, name in fmt.languages(locale):
            known.setdefault(fold(name), tag)
    return known


def _understood(members: Iterable[E], more: Mapping[str, str]) -> dict[str, E]:
    """Codes, then words in every language, then what people also write; the first meaning of a text stays."""
    found = {member.value: member for member in members}
    known = {fold(value): member for value, member in found.items()}
    for locale in i18n.REAL:
        for member in found.values():
            known.setdefault(fold(i18n.text(member, locale)), member)
    for value, written in more.items():
        for each in written.split(","):
            known.setdefault(fold(each), found[value])
    return known
