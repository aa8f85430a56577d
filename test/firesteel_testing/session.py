"""A client session that runs the blocks of one `.test` file."""
import ast
import datetime
import decimal
import logging
import os
import shutil
import signal
import tempfile
import time

from firesteel_testing import canonical

ZONE = "America/Los_Angeles"


class CaseTimeout(BaseException):
    """Not an Exception, so that the code under test cannot swallow it."""


class NoAnswer(RuntimeError):
    """The server did not answer: it is gone, or took too long. That is no answer of Spark's."""


# What gRPC says of a server that is not there, or goes while it answers.
TRANSPORT_ERRORS = ("UNAVAILABLE", "DEADLINE_EXCEEDED", "CANCELLED", "UNAUTHENTICATED", "RESOURCE_EXHAUSTED", "UNKNOWN")


def is_transport_error(error):
    """Whether the error is gRPC's and not the server's: it has neither a condition nor the class of a Spark error."""
    get = lambda name: getattr(error, name)() if hasattr(error, name) else None
    if get("getCondition"):
        return False
    if type(error).__name__ == "RetriesExceeded":
        return True
    status = get("getGrpcStatusCode") or get("code")
    return getattr(status, "name", "") in TRANSPORT_ERRORS


def _raise_timeout(*_):
    raise CaseTimeout()


def use_reference_zone():
    """The zone in which the answers were recorded; the client converts local times with it."""
    os.environ["TZ"] = ZONE
    time.tzset()
    logging.disable(logging.CRITICAL)          # the client logs every server error


class FileSession:
    """Runs blocks in order; settings, views and variables live as long as the session."""

    def __init__(self, remote, timeout_seconds=60, retries=False, refuses_silence=False):
        """With refuses_silence a server that is gone or too slow raises NoAnswer; otherwise that is the block's answer."""
        from pyspark.sql import Row, SparkSession, Window, functions, types
        from pyspark.sql.connect.client.retries import DefaultPolicy
        self.spark = SparkSession.builder.remote(remote).create()
        # A dead server must show at once. Where connections are cut on purpose a long message takes many tries, and the
        # client's own waits between them grow to a minute.
        self.spark.client.set_retry_policies([DefaultPolicy(max_retries=100, max_backoff=200)] if retries else [])
        self.timeout_seconds = timeout_seconds
        self.refuses_silence = refuses_silence
        self.folder = tempfile.mkdtemp(prefix="firesteel_test_")
        self.settings = {}
        self.scope = {"spark": self.spark, "F": functions, "T": types, "Window": Window, "Row": Row,
                      "datetime": datetime, "Decimal": decimal.Decimal, "tmp": self.folder}

    def close(self):
        shutil.rmtree(self.folder, ignore_errors=True)
        try:
            self.spark.stop()
        except Exception:                                   # the server may be gone already
            pass

    def configure(self, settings):
        for key in self.settings:
            if key not in settings:
                self.spark.conf.unset(key)
        for key, value in settings.items():
            if self.settings.get(key) != value:
                self.spark.conf.set(key, value)
        self.settings = dict(settings)

    def run(self, block):
        """Lines of the answer for a case; None for a session or setup block."""
        if block.kind == "session":
            return self.configure(block.settings)
        if block.kind == "setup":
            exec(compile(block.body, "<setup>", "exec"), self.scope)
            return None
        signal.signal(signal.SIGALRM, _raise_timeout)
        signal.alarm(self.timeout_seconds)
        hide = [("$TMP", self.folder)]
        try:
            value = self.spark.sql(block.body) if block.kind == "query" else self._evaluate(block.body)
            if hasattr(value, "_to_table"):
                return canonical.frame_lines(value, "ordered" in block.options, hide)
            return canonical.value_lines(value, hide)
        except CaseTimeout:
            if self.refuses_silence:
                raise NoAnswer(f"no answer after {self.timeout_seconds} s to {block.name}") from None
            return [f"timeout after {self.timeout_seconds} s"]
        except Exception as error:
            if self.refuses_silence and is_transport_error(error):
                raise NoAnswer(f"the server did not answer {block.name}: {str(error).splitlines()[0]}") from error
            return canonical.error_lines(error, hide)
        finally:
            signal.alarm(0)

    def _evaluate(self, body):
        tree = ast.parse(body)
        if not isinstance(tree.body[-1], ast.Expr):
            exec(compile(tree, "<case>", "exec"), self.scope)
            return None
        last = ast.Expression(tree.body.pop().value)
        exec(compile(tree, "<case>", "exec"), self.scope)
        return eval(compile(last, "<case>", "eval"), self.scope)
