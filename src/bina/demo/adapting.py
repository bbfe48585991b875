"""Adaptive tests that others took before: which questions of the digital bank were offered and asked, and how often."""

import numpy as np

from bina.assessment.models import Item, ItemBank
from bina.assessment.queries.adaptive import QuestionPool, diagnostics, held_back, length_of, next_version, pool_of
from bina.assessment.rules.adaptive import Length
from bina.demo.world import World
from bina.science.arrays import FloatArray
from bina.science.psychometrics import ScoredItems
from bina.science.psychometrics.adaptive import ProfileAnswers, estimate_profile

# So many people are followed, however large the demo is; enough for the exposure of an item to be judged.
TESTS = 60


def count_adaptive_tests(world: World) -> None:
    """Follow some people through the adaptive test with the real choice of questions, and keep the counts of the bank.

    Only the counts are written: of attempts long past an installation keeps no more than what came of them.
    """
    blueprint = next(iter(diagnostics()), None)
    pool = pool_of(ItemBank.objects.get(code="digital"))
    if blueprint is None or pool is None:
        return
    length, column = length_of(blueprint), world.column
    columns = [column[pk] for pk in pool.competency_ids]
    rng, numbers = world.chance.stream("adaptive"), world.chance.numbers("adaptive")
    offered, asked = np.zeros(len(pool.items)), np.zeros(len(pool.items))
    for person in sorted(rng.sample(range(len(world.people)), min(TESTS, len(world.people)))):
        seed = rng.getrandbits(31)
        withheld = held_back(pool, offered, asked, seed)
        places = _asked_of(pool, length, world.truth[person, columns], withheld, numbers, seed)
        asked[places] += 1
        offered += ~np.isin(pool.version_ids, withheld)
        offered[[place for place in places if pool.version_ids[place] in withheld]] += 1
    items = Item.objects.in_bulk(pool.item_ids)
    for place, pk in enumerate(pool.item_ids):
        items[pk].offered_count, items[pk].asked_count = int(offered[place]), int(asked[place])
    Item.objects.bulk_update(items.values(), ["offered_count", "asked_count"], batch_size=200)


def _asked_of(
    pool: QuestionPool, length: Length, truth: FloatArray, withheld: list[int], numbers: np.random.Generator, seed: int
) -> list[int]:
    """The places of the questions that one person is asked; ``truth`` is the true level by competency of the pool."""
    place_of = {version: place for place, version in enumerate(pool.version_ids)}
    places = list[int]()
    scores = list[float]()
    while True:
        items = ScoredItems.without_guessing(pool.items.discrimination[places], pool.items.difficulty[places])
        estimate = estimate_profile(pool.prior, ProfileAnswers(items, pool.competency[places], np.array(scores)))
        if length.is_over(len(places), len(places), estimate.average(pool.even_weights)[1]):
            return places
        version = next_version(
            pool, estimate, asked=[pool.version_ids[place] for place in places], withheld=withheld, seed=seed
        )
        if version is None:
            return places
        place = place_of[version]
        a, b = pool.items.discrimination[place], pool.items.difficulty[place]
        places.append(place)
        scores.append(float(numbers.random() < 1 / (1 + np.exp(-a * (truth[pool.competency[place]] - b)))))
