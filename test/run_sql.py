#!/usr/bin/env python3
"""Runs `.test` files against a server and compares with Spark's recorded answers.

    run_sql.py [--remote sc://HOST:PORT] [--file PART]... [--processes N] [--show N] [--report FILE] [--update-known]
    run_sql.py --mode small-memory|single-rows|cut-connections|interrupts|two-engines [--sample 0.1] [--seed N]

Without --remote it starts build/release/firesteel (or FIRESTEEL). Exit status 1 when a case fails that
known_failures.txt does not name, or when a case passes that it names.
"""
import argparse
import collections
import concurrent.futures
import json
import multiprocessing
import os
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)

from firesteel_testing import compare, modes, session, test_file  # noqa: E402
from firesteel_testing.server import Server                # noqa: E402

KNOWN = os.path.join(HERE, "known_failures.txt")


def all_files():
    found = []
    for folder, _, names in os.walk(os.path.join(HERE, "sql")):
        found += [os.path.relpath(os.path.join(folder, n), HERE) for n in names if n.endswith(".test")]
    return sorted(found)


def known_failures():
    if not os.path.exists(KNOWN):
        return set()
    with open(KNOWN) as f:
        return {line.strip() for line in f if line.strip() and not line.startswith("#")}


def run_file(relative, remote, mode=modes.PLAIN, seed=0, sample=1.0):
    """[(case, kind of difference or None, explanation)] of one file, or of a seeded part of its cases."""
    session.use_reference_zone()
    if not mode.cuts_connections:
        return run_blocks(relative, remote, mode, seed, sample)
    sys.path.insert(0, os.path.join(HERE, "e2e"))
    from proxy import CuttingProxy, seeded
    proxy = CuttingProxy(int(remote.rsplit(":", 1)[1]), seeded(f"{relative} {seed}", 200, 60_000, 8_000_000), cuts=10**9)
    try:
        results = run_blocks(relative, f"sc://127.0.0.1:{proxy.port}", mode, seed, sample)
    finally:
        proxy.close()
    results.hardships = proxy.cuts_made
    return results


def run_blocks(relative, remote, mode=modes.PLAIN, seed=0, sample=1.0):
    blocks, results = test_file.read(os.path.join(HERE, relative)), modes.Answers()
    blocks = [b for b in blocks if not b.is_case
              or (modes.is_chosen(f"{relative}::{b.name} {seed}", sample) and not (mode.program and "one-engine" in b.options))]
    if not any(b.is_case for b in blocks):
        return results
    try:
        run = session.FileSession(remote, retries=mode.cuts_connections)
    except Exception as error:
        return modes.Answers((f"{relative}::{b.name}", "no-session", str(error)[:300]) for b in blocks if b.is_case)
    broken = None
    try:
        for block in blocks:
            if not block.is_case:
                try:
                    run.run(block)
                except Exception as error:
                    broken = broken or f"  a {block.kind} block failed: {str(error)[:300]}"
                continue
            if mode.interrupts:
                difference, was_canceled = modes.difference_when_interrupted(run, block, f"{relative}::{block.name} {seed}")
                results.hardships += was_canceled
            else:
                difference = compare.difference(block, run.run(block))
            if difference and broken:
                difference = ("setup", broken)
            results.append((f"{relative}::{block.name}", *(difference or (None, ""))))
    finally:
        run.close()
    return results


def run_all(files, remote, processes, *how):
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(processes, context) as pool:
        jobs = {pool.submit(run_file, f, remote, *how): f for f in files}
        for job in concurrent.futures.as_completed(jobs):
            yield jobs[job], job.result()


def write_known(failing, files, allow_growth):
    known = known_failures()
    untouched = {k for k in known if k.split("::")[0] not in files and os.path.exists(os.path.join(HERE, k.split("::")[0]))}
    grown = sorted(failing - known)
    if grown and not allow_growth:
        raise SystemExit(f"known_failures.txt may only shrink; {len(grown)} new failures, the first: {grown[:5]}")
    with open(KNOWN, "w") as f:
        f.write("# Cases that do not agree with Spark yet. This list may only shrink: run_sql.py --update-known.\n")
        f.writelines(name + "\n" for name in sorted(untouched | failing))


def report_rerun(suspects, arguments):
    """Only what a plain run of the same cases answers otherwise counts against the mode."""
    files = sorted({case.split("::")[0] for case in suspects})
    server, plain = Server(arguments.server_argument) if files else None, set()
    for _, answers in run_all(files, server.remote, arguments.processes, modes.PLAIN, arguments.seed, arguments.sample) if files else ():
        plain |= {case for case, kind, _ in answers if kind}
    if server:
        server.stop()
    changed = sorted(set(suspects) - plain)
    if changed:
        print(f"{len(changed)} cases answer otherwise (--mode {arguments.mode} --seed {arguments.seed} --sample {arguments.sample}):\n  "
              + "\n  ".join(changed[:40]))
    return 1 if changed else 0


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--remote")
    parser.add_argument("--file", action="append", help="part of a file's path; may be given more than once")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--show", type=int, default=0, help="differences to print per file")
    parser.add_argument("--all", action="store_true", help="show known failures too")
    parser.add_argument("--report", help="write every result as JSON")
    parser.add_argument("--update-known", action="store_true")
    parser.add_argument("--allow-growth", action="store_true")
    parser.add_argument("--server-argument", action="append", default=[], help="for example --server-argument=--memory-limit=256MB")
    parser.add_argument("--mode", choices=sorted(modes.MODES), default="plain", help="hardship that must not change an answer")
    parser.add_argument("--sample", type=float, default=1.0, help="the part of the cases to run, chosen by the seed")
    parser.add_argument("--seed", default="0")
    arguments = parser.parse_args()
    mode = modes.MODES[arguments.mode]
    files = [f for f in all_files() if (not arguments.file or any(part in f for part in arguments.file)) and not f.startswith(mode.left_out)]
    server = None if arguments.remote else mode.start_server(arguments.server_argument)
    known, results, hardships, begin = known_failures(), [], 0, time.time()
    try:
        for name, answers in run_all(files, arguments.remote or server.remote, arguments.processes,
                                     mode, arguments.seed, arguments.sample):
            results += answers
            hardships += answers.hardships
            failed = [a for a in answers if a[1]]
            print(f"{name:70s} {len(answers) - len(failed):4d}/{len(answers):<4d}", flush=True)
            shown = [a for a in failed if arguments.all or a[0] not in known]
            for case, kind, why in shown[:arguments.show]:
                print(f"  {case.split('::')[1]}: {kind}\n{why}")
    finally:
        ended = server is not None and not server.alive()
        if server:
            server.stop()
    if server and (objection := mode.objection(hardships, server.log_text())):
        print(objection)
        return 1
    if ended:
        print(f"the server ended by itself:\n{server.log_text()[-3000:]}")
        return 1
    failing = {case for case, kind, _ in results if kind}
    passing = {case for case, kind, _ in results if not kind}
    print(f"{len(passing)} of {len(results)} agree, {time.time() - begin:.1f} s")
    kinds = collections.Counter(kind for _, kind, _ in results if kind)
    print("  " + ", ".join(f"{kind}: {count}" for kind, count in kinds.most_common(40)))
    if arguments.report:
        with open(arguments.report, "w") as f:
            json.dump([{"case": c, "kind": k, "why": w} for c, k, w in results], f, indent=1)
    if arguments.update_known:
        return write_known(failing, set(files), arguments.allow_growth)
    new, fixed = sorted(failing - known), sorted(passing & known)
    if arguments.mode != "plain" or arguments.sample < 1:
        return report_rerun(new, arguments)
    for title, names in (("fail and are not listed", new), ("pass and are listed in known_failures.txt", fixed)):
        if names:
            print(f"{len(names)} cases {title}:\n  " + "\n  ".join(names[:20]))
    return 1 if new or fixed else 0


if __name__ == "__main__":
    sys.exit(main())
