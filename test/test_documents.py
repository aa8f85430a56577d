"""Generated documents are those that their generators write now."""
import importlib.util
import pathlib
import re

GENERATE = pathlib.Path(__file__).parent / "generate"


def script(name):
    """The module of test/generate/NAME.py: other folders on the path have a `generate` of their own."""
    spec = importlib.util.spec_from_file_location(f"generate_{name}", GENERATE / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


errors = script("errors")


def test_errors_are_current():
    with open(errors.DOCUMENT, encoding="utf-8") as f:
        assert f.read() == errors.document(), "run test/generate/errors.py"


def test_every_condition_of_the_table_is_read():
    with open(errors.TABLE, encoding="utf-8") as f:
        rows = re.findall(r'^\s*\{"\w', f.read(), re.M)
    assert len(errors.conditions()) == len(rows)
