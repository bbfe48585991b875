"""Source bias: shrinkage by hand, caution with few pairs, recovery of a known bias, and bad input."""

from dataclasses import fields

import numpy as np
import pytest

from bina.science.evidence import estimate_source_bias


def test_shrinkage_by_hand() -> None:
    # differences 0.2, 0.4, 0.6, 0.8: mean 0.5, SE^2 = 1/60, V = 3/60; default 0.3 with variance 0.04
    found = estimate_source_bias([0, 0, 0, 0], [2.2, 2.4, 2.6, 2.8], [2.0] * 4, default_bias=[0.3], default_sd=[0.2])
    assert found.pairs.tolist() == [4]
    assert found.mean_difference[0] == pytest.approx(0.5)
    assert found.standard_error[0] == pytest.approx(np.sqrt(1 / 60), abs=1e-6)
    assert found.bias[0] == pytest.approx((0.3 * 25 + 0.5 * 20) / 45, abs=1e-6)
    assert found.bias_sd[0] == pytest.approx(1 / np.sqrt(45), abs=1e-6)


def test_without_enough_pairs_the_default_stands() -> None:
    found = estimate_source_bias(
        [1, 1, 1], [3.0, 3.5, 2.5], [2.0] * 3, default_bias=[0.3, 0.1, 0.0], default_sd=[0.2, 0.2, 0.1]
    )
    assert found.pairs.tolist() == [0, 3, 0]
    assert found.bias.tolist() == [0.3, 0.1, 0.0]
    assert found.bias_sd.tolist() == [0.2, 0.2, 0.1]
    assert np.isnan(found.mean_difference).all()
    assert np.isnan(found.standard_error).all()


def test_a_handful_of_equal_differences_is_not_certainty() -> None:
    found = estimate_source_bias([0] * 4, [3.0] * 4, [2.0] * 4, default_bias=[0.3], default_sd=[0.2])
    assert found.standard_error[0] == pytest.approx(0.1 / 2, abs=1e-6)
    assert 0.3 < found.bias[0] < 1.0


def test_known_biases_are_found_again() -> None:
    generator = np.random.default_rng(61)
    truth = np.array([0.3, -0.1, 0.05])
    source = generator.integers(0, 3, 6000)
    level = generator.normal(2.3, 0.6, 6000)
    rating = level + truth[source] + generator.normal(0, 0.6, 6000)
    test = level + generator.normal(0, 0.3, 6000)
    options = {"default_bias": np.zeros(3), "default_sd": np.full(3, 0.5)}
    found = estimate_source_bias(source, rating, test, **options)  # type: ignore[arg-type]
    assert (np.abs(found.bias - truth) <= 3 * found.bias_sd).all()
    assert found.standard_error == pytest.approx(np.sqrt(0.45 / found.pairs), rel=0.05)


def test_any_order_of_pairs_gives_the_same_bits() -> None:
    generator = np.random.default_rng(63)
    source = generator.integers(0, 3, 600)
    # values so large that the last bits of a sum lie above the sixth decimal: no rounding can hide the order
    rating, test = generator.normal(0, 1e11, 600), generator.normal(0, 1e11, 600)
    order = generator.permutation(600)
    options = {"default_bias": np.zeros(3), "default_sd": np.full(3, 1e12)}
    one = estimate_source_bias(source, rating, test, **options)  # type: ignore[arg-type]
    other = estimate_source_bias(source[order], rating[order], test[order], **options)  # type: ignore[arg-type]
    for field in fields(one):
        assert getattr(one, field.name).tobytes() == getattr(other, field.name).tobytes(), field.name


def test_stated_uncertainty_is_honest() -> None:
    generator = np.random.default_rng(62)
    sources, pairs = 4000, 8
    truth = generator.normal(0.2, 0.25, sources)
    source = np.repeat(np.arange(sources), pairs)
    test = generator.normal(2.3, 0.6, source.size)
    rating = test + truth[source] + generator.normal(0, 0.5, source.size)
    found = estimate_source_bias(
        source, rating, test, default_bias=np.full(sources, 0.2), default_sd=np.full(sources, 0.25)
    )
    assert 0.87 <= np.mean(np.abs(found.bias - truth) <= 1.645 * found.bias_sd) <= 0.92
    assert np.mean((found.bias - truth) ** 2) < np.mean((found.mean_difference - truth) ** 2)


def test_bad_input_is_refused() -> None:
    with pytest.raises(ValueError, match="source_index must be positions from 0 to 0"):
        estimate_source_bias([1], [2.0], [2.0], default_bias=[0.0], default_sd=[0.2])
    with pytest.raises(ValueError, match="equally long"):
        estimate_source_bias([0], [2.0, 1.0], [2.0], default_bias=[0.0], default_sd=[0.2])
    with pytest.raises(ValueError, match="equally long"):
        estimate_source_bias([0], [2.0], [2.0], default_bias=[0.0], default_sd=[0.2, 0.2])
    with pytest.raises(ValueError, match="default_sd must be greater than 0"):
        estimate_source_bias([0], [2.0], [2.0], default_bias=[0.0], default_sd=[0.0])
    with pytest.raises(ValueError, match="rating must be finite"):
        estimate_source_bias([0], [np.nan], [2.0], default_bias=[0.0], default_sd=[0.2])
    with pytest.raises(ValueError, match="least_sd must be greater than 0"):
        estimate_source_bias([0], [2.0], [2.0], default_bias=[0.0], default_sd=[0.2], least_sd=0.0)
