"""Splits of data in which all rows of a repeated pair count."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.splitting import splits, without_repeats

ROWS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz")), min_size=8, max_size=40)


def repeated(rows: list[tuple[str, str]]) -> DomainTable:
    rows = sorted(rows)
    table = DomainTable.of("D", [(user, item, 1.0, None) for user, item in sorted(set(rows))])
    order = np.array([sorted(set(rows)).index(row) for row in rows])
    return replace(
        table,
        users=table.users[order],
        items=table.items[order],
        values=table.values[order],
        times=np.arange(len(rows), dtype=np.int64),
        file_order=np.arange(len(rows), dtype=np.int64),
        files=(("train.csv", 0), ("test.csv", len(rows) // 2)),
    )


def pairs(table: DomainTable, rows: np.ndarray) -> list[tuple[int, int]]:
    return list(zip(table.users[rows].tolist(), table.items[rows].tolist(), strict=True))


@pytest.mark.parametrize("key", sorted(splits.keys()))
@given(rows=ROWS, seed=st.integers(0, 5))
def test_no_pair_is_trained_on_and_held_out_too(key: str, rows, seed):
    table = repeated(rows)
    cls = splits[key]
    split = cls(cls.Params.parse({"test": "test.csv"}) if key == "files" else None)
    plan = without_repeats(split.draw(table, [], seed), table)
    train, valid, test = (set(pairs(table, part)) for part in (plan.train, plan.valid, plan.test))
    assert not (train & valid or train & test or valid & test)
    assert len(pairs(table, plan.test)) == len(test)
    assert len(pairs(table, plan.valid)) == len(valid)


def test_a_plan_without_repeated_pairs_stays_as_it_is():
    table = DomainTable.of("D", [(user, item, 1.0, None) for user in "abcdef" for item in "uvwxyz"])
    plan = splits["random"]().draw(table, [], 0)
    assert without_repeats(plan, table) is plan
