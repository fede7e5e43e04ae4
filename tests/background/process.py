"""An executing process for tests that kill it: `python -m tests.background.process`, settings from the environment."""

from __future__ import annotations

import os
import sys

from receiver.access import Actor
from receiver.background import REQUESTER, AnotherExecutes, Background
from receiver.db.engine import Database
from receiver.settings import load_settings
from tests.background import sample


def main() -> int:
    settings = load_settings()
    assert sample
    REQUESTER.connect(
        lambda _session, user_id: Actor(user_id=user_id, name="A", email="a@example.org", roles=frozenset()),
        name="test",
    )
    background = Background(Database(settings.database_url), settings, name=os.environ.get("SAMPLE_NAME"))
    try:
        if os.environ.get("SAMPLE_ONCE"):
            background.run_once()
        else:
            background.run_forever(within=float(os.environ.get("SAMPLE_STOPS_WITHIN", "8")))
    except AnotherExecutes as refused:
        sys.stderr.write(f"{refused}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
