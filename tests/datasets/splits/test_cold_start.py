from dataclasses import replace

import numpy as np
import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.splits.cold_start import ColdStartSplit


def people(table: DomainTable, rows: np.ndarray) -> set[str]:
    return {table.user_ids[user] for user in table.users[rows]}


def many(name: str, first: int, last: int) -> DomainTable:
    return DomainTable.of(
        name, [(f"p{user}", f"{name}{item}", 4.0, None) for user in range(first, last) for item in (1, 2)]
    )


def test_a_cold_person_has_no_row_in_training():
    table = many("books", 0, 2000)
    plan = ColdStartSplit().draw(table, [], 3)
    parts = [people(table, rows) for rows in (plan.train, plan.valid, plan.test)]
    assert sum(map(len, parts)) == 2000
    assert set.union(*parts) == set(table.user_ids)
    assert 340 < len(parts[2]) < 460
    assert 150 < len(parts[1]) < 250


def test_a_person_stays_cold_when_others_come():
    small, large = many("books", 0, 200), many("books", 0, 900)
    cold = people(small, ColdStartSplit().draw(small, [], 3).test)
    assert cold == people(large, ColdStartSplit().draw(large, [], 3).test) & set(small.user_ids)


def test_cold_people_with_a_history_in_any_source_are_scored():
    target, sources = many("books", 0, 300), [many("movies", 0, 100), many("songs", 250, 400)]
    plan = ColdStartSplit().draw(target, sources, 3)
    cold = people(target, plan.test)
    assert plan.scored == cold & (set(sources[0].user_ids) | set(sources[1].user_ids))
    assert plan.scored < cold
    assert ColdStartSplit().draw(target, [], 3).scored is None


def test_a_source_that_shares_nobody_is_refused():
    with pytest.raises(UserError, match=r"'books' who would be cold.*movies"):
        ColdStartSplit().draw(many("books", 0, 100), [many("movies", 200, 300)], 3)


def test_people_of_a_source_without_rows_have_no_history():
    source = many("movies", 0, 100)
    bare = replace(
        source, **{name: getattr(source, name)[:0] for name in ("users", "items", "values", "times", "file_order")}
    )
    with pytest.raises(UserError):
        ColdStartSplit().draw(many("books", 0, 100), [bare], 3)


def test_the_sources_stay_whole():
    target, source = many("books", 0, 100), many("movies", 0, 100)
    split = ColdStartSplit()
    assert split.visible(source, target, split.draw(target, [source], 3)).all()
