"""Transfer lift: what the sources add to the same model, parameters and seed."""

from __future__ import annotations

from xdrec_app.evaluation.compare import Comparison, compare
from xdrec_app.evaluation.result import Evaluation


def lift(with_: Evaluation, without: Evaluation) -> dict[str, Comparison]:
    """Compare a run with its sources to the same run without them, over the metrics both have.

    Raises
    ------
    ValueError
        When the two were not made under the same protocol: such figures must not stand side by side. A run without
        sources need not know what was done with copies in them.
    """
    if without.protocol not in (with_.protocol, with_.protocol.alone):
        raise ValueError("the two evaluations were made under different protocols")
    names = [name for name in with_.metrics if name in without.metrics]
    return compare(with_, without, names, seed=with_.protocol.seed)
