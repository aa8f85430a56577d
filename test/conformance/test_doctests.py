"""The docstrings on the list still pass."""
import pytest

import doctests
from firesteel_testing.server import Server

ATTEMPTS = 2


@pytest.fixture(scope="module")
def one_thread():
    server = Server(doctests.ONE_THREAD)
    doctests.provide_data(server.folder)
    yield server
    server.stop()


@pytest.mark.parametrize("module", sorted(doctests.MODULES))
def test_module(one_thread, module, tmp_path):
    listed = doctests.passing()
    # The classes that Connect shares with classic PySpark are documented in the module without "connect".
    prefixes = tuple(m + "." for m in (module, module.replace(".connect.", ".")))
    mine = {n for n in listed if n.startswith(prefixes)}
    if not mine:
        pytest.skip("no docstring of this module is on the list yet")
    # The client's timers (a progress bar, a time-out) may make a docstring fail on a busy machine.
    for _ in range(ATTEMPTS):
        results = doctests.run_apart(module, one_thread.remote, str(tmp_path), 60, 900)
        mine = {n for n in mine if results.get(n, "did not run") is not None}
        if not mine:
            return
    lost = sorted(f"{n}: {results.get(n, 'did not run')}" for n in mine)
    assert not lost, "\n\n".join(lost[:5])
