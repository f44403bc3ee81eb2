import numpy as np

from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.splits.cold_items import ColdItemsSplit
from xdrec_app.datasets.splitting import without_repeats


def items(table: DomainTable, rows: np.ndarray) -> set[str]:
    return {table.item_ids[item] for item in table.items[rows]}


def many(n_items: int) -> DomainTable:
    return DomainTable.of("books", [(f"p{user}", f"b{item}", 4.0, None) for item in range(n_items) for user in (1, 2)])


def test_a_cold_item_has_no_row_in_training():
    table = many(2000)
    plan = ColdItemsSplit().draw(table, [], 3)
    parts = [items(table, rows) for rows in (plan.train, plan.valid, plan.test)]
    assert sum(map(len, parts)) == 2000
    assert set.union(*parts) == set(table.item_ids)
    assert 340 < len(parts[2]) < 460
    assert 150 < len(parts[1]) < 250


def test_an_item_stays_cold_when_others_come():
    small, large = many(200), many(900)
    cold = items(small, ColdItemsSplit().draw(small, [], 3).test)
    assert cold == items(large, ColdItemsSplit().draw(large, [], 3).test) & set(small.item_ids)


def test_only_cold_items_compete_also_where_repeated_pairs_were_put_together():
    table = many(30)
    plan = ColdItemsSplit().draw(table, [], 3)
    twice = DomainTable(**{**vars(table), "items": np.zeros_like(table.items)})
    assert plan.only_held_out_items
    assert without_repeats(plan, twice).only_held_out_items
