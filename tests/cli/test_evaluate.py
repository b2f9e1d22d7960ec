import json

import numpy as np
import pytest

from w2v import formats
from w2v.vectors import Vectors


@pytest.fixture
def run(w2v, tmp_path, monkeypatch):
    """Run `w2v evaluate` in a folder with two models and some questions."""
    monkeypatch.chdir(tmp_path)
    matrix = np.array([[1, 0, 0], [1, 1, 0], [0, 0, 1], [0, 1, 1], [-1, 0, 0]], np.float32)
    formats.save(Vectors(("man", "King", "woman", "queen", "far"), matrix), "a.txt")
    formats.save(Vectors(("man", "King", "woman", "far", "queen"), matrix), "b.bin")
    (tmp_path / "analogies.txt").write_text(": royal\nman king woman queen\n: food\ntea cup rum glass\n")
    (tmp_path / "pairs.csv").write_text("one,two,score\nman,king,3\nman,woman,1\nqueen,woman,4\nfar,tea,0\n")
    (tmp_path / "latin1.txt").write_bytes("día noche papá mamá\n".encode("latin-1"))

    def run(*arguments):
        return w2v("evaluate", *arguments)

    return run


def test_a_table_for_each_file_says_scores_intervals_and_coverage(run):
    result = run("a.txt", "analogies.txt", "latin1.txt")
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == (
        "analogies.txt: analogies, 3CosAdd, UTF-8, first 5 words, case ignored\n"
        "section  accuracy              95 %  covered\n"
        "royal      1.0000  1.0000 .. 1.0000      1/1\n"
        "food            -                 -      0/1\n"
        "total      1.0000  1.0000 .. 1.0000      1/2\n"
        "\n"
        "latin1.txt: analogies, 3CosAdd, ISO-8859-1, first 5 words, case ignored\n"
        "section  accuracy  95 %  covered\n"
        "total           -     -      0/1\n"
    )


def test_similarities_have_both_correlations(run):
    result = run("a.txt", "pairs.csv")
    assert [line.split()[0] for line in result.stdout.splitlines()] == ["pairs.csv:", "section", "total"]
    assert result.stdout.splitlines()[1].split() == [
        "section",
        "spearman",
        "95",
        "%",
        "pearson",
        "95",
        "%",
        "covered",
    ]
    assert result.stdout.splitlines()[2].endswith("3/4")


def test_options_reach_the_library(run):
    def heading(*options):
        return run("a.txt", "analogies.txt", *options).stdout.splitlines()[0].partition(": ")[2]

    assert heading("--method", "3cosmul") == "analogies, 3CosMul, UTF-8, first 5 words, case ignored"
    assert heading("--restrict", "3") == "analogies, 3CosAdd, UTF-8, first 3 words, case ignored"
    assert heading("--match-case") == "analogies, 3CosAdd, UTF-8, first 5 words, case matters"
    assert heading("--encoding", "cp1250") == "analogies, 3CosAdd, CP1250, first 5 words, case ignored"
    assert run("a.txt", "analogies.txt", "--match-case", "--json").stdout.count('"covered": 0') == 3


def test_json_is_one_document_with_null_for_what_is_not_known(run):
    found = json.loads(run("a.txt", "analogies.txt", "pairs.csv", "--json").stdout)
    assert found["vectors"] == ["a.txt"]
    analogies, pairs = found["files"]
    assert (analogies["kind"], analogies["method"], analogies["words"]) == ("analogies", "3CosAdd", 5)
    assert analogies["sections"][1] == {
        "name": "food",
        "results": [{"measure": "accuracy", "value": None, "low": None, "high": None}],
        "covered": 0,
        "total": 1,
    }
    assert [result["measure"] for result in pairs["total"]["results"]] == ["spearman", "pearson"]


def test_tsv_is_one_line_for_each_number(run):
    result = run("a.txt", "analogies.txt", "--tsv")
    assert result.stdout == (
        "file\tkind\tsection\tmeasure\tvalue\tlow\thigh\tcovered\ttotal\n"
        "analogies.txt\tanalogies\troyal\taccuracy\t1.0\t1.0\t1.0\t1\t1\n"
        "analogies.txt\tanalogies\tfood\taccuracy\t\t\t\t0\t1\n"
        "analogies.txt\tanalogies\ttotal\taccuracy\t1.0\t1.0\t1.0\t1\t2\n"
    )


def test_a_second_file_of_vectors_is_compared_with_the_first(run):
    result = run("a.txt", "b.bin", "analogies.txt")
    assert result.stdout == (
        "analogies.txt: analogies, 3CosAdd, UTF-8, first 5 words, case ignored\n"
        "A is a.txt, B is b.bin; both answer the questions that both know.\n"
        "section  accuracy A  accuracy B    B - A                95 %  covered\n"
        "royal        1.0000      0.0000  -1.0000  -1.0000 .. -1.0000      1/1\n"
        "food              -           -        -                   -      0/1\n"
        "total        1.0000      0.0000  -1.0000  -1.0000 .. -1.0000      1/2\n"
    )
    document = json.loads(run("a.txt", "b.bin", "analogies.txt", "--json").stdout)
    assert document["vectors"] == ["a.txt", "b.bin"]
    assert document["files"][0]["total"]["covered_second"] == 1
    header, *_ = run("a.txt", "b.bin", "analogies.txt", "--tsv").stdout.splitlines()
    assert header.split("\t")[3:7] == ["measure", "first", "second", "difference"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.txt", "nowhere.txt"], "nowhere.txt: there is no such file"),
        (["a.txt", "analogies.txt", "b.bin"], "b.bin: holds vectors or other data, not questions"),
        (["nowhere.txt", "analogies.txt"], "nowhere.txt: no such file; make one: w2v train CORPUS"),
        (["a.txt", "broken.csv"], "broken.csv:3: expected two words and a score, found 'e' 'f' 'x'"),
    ],
)
def test_what_cannot_be_read_is_one_line_and_exit_code_1(run, tmp_path, arguments, message):
    (tmp_path / "broken.csv").write_text("a,b,1\nc,d,2\ne,f,x\n")
    result = run(*arguments)
    assert (result.exit_code, result.stdout, result.stderr) == (1, "", f"Error: {message}\n")


def test_questions_are_read_before_vectors(run, tmp_path):
    (tmp_path / "broken.txt").write_text("alone\n")
    assert run("nowhere.txt", "broken.txt").stderr.startswith("Error: broken.txt: ")


@pytest.mark.parametrize("arguments", [["a.txt"], ["a.txt", "b.bin"]])
def test_without_questions_the_command_says_where_to_find_some(run, arguments):
    result = run(*arguments)
    assert result.exit_code == 2
    assert "w2v evaluate --list" in result.stderr


def test_the_list_says_where_the_standard_sets_come_from(run):
    result = run("--list")
    assert result.exit_code == 0
    for name in ("Google analogies", "BATS 3.0", "WordSim-353", "SimLex-999", "BLESS", "8-8-8"):
        assert name in result.stdout


def test_the_help_names_the_defaults_of_the_library(run):
    from w2v.evaluation import analogies, statistics

    shown = " ".join(run("--help").stdout.split())
    assert f"default: {analogies.RESTRICT} for analogies" in shown
    assert f"{statistics.RESAMPLES:,} bootstrap resamples" in shown
    assert "[" + "|".join(analogies.METHODS) + "]" in shown
