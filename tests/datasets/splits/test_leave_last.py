from dataclasses import replace

import numpy as np
import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.datasets.arrays import NO_TIME
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.splits.leave_last import LeaveLastSplit


def items(table: DomainTable, rows: np.ndarray) -> set[str]:
    return {table.item_ids[item] for item in table.items[rows]}


def test_the_last_row_is_the_test_and_the_one_before_it_the_validation():
    table = DomainTable.of("books", [("p", "c", 5, 10), ("p", "a", 5, 30), ("p", "d", 5, 5), ("p", "b", 5, 20)])
    plan = LeaveLastSplit().draw(table, [], 0)
    assert (items(table, plan.test), items(table, plan.valid)) == ({"a"}, {"b"})


def test_ties_in_time_go_by_the_order_of_the_file():
    table = DomainTable.of("books", [("p", "c", 5, 7), ("p", "a", 5, 7), ("p", "b", 5, 7)])
    plan = LeaveLastSplit().draw(table, [], 0)
    assert (items(table, plan.test), items(table, plan.valid)) == ({"b"}, {"a"})


def test_people_with_fewer_than_three_rows_stay_in_training():
    table = DomainTable.of("books", [("p", "a", 5, 1), ("p", "b", 5, 2)])
    plan = LeaveLastSplit().draw(table, [], 0)
    assert (len(plan.train), len(plan.valid), len(plan.test)) == (2, 0, 0)


@pytest.mark.parametrize("times", [[None, None, None], [1, None, 3]])
def test_a_target_without_all_times_is_refused(times):
    rows = [("p", f"i{number}", 5.0, time) for number, time in enumerate(times)]
    with pytest.raises(UserError, match=r"needs times.*'books'"):
        LeaveLastSplit().draw(DomainTable.of("books", rows), [], 0)


def test_what_a_tested_person_did_in_a_source_after_the_test_is_hidden():
    target = DomainTable.of("books", [*(("p", f"i{time}", 5.0, time) for time in (10, 20, 30)), ("few", "i10", 5.0, 1)])
    source = DomainTable.of(
        "movies",
        [
            ("p", "before", 5.0, 29),
            ("p", "same", 5.0, 30),
            ("p", "after", 5.0, 31),
            ("few", "late", 5.0, 99),
            ("other", "late", 5.0, 99),
        ],
    )
    split = LeaveLastSplit()
    visible = split.visible(source, target, split.draw(target, [source], 0))
    assert items(source, ~visible) == {"after"}
    untimed = replace(source, times=np.full(len(source), NO_TIME))
    hidden = ~split.visible(untimed, target, split.draw(target, [untimed], 0))
    assert items(untimed, hidden) == {"before", "same", "after"}
