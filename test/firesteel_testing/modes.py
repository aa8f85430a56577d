"""Ways to make life hard for the server that must not change an answer."""
import dataclasses
import hashlib
import os
import random
import re
import threading

from firesteel_testing import compare
from firesteel_testing.server import Server, binary


@dataclasses.dataclass(frozen=True)
class Mode:
    """How a rerun of the `.test` files differs from a plain run."""

    arguments: tuple = ()                # of the server
    program: str = ""                    # a server of another name, beside the usual one
    cuts_connections: bool = False       # a proxy cuts each connection after a random number of bytes
    interrupts: bool = False             # interruptAll() at a random moment of each case
    left_out: tuple = ()                 # beginnings of the files that it does not run

    def objection(self, hardships, log_text):
        """Why the run proves nothing, by what happened and the log of its ended server; None if it does."""
        if self.cuts_connections and not hardships:
            return "no connection was cut"
        if self.interrupts and not hardships:
            return "no case was canceled"
        if self.program == "two_engines" and not re.search(r"second engine: [1-9]\d* fragments", log_text):
            return "no row crossed between the engines"
        return None

    def start_server(self, arguments=()):
        program = os.path.join(os.path.dirname(binary()), self.program) if self.program else None
        return Server([*self.arguments, *arguments], program=program)


class Answers(list):
    """The results of one file's cases, and how often something was cut or canceled meanwhile."""

    hardships = 0


PLAIN = Mode()
MODES = {
    "plain": PLAIN,
    "small-memory": Mode(arguments=("--memory-limit", "256MB")),
    "single-rows": Mode(arguments=("--conf", "spark.sql.execution.arrow.maxRecordsPerBatch=1")),
    "cut-connections": Mode(cuts_connections=True),
    "interrupts": Mode(interrupts=True),
    # The queries of TPC join by commas: cut between the filter and the join they are products of whole tables.
    "two-engines": Mode(program="two_engines", left_out=("sql/tpcds/", "sql/tpch/")),
}


def is_chosen(name, sample):
    """The same part of all names for each seed that is in them."""
    if sample >= 1:
        return True
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:6], "big") < sample * 2**48


# What is canceled after it was done finds, run again, what it left.
CHANGES_WHAT_STAYS = re.compile(r"\b(CREATE|DROP|INSERT|ALTER|DECLARE|TRUNCATE|SET VAR|SET VARIABLE)\b|\.write|saveAs|\.cache\(|createExternal|createTable|dropTemp", re.I)


def difference_when_interrupted(run, block, seed):
    """(difference, was it canceled) of a case that is interrupted; a canceled one runs again and must then agree.
    One that changes what stays is left in peace."""
    if CHANGES_WHAT_STAYS.search(block.body):
        return compare.difference(block, run.run(block)), False
    timer = threading.Timer(random.Random(seed).uniform(0, 0.03), _interrupt, [run.spark])
    timer.start()
    answer = run.run(block)
    timer.join()
    was_canceled = bool(answer) and answer[0].startswith("error ") and "OPERATION_CANCELED" in answer[0]
    if was_canceled:
        answer = run.run(block)
    return compare.difference(block, answer), was_canceled


def _interrupt(spark):
    try:
        spark.interruptAll()
    except Exception:                    # the case's own failure is what counts
        pass
