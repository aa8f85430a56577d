"""The examples and the demo on small data."""
import json
import os
import subprocess
import sys

import pytest

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "examples"), os.path.join(ROOT, "demo")]

import generate                                        # noqa: E402
import linear_regression                               # noqa: E402
import logistic_regression                             # noqa: E402
import mortgage                                        # noqa: E402
import range_modulo                                    # noqa: E402
import string_count                                    # noqa: E402
import word_count                                      # noqa: E402


def test_range_modulo(spark):
    assert [tuple(r) for r in range_modulo.remainders(spark, 16).collect()] == [(i, 6554 if i < 6 else 6553) for i in range(10)]


def test_word_count(spark, tmp_path):
    (tmp_path / "in.txt").write_text("a rose is a rose is a rose\n\n  a   bud\n")
    counts = word_count.count_words(spark, str(tmp_path / "in.txt"))
    assert [tuple(r) for r in counts.collect()] == [("a", 4), ("rose", 3), ("is", 2), ("bud", 1)]
    word_count.write_counts(counts, str(tmp_path / "out"))
    written = [n for n in os.listdir(tmp_path / "out") if n.startswith("part-")]
    assert len(written) == 1 and (tmp_path / "out" / written[0]).read_text() == "a 4\nrose 3\nis 2\nbud 1\n"


def test_string_count(spark):
    frame = string_count.pairs(20_000, 500)
    wanted = frame.groupby("key")["count"].sum()
    got = string_count.totals(spark, frame).collect()
    assert {r.key: r.total for r in got} == wanted.to_dict()
    assert [r.total for r in got] == sorted((r.total for r in got), reverse=True)


def test_logistic_regression(spark, tmp_path):
    logistic_regression.write_visitors(str(tmp_path / "v.csv"), 2000)
    accuracy, area, loaded = logistic_regression.train(spark, str(tmp_path / "v.csv"), str(tmp_path / "model"))
    assert accuracy > 0.75 and area > 0.85 and loaded == accuracy


def test_linear_regression(spark):
    model, error = linear_regression.fit(spark, 5000)
    assert max(abs(a - b) for a, b in zip(model.coefficients, linear_regression.COEFFICIENTS)) < 0.01
    assert abs(model.intercept - linear_regression.INTERCEPT) < 0.01 and 0.09 < error < 0.11


def test_mortgage_script(spark, tmp_path):
    truth = generate.generate(str(tmp_path), 150, 2, seed=7)
    table = mortgage.prepare(spark, str(tmp_path))
    assert table.count() == truth["rows"] and len(table.columns) == 28
    _, loss = mortgage.learn(table, 10)
    assert 0 < loss < 0.5


def test_generator_is_seeded(tmp_path):
    first, again = (generate.generate(str(tmp_path / n), 50, 1, seed=3) for n in "ab")
    assert first == again
    assert (tmp_path / "a" / "2020Q1.csv").read_bytes() == (tmp_path / "b" / "2020Q1.csv").read_bytes()
    assert len((tmp_path / "a" / "2020Q1.csv").read_text().split("\n")[0].split("|")) == 108


def test_demo(server, tmp_path):
    generate.generate(str(tmp_path), 150, 2, seed=9)
    argv = [sys.executable, os.path.join(ROOT, "demo", "pipeline.py"), "--remote", server.remote, "--data", str(tmp_path), "--fraction", "1",
            "--iterations", "10", "--report", str(tmp_path / "report.html"), "--verbose"]
    answer = subprocess.run(argv, capture_output=True, text=True, timeout=300)
    assert answer.returncode == 0, answer.stdout[-2000:] + answer.stderr[-2000:]
    assert "WRONG" not in answer.stdout and "log loss" in answer.stdout
    assert "<svg" in (tmp_path / "report.html").read_text()


def test_notebook(server, tmp_path):
    """Runs the cells in order, as a notebook's kernel would."""
    with open(os.path.join(ROOT, "examples", "mortgage.ipynb")) as f:
        cells = [c for c in json.load(f)["cells"] if c["cell_type"] == "code"]
    program = tmp_path / "notebook.py"
    program.write_text("\n\n".join("".join(c["source"]) for c in cells))
    environment = dict(os.environ, CONNECT_ADDRESS=server.remote, LOANS="100", QUARTERS="1", ITERATIONS="5", TMPDIR=str(tmp_path))
    answer = subprocess.run([sys.executable, str(program)], capture_output=True, text=True, timeout=300, cwd=os.path.join(ROOT, "examples"), env=environment)
    assert answer.returncode == 0, answer.stdout[-1500:] + answer.stderr[-2500:]


@pytest.mark.parametrize("name", ["range_modulo", "linear_regression"])
def test_script_from_the_command_line(server, name):
    size = ["--power", "12"] if name == "range_modulo" else ["--rows", "2000"]
    answer = subprocess.run([sys.executable, os.path.join(ROOT, "examples", f"{name}.py"), "--remote", server.remote, *size], capture_output=True, text=True, timeout=120)
    assert answer.returncode == 0, answer.stderr[-2000:]
