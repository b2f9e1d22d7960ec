"""From a table of events to recommendations and their evaluation, on the command line."""

from __future__ import annotations

import json
import signal

import numpy as np
import pytest

pytest.importorskip("duckdb")
LOG = ("--item", "artist", "--by", "user", "--order", "time")


@pytest.fixture
def plays(tmp_path, monkeypatch):
    """A log of 60 users who play the artists of one of two scenes, and a table of their names."""
    rng = np.random.default_rng(0)
    rows = ["user,artist,time"]
    for user in range(60):
        for time, artist in enumerate(rng.permutation(12)[:6] + 12 * (user % 2)):
            rows.append(f"u{user},{artist:03},{time}")
    rng.shuffle(rows[1:])
    (tmp_path / "plays.csv").write_text("\n".join(rows) + "\n")
    names = "\n".join(f"{artist:03},{'Rock' if artist < 12 else 'Jazz ó'} {artist}" for artist in range(24))
    (tmp_path / "artists.csv").write_text(f"id,name\n{names}\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_from_a_table_to_recommendations(w2v, plays):
    trained = w2v("train", "plays.csv", *LOG, "--names", "artists.csv", "--epochs", 30, "--threads", 1, "--sample", 0)
    assert trained.exit_code == 0, trained.stderr
    assert "the most frequent: Rock" in trained.stderr or "the most frequent: Jazz ó" in trained.stderr
    assert "  w2v recommend 'Rock " in trained.stderr or "  w2v recommend 'Jazz" in trained.stderr
    answered = w2v("recommend", "Rock 3", "005", "-n", 5)
    assert answered.exit_code == 0
    assert answered.stderr == ""
    lines = answered.stdout.splitlines()
    assert len(lines) == 5
    assert all("  Rock " in line for line in lines)
    assert not any(line.startswith(("003", "005")) for line in lines)
    kept = json.loads(w2v("recommend", "Rock 3", "--keep-seen", "--json", "-n", 24).stdout)
    assert {row["item"] for row in kept["recommendations"]} == {f"{artist:03}" for artist in range(24)}
    assert kept["score"] == "next"
    assert kept["recommendations"][0].keys() == {"item", "name", "score"}
    (plays / "histories.txt").write_text("Rock 3\n005\tRock 3\n")
    batch = w2v("recommend", "--batch", "histories.txt", "-n", 1).stdout.splitlines()
    assert [line.split("\t")[0] for line in batch] == ["Rock 3", "005 Rock 3"]
    assert w2v("words", "-v", "vectors.w2v", "-n", 1, "--tsv").stdout.split("\t")[1].startswith(("Rock ", "Jazz "))
    assert "the first: Rock " in (shown := w2v("info", "vectors.w2v").stdout) or "the first: Jazz ó " in shown
    alike = w2v("similar", "-v", "vectors.w2v", "Jazz ó 14", "-n", 3, "--tsv").stdout.splitlines()
    assert all(line.split("\t")[1].startswith("Jazz ó ") for line in alike)


def test_names_go_along_into_tables_and_to_the_projector(w2v, plays):
    w2v("train", "plays.csv", *LOG, "--names", "artists.csv", "--epochs", 1, "--threads", 1)
    first = w2v("words", "-v", "vectors.w2v", "-n", 1, "--tsv").stdout.split("\t")
    assert first[1].startswith(("Rock ", "Jazz "))
    assert w2v("convert", "vectors.w2v", "v.csv").exit_code == 0
    header, row = (line.split(",") for line in (plays / "v.csv").read_text().splitlines()[:2])
    assert (header[:3], row[:2]) == (["word", "name", "d1"], first[:2])
    assert w2v("convert", "vectors.w2v", "v.tsv").exit_code == 0
    w2v("export", "projector", "-v", "vectors.w2v", "-o", ".")
    for metadata in ("v.metadata.tsv", "metadata.tsv"):
        lines = (plays / metadata).read_text().splitlines()
        assert lines[0] == "name\tword\tcount"
        assert lines[1].split("\t")[:2] == [first[1], first[0]]
    assert w2v("words", "-v", "v.tsv", "-n", 1).stdout.split()[0] == first[0]
    parquet = pytest.importorskip("pyarrow.parquet")
    assert w2v("convert", "vectors.w2v", "v.parquet").exit_code == 0
    table = parquet.read_table(plays / "v.parquet")
    assert table.column_names == ["word", "name", "vector", "count"]
    assert table["name"][0].as_py() == first[1]


def test_every_user_of_a_table_is_answered_or_has_a_vector(w2v, plays):
    w2v("train", "plays.csv", *LOG, "--names", "artists.csv", "--epochs", 5, "--threads", 1, "--sample", 0)
    with (plays / "plays.csv").open("a") as file:
        file.write("u0,new,9\nstranger,new,1\n")
    table = ("recommend", "--batch", "plays.csv", *LOG)
    said = "Note: not in the vocabulary: 1 of 25 items, in 2 events; 1 of 61 users met no others and have no answer.\n"
    answered = w2v(*table, "-n", 2)
    assert (answered.exit_code, answered.stderr) == (0, said)
    rows = [line.split("\t") for line in answered.stdout.splitlines()]
    assert [row[0] for row in rows[::2]] == [f"u{user}" for user in range(60)]
    assert all(row[2].startswith(("Rock ", "Jazz ó ")) for row in rows)
    one = json.loads(w2v(*table, "--json", "-n", 24, "--keep-seen").stdout.splitlines()[0])
    assert one["query"] == "u0"
    for path in ("users.w2v", "users.csv"):
        assert w2v(*table, "-o", path).stderr == said + f"{path}: 60 users x 100\n"
    assert w2v("convert", "vectors.w2v", "items.csv", "--output-rows").exit_code == 0
    users, items = (
        {row[0]: np.array(row[-100:], float) for row in (line.split(",") for line in path.read_text().splitlines()[1:])}
        for path in (plays / "users.csv", plays / "items.csv")
    )
    ranked = sorted(items, key=lambda item: -items[item] @ users["u0"])
    assert [row["item"] for row in one["recommendations"]] == ranked
    alike = w2v("similar", "-v", "users.w2v", "u3").stdout.splitlines()
    assert all(int(line.split()[0][1:]) % 2 for line in alike)
    w2v("train", "plays.csv", *LOG, "-o", "v.txt", "--epochs", 1, "--threads", 1)
    assert "v.txt: holds no output rows" in w2v("convert", "v.txt", "items.csv", "--output-rows").stderr


def test_an_id_is_never_corrected_by_its_spelling(w2v, plays):
    w2v("train", "plays.csv", *LOG, "--epochs", 1, "--threads", 1)
    assert w2v("recommend", "3").stderr == "Error: '3' is not in the vocabulary. It did not occur in the corpus.\n"
    assert w2v("recommend", "003").exit_code == 0


def test_a_batch_reports_what_it_does_not_know(w2v, plays):
    w2v("train", "plays.csv", *LOG, "--epochs", 1, "--threads", 1)
    (plays / "histories.txt").write_text("003 005\n999\n")
    answered = w2v("recommend", "--batch", "histories.txt", "-n", 2)
    assert answered.exit_code == 1
    assert [line.split("\t")[0] for line in answered.stdout.splitlines()] == ["003 005", "003 005", "999"]


def test_a_text_format_keeps_no_output_rows_and_that_is_said(w2v, plays):
    w2v("train", "plays.csv", *LOG, "-o", "v.txt", "--epochs", 1, "--threads", 1)
    answered = w2v("recommend", "-v", "v.txt", "003")
    assert answered.stderr.startswith("Note: v.txt holds no output rows: items are scored by likeness")
    assert w2v("recommend", "-v", "v.txt", "003", "--score", "next").exit_code == 2


def test_without_output_rows_train_says_that_it_scores_by_likeness(w2v, plays):
    options = ("--epochs", 1, "--threads", 1, "--recommend", "x.tsv")
    said = "note        vectors.w2v holds no output rows: items are scored by likeness, and not by what comes next\n"
    assert said in w2v("train", "plays.csv", *LOG, *options, "--loss", "hs").stderr
    assert said not in w2v("train", "plays.csv", *LOG, *options).stderr


@pytest.mark.parametrize("duckdb_asked", [False, True])
def test_a_stop_while_users_are_answered_says_what_is_written(w2v, plays, monkeypatch, duckdb_asked):
    def stopped(*args, **more):
        try:
            signal.raise_signal(signal.SIGINT)
        except KeyboardInterrupt:
            if duckdb_asked:
                raise RuntimeError("Query interrupted") from None
            raise

    monkeypatch.setattr("w2v.items.write_recommendations", stopped)
    found = w2v("train", "plays.csv", *LOG, "--epochs", 1, "--threads", 1, "--recommend", "x.tsv")
    assert found.exit_code == 130
    assert found.stderr.endswith("Error: stopped by Ctrl-C; vectors.w2v is written, x.tsv is not\n")
    assert (plays / "vectors.w2v").exists()


@pytest.mark.parametrize("split", ["last", "time", "0.2"])
def test_what_was_held_out_is_asked_for_beside_what_counts(w2v, plays, split):
    trained = w2v("train", "plays.csv", *LOG, "--split", split, "--epochs", 20, "--threads", 1, "--sample", 0,
                  "--min-count", 1)  # fmt: skip
    assert trained.exit_code == 0, trained.stderr
    again = ("evaluate", "vectors.w2v", "plays.csv", "--next-item", *LOG)
    asked = w2v(*again, "--split", split, "--json")
    if split == "time":  # of users who all begin at 0, none begins late
        assert asked.stderr.startswith("Error: plays.csv: no item is left")
        return
    assert asked.exit_code == 0, asked.stderr
    found = json.loads(asked.stdout)
    assert found["scores"].keys() == {"vectors", "popularity", "counts", "what followed", "neighbors"}
    assert found["cases"] == (60 if split == "last" else found["cases"])
    assert found["scores"]["vectors"]["hit@10"]["value"] > found["scores"]["popularity"]["hit@10"]["value"]
    # What was trained with one split is no test of another: the vectors have seen the answers.
    other = "0.3" if split == "last" else "last"
    leak = w2v(*again, "--split", other)
    assert (leak.exit_code, leak.stdout) == (1, "")
    assert "have they seen the test?" in leak.stderr


def test_columns_and_lines_of_an_evaluation(w2v, plays):
    w2v("train", "plays.csv", *LOG, "--split", "last", "--epochs", 1, "--threads", 1, "--min-count", 1)
    again = ("evaluate", "vectors.w2v", "plays.csv", "--next-item", *LOG, "--split", "last")
    lines = w2v(*again).stdout.splitlines()
    assert lines[0].startswith("60 sequences, the last item of each asked for; by what is next; 0 items are not")
    assert [line.split("  ")[0] for line in lines[2:8]] == [
        "vectors", "popularity", "counts", "what followed", "neighbors", "right answers"
    ]  # fmt: skip
    assert "hit@20" in lines[8]
    rows = [line.split("\t") for line in w2v(*again, "--tsv").stdout.splitlines()]
    assert rows[0] == ["who", "measure", "value", "low", "high"]
    assert len(rows) == 1 + 5 * 11


def test_sequences_a_line_are_asked_for_too(w2v, plays):
    (plays / "train.txt").write_text("a b c\nA b d\n" * 20)
    (plays / "test.txt").write_text("a b d\n" * 5)
    w2v("train", "train.txt", "--tokenizer", "whitespace", "--keep-case", "-o", "s.w2v", "--threads", 1)
    asked = w2v("evaluate", "s.w2v", "test.txt", "--next-item", "--trained-on", "train.txt")
    assert asked.stdout.startswith("5 sequences, ")
    alone = w2v("evaluate", "s.w2v", "test.txt", "--next-item")
    assert "--trained-on FILE adds the baselines" in alone.stderr


def test_names_stay_with_a_run_that_is_kept_and_with_events_that_are_added(w2v, plays):
    w2v("train", "plays.csv", *LOG, "--names", "artists.csv", "--checkpoint", "run", "--epochs", 1, "--threads", 1)
    before = (plays / "vectors.w2v").read_bytes()
    again = w2v("train", "--resume", "run", "-o", "again.w2v")
    assert again.exit_code == 0, again.stderr
    assert (plays / "again.w2v").read_bytes() == before
    (plays / "more.csv").write_text(
        "user,artist,time\n" + "".join(f"v{n},{n % 12:03},1\nv{n},X,2\n" for n in range(60))
    )
    (plays / "new.csv").write_text("id,name\nX,Ex\n")
    added = w2v("train", "more.csv", *LOG, "--names", "new.csv", "--continue", "run", "-o", "more.w2v", "--threads", 1)
    assert added.exit_code == 0, added.stderr
    assert w2v("recommend", "-v", "more.w2v", "Ex", "Rock 3").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("train", "plays.csv", "--by", "user"), "--by goes with --item"),
        (("train", "plays.csv", "--item", "artist", "--session-gap", "30m"), "--session-gap needs the times"),
        (("train", "plays.csv", *LOG, "--phrases", "2"), "--phrases is for texts"),
        (("train", "plays.csv", *LOG, "--split", "some"), "--split is last, time, or a share"),
        (("evaluate", "v.w2v", "plays.csv", "--next-item", *LOG), "Say what was held out"),
        (("evaluate", "v.w2v", "--next-item"), "Give a file of sequences"),
        (("recommend",), "Nothing is asked"),
        (("recommend", "003", "--item", "artist"), "--item needs --batch"),
        (("recommend", "003", "-o", "users.csv"), "-o writes the vectors of users"),
        (("recommend", "003", "--by", "user"), "--by goes with --item"),
    ],
)
def test_wrong_usage_is_told_before_the_work(w2v, plays, arguments, problem):
    outcome = w2v(*arguments)
    assert (outcome.exit_code, outcome.stdout) == (2, "")
    assert problem in outcome.stderr


def test_one_command_from_a_table_to_ten_items_for_each_user(w2v, plays):
    options = ("--names", "artists.csv", "--epochs", 30, "--threads", 1)
    trained = w2v("train", "plays.csv", *LOG, *options, "--recommend", "all.tsv")
    assert trained.exit_code == 0, trained.stderr
    assert "all.tsv: ten items for 60 users" in trained.stderr
    header, *rows = [line.split("\t") for line in (plays / "all.tsv").read_text().splitlines()]
    assert header == ["user", "item", "name", "score"]
    assert len(rows) == 600
    assert len({user for user, *_ in rows}) == 60
    asked = w2v("recommend", "--batch", "plays.csv", *LOG, "--tsv").stdout.splitlines()
    assert [line.split("\t")[:2] for line in asked] == [row[:2] for row in rows]
    refused = w2v("train", "plays.csv", "--recommend", "all.tsv")
    assert refused.exit_code == 2
    assert "name its columns, --by and --item" in refused.stderr
    (plays / "vectors.w2v").unlink()
    refused = w2v("train", "plays.csv", *LOG, *options, "--recommend", "nowhere/all.tsv")
    assert refused.exit_code == 1
    assert "nowhere" in refused.stderr
    assert not (plays / "vectors.w2v").exists()
