#!/usr/bin/env python3
"""Native baselines, reported like run.py: run_native.py --system duckdb --data DIR --jobs ... --out x.json

Every repetition runs in a fresh process, so the peak memory is that of one run.
"""
import argparse
import importlib
import json
import multiprocessing
import os
import resource
import statistics
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.dirname(HERE))

from servers import proc                                        # noqa: E402


def parse_spec(spec):
    name, _, rest = spec.partition(":")
    return name, dict(item.split("=", 1) for item in rest.split(",")) if rest else {}


def child(system, name, data, params, pipe):
    """One repetition; also warms nothing for the next one but the page cache."""
    try:
        func = importlib.import_module(f"native.{system}_jobs").JOBS[name]
        machine0 = proc.machine_busy_seconds()
        record = func(data, **params)
        u = resource.getrusage(resource.RUSAGE_SELF)
        own = u.ru_utime + u.ru_stime
        record.update(ok=True, peak_rss_MB=round(u.ru_maxrss / 1000), server_cpu_s=round(own, 2),
                      foreign_cpu_s=round(max(0, proc.machine_busy_seconds() - machine0 - own), 2))
    except Exception as e:
        record = {"ok": False, "error": f"{type(e).__name__}: {str(e)[:1500]}"}
    pipe.send(record)


def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--system", required=True, choices=["duckdb"])
    p.add_argument("--jobs", nargs="+", required=True)
    p.add_argument("--data", required=True)
    p.add_argument("--repeat", type=int, default=3)
    p.add_argument("--job-budget", type=float, default=60)
    p.add_argument("--out", required=True)
    a = p.parse_args()
    a.data = os.path.abspath(a.data)
    report = {"tag": a.system, "date": time.strftime("%F %T"), "jobs": {}, "data": a.data,
              "version": importlib.import_module(a.system).__version__}
    context = multiprocessing.get_context("spawn")
    for spec in a.jobs:
        name, params = parse_spec(spec)
        runs, begin = [], time.time()
        for i in range(a.repeat):
            here, there = context.Pipe(False)
            process = context.Process(target=child, args=(a.system, name, a.data, params, there))
            process.start()
            there.close()
            try:
                runs.append(here.recv())
            except EOFError:
                runs.append({"ok": False, "error": "process died"})
            process.join()
            if not runs[-1]["ok"] or (i >= 1 and time.time() - begin > a.job_budget):
                break
        good = [r for r in runs if r["ok"]]
        if good:
            warm = good[1:] or good
            s = {"ok": len(good) == len(runs), "cold_s": good[0]["seconds"], "median_s": statistics.median(r["seconds"] for r in warm),
                 "checksums": sorted({r["checksum"] for r in good}), "metrics": warm[-1]["metrics"],
                 "peak_rss_MB": max(r["peak_rss_MB"] for r in good), "server_cpu_s": warm[-1]["server_cpu_s"],
                 "foreign_cpu_s": max(r["foreign_cpu_s"] for r in warm),
                 "phases": {k: statistics.median(r["phases"].get(k, 0) for r in warm) for k in warm[0]["phases"]}}
        else:
            s = {"ok": False, "error": runs[0]["error"]}
        report["jobs"][spec] = {"summary": s, "runs": runs}
        print(f"[{a.system}] {spec}: {json.dumps({k: v for k, v in s.items() if k != 'phases'})[:500]}", flush=True)
        with open(a.out, "w") as f:
            json.dump(report, f, indent=1, default=str)


if __name__ == "__main__":
    main()
