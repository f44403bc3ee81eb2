import csv

import numpy as np
import pytest

from xdrec_app.core.errors import UserError
from xdrec_app.core.jobs import Cancelled, Command, drive, run
from xdrec_app.services.data_requests import ImportInteractions
from xdrec_app.services.experiment_requests import Train
from xdrec_app.services.import_interactions import import_interactions
from xdrec_app.services.profile import profile
from xdrec_app.services.recommend import recommend, recommend_all
from xdrec_app.services.requests import LikedItem, Profile, Recommend, RecommendAll
from xdrec_app.services.train import train


@pytest.fixture
def trained(workspace):
    def fit(model="ease", **changes):
        settings = {"target": "books", "sources": ("movies", "songs"), "split": "all", **changes}
        return run(train(Train(workspace=workspace, model=model, **settings))).run

    return fit


def read(path):
    with path.open(encoding="utf-8-sig") as file:
        return list(csv.DictReader(file))


def test_what_the_person_had_is_left_out_unless_asked_for(workspace, trained, small_world):
    number = trained()
    table = small_world.target
    seen = {table.item_ids[item] for item in table.items[table.users == 0]}
    user = table.user_ids[0]
    without = run(recommend(Recommend(workspace=workspace, run=number, user=user, k=100)))
    everything = run(recommend(Recommend(workspace=workspace, run=number, user=user, k=100, exclude_seen=False)))
    assert not seen & {item.id for item in without.items}
    assert seen <= {item.id for item in everything.items}
    assert len(without.items) == len(everything.items) - len(seen)


def test_an_item_nobody_knows_is_not_recommended(workspace, trained, small_world):
    found = run(recommend(Recommend(workspace=workspace, run=trained(), user=small_world.target.user_ids[0], k=100)))
    assert "b99" not in {item.id for item in found.items}


def test_a_person_who_came_after_training_is_served_from_the_history(workspace, trained, tmp_path):
    number = trained()
    newcomer = tmp_path / "new.csv"
    newcomer.write_text("user_id,item_id,rating\nnewcomer,m01,5\nnewcomer,m05,5\nnewcomer,m09,5\n", encoding="utf-8")
    run(import_interactions(ImportInteractions(workspace=workspace, file=newcomer, domain="movies")))
    found = run(recommend(Recommend(workspace=workspace, run=number, user="newcomer", k=5, explain=True)))
    assert found.is_new_person and len(found.items) == 5
    assert {reason.domain for item in found.items for reason in item.reasons} == {"movies"}
    assert all("movies" in item.why for item in found.items)


def test_whoever_likes_some_items_of_any_domain_is_served_as_a_person_with_that_history(workspace, trained, tmp_path):
    number = trained()
    newcomer = tmp_path / "new.csv"
    newcomer.write_text("user_id,item_id,rating\nnewcomer,m01,5\nnewcomer,m05,5\n", encoding="utf-8")
    run(import_interactions(ImportInteractions(workspace=workspace, file=newcomer, domain="movies")))
    liked = (LikedItem(domain="movies", item="m01"), LikedItem(domain="movies", item="Movies 5"))
    stranger = run(recommend(Recommend(workspace=workspace, run=number, liked=liked, k=5, explain=True)))
    person = run(recommend(Recommend(workspace=workspace, run=number, user="newcomer", k=5, explain=True)))
    assert stranger.items == person.items
    assert stranger.is_new_person


@pytest.mark.parametrize(
    ("liked", "sentence"),
    [
        (LikedItem(domain="cars", item="m01"), "no domain 'cars'"),
        (LikedItem(domain="movies", item="Nosferatu"), "'Nosferatu'"),
    ],
)
def test_an_item_the_model_does_not_know_cannot_be_liked(workspace, trained, liked, sentence):
    with pytest.raises(UserError, match=sentence):
        run(recommend(Recommend(workspace=workspace, run=trained(), liked=(liked,))))


def test_a_model_that_cannot_fold_in_serves_no_strangers(workspace, trained):
    number = trained("deep_cf", params={"epochs": 2})
    with pytest.raises(UserError, match="deep_cf"):
        run(recommend(Recommend(workspace=workspace, run=number, liked=(LikedItem(domain="movies", item="m01"),))))


def test_a_model_that_cannot_fold_in_says_who_it_does_not_know(workspace, trained, tmp_path):
    number = trained("deep_cf", params={"epochs": 2})
    newcomer = tmp_path / "new.csv"
    newcomer.write_text("user_id,item_id,rating\nnewcomer,m01,5\n", encoding="utf-8")
    run(import_interactions(ImportInteractions(workspace=workspace, file=newcomer, domain="movies")))
    with pytest.raises(UserError, match="newcomer"):
        run(recommend(Recommend(workspace=workspace, run=number, user="newcomer")))


def test_reasons_are_shares_of_the_persons_own_history(workspace, trained, small_world):
    user = small_world.target.user_ids[3]
    found = run(recommend(Recommend(workspace=workspace, run=trained(), user=user, k=3, explain=True)))
    for item in found.items:
        weights = [reason.weight for reason in item.reasons]
        assert weights == sorted(weights, reverse=True) and 0 < sum(weights) <= 1 + 1e-6
        assert all(reason.title in item.why for reason in item.reasons)


def test_the_export_holds_what_each_person_would_see(workspace, trained, tmp_path, small_world):
    number = trained("co_embedding", params={"epochs": 3})
    out = tmp_path / "out.csv"
    report = run(recommend_all(RecommendAll(workspace=workspace, run=number, out=out, k=4)))
    rows = read(out)
    assert len(rows) == report.rows and len({row["user"] for row in rows}) == report.people
    user = small_world.target.user_ids[5]
    single = run(recommend(Recommend(workspace=workspace, run=number, user=user, k=4)))
    assert [row["item"] for row in rows if row["user"] == user] == [item.id for item in single.items]
    scores = [float(row["score"]) for row in rows if row["user"] == user]
    assert np.allclose(scores, [item.score for item in single.items], rtol=1e-4)


def test_a_cancelled_export_leaves_no_file_and_spares_the_old_one(workspace, trained, tmp_path):
    number = trained()
    out = tmp_path / "sub" / "out.csv"
    out.parent.mkdir()
    out.write_text("old", encoding="utf-8")

    class AtOnce:
        def poll(self):
            return Command.CANCEL

    assert (
        drive(recommend_all(RecommendAll(workspace=workspace, run=number, out=out)), lambda event: None, AtOnce())
        == Cancelled()
    )
    assert out.read_text(encoding="utf-8") == "old" and list(out.parent.iterdir()) == [out]


def test_a_title_cannot_become_a_formula(workspace, trained, tmp_path):
    items = tmp_path / "items.csv"
    items.write_text('item_id,title\nb00,"=HYPERLINK(""x"")"\n', encoding="utf-8")
    from xdrec_app.services.data_requests import ImportItems
    from xdrec_app.services.import_descriptions import import_items

    run(import_items(ImportItems(workspace=workspace, file=items, domain="books")))
    out = tmp_path / "out.csv"
    run(recommend_all(RecommendAll(workspace=workspace, run=trained(), out=out, k=60)))
    titles = {row["title"] for row in read(out) if row["item"] == "b00"}
    assert titles == {'\'=HYPERLINK("x")'}


def test_an_unwritable_place_is_a_sentence(workspace, trained, tmp_path):
    with pytest.raises(UserError, match="cannot be written"):
        run(recommend_all(RecommendAll(workspace=workspace, run=trained(), out=tmp_path / "no" / "out.csv")))


def test_a_profile_tells_tastes_neighbours_and_what_the_other_domains_add(workspace, trained, small_world):
    user = small_world.target.user_ids[3]
    person = run(profile(Profile(workspace=workspace, user=user, run=trained())))
    assert {taste.domain for taste in person.domains} <= {"books", "movies", "songs"}
    assert person.history_total == sum(taste.interactions for taste in person.domains)
    assert len(person.neighbours) == 10 and person.neighbours[0].similarity >= person.neighbours[-1].similarity
    assert sum(note.share for note in person.transfer) == pytest.approx(1)


def test_a_profile_follows_what_is_imported_later(workspace, tmp_path):
    file = tmp_path / "later.csv"
    file.write_text("user_id,item_id,rating\np000,b99,1\n", encoding="utf-8")
    before = run(profile(Profile(workspace=workspace, user="p000")))
    run(import_interactions(ImportInteractions(workspace=workspace, file=file, domain="books")))
    after = run(profile(Profile(workspace=workspace, user="p000")))
    assert {(row.item, row.value) for row in after.history} - {(row.item, row.value) for row in before.history} == {
        ("b99", 1.0)
    }


def test_nobody_of_that_id_is_a_sentence(workspace, trained):
    for job in (
        profile(Profile(workspace=workspace, user="ghost")),
        recommend(Recommend(workspace=workspace, run=trained(), user="ghost")),
    ):
        with pytest.raises(UserError, match="ghost"):
            run(job)
