"""What signing in, one's own account, users and offices ask for."""

from receiver import i18n
from receiver.access import Role
from receiver.accounts.rules import TextSize
from receiver.kit.words import _, p_
from receiver.web.forms import Choice, Code, Email, Flag, Form, Hidden, Line, ManyOf, OneOf, Pick, Secret, optional

CODE_DIGITS = 6
_EMAIL = _("E-mail address")


class SignInForm(Form):
    """E-mail and password; `next` is where to go on."""

    email = Email(_EMAIL, autocomplete="username")
    password = Secret(_("Password"))
    next = optional(Hidden(_("Where to go on")))


class CodeForm(Form):
    """The code of the second factor."""

    code = Code(_("Code from your app"), digits=CODE_DIGITS, hint=_("Six digits. They change every 30 seconds."))
    next = optional(Hidden(_("Where to go on")))


class RecoveryForm(Form):
    """A recovery code in place of the code."""

    code = Secret(_("Recovery code"), autocomplete="off", hint=_("Twelve letters and digits. Each code works once."))
    next = optional(Hidden(_("Where to go on")))


class NewPasswordForm(Form):
    """A password that somebody chooses, typed twice because it is not shown."""

    password = Secret(
        _("New password"),
        autocomplete="new-password",
        hint=_("At least 12 characters. A few words with spaces work well, in any language."),
    )
    again = Secret(_("The same password again"), autocomplete="new-password")

    def check(self) -> None:
        """Both must be the same."""
        if self.password != self.again:
            self.add_error("again", _("The two passwords are not the same."))


class ChangePasswordForm(NewPasswordForm):
    """One's own new password, with the present one."""

    present = Secret(_("Present password"))


class StepUpForm(Form):
    """Password, and the code where a second factor is set, before a sensitive act."""

    password = Secret(_("Password"))
    code = optional(Code(_("Code from your app"), digits=CODE_DIGITS))
    next = optional(Hidden(_("Where to go on")))


class RemoveFactorForm(Form):
    """Switching the second factor off takes password and code."""

    password = Secret(_("Password"))
    code = Code(_("Code from your app"), digits=CODE_DIGITS)


class LanguageForm(Form):
    """The language of pages."""

    language = OneOf(_("Language"))
    next = optional(Hidden(_("Where to go on")))


class PreferencesForm(Form):
    """How pages look to their reader."""

    language = OneOf(_("Language"))
    text_size = Choice(_("Text size"), TextSize)
    dark = Flag(_("Dark at night, when the device asks for it"))


class ReasonForm(Form):
    """An act on somebody's account, with its reason."""

    reason = Line(_("Reason"), hint=_("It is kept in the audit record."))


class NewUserForm(Form):
    """Somebody who is to sign in."""

    email = Email(_EMAIL)
    name = Line(_("Name"), autocomplete="off")
    roles = Pick(p_("user", "Roles"), Role)
    offices = optional(ManyOf(p_("user", "Offices")))
    language = OneOf(_("Language"))


class UserForm(Form):
    """What is changed about a user."""

    versioned = True
    name = Line(_("Name"), autocomplete="off")
    roles = Pick(p_("user", "Roles"), Role)
    offices = optional(ManyOf(p_("user", "Offices")))


class UserFilter(Form):
    """Which users the list shows."""

    q = Line(_("Name or e-mail"), optional=True)
    role = optional(Choice(p_("user", "Role"), Role))
    after = optional(Hidden(_("Place in the list")))


class RoleAnswer(Form):
    """The answer of a second administrator."""

    role = Choice(p_("user", "Role"), Role)


class NewOfficeForm(Form):
    """A new office."""

    code = Line(_("Code"), length=20, dir="ltr", hint=_("Short, in Latin letters, such as KGL. It cannot be changed."))
    name = Line(_("Name"))


class OfficeForm(Form):
    """What is changed about an office."""

    versioned = True
    name = Line(_("Name"))
    active = Flag(_("In use"))


def language_options() -> list[tuple[str, str]]:
    """Every language offered, in its own words."""
    return [(language.code, language.name) for language in i18n.offered()]
