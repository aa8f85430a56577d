"""The docstrings on the list still pass."""
import pytest

import doctests

ATTEMPTS = 4


@pytest.mark.parametrize("module", sorted(doctests.MODULES))
def test_module(server, module, tmp_path):
    listed = doctests.passing()
    # The classes that Connect shares with classic PySpark are documented in the module without "connect".
    prefixes = tuple(m + "." for m in (module, module.replace(".connect.", ".")))
    mine = {n for n in listed if n.startswith(prefixes)}
    if not mine:
        pytest.skip("no docstring of this module is on the list yet")
    # Some show rows in an order that they do not ask for, and two threads give now this one, now that.
    for _ in range(ATTEMPTS):
        results = doctests.run_apart(module, server.remote, str(tmp_path), 60, 900)
        mine = {n for n in mine if results.get(n, "did not run") is not None}
        if not mine:
            return
    lost = sorted(f"{n}: {results.get(n, 'did not run')}" for n in mine)
    assert not lost, "\n\n".join(lost[:5])
