"""How the register is looked through."""

from __future__ import annotations

import pytest

from receiver.cases.rules import Looking, Order, Presence, Stage


@pytest.mark.parametrize(
    ("order", "down", "by_name"),
    [
        (Order.NAME, False, True),
        (Order.NAME_DOWN, True, True),
        (Order.ARRIVED, False, False),
        (Order.ARRIVED_DOWN, True, False),
    ],
)
def test_orders(order, down, by_name):
    assert (order.down, order.by_name) == (down, by_name)


def test_filters_in_force_are_counted():
    assert Looking().narrowed == 0
    assert Looking(presence=Presence.HERE, stage=Stage.ACTIVE, language="ti").narrowed == 3
