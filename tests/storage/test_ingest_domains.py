"""One file, many domains; what lines say; logs of actions; files in the place of others."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import run
from xdrec_app.datasets.formats.dialect import Dialect
from xdrec_app.datasets.formats.interaction_file import InteractionFile
from xdrec_app.datasets.formats.item_file import ItemFile
from xdrec_app.datasets.signal_settings import SignalSettings
from xdrec_app.storage.bulk import Ingested
from xdrec_app.storage.database import Database
from xdrec_app.storage.domains import change_domain
from xdrec_app.storage.ingest import ingest_interactions
from xdrec_app.storage.ingest_descriptions import ingest_items
from xdrec_app.storage.snapshots import load_signal, load_table
from xdrec_app.storage.undo import undo_import
from xdrec_app.storage.workspace_file import create_workspace_file


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    with create_workspace_file(tmp_path / "w.xdrec") as opened:
        yield opened


def put(database: Database, content: str, domain: str = "", **wishes) -> Ingested:
    path = database.path.with_name("file.csv")
    path.write_text(content, encoding="utf-8")
    return run(ingest_interactions(database, domain, InteractionFile.open(path, Dialect(), {}), **wishes))


def batches(database: Database) -> list[tuple]:
    query = """
        SELECT domain.name, file_import, lines, imported, merged, rejected FROM batch
        JOIN domain ON domain.id = domain_id ORDER BY batch.id
    """
    with database.read() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def rows(database: Database, domain: str) -> list[tuple[str, str, float]]:
    table = load_table(database, domain)
    return [
        (table.user_ids[user], table.item_ids[item], value)
        for user, item, value in zip(table.users.tolist(), table.items.tolist(), table.values.tolist(), strict=True)
    ]


def test_a_column_may_name_the_domain_of_each_line_and_the_file_is_one_import(database):
    outcome = put(
        database, "user,item,rating,domain\na,x,5,Books\na,y,4,Films\nb,x,3,Books\na,x,2,Books\nc,z,1,\nd,,1,Films\n"
    )
    assert outcome.domains == ("Books", "Films")
    assert (outcome.lines, outcome.imported, outcome.merged, outcome.rejected) == (6, 3, 1, 2)
    assert batches(database) == [("Books", 1, 5, 2, 1, 2), ("Films", 1, 1, 1, 0, 0)]
    assert rows(database, "Books") == [("a", "x", 2.0), ("b", "x", 3.0)]
    run(undo_import(database, 2))
    assert batches(database) == []


def test_a_file_of_items_may_name_the_domain_of_each_line(database):
    path = database.path.with_name("items.csv")
    path.write_text("item,title,domain\n1,One,Books\n1,Eins,Films\n", encoding="utf-8")
    run(ingest_items(database, "", ItemFile.open(path, Dialect(), {"domain": "domain"})))
    assert load_table(database, "Films").titles == ("Eins",)
    assert load_table(database, "Books").titles == ("One",)


def test_without_a_domain_and_a_column_of_domains_the_answer_is_a_question(database):
    with pytest.raises(UserError, match="No domain is named"):
        put(database, "user,item,rating\na,x,5\n")
    assert batches(database) == []


def test_a_log_of_actions_counts_each_action_by_its_weight_and_the_weights_can_be_changed(database):
    put(database, "user,item,event\na,x,view\na,y,purchase\nb,x,view\nb,x,cart\n", "Shop")
    assert load_signal(database, "Shop").kind == "events"
    assert rows(database, "Shop") == [("a", "x", 0.5), ("a", "y", 2.0), ("b", "x", 1.0)]
    settings = load_signal(database, "Shop").model_copy(update={"weights": {"view": 3.0}, "scale": None})
    change_domain(database, "Shop", None, settings)
    assert rows(database, "Shop") == [("a", "x", 3.0), ("a", "y", 2.0), ("b", "x", 3.0)]


def test_actions_of_several_files_share_one_numbering(database):
    put(database, "user,item,event\na,x,view\na,y,purchase\n", "Shop")
    put(database, "user,item,event\nb,x,purchase\nb,y,view\n", "Shop")
    assert rows(database, "Shop") == [("a", "x", 0.5), ("a", "y", 2.0), ("b", "x", 2.0), ("b", "y", 0.5)]


def test_impressions_without_a_click_are_kept_and_are_no_interactions(database):
    put(database, "user,item,click\na,x,0\na,y,1\nb,x,0\n", "Ads")
    assert load_signal(database, "Ads").kind == "impressions"
    table = load_table(database, "Ads")
    assert (rows(database, "Ads"), table.item_ids, table.is_explicit) == ([("a", "y", 1.0)], ("x", "y"), False)


def test_quantities_are_added_up_over_repeated_pairs(database):
    put(database, "user,item,quantity\na,x,1\na,x,2\nb,x,7\n", "Shop")
    assert load_signal(database, "Shop").kind == "purchases"
    assert [value for *_, value in rows(database, "Shop")] == pytest.approx([1 + 1.5849625, 3.0])


@pytest.mark.parametrize(
    ("policy", "values"),
    [("last", [2.0]), ("first", [4.0]), ("mean", [3.0]), ("maximum", [4.0]), ("sum", [9.0]), ("all", [4.0, 3.0, 2.0])],
)
def test_repeated_pairs_are_resolved_by_the_policy_of_the_domain(database, policy, values):
    put(database, "user,item,rating,time\na,x,3,200\na,x,4,100\na,x,2,300\n", "Books")
    change_domain(database, "Books", None, SignalSettings(repeats=policy))
    found = [value for *_, value in rows(database, "Books")]
    assert sorted(found) == sorted(values)


def test_values_outside_a_chosen_scale_are_left_out_and_come_back_with_it(database):
    put(database, "user,item,rating\na,x,0\na,y,5\nb,x,10\n", "Books")
    change_domain(database, "Books", None, SignalSettings(scale=(1.0, 10.0)))
    assert rows(database, "Books") == [("a", "y", 5.0), ("b", "x", 10.0)]
    change_domain(database, "Books", None, SignalSettings(scale=(0.0, 10.0)))
    assert len(rows(database, "Books")) == 3


def test_a_file_that_says_something_else_than_its_domain_is_refused(database):
    put(database, "user,item,rating\na,x,3\n", "Books")
    with pytest.raises(UserError, match="Books holds ratings, not clicks"):
        put(database, "user,item\na,y\n", "Books", signal="clicks")


def test_a_rating_of_one_for_everything_is_a_click_unless_somebody_says_otherwise(database):
    put(database, "user,item,rating\na,x,1\na,y,1\n", "Guessed")
    put(database, "user,item,rating\na,x,1\na,y,1\n", "Said", signal="ratings")
    assert (load_signal(database, "Guessed").kind, load_signal(database, "Said").kind) == ("clicks", "ratings")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "Nope", "new_name": "X", "signal": None}, "There is no domain 'Nope'"),
        ({"name": "Books", "new_name": " ", "signal": None}, "needs a name"),
        ({"name": "Books", "new_name": "Films", "signal": None}, "a domain 'Films' already"),
        ({"name": "Books", "new_name": None, "signal": SignalSettings(scale=(5.0, 1.0))}, "not from 5 to 1"),
    ],
)
def test_a_change_that_cannot_be_is_a_sentence_and_changes_nothing(database, change, sentence):
    put(database, "user,item,rating\na,x,3\n", "Books")
    put(database, "user,item,rating\na,x,3\n", "Films", again=True)
    with pytest.raises(UserError, match=sentence):
        change_domain(database, **change)
    assert [name for name, *_ in batches(database)] == ["Books", "Films"]
