"""The closed-form gradient of BPR against what autograd records."""

import torch

from xdrec_app.training.objectives import FactorBPR, bpr


def test_the_closed_form_is_what_autograd_finds():
    random = torch.Generator().manual_seed(0)
    P, Q = (torch.randn(size, 3, generator=random, dtype=torch.float64, requires_grad=True) for size in (5, 7))
    b = torch.randn(7, generator=random, dtype=torch.float64, requires_grad=True)
    users, chosen, drawn = (torch.randint(high, (20,), generator=random) for high in (5, 7, 7))
    weights = torch.rand(20, generator=random, dtype=torch.float64)

    p, q, r = P[users], Q[chosen], Q[drawn]
    ranked = bpr((p * q).sum(1) + b[chosen], ((p * r).sum(1) + b[drawn])[:, None], weights)
    norms = (p.square() + q.square() + r.square()).sum(1)
    wanted = ranked + (0.1 * weights * norms).mean()
    found = FactorBPR.apply(P, Q, b, users, chosen, drawn, weights, 0.1)

    torch.testing.assert_close(found, wanted)
    for one, other in zip(
        torch.autograd.grad(3 * found, [P, Q, b]), torch.autograd.grad(3 * wanted, [P, Q, b]), strict=True
    ):
        torch.testing.assert_close(one, other)
