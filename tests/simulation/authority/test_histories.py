"""Thousands of histories of one channel; each is a seed (protocol section 4)."""

import pytest
from tests.simulation.authority.promises import play

GATE = 150
ALL = 3000
PART = 300


@pytest.mark.parametrize("first", range(0, GATE, 50))
def test_promises_hold(first: int) -> None:
    for seed in range(first, first + 50):
        play(seed)


@pytest.mark.slow
@pytest.mark.timeout(180)
@pytest.mark.parametrize("first", range(0, ALL, PART))
def test_promises_hold_in_three_thousand_histories(first: int) -> None:
    for seed in range(first, first + PART):
        play(seed)
