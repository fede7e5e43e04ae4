"""What the web decides without looking anywhere: how long things are kept, what may be said of them."""

from __future__ import annotations

from datetime import timedelta

from receiver.kit.words import LabelledEnum, p_

PARKED_AT_MOST = 20
"""Forms that are kept for one person; the oldest goes when another comes."""

ANSWERS_KEPT = timedelta(hours=48)
"""How long an act that is sent again gets its first answer; the outbox of a device gives up earlier."""

TICKET_LIFE = timedelta(days=7)
"""How old the page of a form may be for its content to be parked."""


class ParkedKind(LabelledEnum):
    """What was kept for a person."""

    FORM = "form", p_("parked", "Form")
    FILE = "file", p_("parked", "File")
