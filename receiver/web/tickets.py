"""Small signed notes that pages carry: who a form was made for, and what the next page should say."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from itsdangerous import BadData, URLSafeSerializer, URLSafeTimedSerializer

from receiver.kit.money import Money
from receiver.kit.words import Words
from receiver.vault import Purpose
from receiver.web.rules import TICKET_LIFE

if TYPE_CHECKING:
    from receiver.vault import Vault

DONE_SECONDS = 60


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a page's form says about itself when the session has ended: whose it was, and which form."""

    user_id: UUID
    form: str


def _serializer(vault: Vault, salt: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(vault.derive(Purpose.FORM_TICKETS), salt=salt)


def make_ticket(vault: Vault, user_id: UUID, form: str) -> str:
    """The ticket of a form on a page that this user is given now."""
    return _serializer(vault, "form").dumps([user_id.hex, form])


def read_ticket(vault: Vault, text: str) -> Ticket | None:
    """What a ticket says, or None: forged, damaged, or older than a page stays open."""
    try:
        user_id, form = _serializer(vault, "form").loads(text, max_age=int(TICKET_LIFE.total_seconds()))
        return Ticket(UUID(hex=user_id), str(form))
    except (BadData, ValueError, TypeError):
        return None


def make_token(vault: Vault, salt: str, content: str) -> str:
    """A signed text for one place (`salt`), such as the id of a file that came before."""
    return URLSafeSerializer(vault.derive(Purpose.FORM_TICKETS), salt=salt).dumps(content)


def read_token(vault: Vault, salt: str, text: str) -> str | None:
    """The signed text, or None if it is not of our making."""
    try:
        return str(URLSafeSerializer(vault.derive(Purpose.FORM_TICKETS), salt=salt).loads(text))
    except BadData:
        return None


def make_done(vault: Vault, owner: str, words: Words) -> str:
    """What the next page of this owner says was done; its values are counts, amounts and references, never names."""
    return _serializer(vault, f"done/{owner}").dumps(pack_words(words))


def read_done(vault: Vault, owner: str, text: str) -> Words | None:
    """The words to say, or None: forged, of another owner, or a minute old."""
    try:
        return unpack_words(_serializer(vault, f"done/{owner}").loads(text, max_age=DONE_SECONDS))
    except BadData:
        return None


def pack_words(words: Words) -> str:
    """Words as a text that another process can read; `unpack_words` reads it."""
    told: dict[str, Any] = {"m": words.msgid, "v": {name: _packed(value) for name, value in words.items}}
    told |= {"p": words.plural, "n": words.count} if words.plural is not None else {}
    told |= {"c": words.context} if words.context is not None else {}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def unpack_words(text: str) -> Words:
    """The words of a text that `pack_words` made."""
    told = json.loads(text)
    values = tuple(sorted((name, _unpacked(value)) for name, value in told["v"].items()))
    return Words(told["m"], plural=told.get("p"), context=told.get("c"), count=told.get("n"), items=values)


def _packed(value: object) -> Any:
    if isinstance(value, Money):
        return {"money": [value.minor, value.currency]}
    if isinstance(value, bool | int | str):
        return value
    raise TypeError(f"{type(value).__name__} does not travel to the next page: use counts, amounts and references")


def _unpacked(value: Any) -> object:
    return Money(*value["money"]) if isinstance(value, dict) else value
