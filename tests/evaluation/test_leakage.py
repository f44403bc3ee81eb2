import numpy as np
import pandas as pd
import pytest

from xdrec_app.core.events import Tick
from xdrec_app.core.jobs import run
from xdrec_app.datasets.domain_table import DomainTable
from xdrec_app.datasets.synthetic import WorldSettings, generate
from xdrec_app.evaluation import leakage
from xdrec_app.evaluation.leakage import audit

N_PEOPLE, N_ITEMS, N_COPIES = 300, 80, 10


def domain(name, histories, copies=()):
    """Make a domain from one set of items per person; `copies` are more (person, item) pairs."""
    rows = [(f"u{person:03}", f"{name}-{item:03}x", 1.0, None) for person, own in enumerate(histories) for item in own]
    rows += [(f"u{person:03}", f"{name}-copy-{item}", 1.0, None) for person, item in copies]
    return DomainTable.of(name, rows)


@pytest.fixture(scope="module")
def histories():
    """Two independent domains of the same people, and who has which of ten products that both sell."""
    random = np.random.default_rng(5)
    popularity = 1 / np.arange(5, 5 + N_ITEMS)
    popularity /= popularity.sum()
    one, other = (
        [random.choice(N_ITEMS, random.integers(2, 12), replace=False, p=popularity) for _ in range(N_PEOPLE)]
        for _ in range(2)
    )
    copies = [(int(person), item) for item in range(N_COPIES) for person in random.choice(N_PEOPLE, 30, replace=False)]
    return one, other, copies


def found_pairs(found, one, other):
    return {(one.item_ids[a], other.item_ids[b]) for a, b in zip(found.pairs.ones, found.pairs.others, strict=True)}


def test_exactly_the_products_with_the_same_raters_are_found(histories):
    one, other = domain("a", histories[0], histories[2]), domain("b", histories[1], histories[2])
    found = run(audit(one, other))
    assert found_pairs(found, one, other) == {(f"a-copy-{item}", f"b-copy-{item}") for item in range(N_COPIES)}
    assert found.pairs.raters.tolist() == [30] * N_COPIES and found.pairs.by_raters.all()
    assert found.leaking == (300, 300) and found.is_leak
    assert found.shares[0] == pytest.approx(300 / len(one)) and found.chance_shares[0] < 0.02


def test_copies_are_found_though_a_tenth_of_their_rows_is_lost_on_either_side(histories):
    random = np.random.default_rng(1)
    thinned = [[pair for pair in histories[2] if random.random() < 0.9] for _ in range(2)]
    one, other = domain("a", histories[0], thinned[0]), domain("b", histories[1], thinned[1])
    found = found_pairs(run(audit(one, other)), one, other)
    assert len(found) >= N_COPIES - 2 and all("copy" in a and a[2:] == b[2:] for a, b in found)


def test_domains_that_share_people_but_no_product_share_no_item(histories):
    found = run(audit(domain("a", histories[0]), domain("b", histories[1])))
    assert len(found.pairs) == 0 and not found.is_leak and found.leaking == (0, 0)


def test_raters_of_whom_nobody_is_shared_tell_nothing(histories):
    one, other = domain("a", histories[0], histories[2]), domain("b", histories[1], histories[2])
    strangers = DomainTable(**{**vars(other), "user_ids": tuple(f"v{id_}" for id_ in other.user_ids)})
    found = run(audit(one, strangers))
    assert len(found.pairs) == 0 and found.interactions == (0, 0) and found.shares == (0.0, 0.0)


def test_people_of_whom_one_domain_has_no_row_left_are_not_shared(histories):
    one, other = domain("a", histories[0], histories[2]), domain("b", histories[1], histories[2])
    half = one.take(one.users < N_PEOPLE // 2)
    assert len(run(audit(half, other)).pairs) == N_COPIES


def test_five_people_who_have_everything_are_no_evidence():
    one, other = (domain(name, [range(8)] * 5) for name in "ab")
    assert len(run(audit(one, other)).pairs) == 0


def test_the_same_title_without_common_raters_beyond_chance_is_a_pair_and_no_leak(histories):
    names = {f"{item:03}": f"Film number {item}" for item in range(N_ITEMS)}
    tables = []
    for name, own in zip("ab", histories[:2], strict=True):
        plain = domain(name, own)
        tables.append(DomainTable(**{**vars(plain), "titles": tuple(names[id_[2:5]] for id_ in plain.item_ids)}))
    found = run(audit(*tables))
    assert len(found.pairs) >= N_ITEMS - 5 and found.pairs.by_title.all() and not found.pairs.by_raters.any()
    assert found.leaking[0] > 0 and not found.is_leak
    assert found.shares[0] == pytest.approx(found.chance_shares[0], abs=0.04)


def test_the_same_ids_that_people_contradict_are_left_out(histories):
    """Numbers with gaps, as a filter leaves them, look like ids of things; that nobody has both says otherwise."""
    tables = []
    for name, own in zip("ab", histories[:2], strict=True):
        rows = [(f"u{person:03}", str(7 * item), 1.0, None) for person, items in enumerate(own) for item in items]
        tables.append(DomainTable.of(name, rows))
    assert len(run(audit(*tables)).pairs) == 0


def test_work_in_small_chunks_and_without_the_busiest_people_finds_the_same(histories, monkeypatch):
    one, other = domain("a", histories[0], histories[2]), domain("b", histories[1], histories[2])
    whole = found_pairs(run(audit(one, other)), one, other)
    monkeypatch.setattr(leakage, "CHUNK_WORK", 50)
    ticks = sum(isinstance(event, Tick) for event in audit(one, other))
    assert ticks > 20
    monkeypatch.setattr(leakage, "MAX_WORK", 20_000)
    assert found_pairs(run(audit(one, other)), one, other) == whole


def test_the_sample_world_does_not_leak():
    settings = WorldSettings()
    world = generate(settings)
    books, movies, music = (world.table(name) for name in settings.domains)
    for one, other in ((books, movies), (books, music), (movies, music)):
        found = run(audit(one, other))
        assert not found.is_leak and max(found.shares) < 0.01


def read(file, name, items=None):
    rows = pd.read_csv(file, dtype=str, keep_default_na=False)
    about = {}
    if items:
        titles = pd.read_csv(items, dtype=str, keep_default_na=False)
        about = {id_: (title, "", ()) for id_, title in titles[["item_id", "title"]].to_numpy()}
    return DomainTable.of(
        name, [(user, item, 1.0, None) for user, item in rows[["user_id", "item_id"]].to_numpy()], about
    )


def test_cloth_and_sport_leak(shared_data):
    folder = shared_data / "amazon-cloth-sport"
    found = run(audit(read(folder / "cloth.train.csv", "cloth"), read(folder / "sport.train.csv", "sport")))
    assert len(found.pairs) == pytest.approx(810, abs=30) and not found.pairs.by_id.any()
    assert found.is_leak and found.shares == pytest.approx((0.1525, 0.1288), abs=0.005)


def test_books_and_movies_share_five_items_and_do_not_leak(shared_data):
    folder = shared_data / "amazon-books-movies"
    books = read(folder / "books.csv", "books", folder / "books.items.csv")
    found = run(audit(books, read(folder / "movies.csv", "movies", folder / "movies.items.csv")))
    assert len(found.pairs) == 5 and max(found.shares) < 0.02 and not found.is_leak


def test_categories_of_ciao_do_not_leak(shared_data):
    folder = shared_data / "ciao"
    found = run(audit(read(folder / "category01.csv", "one"), read(folder / "category10.csv", "ten")))
    assert found.leaking == (0, 0) and not found.is_leak


@pytest.mark.slow
def test_films_of_two_movielens_sets_are_the_same_and_people_with_the_same_number_are_not(shared_data):
    small, large = (
        read(shared_data / name / "ratings.csv", name, shared_data / name / "items.csv")
        for name in ("ml-100k", "ml-1m")
    )
    found = run(audit(small, large))
    assert found.pairs.by_title.sum() > 1_500 and not found.pairs.by_id.any() and not found.pairs.by_raters.any()
    assert found.shares == pytest.approx(found.chance_shares, abs=0.005) and not found.is_leak
