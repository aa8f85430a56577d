#!/usr/bin/env python3
"""Fills the answers of `.test` files by asking Apache Spark.

    record.py --spark sc://127.0.0.1:15999 [--refresh] FILE_OR_FOLDER...
    record.py --launch VENV ...      # VENV holds pyspark[connect]==4.2.0; Java 17 must be on the path

Run it with a python that has pyspark-client (or pyspark[connect]) 4.2.0. Blocks that have an answer are kept unless --refresh is given.
A server that dies or does not answer in time ends the recording: its silence is no answer.
"""
import argparse
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

from firesteel_testing import session, test_file  # noqa: E402
from firesteel_testing.server import free_port    # noqa: E402


def test_files(paths):
    for path in paths:
        if os.path.isdir(path):
            for folder, _, names in sorted(os.walk(path)):
                yield from (os.path.join(folder, n) for n in sorted(names) if n.endswith(".test"))
        else:
            yield path


def launch(venv):
    """Spark's own Connect server with the settings that test/README.md states."""
    home = os.path.join(venv, "lib", f"python{sys.version_info.major}.{sys.version_info.minor}", "site-packages", "pyspark")
    port, scratch = free_port(), tempfile.mkdtemp(prefix="spark_reference_")
    conf = {"spark.connect.grpc.binding.port": port, "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1", "spark.ui.enabled": "false", "spark.local.dir": scratch,
            "spark.sql.warehouse.dir": os.path.join(scratch, "warehouse"), "spark.sql.timeType.enabled": "true",
            "spark.sql.session.timeZone": session.ZONE, "spark.sql.shuffle.partitions": 2}
    argv = [os.path.join(home, "bin", "spark-submit"), "--master", "local[2]", "--driver-memory", "2g",
            "--driver-java-options", f"-Duser.timezone={session.ZONE}",
            "--class", "org.apache.spark.sql.connect.service.SparkConnectServer",
            *[x for k, v in conf.items() for x in ("--conf", f"{k}={v}")], "spark-internal"]
    environment = {k: v for k, v in os.environ.items() if k not in ("SPARK_REMOTE", "PYTHONPATH", "SPARK_HOME")}
    environment.update(TZ=session.ZONE, PATH=os.path.join(venv, "bin") + ":" + environment["PATH"])
    log = open(os.path.join(scratch, "spark.log"), "wb")
    process = subprocess.Popen(argv, stdout=log, stderr=log, cwd=scratch, env=environment, start_new_session=True)
    for _ in range(1200):
        try:
            socket.create_connection(("127.0.0.1", port), 0.2).close()
            return process, f"sc://127.0.0.1:{port}"
        except OSError:
            time.sleep(0.1)
    raise SystemExit(f"Spark did not start; see {log.name}")


def record(path, remote, refresh):
    """(cases asked, cases whose answer changed)."""
    blocks = test_file.read(path)
    todo = [b for b in blocks if b.is_case and (refresh or b.answer is None)]
    if not todo:
        return 0, 0
    run, changed = session.FileSession(remote, timeout_seconds=120, refuses_silence=True), 0
    try:
        for block in blocks:
            if not block.is_case:
                run.run(block)
            elif block in todo or block.kind == "python":      # later cases may use variables of earlier ones
                answer = run.run(block)
                if block in todo:
                    changed += answer != block.answer
                    block.answer = answer
    finally:
        run.close()
        with open(path, "w", encoding="utf-8") as f:
            f.write(test_file.render(blocks))
    return len(todo), changed


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--spark", help="address of a running reference server")
    parser.add_argument("--launch", metavar="VENV", help="start the reference server from this environment")
    parser.add_argument("--refresh", action="store_true", help="ask again for answers that are recorded already")
    parser.add_argument("paths", nargs="+")
    arguments = parser.parse_args()
    session.use_reference_zone()
    process, remote = (None, arguments.spark)
    if not remote:
        process, remote = launch(arguments.launch) if arguments.launch else parser.error("--spark or --launch is needed")
    try:
        for path in test_files(arguments.paths):
            begin = time.time()
            asked, changed = record(path, remote, arguments.refresh)
            print(f"{path}: {asked} asked, {changed} changed, {time.time() - begin:.1f} s", flush=True)
    except session.NoAnswer as error:
        raise SystemExit(f"{path}: {error}\nThe answers before it are written; the recording ends here.") from None
    finally:
        if process:
            os.killpg(process.pid, signal.SIGTERM)


if __name__ == "__main__":
    main()
