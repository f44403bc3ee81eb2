import torch

from xdrec_app.models.gibbs import Draws
from xdrec_app.models.rating_posterior import MeanFactors


def test_the_kept_factors_agree_as_the_draws_do_on_average():
    draws = Draws(0, torch.device("cpu"))
    people, items = [draws.normal(30, 4) for _ in range(5)], [draws.normal(20, 4) for _ in range(5)]
    kept = MeanFactors.of(people, items, 15, draws)
    mean = torch.stack(
        [p[:, :-1] @ q[:, :-1].T + p[:, -1:] + q[:, -1] for p, q in zip(people, items, strict=True)]
    ).mean(0)
    agreed = kept.people[:, :-1] @ kept.items[:, :-1].T + kept.people[:, -1:] + kept.items[:, -1]
    torch.testing.assert_close(agreed, mean, atol=1e-4, rtol=1e-4)


def test_more_rank_than_there_is_to_keep_is_not_kept():
    draws = Draws(0, torch.device("cpu"))
    kept = MeanFactors.of([draws.normal(3, 4)], [draws.normal(9, 4)], 64, draws)
    assert kept.people.shape == (3, 4)
    assert kept.items.shape == (9, 4)
