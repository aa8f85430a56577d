#!/usr/bin/env python3
"""Run benchmark jobs against one Spark Connect server with the unmodified PySpark client.

    run.py --remote sc://127.0.0.1:15002 --pid 1234 --data DIR --jobs range_mod word_count --out x.json
    run.py --launch spark --data DIR --jobs range_mod:n=28 string_count:size=20m,dist=skew --out spark.json
    run.py --launch cmd --server-cmd "build/release/firesteel serve --port {port}" --data DIR --jobs ... --out ours.json

A job is NAME or NAME:key=value,key=value. The first repetition of a job is its cold run;
the reported median is over the following ones (over the only one if --repeat 1).
"""
import argparse
import inspect
import json
import os
import platform
import resource
import signal
import statistics
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

import jobs                                                     # noqa: E402
from servers import proc                                        # noqa: E402
from servers.launch import Server                               # noqa: E402


def parse_spec(spec):
    """'name:k=v,k=v' -> (name, {k: v})."""
    name, _, rest = spec.partition(":")
    return name, dict(item.split("=", 1) for item in rest.split(",")) if rest else {}


def client_cpu():
    return sum(resource.getrusage(resource.RUSAGE_SELF)[:2])


def wait_quiet(limit, patience):
    """Wait until the machine is mostly idle; returns the busy cores seen last."""
    end = time.time() + patience
    while True:
        before = proc.machine_busy_seconds()
        time.sleep(1.0)
        busy = proc.machine_busy_seconds() - before
        if busy <= limit or time.time() > end:
            return round(busy, 2)


def run_once(func, spark, data, params, peak, pid):
    """One repetition, with the cost on server, client and everybody else."""
    rss_before = proc.rss_bytes(pid) if pid else 0
    if peak:
        peak.reset()
    server0, client0, machine0 = (proc.cpu_seconds(pid) if pid else 0), client_cpu(), proc.machine_busy_seconds()
    begin = time.perf_counter()
    try:
        record = func(spark, data, **params)
        record["ok"] = True
    except Exception as e:
        record = dict(getattr(e, "partial", {}), ok=False, error=f"{type(e).__name__}: {str(e)[:1500]}",
                      where=traceback.format_exc(limit=-3)[-600:])
    record["wall"] = time.perf_counter() - begin
    client, machine = client_cpu() - client0, proc.machine_busy_seconds() - machine0
    record["client_cpu_s"] = round(client, 2)
    if pid:
        server = proc.cpu_seconds(pid) - server0
        record.update(server_cpu_s=round(server, 2), foreign_cpu_s=round(max(0, machine - client - server), 2),
                      rss_before_MB=round(rss_before / 1e6), peak_rss_MB=round(peak.peak / 1e6))
    return record


def summarise(runs):
    """Cold and warm figures of one job's repetitions."""
    good = [r for r in runs if r["ok"]]
    if not good:
        return {"ok": False, "error": runs[0]["error"]}
    warm = good[1:] or good
    out = {"ok": len(good) == len(runs), "cold_s": good[0]["seconds"],
           "median_s": statistics.median(r["seconds"] for r in warm), "repetitions": len(runs),
           "checksums": sorted({r["checksum"] for r in good}), "metrics": warm[-1]["metrics"],
           "peak_rss_MB": max((r.get("peak_rss_MB", 0) for r in good)),
           "server_cpu_s": statistics.median(r.get("server_cpu_s", 0) for r in warm),
           "foreign_cpu_s": max(r.get("foreign_cpu_s", 0) for r in warm),
           "phases": {p: statistics.median(r["phases"].get(p, 0) for r in warm) for p in warm[0]["phases"]}}
    return out


def connect(remote):
    """A new session, and the proof that it answers."""
    from pyspark.sql import SparkSession
    spark = SparkSession.builder.remote(remote).create()
    assert spark.sql("select 1").collect()[0][0] == 1
    return spark


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--remote", help="sc:// address of a running server")
    p.add_argument("--pid", type=int, help="process id of that server (for memory and CPU)")
    p.add_argument("--launch", choices=["spark", "sail", "cmd"], help="start this server first, stop it after")
    p.add_argument("--server-cmd", help="command line for --launch cmd; {port} is replaced")
    p.add_argument("--server-conf", nargs="*", default=[], help="spark: extra key=value confs of the server")
    p.add_argument("--conf", nargs="*", default=[], help="session confs key=value to set")
    p.add_argument("--venv-dir", default=os.path.dirname(HERE), help="folder with v-spark and v-sail")
    p.add_argument("--scratch", default=os.path.join(os.path.dirname(HERE), "scratch"))
    p.add_argument("--jobs", nargs="+", default=jobs.NAMES)
    p.add_argument("--data", required=True)
    p.add_argument("--tag", help="name in the report and of the output folder (default: the server's)")
    p.add_argument("--repeat", type=int, default=3)
    p.add_argument("--job-budget", type=float, default=60, help="seconds after which a job is not repeated again (twice that for the 2nd repetition)")
    p.add_argument("--quiet-cores", type=float, default=0.3, help="begin only when fewer cores are busy than this")
    p.add_argument("--patience", type=float, default=60, help="longest wait for a quiet machine before a job")
    p.add_argument("--out", required=True)
    a = p.parse_args()
    if bool(a.remote) == bool(a.launch):
        p.error("give --remote or --launch")
    a.data = os.path.abspath(a.data)                            # the server has its own working directory
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))    # so that the launched server is stopped too
    tag = a.tag or a.launch or "server"
    report = {"tag": tag, "date": time.strftime("%F %T"), "python": platform.python_version(), "jobs": {},
              "data": a.data, "repeat": a.repeat}

    import pyspark.sql.connect.session                         # noqa: F401  client import is not start-up time
    wait_quiet(a.quiet_cores, a.patience)
    server = None
    try:
        if a.launch:
            os.makedirs(a.scratch, exist_ok=True)
            server = Server(a.launch, a.venv_dir, os.path.join(a.scratch, f"{tag}.log"), a.server_cmd,
                            os.path.join(a.scratch, tag), a.server_conf)
            report["argv"] = server.argv
            report["port_open_s"] = round(server.wait_port(), 3)
        remote, pid = (server.remote, server.pid) if server else (a.remote, a.pid)
        begin = server.started if server else time.perf_counter()
        spark = connect(remote)
        report["first_answer_s"] = round(time.perf_counter() - begin, 3)
        for item in a.conf:
            spark.conf.set(*item.split("=", 1))
        peak = None
        if pid:
            report["idle_rss_MB"] = round(proc.rss_bytes(pid) / 1e6)
            peak = proc.PeakRss(pid)
            peak.start()
        try:
            report["version"] = spark.version
        except Exception as e:
            report["version"] = f"{type(e).__name__}: {str(e)[:200]}"
        print(f"[{tag}] Spark {report['version']}, first answer after {report['first_answer_s']} s, "
              f"idle {report.get('idle_rss_MB')} MB", flush=True)
        for spec in a.jobs:
            name, params = parse_spec(spec)
            func = jobs.load(name)
            if "out" in inspect.signature(func).parameters:
                params.setdefault("out", f"_out/{tag}")
            runs, spent = [], 0.0
            for i in range(a.repeat):
                busy = wait_quiet(a.quiet_cores, a.patience) if i == 0 else None
                record = run_once(func, spark, a.data, params, peak, pid)
                record["busy_cores_before"] = busy
                runs.append(record)
                spent += record["wall"]
                if not record["ok"] or spent > a.job_budget * (2 if i == 0 else 1):
                    break
                if server and server.process.poll() is not None:
                    break
            report["jobs"][spec] = {"summary": summarise(runs), "runs": runs}
            s = report["jobs"][spec]["summary"]
            print(f"[{tag}] {spec}: " + (f"cold {s['cold_s']:.2f} s, median {s['median_s']:.2f} s, peak {s['peak_rss_MB']} MB, "
                                         f"server cpu {s['server_cpu_s']} s, foreign cpu {s['foreign_cpu_s']} s, {s['checksums']} {str(s['metrics'])[:300]}" if "median_s" in s
                                         else "FAILED " + s["error"][:300]), flush=True)
            with open(a.out, "w") as f:
                json.dump(report, f, indent=1, default=str)
            if server and server.process.poll() is not None:
                print(f"[{tag}] server died with {server.process.returncode}; starting it anew", flush=True)
                report.setdefault("deaths", []).append(spec)
                server = Server(a.launch, a.venv_dir, os.path.join(a.scratch, f"{tag}.{len(report['deaths'])}.log"),
                                a.server_cmd, os.path.join(a.scratch, tag), a.server_conf)
                server.wait_port()
                pid, spark = server.pid, connect(server.remote)
                peak = proc.PeakRss(pid)
                peak.start()
    except BaseException:
        traceback.print_exc()
        report["aborted"] = traceback.format_exc()[-1500:]
    finally:
        if server:
            server.stop()
        with open(a.out, "w") as f:
            json.dump(report, f, indent=1, default=str)
        sys.stdout.flush()
        os._exit(1 if "aborted" in report else 0)               # client threads may wait on the dead server


if __name__ == "__main__":
    main()
