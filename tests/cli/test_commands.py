"""The command line as a user meets it: real processes, real files, exit codes."""

import csv
import json
import subprocess
import sys

import numpy as np
import pytest


def xdrec(*words, check=True):
    """Run a command; return what it printed, parsed when it is JSON."""
    words = [str(word) for word in words]
    done = subprocess.run(
        [sys.executable, "-m", "xdrec_app", *words], capture_output=True, text=True, timeout=120, check=False
    )
    if check:
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout) if "--json" in words else done.stdout
    return done


def write(path, header, rows):
    with path.open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([header, *rows])
    return path


@pytest.fixture(scope="module")
def files(tmp_path_factory):
    """Two domains whose people like either the even or the odd items."""
    folder = tmp_path_factory.mktemp("files")
    random = np.random.default_rng(1)
    found = {}
    for domain in ("films", "novels"):
        rows = []
        for person in range(80):
            odds = np.where(np.arange(60) % 2 == person % 2, 9.0, 1.0)
            for item in random.choice(60, 14, replace=False, p=odds / odds.sum()):
                likes = item % 2 == person % 2
                rows.append((f"{person:03d}", f"{domain[0]}{item:02d}", int(random.integers(4, 6) if likes else 1)))
        found[domain] = write(folder / f"{domain}.csv", ("user_id", "item_id", "rating"), rows)
    items = [(f"f{item:02d}", f"Film number {item}", "even" if item % 2 == 0 else "odd") for item in range(60)]
    found["items"] = write(folder / "items.csv", ("item_id", "title", "tags"), items)
    held_out = [("000", "f02", 5), ("000", "f04", 5), ("nobody", "f06", 4)]
    found["held_out"] = write(folder / "held_out.csv", ("user_id", "item_id", "rating"), held_out)
    return found


@pytest.fixture(scope="module")
def workspace(tmp_path_factory, files):
    path = tmp_path_factory.mktemp("workspace") / "w.xdrec"
    xdrec("new", path)
    for domain in ("films", "novels"):
        xdrec("import", path, files[domain], "--domain", domain)
    xdrec("import-items", path, files["items"], "--domain", "films")
    return path


@pytest.fixture(scope="module")
def trained(workspace):
    return xdrec("train", workspace, "ease", "--target", "films", "--source", "novels", "--set", "l2=20", "--json")


def test_import_accounts_for_every_line(tmp_path, files):
    path = tmp_path / "w.xdrec"
    xdrec("new", path)
    report = xdrec("import", path, files["films"], "--domain", "films", "--json")
    assert report["lines"] == 80 * 14 == report["imported"] + report["merged"] + report["rejected"]
    assert report["columns"] == {"user": "user_id", "item": "item_id", "value": "rating"}
    assert {"batch", "encoding", "delimiter"} <= set(report)


def test_domains_count_what_is_there_and_who_is_shared(workspace):
    summary = xdrec("domains", workspace, "--json")
    films, novels = summary["domains"]
    assert (films["name"], films["users"], films["items"], films["interactions"]) == ("films", 80, 60, 1120)
    assert novels["name"] == "novels"
    assert summary["shared_users"] == [{"domains": ["films", "novels"], "users": 80}]


def test_models_are_listed_with_their_parameters():
    models = {model["key"]: model for model in xdrec("models", "--json")["models"]}
    expected = {"popularity", "bias", "item_knn", "user_knn", "ease", "biased_mf", "co_embedding", "deep_cf"}
    assert expected <= set(models)
    assert all(model["params"] is not None and model["summary"] for model in models.values())


def test_training_reports_metrics_beside_baselines_and_lift(trained):
    assert trained["status"] == "finished" and trained["epochs"] == 0
    assert set(trained["baselines"]) == {"popularity", "without_sources"}
    figure = trained["lift"]["ndcg@10"]
    assert figure["with"] == pytest.approx(trained["metrics"]["ndcg@10"], rel=1e-12)
    assert figure["without"] == pytest.approx(trained["baselines"]["without_sources"]["ndcg@10"], rel=1e-12)
    assert figure["relative"] == pytest.approx(figure["with"] / figure["without"] - 1)
    assert trained["metrics"]["ndcg@10"] > trained["baselines"]["popularity"]["ndcg@10"]
    assert trained["protocol"]["split"] == "random" and "films" in trained["protocol_sentence"]


def test_the_same_command_gives_the_same_figures(workspace, trained):
    again = xdrec("train", workspace, "ease", "--target", "films", "--source", "novels", "--set", "l2=20", "--json")
    assert again["metrics"] == trained["metrics"] and again["lift"] == trained["lift"]


def test_a_run_judged_again_in_a_new_process_comes_out_the_same(workspace, trained):
    again = xdrec("evaluate", workspace, trained["run"], "--json")
    assert again["metrics"] == trained["metrics"]


def test_without_baselines_nothing_is_compared(workspace):
    report = xdrec("train", workspace, "popularity", "--target", "films", "--no-baselines", "--json")
    assert report["baselines"] == {} and report["lift"] == {}


def test_split_all_trains_on_everything_and_has_no_metrics(workspace, files):
    report = xdrec(
        "train", workspace, "biased_mf", "--target", "films", "--split", "all", "--set", "epochs=6", "--json"
    )
    assert report["metrics"] == {} and report["epochs"] >= 2
    held_out = ("evaluate", workspace, report["run"], "--test", files["held_out"])
    rating = xdrec(*held_out, "--task", "rating", "--json")
    assert {"rmse", "mae"} <= set(rating["metrics"]) and rating["rows"] == 3 and rating["unknown_rows"] == 1
    assert rating["protocol"]["split"] == "file"
    nothing_held_out = xdrec("evaluate", workspace, report["run"], check=False)
    assert nothing_held_out.returncode == 1 and "--test" in nothing_held_out.stderr


def test_sampled_candidates_are_named_in_the_protocol(workspace, trained):
    report = xdrec(
        "evaluate", workspace, trained["run"], "--candidates", "sampled", "--negatives", 20, "--k", 3, "--json"
    )
    assert report["protocol"]["candidates"] == "sampled" and report["protocol"]["negatives"] == 20
    assert "ndcg@3" in report["metrics"] and "ndcg@10" not in report["metrics"]


def test_recommendations_come_with_reasons_and_without_what_was_seen(workspace, trained, files):
    found = xdrec("recommend", workspace, trained["run"], "--user", "000", "-k", 5, "--explain", "--json")
    with files["films"].open(encoding="utf-8") as file:
        seen = {row["item_id"] for row in csv.DictReader(file) if row["user_id"] == "000"}
    ids = [item["id"] for item in found["items"]]
    assert len(ids) == 5 and not seen & set(ids)
    assert all(item["title"].startswith("Film number") and item["why"].startswith("Because") for item in found["items"])
    assert [item["score"] for item in found["items"]] == sorted(
        (item["score"] for item in found["items"]), reverse=True
    )


def test_everybodys_recommendations_go_to_a_file(workspace, trained, tmp_path):
    out = tmp_path / "all.csv"
    report = xdrec("recommend", workspace, trained["run"], "--all-users", "--out", out, "-k", 3, "--json")
    with out.open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    assert report["people"] == 80 and len(rows) == report["rows"] == 240
    single = xdrec("recommend", workspace, trained["run"], "--user", "007", "-k", 3, "--json")
    assert [row["item"] for row in rows if row["user"] == "007"] == [item["id"] for item in single["items"]]


def test_a_profile_shows_both_domains_and_what_they_add(workspace, trained):
    person = xdrec("profile", workspace, "--user", "000", "--run", trained["run"], "--json")
    assert {taste["domain"] for taste in person["domains"]} == {"films", "novels"}
    films = next(taste for taste in person["domains"] if taste["domain"] == "films")
    assert films["tags"][0]["tag"] == "even"
    assert {note["domain"] for note in person["transfer"]} == {"films", "novels"}
    assert sum(note["share"] for note in person["transfer"]) == pytest.approx(1)


def test_runs_are_listed_newest_first_and_can_be_deleted(workspace):
    run = xdrec("train", workspace, "popularity", "--target", "novels", "--json")["run"]
    assert xdrec("runs", workspace, "--json")["runs"][0]["run"] == run
    xdrec("delete-run", workspace, run)
    assert run not in [row["run"] for row in xdrec("runs", workspace, "--json")["runs"]]


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("train", "{w}", "magic", "--target", "films"), "no model 'magic'"),
        (("train", "{w}", "ease", "--target", "opera"), "opera"),
        (("train", "{w}", "ease", "--target", "films", "--source", "films"), "both the target and a source"),
        (("train", "{w}", "ease", "--target", "films", "--set", "lambda=1"), "no parameter 'lambda'"),
        (("train", "{w}", "ease", "--target", "films", "--set", "l2=much"), "l2"),
        (("train", "{w}", "ease", "--target", "films", "--split", "odd"), "no split 'odd'"),
        (("train", "{w}", "ease", "--target", "films", "--split", "leave-last"), "times"),
        (("train", "{w}", "ease", "--target", "films", "--device", "cuda"), "CUDA"),
        (("recommend", "{w}", "999", "--user", "000"), "no run 999"),
        (("import", "{w}", "nowhere.csv", "--domain", "films"), "nowhere.csv"),
        (("domains", "nowhere.xdrec"), "nowhere.xdrec"),
        (("profile", "{w}", "--user", "ghost"), "ghost"),
    ],
)
def test_a_users_error_is_one_sentence_on_stderr_and_exit_code_1(workspace, words, says):
    done = xdrec(*(word.format(w=workspace) for word in words), check=False)
    assert done.returncode == 1 and done.stdout == ""
    assert says in done.stderr and "Traceback" not in done.stderr and len(done.stderr.strip().splitlines()) == 1


@pytest.mark.parametrize("words", [("train",), ("nonsense",), ("recommend", "w", "1"), ("train", "w", "m", "--target")])
def test_wrong_usage_is_exit_code_2(words):
    assert xdrec(*words, check=False).returncode == 2


def test_a_copy_holds_the_same_and_is_sound(workspace, tmp_path):
    copy = tmp_path / "copy.xdrec"
    assert xdrec("copy", workspace, copy, "--json") == xdrec("domains", workspace, "--json")
    assert xdrec("check", copy, "--json") == {"findings": []}
    assert xdrec("check", copy) == "No damage was found.\n"


def test_an_older_workspace_names_the_command_that_upgrades_it(workspace, tmp_path):
    import pysqlite3.dbapi2 as sqlite

    old = tmp_path / "old.xdrec"
    xdrec("copy", workspace, old)
    connection = sqlite.connect(str(old))
    connection.execute("PRAGMA user_version = 0")
    connection.close()
    refused = xdrec("domains", old, check=False)
    assert refused.returncode == 1 and f"xdrec upgrade {old}" in refused.stderr
    assert xdrec("upgrade", old, "--json") == xdrec("domains", workspace, "--json")
    assert len(list(tmp_path.glob("old*.xdrec"))) == 2  # itself and the copy as it was
