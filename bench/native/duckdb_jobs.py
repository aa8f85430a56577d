"""DuckDB (Python package) versions of the SQL jobs; same answers, same checksums."""
import os
import tempfile

import duckdb

from jobs.common import Phases, checksum, meta, result
from mortgage_columns import ACQUISITION, CATEGORIES, LABEL, MONTHS_AHEAD, NUMBERS, duckdb_columns, seller_mapping


def connection():
    return duckdb.connect(config={"threads": 2, "memory_limit": "12GB", "temp_directory": os.path.join(tempfile.gettempdir(), "bench-duckdb")})


def range_mod(data_dir, n=30):
    t = Phases()
    with t("query"):
        rows = connection().sql(f"select range % 10 as mod10, count(*) from range({2 ** int(n)}) group by 1 order by 1").fetchall()
    return result(t, rows)


def string_count(data_dir, size="20m", dist="skew", fmt="parquet"):
    path = os.path.join(data_dir, f"strings_{size}", f"{dist}.{fmt}", "*")
    source = (f"read_parquet('{path}')" if fmt == "parquet"
              else f"read_csv('{path}', header=false, columns={{'key': 'VARCHAR', 'count': 'BIGINT'}})")
    grouped = f"(select key, sum(count) total, count(*) n from {source} group by key)"
    db, t = connection(), Phases()
    with t("query"):
        top = db.sql(f"select * from {grouped} order by total desc, key limit 20").fetchall()
    with t("totals"):
        totals = db.sql(f"select count(*), sum(total), sum(n), max(total), sum(total % 1009), max(key) from {grouped}").fetchall()
    return result(t, top + totals, digits=15)


def word_count(data_dir, folder="text"):
    path = os.path.join(data_dir, folder, "*.txt")
    t = Phases()
    with t("query"):
        rows = connection().sql(f"""
            select word, count(*) n from (select unnest(string_split(line, ' ')) word from
              read_csv('{path}', header=false, columns={{'line': 'VARCHAR'}}, delim='\\x01', quote='', escape='', auto_detect=false))
            where word <> '' group by word order by n desc, word limit 100""").fetchall()
    return result(t, rows, digits=15)


def mortgage_etl(data_dir, folder="mortgage_s", out="_out/duckdb", direct=0):
    """The same table as jobs/mortgage_etl.py, written as DuckDB SQL."""
    source, target = os.path.join(data_dir, folder), os.path.join(data_dir, out)
    os.makedirs(target, exist_ok=True)
    raw_file, table = f"{target}/{folder}_raw.parquet", f"{target}/{folder}.parquet"
    db, t = connection(), Phases()
    status = "current_loan_delinquency_status"
    csv = (f"select * replace (try_cast({status} as integer) as {status}), "
           f"regexp_extract(filename, '([0-9]{{4}}Q[1-4])', 1) as quarter from read_csv('{source}/*.csv', delim='|', "
           f"header=false, filename=true, quote='', columns={duckdb_columns({status: 'VARCHAR'})})")
    if int(direct):
        db.sql(f"create view raw as {csv}")
    else:
        with t("csv_to_parquet"):
            db.sql(f"copy ({csv}) to '{raw_file}' (format parquet)")
        db.sql(f"create view raw as select * from '{raw_file}'")
    db.execute("create table names(raw_seller varchar, clean_seller varchar)")
    db.executemany("insert into names values (?, ?)", seller_mapping())
    month = lambda c: f"cast(strptime({c}, '%m%Y') as date)"
    levels = {30: 1, 90: 3, 180: 6}
    flags = [f"ever_{d}" for d in levels] + [f"first_{d}" for d in levels]
    with t("etl"):
        db.sql(f"""create temp table clean as
            with perf as (select quarter, loan_id, m as month, year(m) * 12 + month(m) as month_no, interest_rate,
                current_actual_upb, loan_age, msa, {status}, mod_flag, non_interest_bearing_upb
              from (select *, {month('monthly_reporting_period')} as m from raw where current_actual_upb <> 0)),
            acq as (select * exclude (place, raw_seller, clean_seller), coalesce(clean_seller, r.raw_seller) as seller_name
              from (select quarter, loan_id, upper(seller_name) as raw_seller, {', '.join(ACQUISITION)},
                dense_rank() over (partition by loan_id order by {month('monthly_reporting_period')}) as place from raw) r
              left join (select raw_seller as rs, clean_seller from names) n on r.raw_seller = n.rs where place = 1),
            history as (select quarter, loan_id,
                {', '.join(f'max({status}) >= {l} as ever_{d}' for d, l in levels.items())},
                {', '.join(f'min(case when {status} >= {l} then month end) as first_{d}' for d, l in levels.items())}
              from perf group by quarter, loan_id),
            ahead as (select quarter, loan_id, month_no - back as month_no, {', '.join(flags)},
                max({status}) as worst, min(current_actual_upb) as least_upb
              from perf left join history using (quarter, loan_id), range({MONTHS_AHEAD}) r(back)
              group by all)
            select perf.*, acq.* exclude (quarter, loan_id),
              (worst > 9)::int + (worst > 6)::int + (worst > 3)::int + (least_upb = 0)::int as {LABEL}
            from perf left join ahead using (quarter, loan_id, month_no) join acq using (loan_id, quarter)""")
        codes, joins = [], []
        for c in CATEGORIES:
            db.sql(f"""create temp table code_{c} as select {c} as value, row_number() over (order by count(*) desc, {c}) as code
                       from clean where {c} is not null group by {c}""")
            codes.append(f"coalesce(code_{c}.code, 0)::int as {c}")
            joins.append(f"left join code_{c} on clean.{c} = code_{c}.value")
        db.sql(f"""copy (select {', '.join(codes)}, {', '.join(f'coalesce({c}, 0) as {c}' for c in NUMBERS)},
                   case when {LABEL} > 0 then {LABEL} else 0 end as {LABEL} from clean {' '.join(joins)})
                   to '{table}' (format parquet)""")
    with t("_verify"):
        facts = etl_summary(db, table)
    return result(t, facts, keep=99)


def etl_summary(db, table):
    """Same facts as jobs.mortgage_etl.summary."""
    labels = db.sql(f"select {LABEL}, count(*) from '{table}' group by 1 order by 1").fetchall()
    sums = db.sql(f"select {', '.join(f'sum(cast({c} as double))' for c in CATEGORIES + NUMBERS)} from '{table}'").fetchall()[0]
    return [["label", r[0], r[1]] for r in labels] + [[c, v] for c, v in zip(CATEGORIES + NUMBERS, sums)]


JOBS = {f.__name__: f for f in (range_mod, string_count, word_count, mortgage_etl)}
