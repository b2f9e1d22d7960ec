import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from w2v.errors import FormatError, SettingsError
from w2v.evaluation import holds_vectors, read, reading
from w2v.evaluation.questions import Analogy, Member, OddOne, Pair

# Words of any script, with any white space but that of the layouts; marks are tried by name.
WORDS = st.text(
    st.characters(blacklist_categories=["Cs", "Cc", "Nd"], blacklist_characters=' #:;,/"\ufeff'), min_size=1
)
SEPARATORS = st.sampled_from(["\t", " ", "  ", ",", ", ", ";"])


def questions_in(text):
    kind, sections = reading.parse("file", text)
    return kind, [question for section in sections for question in section.questions]


# Each kind is recognised


@pytest.mark.parametrize(
    ("text", "kind", "questions"),
    [
        (
            ": capitals\nAthens Greece Oslo Norway\n",
            "analogies",
            [Analogy("Athens", ("Greece",), "Oslo", ("Norway",))],
        ),
        ("good better rough rougher", "analogies", [Analogy("good", ("better",), "rough", ("rougher",))]),
        (
            "good\tbetter\trough\trougher\r\n",
            "analogies",
            [Analogy("good", ("better",), "rough", ("rougher",))],
        ),
        (
            "love\tsex\t6.77\ntiger\tcat\t7\n",
            "similarities",
            [Pair("love", "sex", 6.77), Pair("tiger", "cat", 7)],
        ),
        ("love,sex,6.77", "similarities", [Pair("love", "sex", 6.77)]),
        ('"love","new york",.5', "similarities", [Pair("love", "new york", 0.5)]),
        ("love;sex;6,77", "similarities", [Pair("love", "sex", 6.77)]),
        (
            "love   sex 6,77\nred green 5,1",
            "similarities",
            [Pair("love", "sex", 6.77), Pair("red", "green", 5.1)],
        ),
        ("love sex -1e-3", "similarities", [Pair("love", "sex", -0.001)]),
        ("dog animal\ncat animal\n", "categories", [Member("dog", "animal"), Member("cat", "animal")]),
        ("tea, milk, car", "odd one out", [OddOne(("tea", "milk", "car"))]),
        ("tea, milk, rum, car", "odd one out", [OddOne(("tea", "milk", "rum", "car"))]),
        ("tea milk rum gin car", "odd one out", [OddOne(("tea", "milk", "rum", "gin", "car"))]),
    ],
)
def test_a_kind_of_question_is_told_by_its_lines(text, kind, questions):
    assert questions_in(text) == (kind, questions)


def test_two_columns_that_do_not_repeat_are_pairs_and_each_two_of_them_an_analogy():
    kind, questions = questions_in("Oslo\tNorway\nRome\tItaly/Italia\nBern\tSwitzerland\n")
    assert kind == "analogies"
    assert len(questions) == 3 * 2
    assert questions[0] == Analogy("Oslo", ("Norway",), "Rome", ("Italy", "Italia"))
    assert questions[2] == Analogy("Rome", ("Italy", "Italia"), "Oslo", ("Norway",))


def test_a_slash_makes_pairs_of_columns_that_repeat():
    kind, _ = questions_in("ant\tblack/red\ncoal\tblack\nsoot\tblack\nnight\tblack\n")
    assert kind == "analogies"


def test_of_more_columns_the_first_with_numbers_is_the_score():
    # The layout of SimLex-999 as its authors give it: the part of speech comes before the score.
    text = "word1\tword2\tPOS\tSimLex999\tconc\nold\tnew\tA\t1.58\t2.7\nhard\teasy\tA\t0.95\t3\n"
    assert questions_in(text) == ("similarities", [Pair("old", "new", 1.58), Pair("hard", "easy", 0.95)])


@pytest.mark.parametrize("header", ["Word 1\tWord 2\tHuman (mean)\n", "# Word 1\tWord 2\n# mean\n\n", "a\tb\n", ""])
def test_the_names_of_columns_are_no_question(header):
    text = header + "love\tsex\t6.77\ntiger\tcat\t7\npaper\tbook\t8\n"
    assert len(questions_in(text)[1]) == 3


def test_a_first_line_that_names_the_columns_is_no_category():
    text = "Wort,Klasse\ndog,animal\ncat,animal\nrose,plant\noak,plant\ncow,animal\n"
    assert questions_in(text)[1][0] == Member("dog", "animal")


def test_sections_keep_their_names_and_order_and_those_without_questions_are_left_out():
    _, sections = reading.parse("file", "a b c d\n: x y\n: empty\n:z\ne f g h\n\n# no\ni j k l\n")
    assert [(section.name, len(section.questions)) for section in sections] == [("", 1), ("z", 2)]


def test_a_word_may_hold_white_space_that_is_no_blank():
    odd = "a\u00a0b", "c\u2028d", "e\u0085f", "g\u3000h"
    assert questions_in(" ".join(odd))[1] == [Analogy(odd[0], odd[1:2], odd[2], odd[3:])]


# Whatever the words are, they come back


@given(
    st.lists(st.tuples(WORDS, WORDS, WORDS, WORDS), min_size=1, max_size=8),
    st.sampled_from([" ", "\t", "  "]),
)
def test_any_analogies_read_as_they_were_written(rows, separator):
    text = ": section\n" + "".join(separator.join(row) + "\n" for row in rows)
    assert questions_in(text) == ("analogies", [Analogy(a, (b,), c, (d,)) for a, b, c, d in rows])


@given(st.lists(st.tuples(WORDS, WORDS, st.floats(0, 10)), min_size=1, max_size=8), SEPARATORS)
def test_any_scored_pairs_read_as_they_were_written(rows, separator):
    text = "".join(f"{a}{separator}{b}{separator}{score!r}\n" for a, b, score in rows)
    assert questions_in(text) == ("similarities", [Pair(*row) for row in rows])


@given(
    st.lists(WORDS, min_size=4, max_size=12),
    st.sampled_from([["x", "y"], ["x"], ["動物", "植物"]]),
    SEPARATORS,
)
def test_any_categories_read_as_they_were_written(words, categories, separator):
    # Each category at least twice: a first one that stands alone is taken for the name of the column.
    rows = [(word, categories[i % len(categories)]) for i, word in enumerate(words)]
    text = "".join(f"{word}{separator}{category}\n" for word, category in rows)
    assert questions_in(text) == ("categories", [Member(*row) for row in rows])


@given(st.lists(st.tuples(WORDS, st.lists(WORDS, min_size=1, max_size=3)), min_size=2, max_size=6))
def test_any_pairs_make_each_ordered_two_of_them_a_question(pairs):
    text = "".join(f"{word}\t{'/'.join(answers)}\n" for word, answers in pairs)
    found = reading.parse_pairs("file", text)
    assert len(found) == len(pairs) * (len(pairs) - 1)
    for question, (i, j) in zip(
        found, ((i, j) for i in range(len(pairs)) for j in range(len(pairs)) if i != j), strict=True
    ):
        assert question == Analogy(pairs[i][0], tuple(pairs[i][1]), pairs[j][0], tuple(pairs[j][1]))


@given(st.binary(max_size=400))
def test_any_bytes_are_questions_or_a_format_error(tmp_path_factory, data):
    path = tmp_path_factory.mktemp("any") / "file"
    path.write_bytes(data)
    try:
        found = read(path)
    except FormatError as error:
        message = str(error)
    else:
        message = f"{path}: {len(found.sections)} sections"
        assert found.sections
        assert all(section.questions for section in found.sections)
    assert message.startswith(str(path))
    assert "\n" not in message


# Encodings


@pytest.mark.parametrize(
    ("codec", "name"),
    [
        ("utf-8", "UTF-8"),
        ("utf-8-sig", "UTF-8"),
        ("utf-16", "UTF-16"),
        ("iso-8859-1", "ISO-8859-1"),
    ],
)
def test_the_encoding_is_found_and_said(write, codec, name):
    found = read(write("chico chica papá mamá\n".encode(codec)))
    assert found.encoding == name
    assert found.sections[0].questions == (Analogy("chico", ("chica",), "papá", ("mamá",)),)


def test_bytes_that_iso_8859_1_has_no_letter_for_are_windows_1252(write):
    assert read(write("œuf œufs bœuf bœufs\n".encode("cp1252"))).encoding == "Windows-1252"


def test_an_encoding_may_be_named(write):
    path = write("сын дочь брат сестра\n".encode("koi8-r"))
    found = read(path, "koi8-r")
    assert (found.encoding, found.sections[0].questions[0].a) == ("KOI8-R", "сын")
    with pytest.raises(SettingsError, match="there is no encoding 'klingon'"):
        read(path, "klingon")
    with pytest.raises(FormatError, match="is not in the encoding ascii"):
        read(path, "ascii")


# Folders


def test_a_folder_is_pairs_a_section_for_each_file_also_where_second_columns_repeat(write):
    write("dogs\tdog\ncats\tcat\n", "BATS/1_Inflectional/I01 [noun].txt")
    write("Kant german\nHegel german\nHume\tscottish\n", "BATS/3_Encyclopedic/E04.txt")
    folder = write("{}", "BATS/metadata.json").parent
    found = read(folder)
    assert (found.kind, found.encoding) == ("analogies", "UTF-8")
    assert [(section.name, len(section.questions)) for section in found.sections] == [
        ("I01 [noun]", 2),
        ("E04", 6),
    ]
    assert not holds_vectors(folder)


def test_a_folder_without_text_files_is_an_error(tmp_path):
    with pytest.raises(FormatError, match=r"has no files \*.txt"):
        read(tmp_path)


# What is no questions


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "questions.txt: holds no questions"),
        ("# nothing\n\n: section\n", "questions.txt: holds no questions"),
        (": s\n" + "a b c d\n" * 20 + "a b c\n", "questions.txt:22: expected 4 words, found 3"),
        ("a b 1\nc d 2\ne f nan\n", "questions.txt:3: expected two words and a score, found 'e' 'f' 'nan'"),
        ("a b 1\nc d 2\ne 3\n", "questions.txt:3: expected two words and a score, found 'e' '3'"),
        ("a\tb\t1\nc\t\t2\n", "questions.txt:2: expected two words and a score, found 'c' '' '2'"),
        ("a x\nb x\nc x\nd\n", "questions.txt:4: expected a word and its category, found 1 columns"),
        ("a x\nb y\nc/d\n", "questions.txt:3: expected a word and its answers, found 1 columns"),
        ("a,b,c\na,b\nd,e,f\n", "questions.txt:2: expected 3 words or more, the odd one last, found 2"),
        ("alone\n", "questions.txt: is in no layout of questions that we know: "),
        ("2 3\nthe .1 .2 .3\nof .4 .5 .6\n", "questions.txt: holds vectors or other data, not questions"),
    ],
)
def test_an_error_names_the_file_and_the_line(write, text, message):
    path = write(text)
    with pytest.raises(FormatError) as caught:
        read(path)
    assert str(caught.value).startswith(str(path.parent / message))


def test_a_file_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(FormatError, match="nowhere: there is no such file"):
        read(tmp_path / "nowhere")


@pytest.mark.parametrize(
    "content",
    [
        b"2 3\nthe 0.1 0.2 0.3\nof -4e-2 1 2 \n",  # word2vec text
        b"the 0.1 0.2\nof -0.2 .5\n",  # GloVe
        b"0.1\t0.2\t0.3\n1\t2\t3\n",  # projector
        b"2 300\nthe " + np.random.default_rng(0).normal(size=300).astype("<f4").tobytes(),  # word2vec binary
        b"\x1f\x8b\x08\x00" + bytes(20),  # gzip
        ("10 300\n" + "".join("w" + " 0.123456" * 300 + "\n" for _ in range(200))).encode(),  # longer than the head
    ],
)
def test_vectors_are_told_from_questions(write, content):
    assert holds_vectors(write(content))


@pytest.mark.parametrize("text", ["", "a b c d\n", "a b 1 2 3\n", "one 1\ntwo 2\n", "á,b,3\n", "\ufeffa b 1\n"])
def test_questions_are_told_from_vectors(write, text):
    assert not holds_vectors(write(text))
    assert not holds_vectors(write(text.encode("utf-16")) if text else write(text))
