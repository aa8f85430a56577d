"""test/record.py writes what a server answers, and nothing where none answers."""
import os
import subprocess
import sys

from firesteel_testing import test_file
from firesteel_testing.server import ROOT, Server, free_port

BLOCKS = "query one\nSELECT 1\n\nquery two\nSELECT nothing_here\n"


def record(path, remote):
    return subprocess.run([sys.executable, os.path.join(ROOT, "test", "record.py"), "--spark", remote, str(path)],
                          capture_output=True, text=True, timeout=120)


def test_answers_and_errors_are_written(tmp_path):
    path = tmp_path / "a.test"
    path.write_text(BLOCKS)
    server = Server()
    try:
        done = record(path, server.remote)
    finally:
        server.stop()
    assert done.returncode == 0, done.stderr[-2000:]
    one, two = test_file.read(str(path))
    assert one.answer[-1] == "row 1"
    assert two.answer[0].startswith("error AnalysisException UNRESOLVED_COLUMN")


def test_a_server_that_is_gone_ends_the_recording(tmp_path):
    path = tmp_path / "a.test"
    path.write_text(BLOCKS)
    done = record(path, f"sc://127.0.0.1:{free_port()}")
    assert done.returncode != 0
    assert "did not answer" in done.stderr + done.stdout, done.stderr[-2000:]
    assert all(block.answer is None for block in test_file.read(str(path)))
