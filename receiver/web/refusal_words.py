"""What the page of a refusal says besides the refusal's own sentence, by status: a title, what is kept, what to do."""

from __future__ import annotations

from dataclasses import dataclass

from receiver.kit.words import Words, _


@dataclass(frozen=True, slots=True)
class Told:
    """The title of the page, what became of what was sent, and what to do now."""

    title: Words
    todo: Words
    kept: Words | None = None


_UNCHANGED = _("Nothing has been changed.")
_BACK = _("Go back to the page before, or begin at the start page.")
_AGAIN = _("Wait a moment and try again.")

_OTHER = Told(_("This was not done"), _BACK)

_BY_STATUS: dict[int, Told] = {
    400: Told(_("This could not be read"), _("Open the page again and send it once more."), _UNCHANGED),
    401: Told(_("Please sign in"), _("Sign in, then open the page again.")),
    403: Told(_("This is not allowed"), _("If you need it for your work, ask your supervisor or an administrator.")),
    404: Told(_("Page not found"), _("Check the address, or look for it from the start page.")),
    405: Told(_("This was not done"), _BACK),
    408: Told(_("The connection was too slow"), _AGAIN),
    409: Told(_("This was not saved"), _("Look at what is there now, then try again if it is still needed.")),
    410: Told(_("This link no longer works"), _("Ask the sender for a new one.")),
    413: Told(_("This is too large"), _("Make it smaller, or send it in parts."), _UNCHANGED),
    415: Told(_("This kind of content is not taken"), _("Use the form on the page."), _UNCHANGED),
    422: Told(_("Something is not right"), _("Go back, check what you entered and send it again.")),
    428: Told(_("This page is out of date"), _("Open the page again, then make your change."), _UNCHANGED),
    429: Told(_("Please wait a moment"), _AGAIN),
    500: Told(
        _("Something went wrong"), _("Try again. If it happens again, tell your administrator the number below.")
    ),
    503: Told(_("Please try again soon"), _AGAIN),
    507: Told(_("There is no space left"), _("Tell your administrator.")),
}

GENERAL: dict[int, Words] = {
    405: _("This address does not take this kind of request."),
    400: _("What was sent came in broken and cannot be read."),
    413: _("What was sent is too large."),
}


_BY_CODE: dict[str, Told] = {"from-elsewhere": _OTHER}


def told_about(status: int, code: str = "") -> Told:
    """What the page of this status says, or of a refusal that its status describes badly."""
    return _BY_CODE.get(code) or _BY_STATUS.get(status, _OTHER)
