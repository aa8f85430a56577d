"""The docstrings on the list still pass."""
import pytest

import doctests


@pytest.mark.parametrize("module", sorted(doctests.MODULES))
def test_module(server, module, tmp_path):
    listed = doctests.passing()
    prefix = module + "."
    mine = {n for n in listed if n.startswith(prefix) or n == module}
    if not mine:
        pytest.skip("no docstring of this module is on the list yet")
    results = doctests.run_apart(module, server.remote, str(tmp_path), 60, 900)
    lost = {n: results.get(n, "did not run") for n in mine if results.get(n, "did not run") is not None}
    assert not lost, "\n\n".join(f"{n}: {why}" for n, why in sorted(lost.items())[:5])
