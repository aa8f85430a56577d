"""pytest: `.test` files as items, one server for a whole run, and the list of known failures that may only shrink."""
import faulthandler
import gc
import os
import signal
import sys
import threading

import pytest

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path[:0] = [HERE, os.path.join(HERE, "ml")]

from firesteel_testing import compare, session, test_file   # noqa: E402
from firesteel_testing.server import Server, binary          # noqa: E402
import run_sql                                               # noqa: E402

session.use_reference_zone()
collect_ignore = ["generate", "firesteel_testing"]


# ---------------------------------------------------------------- the server

class RunningServer:
    """A server that the tests did not start and know only by its address."""

    def __init__(self, remote):
        self.remote, self.port, self.process = remote, int(remote.rsplit(":", 1)[1]), None


class SharedServer:
    """Started when first needed; started anew if a test made it end (that test fails by itself)."""

    def __init__(self):
        self.server = None

    def get(self):
        if os.environ.get("FIRESTEEL_REMOTE"):               # a server that runs already, for example Spark itself
            return RunningServer(os.environ["FIRESTEEL_REMOTE"])
        if self.server is None or not self.server.alive():
            self.server = Server()
        return self.server

    def stop(self):
        if self.server is not None:
            self.server.stop()


_shared = SharedServer()


def pytest_sessionfinish(session, exitstatus):
    _shared.stop()


@pytest.fixture
def server():
    """The server that all tests share."""
    if not os.path.exists(binary()) and not os.environ.get("FIRESTEEL_REMOTE"):
        pytest.fail(f"there is no server at {binary()}; build it or set FIRESTEEL")
    return _shared.get()


@pytest.fixture
def own_server(server):
    """Skips a test that needs the server's process when the server was started elsewhere."""
    if server.process is None:
        pytest.skip("the server's process is not ours")
    return server


@pytest.fixture
def spark(server):
    """A new session on the shared server."""
    from pyspark.sql.connect.session import SparkSession
    # Estimators use the active session: it must not be one that an earlier test left with a server that is gone.
    SparkSession._default_session = SparkSession._active_session.session = None
    opened = SparkSession.builder.remote(server.remote).create()
    if hasattr(opened.client, "set_retry_policies"):  # clients of 3.5 have none
        opened.client.set_retry_policies([])
    yield opened
    gc.collect()                                             # here, because it cannot be left to chance: see below
    try:
        opened.stop()
    except Exception:                                        # a test may have ended the session itself
        pass


# ---------------------------------------------------------------- .test files

def pytest_collect_file(parent, file_path):
    if file_path.suffix == ".test" and "sql" in file_path.parts:
        return SqlFile.from_parent(parent, path=file_path)
    return None


class SqlFile(pytest.File):
    def collect(self):
        relative = os.path.relpath(self.path, HERE)
        for block in test_file.read(self.path):
            if block.is_case:
                yield SqlCase.from_parent(self, name=block.name, relative=relative)

    def results(self):
        """The file runs once, when its first case is asked for."""
        if not hasattr(self, "_results"):
            answers = run_sql.run_file(os.path.relpath(self.path, HERE), _shared.get().remote)
            self._results = {case.split("::")[1]: (kind, why) for case, kind, why in answers}
        return self._results


class SqlCase(pytest.Item):
    def __init__(self, *, relative, **rest):
        super().__init__(**rest)
        self.relative = relative

    def runtest(self):
        kind, why = self.parent.results()[self.name]
        if kind:
            raise AssertionError(f"{kind}\n{why}")

    def repr_failure(self, info):
        return str(info.value)

    def reportinfo(self):
        return self.path, 0, f"{self.relative}::{self.name}"


# ---------------------------------------------------------------- no test hangs

def pytest_collection_finish(session):
    """A model of PySpark's client asks the server to forget it when Python collects it. Where Python collects within a call
    of gRPC, that second call waits for a lock that the first one holds, for ever. So tests collect between calls only."""
    gc.collect()
    gc.freeze()
    gc.disable()


SECONDS_PER_TEST = 60
SECONDS_WITH_FIXTURES = 90


class TooSlow(BaseException):
    """Not an Exception, so that nothing under test can swallow it."""


def _too_slow(*_):
    raise TooSlow(f"took longer than {SECONDS_PER_TEST} s")


def _kill_servers(item):
    """Ends every call of a test that waits where no signal reaches it, such as inside gRPC."""
    capture = item.config.pluginmanager.getplugin("capturemanager")
    capture.suspend_global_capture(in_=True)
    print(f"\n{item.nodeid} hangs: its servers are killed", file=sys.__stderr__, flush=True)
    faulthandler.dump_traceback(file=sys.__stderr__)
    capture.resume_global_capture()
    Server.kill_all()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    """A test that hangs even so, or in a fixture, ends the run: faulthandler_timeout in pytest.ini."""
    watchdog = threading.Timer(SECONDS_WITH_FIXTURES, _kill_servers, [item])
    watchdog.daemon = True
    watchdog.start()
    try:
        yield
    finally:
        watchdog.cancel()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_call(item):
    before = signal.signal(signal.SIGALRM, _too_slow)
    signal.alarm(SECONDS_PER_TEST)
    try:
        outcome = yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
    if isinstance(outcome.excinfo and outcome.excinfo[1], TooSlow):
        outcome.force_exception(AssertionError(str(outcome.excinfo[1])))


# ---------------------------------------------------------------- known failures

def _known_name(item):
    if isinstance(item, SqlCase):
        return f"{item.relative}::{item.name}"
    return os.path.relpath(item.path, HERE) + "::" + item.nodeid.split("::", 1)[-1]


_known = run_sql.known_failures()


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    report = outcome.get_result()
    if call.when == "teardown" or _known_name(item) not in _known:
        return
    if report.failed:
        report.outcome, report.wasxfail = "skipped", "named in known_failures.txt"
    elif call.when == "call" and report.passed and os.environ.get("FIRESTEEL_NIGHTLY"):
        # By day a change may mend more than it meant to; the nightly run has the list shortened.
        report.outcome = "failed"
        report.longrepr = "passes, but known_failures.txt names it: take it off the list"
