"""What programmes and partner organisations ask for."""

import re

from receiver.i18n import fmt
from receiver.kit.words import _, p_
from receiver.partners.rules import ProgrammeState
from receiver.web.forms import Choice, DateField, FieldError, Flag, Form, Line, Lookup, WholeNumber, optional

_CODE_HINT = _("Capital letters, digits and dashes, such as GASHORA-1. It cannot be changed.")
_ACCOUNT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,39}")
_CURRENCY = re.compile(r"[A-Z]{3}")


def country_names() -> dict[str, str]:
    """Every country by its code, in the order of the reader's language."""
    return dict(fmt.countries())


class AccountName(Line):
    """The name of a bank account as the ledger writes it: no spaces, nothing that a file would have to quote."""

    def parse_text(self, text: str) -> str:
        """The name.

        Raises:
            FieldError: the ledger could not write it.
        """
        name = super().parse_text(text)
        if not _ACCOUNT.fullmatch(name):
            raise FieldError(_("Please use letters, digits, dots and dashes only, without spaces, such as BNR-1."))
        return name


class CurrencyCode(Line):
    """The three letters of a currency."""

    def parse_text(self, text: str) -> str:
        """The code in capital letters.

        Raises:
            FieldError: it is none.
        """
        code = super().parse_text(text).upper()
        if not _CURRENCY.fullmatch(code):
            raise FieldError(_("Please write the three letters of the currency, such as RWF."))
        return code


class ProgrammeFields(Form):
    """What an arrangement says."""

    name = Line(p_("programme", "Name"))
    sending_country = optional(Lookup(_("Sending country"), country_names))
    legal_instrument = Line(
        _("Legal instrument"), length=500, optional=True, hint=_("The agreement or decision under which people come.")
    )
    payer = Line(_("Who pays"), optional=True)
    starts_on = DateField(_("First day"))
    ends_on = optional(DateField(_("Last day")))
    people_cap = optional(
        WholeNumber(
            _("How many people at most"), least=1, most=1_000_000, hint=_("Leave it empty if it is not agreed.")
        )
    )
    bank_account = AccountName(
        _("Bank account"),
        length=40,
        dir="ltr",
        hint=_("The name of the account to which its money comes, such as BNR-1."),
    )


class NewProgrammeForm(ProgrammeFields):
    """A new programme."""

    code = Line(_("Code"), length=20, dir="ltr", hint=_CODE_HINT)
    currency = CurrencyCode(
        _("Currency"), length=3, dir="ltr", hint=_("Three letters, such as RWF. It cannot be changed.")
    )


class ProgrammeForm(ProgrammeFields):
    """What is changed about a programme."""

    versioned = True
    state = Choice(p_("programme", "State"), ProgrammeState)


class NewOrganisationForm(Form):
    """A new partner organisation."""

    name = Line(p_("organisation", "Name"))
    code = Line(_("Code"), length=20, dir="ltr", hint=_CODE_HINT)


class OrganisationForm(Form):
    """What is changed about a partner organisation."""

    versioned = True
    name = Line(p_("organisation", "Name"))
    active = Flag(_("In use"))
