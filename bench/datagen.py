#!/usr/bin/env python3
"""Deterministic data generators for the benchmark jobs.

Every data set is a pure function of (--seed, its size parameters); each output part
has its own random stream, so the number of worker processes never changes a byte.

    datagen.py mortgage --out DIR --loans 80000 --quarters 4
    datagen.py strings  --out DIR --rows 20000000 --dist skew uniform --formats parquet csv
    datagen.py text     --out DIR --lines 5000000
    datagen.py linreg   --out DIR --rows 2000000
"""
import argparse
import json
import os
import time
from concurrent.futures import ProcessPoolExecutor

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from mortgage_columns import FIELDS, SELLERS, UNMAPPED_SELLERS

PART_ROWS = 5_000_000


# ---------------------------------------------------------------- helpers

def rng_for(seed, *stream):
    """Independent generator for one named stream of one seed."""
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *stream])))


def mix64(x):
    """splitmix64 finaliser: id -> well spread 64-bit hash (vectorised)."""
    x = np.asarray(x, dtype=np.uint64) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


def random_words(ids, alphabet, min_len, max_len):
    """Arrow string array: each id maps to its own pseudo-random word."""
    letters = np.frombuffer(alphabet.encode(), dtype=np.uint8)
    h = mix64(ids)
    lengths = (min_len + (mix64(h) % np.uint64(max_len - min_len + 1))).astype(np.int32)
    chars = np.empty((len(h), max_len), dtype=np.uint8)
    base = np.uint64(len(letters))
    for i in range(max_len):
        if i == 12:                                  # 64 bits of base-36 are used up
            h = mix64(ids + np.uint64(i))
        chars[:, i] = letters[(h % base).astype(np.intp)]
        h = h // base
    keep = np.arange(max_len, dtype=np.int32)[None, :] < lengths[:, None]
    offsets = np.zeros(len(lengths) + 1, dtype=np.int32)
    np.cumsum(lengths, out=offsets[1:])
    return pa.StringArray.from_buffers(len(lengths), pa.py_buffer(offsets),
                                       pa.py_buffer(chars[keep].tobytes()))


def zipf_ids(rng, n, universe, exponent):
    """n ids in [0, universe) whose frequencies fall off like rank**-exponent."""
    u = rng.random(n)
    if exponent == 1.0:
        ranks = np.exp(u * np.log(universe))
    else:
        a = 1.0 - exponent
        ranks = (u * (universe ** a - 1.0) + 1.0) ** (1.0 / a)
    return np.minimum(ranks.astype(np.int64) - 1, universe - 1).clip(0)


def run_parallel(func, tasks, processes):
    """Run func(*task) for each task, keeping task order in the result."""
    if processes <= 1:
        return [func(*t) for t in tasks]
    with ProcessPoolExecutor(processes) as pool:
        return [f.result() for f in [pool.submit(func, *t) for t in tasks]]


def write_meta(out, **facts):
    """Small JSON beside the data that jobs may read (scale, row counts)."""
    with open(os.path.join(out, "_meta.json"), "w") as f:
        json.dump(facts, f, indent=1)


# ---------------------------------------------------------------- mortgage

STATES = ["CA", "TX", "FL", "NY", "IL", "PA", "OH", "GA", "NC", "MI", "NJ", "VA", "WA", "AZ",
          "MA", "TN", "IN", "MO", "MD", "WI", "CO", "MN", "SC", "AL", "LA", "KY", "OR", "OK",
          "CT", "UT", "PR", "IA", "NV", "AR", "MS", "KS", "NM", "NE", "ID", "WV"]
LOAN_CHUNK = 10_000


def _mmyyyy(month_index):
    """Month index (year*12 + month-1) -> 'MMYYYY' numpy strings via a lookup table."""
    lo, hi = int(month_index.min()), int(month_index.max())
    table = np.array([f"{m % 12 + 1:02d}{m // 12}" for m in range(lo, hi + 1)])
    return table[month_index - lo]


def _mortgage_chunk(seed, quarter, start, count, months):
    """One table of monthly rows (loan-major) for `count` loans originated in `quarter`."""
    rng = rng_for(seed, 1, quarter, start)
    year, q = 2020 + quarter // 4, quarter % 4
    raw_sellers = [r for raws in SELLERS.values() for r in raws] + UNMAPPED_SELLERS
    seller_risk = rng_for(seed, 99).normal(0, 0.6, len(raw_sellers))

    # --- facts fixed at origination
    pick = lambda values, p: np.array(values)[rng.choice(len(values), count, p=p)]
    seller = zipf_ids(rng, count, len(raw_sellers), 0.7)
    score = np.clip(rng.normal(735, 52, count), 520, 830).round()
    ltv = np.clip(rng.normal(74, 16, count), 10, 97).round()
    cltv = np.maximum(ltv, np.clip(ltv + rng.exponential(1.5, count), 10, 105)).round()
    dti = np.clip(rng.normal(34, 9, count), 3, 55).round()
    rate = np.round(np.clip(3.2 + (740 - score) / 180 + (ltv - 70) / 90
                            + rng.normal(0, .35, count), 1.75, 8) * 8) / 8
    upb = np.round(np.exp(rng.normal(12.3, .5, count)) / 1000).clip(20, 1500) * 1000
    term = pick([360, 180, 240, 120], [.74, .18, .06, .02])
    borrowers = pick([1, 2, 3, 4], [.5, .47, .02, .01])
    purpose = pick(["P", "C", "R", "U"], [.42, .27, .30, .01])
    occupancy = pick(["P", "I", "S"], [.88, .08, .04])
    state = zipf_ids(rng, count, len(STATES), 0.6)
    zip3 = (state * 24 + rng.integers(0, 24, count)) % 1000
    msa = np.where(rng.random(count) < .12, 0, 10000 + (zip3 * 37) % 39000)
    origin = year * 12 + q * 3 + rng.integers(0, 3, count)      # month index
    first_pay = origin + 2
    mi_pct = np.where(ltv > 80, pick([12, 25, 30, 35], [.1, .4, .4, .1]), 0)

    # --- month by month: delinquency is a Markov chain steered by the risk score
    risk = ((700 - score) / 45 + (ltv - 75) / 18 + (dti - 36) / 10 + (rate - 3.5) * .8
            + seller_risk[seller] + (occupancy == "I") * .5)
    p_worse = 1 / (1 + np.exp(-(risk - 4.2)))
    p_prepay = 0.006 + 0.012 * (rate > 3.5)
    status = np.zeros((count, months), dtype=np.int16)
    alive = np.zeros((count, months), dtype=bool)
    zero_code = np.zeros((count, months), dtype=np.int8)
    s, live = np.zeros(count, dtype=np.int16), np.ones(count, dtype=bool)
    for m in range(months):
        u = rng.random(count)
        roll = np.where(s == 0, p_worse, np.minimum(.45 + .6 * p_worse + .05 * s, .97))
        cure = np.where(s > 0, .38 * np.exp(-.28 * s), 0)
        s = np.where(u < roll, s + 1, np.where(u > 1 - cure, 0, s)).astype(np.int16)
        alive[:, m], status[:, m] = live, s
        prepaid = live & (s == 0) & (rng.random(count) < p_prepay) & (m > 2)
        lost = live & (s >= 12) & (rng.random(count) < .15)
        zero_code[prepaid, m], zero_code[lost, m] = 1, 9
        live &= ~(prepaid | lost)

    loan, month = np.nonzero(alive)                              # loan-major order
    n = len(loan)
    s, zc = status[loan, month], zero_code[loan, month]
    ended, lost = zc > 0, zc == 9
    age = month.astype(np.int64)
    now = first_pay[loan] - 1 + month
    upb_now = np.round(upb[loan] * (1 - age / term[loan] * .6), 2)
    upb_now[ended] = 0.0
    upb_now[(age < 6) & ~ended] = np.round(upb_now[(age < 6) & ~ended], -3)
    unknown = rng.random(n) < .0008
    text = np.array([f"{i:02d}" for i in range(100)] + ["XX"])
    modified = (s == 0) & (status[loan, np.maximum(month - 1, 0)] >= 6)

    # --- Arrow columns, null = empty field
    def col(values, mask=None):
        return pa.array(values, mask=mask)

    def fixed(values, null_share=0.0):
        nulls = rng.random(count) < null_share if null_share else None
        return pa.array(values, mask=nulls).take(pa.array(loan))

    yn = lambda p: np.where(rng.random(count) < p, "Y", "N")
    money = lambda hi: col(np.round(rng.random(n) * hi, 2), ~lost)
    seller_text = pa.array(raw_sellers).take(pa.array(seller)).take(pa.array(loan))
    loan_ids = 100_000_000_000 + quarter * 1_000_000_000 + (start + np.arange(count)) * 997
    known = {
        "loan_id": col(loan_ids[loan]),
        "monthly_reporting_period": col(_mmyyyy(now)),
        "orig_channel": fixed(pick(["R", "C", "B"], [.5, .35, .15])),
        "seller_name": seller_text,
        "servicer": seller_text,
        "orig_interest_rate": fixed(rate),
        "interest_rate": col(np.where(modified, rate[loan] - .5, rate[loan])),
        "orig_upb": fixed(upb),
        "current_actual_upb": col(upb_now),
        "orig_loan_term": fixed(term),
        "orig_date": fixed(_mmyyyy(origin)),
        "first_pay_date": fixed(_mmyyyy(first_pay)),
        "loan_age": col(age),
        "remaining_months_to_legal_maturity": col(term[loan] - age),
        "adj_remaining_months_to_maturity": col(np.where(ended, 0, term[loan] - age), ended),
        "maturity_date": fixed(_mmyyyy(first_pay + term - 1)),
        "orig_ltv": fixed(ltv),
        "orig_cltv": fixed(cltv, .01),
        "num_borrowers": fixed(borrowers),
        "dti": fixed(dti, .02),
        "borrower_credit_score": fixed(score, .003),
        "coborrow_credit_score": fixed(np.clip(score + rng.normal(0, 20, count), 520, 830).round(), .52),
        "first_home_buyer": fixed(yn(.2)),
        "loan_purpose": fixed(purpose),
        "property_type": fixed(pick(["SF", "PU", "CO", "MH", "CP"], [.62, .27, .09, .01, .01])),
        "num_units": fixed(pick([1, 2, 3, 4], [.97, .02, .005, .005])),
        "occupancy_status": fixed(occupancy),
        "property_state": fixed(np.array(STATES)[state]),
        "msa": fixed(msa),
        "zip": fixed(np.char.zfill(zip3.astype("U3"), 3)),
        "mortgage_insurance_percent": pa.array(mi_pct, mask=mi_pct == 0).take(pa.array(loan)),
        "product_type": fixed(np.full(count, "FRM")),
        "prepayment_penalty_indicator": fixed(np.full(count, "N")),
        "interest_only_loan_indicator": fixed(np.full(count, "N")),
        "current_loan_delinquency_status": col(text[np.where(unknown, 100, np.minimum(s, 99))], ended & ~lost),
        "loan_payment_history": col(np.char.add(np.char.add(text[np.minimum(s, 99)],
                                    text[np.minimum(status[loan, np.maximum(month - 1, 0)], 99)]), "00" * 22)),
        "mod_flag": col(np.where(modified, "Y", "N")),
        "zero_balance_code": col(np.where(lost, "09", "01"), ~ended),
        "zero_balance_effective_date": col(_mmyyyy(now), ~ended),
        "upb_at_the_time_of_removal": col(upb[loan], ~ended),
        "scheduled_principal_current": col(np.round(upb[loan] / term[loan] * .6, 2), ended),
        "total_principal_current": col(np.round(upb[loan] / term[loan] * .6, 2), ended | (s > 0)),
        "last_paid_installment_date": col(_mmyyyy(now - s), ~lost),
        "foreclosed_after": col(_mmyyyy(now), ~lost),
        "disposition_date": col(_mmyyyy(now + 3), ~lost),
        "foreclosure_costs": money(9000), "prop_preservation_and_repair_costs": money(5000),
        "asset_recovery_costs": money(2000), "misc_holding_expenses": money(1500),
        "holding_taxes": money(6000), "net_sale_proceeds": money(200000),
        "credit_enhancement_proceeds": money(30000), "other_foreclosure_proceeds": money(3000),
        "non_interest_bearing_upb": col(np.where(modified, 1000.0, 0.0)),
        "principal_forgiveness_upb": col(np.full(n, "0.00"), ~modified),
        "borrower_credit_score_current": col((score[loan] - 4 * s).astype(np.int64), rng.random(n) < .05),
        "mortgage_insurance_type": pa.array(np.where(mi_pct > 0, 1, 0), mask=mi_pct == 0).take(pa.array(loan)),
        "servicing_activity_indicator": col(np.where(rng.random(n) < .01, "Y", "N")),
        "homeready_program_indicator": fixed(pick(["N", "H", "F"], [.95, .04, .01])),
        "relocation_mortgage_indicator": fixed(yn(.01)),
        "property_valuation_method": fixed(pick(["A", "P", "W"], [.6, .1, .3]), .05),
        "high_balance_loan_indicator": fixed(np.where(upb > 510_400, "Y", "N")),
        "borrower_assistance_plan": col(np.where(s > 1, "F", "N"), s == 0),
        "hltv_refinance_option_indicator": fixed(np.full(count, "N")),
        "repurchase_make_whole_proceeds_flag": col(np.full(n, "N"), ~lost),
    }
    empty = pa.nulls(n, pa.string())
    return pa.table([known.get(name, empty) for name, _ in FIELDS], [name for name, _ in FIELDS])


def _mortgage_quarter(out, seed, quarter, loans, months):
    name = f"{2020 + quarter // 4}Q{quarter % 4 + 1}"
    path = os.path.join(out, f"{name}.csv")
    options = pacsv.WriteOptions(include_header=False, delimiter="|", quoting_style="none")
    rows = 0
    with open(path, "wb") as f:
        for start in range(0, loans, LOAN_CHUNK):
            table = _mortgage_chunk(seed, quarter, start, min(LOAN_CHUNK, loans - start), months)
            pacsv.write_csv(table, f, options)
            rows += table.num_rows
    return {"file": name, "rows": rows, "bytes": os.path.getsize(path)}


def gen_mortgage(a):
    tasks = [(a.out, a.seed, q, a.loans, a.months) for q in range(a.quarters)]
    parts = run_parallel(_mortgage_quarter, tasks, a.processes)
    write_meta(a.out, rows=sum(p["rows"] for p in parts), bytes=sum(p["bytes"] for p in parts), parts=parts)


# ---------------------------------------------------------------- strings

def _strings_part(out, seed, dist, part, rows, distinct, formats):
    rng = rng_for(seed, 2, int(dist == "skew"), part)
    schema = pa.schema([("key", pa.string()), ("count", pa.int64())])
    files, written = [], 0
    if "parquet" in formats:
        files.append(pq.ParquetWriter(os.path.join(out, f"{dist}.parquet", f"part-{part:04d}.parquet"), schema))
    if "csv" in formats:
        files.append(pacsv.CSVWriter(os.path.join(out, f"{dist}.csv", f"part-{part:04d}.csv"), schema,
                                     write_options=pacsv.WriteOptions(include_header=False, quoting_style="none")))
    while written < rows:
        n = min(1_000_000, rows - written)
        ids = zipf_ids(rng, n, distinct, 1.1) if dist == "skew" else rng.integers(0, distinct, n)
        keys = random_words(ids.astype(np.uint64), "abcdefghijklmnopqrstuvwxyz0123456789", 6, 12)
        batch = pa.table([keys, pa.array(rng.integers(1, 1000, n))], schema=schema)
        for f in files:
            f.write_table(batch)
        written += n
    for f in files:
        f.close()


def gen_strings(a):
    distinct = a.distinct or max(1, a.rows // 10)
    tasks = []
    for dist in a.dist:
        for fmt in a.formats:
            os.makedirs(os.path.join(a.out, f"{dist}.{fmt}"), exist_ok=True)
        tasks += [(a.out, a.seed, dist, i, min(PART_ROWS, a.rows - i * PART_ROWS), distinct, a.formats)
                  for i in range(-(-a.rows // PART_ROWS))]
    run_parallel(_strings_part, tasks, a.processes)
    write_meta(a.out, rows=a.rows, distinct_universe=distinct)


# ---------------------------------------------------------------- text

def _text_part(out, seed, part, lines, vocabulary):
    rng = rng_for(seed, 4, part)
    words = np.array(random_words(np.arange(vocabulary, dtype=np.uint64), "etaoinshrdlucmfwypvbgkqjxz", 2, 10)
                     .to_pylist(), dtype=object)
    with open(os.path.join(out, f"part-{part:04d}.txt"), "w") as f:
        for start in range(0, lines, 50_000):
            n = min(50_000, lines - start)
            per_line = rng.integers(6, 15, n)
            chosen = words[zipf_ids(rng, int(per_line.sum()), vocabulary, 1.05)].tolist()
            pos, rows = 0, []
            for k in per_line.tolist():
                rows.append(" ".join(chosen[pos:pos + k]))
                pos += k
            f.write("\n".join(rows) + "\n")


def gen_text(a):
    parts = 4
    per = -(-a.lines // parts)
    run_parallel(_text_part, [(a.out, a.seed, i, min(per, a.lines - i * per), a.vocabulary)
                              for i in range(parts)], a.processes)
    write_meta(a.out, lines=a.lines, vocabulary=a.vocabulary)


# ---------------------------------------------------------------- linreg

def gen_linreg(a):
    """y = 2.5 + x . beta + noise; beta is stored in _meta.json as the truth."""
    beta = np.round(rng_for(a.seed, 5).normal(0, 3, a.features), 3)
    names = [f"x{i}" for i in range(a.features)]
    schema = pa.schema([(c, pa.float64()) for c in names + ["y"]])
    with pq.ParquetWriter(os.path.join(a.out, "linreg.parquet"), schema) as f:
        for part, start in enumerate(range(0, a.rows, 500_000)):
            rng, n = rng_for(a.seed, 6, part), min(500_000, a.rows - start)
            x = rng.normal(0, 1, (n, a.features)) * np.linspace(.5, 3, a.features)
            y = 2.5 + x @ beta + rng.normal(0, 1, n)
            f.write_table(pa.table([*x.T, y], schema=schema))
    write_meta(a.out, rows=a.rows, intercept=2.5, beta=beta.tolist(), noise=1.0)


# ---------------------------------------------------------------- command line

def main():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    sub = p.add_subparsers(dest="what", required=True)

    def add(name, func, **ints):
        s = sub.add_parser(name)
        s.set_defaults(func=func)
        s.add_argument("--out", required=True, help="folder to fill (made if missing)")
        s.add_argument("--seed", type=int, default=42)
        s.add_argument("--processes", type=int, default=os.cpu_count())
        for key, value in ints.items():
            s.add_argument(f"--{key}", type=int, default=value)
        return s

    add("mortgage", gen_mortgage, loans=80_000, quarters=4, months=28)
    s = add("strings", gen_strings, rows=20_000_000, distinct=0)
    s.add_argument("--dist", nargs="+", default=["skew", "uniform"], choices=["skew", "uniform"])
    s.add_argument("--formats", nargs="+", default=["parquet", "csv"], choices=["parquet", "csv"])
    add("text", gen_text, lines=5_000_000, vocabulary=200_000)
    add("linreg", gen_linreg, rows=2_000_000, features=10)
    a = p.parse_args()
    os.makedirs(a.out, exist_ok=True)
    begin = time.time()
    a.func(a)
    size = sum(os.path.getsize(os.path.join(d, f)) for d, _, fs in os.walk(a.out) for f in fs)
    print(f"{a.what}: {size / 1e6:.0f} MB in {a.out}, {time.time() - begin:.1f} s")


if __name__ == "__main__":
    main()
