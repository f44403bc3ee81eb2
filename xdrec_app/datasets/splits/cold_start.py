"""Cold start: people of whom the target knows nothing."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xdrec_app.core.errors import UserError
from xdrec_app.core.params import Params, param
from xdrec_app.core.seeding import derive_seed
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.splitting import Split, SplitPlan, percent, splits


class PeopleParams(Params):
    """How many people are cold."""

    test_share: float = param(0.2, "Share of the people who are cold and tested.", low=0.01, high=0.9)
    valid_share: float = param(0.1, "Share of the people who are cold for validation.", low=0.0, high=0.5)


@splits.register
class ColdStartSplit(Split):
    """Some people lose their whole history in the target; others lose it for validation, so that it is cold too.

    Who is cold hangs on the person's id and the seed alone, so a person stays cold when others come or go.
    """

    key = "cold-start"
    title = "Cold-start people"
    Params = PeopleParams

    @property
    def description(self) -> str:
        """See :attr:`Split.description`."""
        return f"{percent(self.params.test_share)} of the people lose their whole history in the target"

    def draw(self, target: DomainTable, sources: Sequence[DomainTable], seed: int) -> SplitPlan:
        """See :meth:`Split.draw`.

        Raises
        ------
        UserError
            When none of the cold people has a history in a source.
        """
        draws = np.array([derive_seed(seed, "split", self.key, id_) for id_ in target.user_ids]) / float(1 << 63)
        test_people = draws < self.params.test_share
        valid_people = ~test_people & (draws < self.params.test_share + self.params.valid_share)
        test, valid = test_people[target.users], valid_people[target.users]
        scored = None
        if sources:
            elsewhere = set().union(*(_active(source) for source in sources))
            cold = {target.user_ids[user] for user in np.unique(target.users[test])}
            scored = frozenset(cold & elsewhere)
            if not scored:
                names = ", ".join(source.name for source in sources)
                raise UserError(
                    f"None of the people of '{target.name}' who would be cold has a history in {names}.",
                    "Choose sources that share people with the target.",
                )
        return SplitPlan(np.flatnonzero(~test & ~valid), np.flatnonzero(valid), np.flatnonzero(test), scored)


def _active(table: DomainTable) -> set[str]:
    return {table.user_ids[user] for user in np.unique(table.users)}
