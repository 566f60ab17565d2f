"""What shaken weights flip: the same with the same seed, more with more noise, nobody who is out of reach."""

from decimal import Decimal
from typing import Any

import pytest

from tests.oracle.scorer import Oracle
from tests.sql import small_city
from tests.sql.conftest import Shown
from tests.sql.trials import measure_again, table

MEASURES = ("subjects", "flips_up", "flips_down", "subjects_flipped", "flipped_percent", "worst_draw_percent")


def flips(shown: Shown, trial_id: int, side: str = "before") -> dict[tuple[str, str | None], tuple[Any, ...]]:
    """Measures of one side by rulebook and grade; a grade of None: of all."""
    return {
        (row["rulebook_id"], row["grade"]): tuple(row[name] for name in MEASURES)
        for row in table(shown.connection, "sensitivity", trial_id)
        if row["side"] == side
    }


def test_the_same_seed_gives_the_same_numbers_and_another_one_others(shown: Shown) -> None:
    first = flips(shown, shown.trial_id)
    assert flips(shown, measure_again(shown.connection, shown.trial_id)) == first
    assert flips(shown, measure_again(shown.connection, shown.trial_id, seed=2)) != first


def test_more_noise_flips_more(shown: Shown) -> None:
    flipped = []
    for percent in ("0.0001", "2", "10", "40"):
        trial_id = measure_again(shown.connection, shown.trial_id, noise_percent=Decimal(percent))
        subjects, up, down, ever, mean, worst = flips(shown, trial_id)["public_credit", None]
        assert subjects == small_city.FIRMS
        assert 0 <= mean <= worst <= 100
        assert mean * subjects * 20 == pytest.approx(100 * (up + down))
        assert ever <= up + down <= ever * 20
        flipped.append((up + down, ever))
    assert flipped == sorted(flipped)
    assert flipped[0] == (0, 0), "nobody lies so near to a cut-off"
    assert flipped[1] < flipped[-1]


def test_nobody_flips_who_is_far_from_every_cut_off_or_has_full_points_everywhere(shown: Shown) -> None:
    oracle = Oracle(small_city.books(shown.draft), small_city.records(), small_city.AS_OF, small_city.NOW)
    scores = [one.score for key, one in oracle.grade_all().items() if key[0] == "public_credit"]
    full = sum(score == 100 for score in scores)
    assert full > 0, "full points lie exactly on the cut-off of the best grade"
    assert min(scores) > 40
    trial_id = measure_again(shown.connection, shown.trial_id, noise_percent=Decimal(30), draws=50)
    after = flips(shown, trial_id, "after")
    assert after["public_credit", "A"][0] == full
    assert after["public_credit", None] == (small_city.FIRMS, 0, 0, 0, 0, 0)


def test_a_sample_is_as_large_as_it_may_be(shown: Shown) -> None:
    trial_id = measure_again(shown.connection, shown.trial_id, sample_limit=7, draws=3)
    assert flips(shown, trial_id)["public_credit", None][0] == 7
    assert flips(shown, trial_id, "after")["public_credit", None][0] == 7
