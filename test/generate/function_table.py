"""Expressions over the table `data`, by concept: each scalar one is asked plain, under a join, an aggregate and a window."""

SETUP = '''\
d, t = datetime.date, datetime.datetime
rows = [
    (1, "a", True, 1, 10, 100, 1000, 1.5, 2.25, Decimal("10.50"), "Spark SQL", "park", bytearray(b"\\x01\\xff"), d(2020, 2, 29), t(2020, 2, 29, 12, 30, 15, 123456), [1, 2, 3], ["a", "b", None], {"x": 1, "y": 2}, (1, "one"), datetime.timedelta(days=1, seconds=5)),
    (2, "a", False, -1, -10, -7, -3, -0.5, -1.75, Decimal("-0.01"), "  été über  ", "é", bytearray(b""), d(1969, 12, 31), t(1969, 12, 31, 23, 59, 59, 999999), [3, None, 3], ["b", "b"], {"z": None}, (None, "two"), datetime.timedelta(days=-2)),
    (3, "b", None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None, None),
    (4, "b", True, 127, 32767, 2147483647, 9223372036854775807, 3.4e38, 1e300, Decimal("99999999.99"), "", "", bytearray(b"Spark"), d(9999, 12, 31), t(2021, 3, 14, 3, 30, 0), [], [], {}, (4, None), datetime.timedelta(0)),
    (5, None, False, 0, 0, 0, 0, 0.0, 0.0, Decimal("0.00"), "12345", "3", bytearray(b"a"), d(1582, 10, 15), t(2021, 11, 7, 1, 30, 0), [5], ["Zz", "aa"], {"x": 7}, (5, "five"), datetime.timedelta(microseconds=1)),
    (6, None, None, 5, 7, 42, 42, float("nan"), float("nan"), Decimal("1.25"), "a,b,,c", ",", bytearray(b"\\xe9"), d(2024, 1, 31), t(2024, 1, 31, 0, 0, 0), [None], [None], {"x": None, "w": 3}, (6, "six"), datetime.timedelta(hours=30)),
]
schema = "id int, k string, b boolean, ti tinyint, si smallint, i int, l bigint, f float, d double, n decimal(10,2), s string, s2 string, bin binary, dt date, ts timestamp, ai array<int>, sa array<string>, m map<string,int>, st struct<x:int,y:string>, iv interval day to second"
spark.createDataFrame(rows, schema).createOrReplaceTempView("data")
spark.createDataFrame([(1, "p"), (2, "q"), (2, "r"), (4, None), (6, "s"), (9, "t")], "id int, other string").createOrReplaceTempView("more")'''

# concept -> expressions
SCALAR = {
    "arithmetic": """
        i + si; l - i; d * 2; f * f; i / 7; d / i; try_divide(i, i - i); i % 7; l % -3; -i; +d; n + 1; n * n; n / 3; n - 0.5; n % 3
        i div 7; si div 3; pmod(i, 7); pmod(-7, 3); pmod(d, 3); mod(l, 5); abs(i); abs(d); abs(n); negative(d); positive(i); sign(d); signum(n)
        try_add(i, 1); try_subtract(l, 1); try_multiply(i, 2); try_mod(i, 0); ti + cast(1 as tinyint); iv * 2; dt + 1; dt - 1; dt - date'2020-01-01'
        try_add(l, l); try_multiply(l, l); width_bucket(d, 0.0, 10.0, 5); d + n; f + d; l * 1.5; i + '1'""",
    "mathematics": """
        round(d, 1); round(n, 1); round(n); round(i, -2); bround(d, 1); bround(n, 1); bround(2.5); ceil(d); ceil(n); ceiling(f); floor(d); floor(n); ceil(n, 1); floor(d, 0)
        sqrt(abs(d)); cbrt(d); exp(ti); expm1(f); ln(abs(d)); log(2, abs(i)); log(abs(i)); log10(l); log1p(abs(f)); log2(i); power(d, 2); pow(i, 0.5)
        sin(f); cos(f); tan(f); asin(f); acos(f); atan(f); atan2(d, f); sinh(f); cosh(f); tanh(f); asinh(d); acosh(d); atanh(f); sec(f); csc(d); cot(d)
        degrees(f); radians(d); hypot(d, f); e(); pi(); rint(d); factorial(ti); greatest(i, si, ti); least(d, f); greatest(s, s2); isnan(d); nanvl(d, 0.0)
        bin(i); hex(i); hex(s); hex(bin); unhex(hex(s)); conv(s, 10, 16); conv('ff', 16, 10); bround(i, -1)""",
    "bitwise": """
        i & 12; i | 12; i ^ 12; ~i; ~l; bit_count(i); bit_count(b); bit_get(l, 0); getbit(i, 2); shiftleft(i, 2); shiftright(i, 2); shiftrightunsigned(i, 2); i << 1; l >> 1; l >>> 1""",
    "comparison": """
        i = si; i == 100; i <=> null; i != 7; i <> 7; d > 0; d < n; s >= s2; i <= l; s = 'Spark SQL'; d = d; f = d; dt > date'2020-01-01'; ts < timestamp'2021-01-01'
        i between 0 and 100; i not between 0 and 100; i in (1, 42, 100); i not in (1, 42); s in ('', 'x', null); st = named_struct('x', 1, 'y', 'one'); ai = array(1, 2, 3)
        equal_null(i, si); s <=> s2; i in (100L, 42.0); dt = '2020-02-29'; ts = dt; bin = x'01ff'; isnull(i); isnotnull(s); i is null; s is not null
        b is true; b is not false; b is unknown; ti is distinct from si""",
    "boolean": """
        b and (i > 0); b or (i > 0); not b; !b; (i > 0) and null; (i > 0) or null; b = true; b xor_not_there""".replace("; b xor_not_there", ""),
    "conditional": """
        if(b, i, l); if(i > 0, 'p', null); case when i > 0 then 'pos' when i < 0 then 'neg' end; case i when 100 then 1 when -7 then 2.5 else 0 end; coalesce(i, si, -1); coalesce(s2, k, 'none')
        nvl(i, 0); ifnull(s, 'null'); nvl2(i, 'y', 'n'); nullif(i, 100); nullif(s, s2); nullifzero(i); zeroifnull(i); iff_missing""".replace("; iff_missing", ""),
    "cast": """
        cast(i as string); cast(d as string); cast(f as string); cast(n as string); cast(b as string); cast(bin as string); cast(dt as string); cast(ts as string); cast(ai as string); cast(m as string); cast(st as string); cast(iv as string)
        cast(i as bigint); cast(i as double); cast(i as decimal(12,2)); cast(n as double); cast(n as decimal(12,1)); cast(b as int); cast(i as boolean); cast(si as boolean); cast(dt as timestamp); cast(ts as date); cast(s as binary); cast(ti as smallint)
        try_cast(s as int); try_cast(s as double); try_cast(s as date); try_cast(l as int); try_cast(d as int); try_cast(f as bigint); try_cast(s as boolean); try_cast(l as tinyint); try_cast(n as decimal(4,2)); try_cast(d as decimal(10,2))
        cast(ts as bigint); cast(ts as double); cast(ts as timestamp_ntz); cast(ai as array<string>); cast(ai as array<double>); cast(m as map<string,string>); cast(st as struct<a:string,b:string>); string(i); double(i); bigint(ti); i::string; try_cast(s as interval day); boolean(si); date(ts); float(i); decimal(i)""",
    "string": """
        upper(s); lower(s); ucase(s); lcase(s); initcap(s); length(s); char_length(s); character_length(s); len(s); bit_length(s); octet_length(s); reverse(s); trim(s); ltrim(s); rtrim(s); btrim(s); trim(both 'S' from s); trim(leading ' ' from s); btrim(s, ' ')
        concat(s, s2); concat(s, i); s || '-' || s2; concat_ws('-', s, s2); concat_ws(',', sa); substring(s, 2, 3); substring(s, -3, 2); substring(s, 0, 2); substr(s, 3); left(s, 3); right(s, 3); substring_index(s, ',', 2); substring_index(s, ',', -2); substring_index(s, s2, 1)
        instr(s, s2); locate(s2, s); locate('a', s, 3); position('a' in s); contains(s, s2); startswith(s, 'S'); endswith(s, 'L'); lpad(s, 8, '*'); rpad(s, 8, 'xy'); lpad(s, 3, ''); lpad(bin, 4, x'00'); repeat(s2, 3); repeat(s2, -1); replace(s, 'a', 'bb'); replace(s, s2); translate(s, 'aS,', '12'); overlay(s placing '_' from 2 for 1); overlay(s, '##', 3)
        split(s, ','); split(s, '[ ,]'); split(s, ',', 2); split(s, ''); split_part(s, ',', 2); split_part(s, ',', -1); elt(2, s, s2); find_in_set('b', s); ascii(s); chr(i); char(65); levenshtein(s, s2); levenshtein(s, s2, 3); soundex(s); space(3); base64(bin); unbase64(base64(bin)); encode(s, 'UTF-8'); decode(bin, 'UTF-8'); hex(encode(s, 'UTF-16BE'))
        format_string('%s-%05d-%x', s, i, l); printf('%d%%', i); format_number(d, 2); format_number(l, 0); format_number(i, '#,##0.0'); mask(s); mask(s, 'X', 'x', 'n', '-'); luhn_check(s); sentences(s); quote(s); is_valid_utf8(s); make_valid_utf8(s); to_char(i, '999999999999'); to_number('1,234.5', '9,999.9'); try_to_number(s, '99999'); to_binary(hex(s), 'hex'); ltrim('ab', s); typeof(s); empty2null_gone""".replace("; empty2null_gone", ""),
    "regular_expression": """
        s like '%a%'; s like 'S_ark%'; s not like '%,%'; s ilike 'SPARK%'; s like any ('S%', 'a%'); s like all ('S%', '%L'); s not like any ('S%', '1%'); s like '' ; s rlike '^[A-Z]'; s regexp '\\\\d+'; regexp_like(s, 'a'); rlike(s, '(?i)SPARK'); regexp_extract(s, '([a-z]+) ([A-Z]+)', 2); regexp_extract(s, '(\\\\d)(\\\\d)', 1); regexp_extract(s, '[a-z]', 0); regexp_extract_all(s, '([a-z])', 1); regexp_extract_all(s, '\\\\w+', 0)
        regexp_replace(s, '[aeiou]', '<$0>'); regexp_replace(s, '(\\\\w)(\\\\w)', '$2$1'); regexp_replace(s, 'a', 'A', 3); regexp_count(s, '[a-z]'); regexp_instr(s, '[0-9]'); regexp_substr(s, '[a-z]+'); split(s, '(?<=a)'); s rlike '\\\\bSQL$'; s like 'a\\\\%'; s like '/%x' escape '/'""",
    "datetime": """
        year(dt); quarter(dt); month(dt); day(dt); dayofmonth(dt); dayofweek(dt); weekday(dt); dayofyear(dt); weekofyear(dt); dayname(dt); monthname(dt); hour(ts); minute(ts); second(ts); year(ts); last_day(dt); next_day(dt, 'MON'); add_months(dt, 1); add_months(dt, -13); date_add(dt, 5); date_sub(dt, ti); datediff(dt, date'2020-01-01'); date_diff(dt, ts); months_between(ts, timestamp'2020-01-01'); months_between(dt, ts, false)
        date_trunc('month', ts); date_trunc('QUARTER', ts); date_trunc('week', ts); date_trunc('hour', ts); date_trunc('millisecond', ts); trunc(dt, 'year'); trunc(dt, 'MM'); trunc(dt, 'week'); trunc(dt, 'bad'); extract(year from dt); extract(week from ts); extract(second from ts); extract(dow from dt); extract(yearofweek from dt); date_part('month', dt); date_part('doy', ts); datepart('hour', ts)
        date_format(ts, 'yyyy-MM-dd HH:mm:ss.SSS'); date_format(dt, 'MM/dd/yyyy'); date_format(ts, 'E, d MMM y h:mm a'); date_format(ts, 'EEEE DDD Q QQQ'); date_format(ts, 'XXX z VV'); to_date('2020-02-30x', 'yyyy'); to_date('02/2020', 'MM/yyyy'); to_date(cast(dt as string)); to_timestamp(cast(ts as string)); to_timestamp('2020-01-01 10', 'yyyy-MM-dd HH'); try_to_timestamp(s, 'yyyy'); try_to_date(s, 'yyyy-MM-dd'); to_timestamp_ntz('2020-01-01 00:00:00'); unix_timestamp(ts); to_unix_timestamp(ts); unix_timestamp('2020-01-01', 'yyyy-MM-dd'); from_unixtime(l % 1000000); from_unixtime(0, 'yyyy/MM/dd HH'); unix_date(dt); unix_seconds(ts); unix_millis(ts); unix_micros(ts); date_from_unix_date(i % 1000); timestamp_seconds(i); timestamp_seconds(f); timestamp_millis(l % 1000); timestamp_micros(l); to_date('122019', 'MMyyyy')
        from_utc_timestamp(ts, 'Asia/Seoul'); to_utc_timestamp(ts, 'America/New_York'); convert_timezone('UTC', 'Europe/Paris', cast(ts as timestamp_ntz)); make_date(2020, 2, ti); make_timestamp(2021, 3, 14, 2, 30, 15.5); make_timestamp(2021, 3, 14, 2, 30, 15.5, 'UTC'); make_timestamp_ntz(2021, 3, 14, 2, 30, 0); make_interval(1, 2, 0, ti); make_dt_interval(1, 2, 3, 4.5); make_ym_interval(1, 2); ts + interval 1 month; ts - interval '1 02:03:04' day to second; dt + interval 1 month; dt + interval 25 hours; ts - timestamp'2020-01-01'; dt - dt; timestampadd(HOUR, ti, ts); timestampdiff(DAY, ts, timestamp'2021-01-01'); dateadd(MONTH, 1, dt); extract(day from iv); extract(hour from iv); iv + iv; iv / 2; -iv; dt < ts; current_timezone(); window(ts, '10 minutes').start; try_make_timestamp(2021, 13, 1, 0, 0, 0)
        date_trunc('day', ts); ts + interval 1 day; date_trunc('year', dt); unix_timestamp(dt); to_timestamp(dt); make_date(2019, 2, 28); day(ts); hour(dt)""",
    "hash": """
        hash(i); hash(s, i); hash(d, f, n); hash(dt, ts); hash(ai); hash(st); hash(b, ti, si, l); hash(bin); hash(null); xxhash64(i); xxhash64(s, l); xxhash64(d, n); xxhash64(ai, st); xxhash64(bin, dt, ts); md5(s); md5(bin); sha(s); sha1(s); sha2(s, 256); sha2(s, 512); sha2(s, 224); sha2(s, 384); crc32(s); hash(n); hash(iv); xxhash64(f, b)""",
    "array": """
        array(i, si); array(); ai[0]; sa[1]; get(ai, 0); get(ai, 5); get(ai, -1); try_element_at(ai, 1); try_element_at(ai, -1); try_element_at(ai, 9); size(ai); cardinality(ai); array_size(ai); array_contains(ai, 3); array_contains(sa, 'b'); array_distinct(ai); array_except(ai, array(3)); array_intersect(ai, array(3, null)); array_union(ai, array(9)); array_join(sa, '-'); array_join(sa, '-', 'N'); array_max(ai); array_min(ai); array_position(ai, 3); array_remove(ai, 3); array_repeat(s2, 2); array_sort(ai); sort_array(ai); sort_array(ai, false); arrays_overlap(ai, array(3, 4)); arrays_zip(ai, sa); flatten(array(ai, array(0))); reverse(ai); slice(ai, 1, 2); slice(ai, -2, 2); concat(ai, array(7)); sequence(1, 5); sequence(5, 1, -2); sequence(date'2020-01-31', date'2020-04-30', interval 1 month); array_append(ai, 4); array_prepend(ai, 0); array_compact(ai); array_insert(ai, 1, 9); array_insert(ai, -1, 9)
        transform(ai, x -> x + 1); transform(ai, (x, j) -> x * j); filter(ai, x -> x > 1); filter(ai, (x, j) -> j > 0); exists(ai, x -> x = 3); forall(ai, x -> x > 0); aggregate(ai, 0, (acc, x) -> acc + coalesce(x, 0)); reduce(ai, 0, (acc, x) -> acc + coalesce(x, 0), acc -> acc * 10); zip_with(ai, ai, (x, y) -> x + y); array_sort(ai, (x, y) -> case when x < y then 1 when x > y then -1 else 0 end); array(array(1, 2), ai)[1]; array_contains(ai, i); shuffle(array(1)); ai[i - i]; array_agg_not""".replace("; array_agg_not", ""),
    "map_and_struct": """
        map('a', 1, 'b', i); map(); m['x']; m.x; element_at(m, 'x'); map_keys(m); map_values(m); map_entries(m); map_from_arrays(array('a', 'b'), array(1, i)); map_from_entries(array(struct('k', i))); map_concat(m, map('q', 9)); map_contains_key(m, 'x'); map_filter(m, (k, v) -> v > 1); transform_keys(m, (k, v) -> upper(k)); transform_values(m, (k, v) -> v + 1); map_zip_with(m, m, (k, a, b) -> a + b); size(m); str_to_map('a:1,b:2'); str_to_map(s, ',', ':'); try_element_at(m, 'x'); cardinality(m)
        st.x; st.y; struct(i, s); struct(i as a, s as b).b; named_struct('a', i, 'b', s); struct(st.*); to_json(st); to_json(ai); to_json(m); from_json('{"a":1,"b":"x"}', 'a int, b string'); from_json(s, 'a int'); get_json_object('{"a":{"b":[1,2]}}', '$.a.b[1]'); json_array_length('[1,2,3]'); json_object_keys('{"a":1}'); schema_of_json('{"a":1.5}'); to_csv(st); from_csv('1,abc', 'a int, b string'); schema_of_csv('1,abc'); to_json(struct(i, d, ts, dt)); array(st)[0].x; array(st).x; struct(ai, m)""",
    "miscellaneous": """
        typeof(i); typeof(n); typeof(m); typeof(st); current_database(); current_schema(); current_catalog(); version() is not null; assert_true(true); monotonically_increasing_id() >= 0; spark_partition_id() >= 0; input_file_name(); rand(1) < 1.0; randn(1) is not null; uuid() is not null; length(uuid()); url_encode(s); url_decode(url_encode(s)); try_url_decode('%zz'); parse_url('http://h/p?q=1', 'QUERY', 'q'); parse_url('http://h:80/p?q=1#f', 'HOST'); current_date() = curdate(); now() = current_timestamp(); uniform(1, 1); nullif(current_user(), '') is not null; xpath_string('<a><b>x</b></a>', 'a/b'); input_file_block_start(); bitmap_bit_position(i); bitmap_bucket_number(i); raise_error_not""".replace("; raise_error_not", ""),
}

AGGREGATE = """
    count(*); count(i); count(i, s); count(distinct i); count(distinct i, k); count_if(i > 0); sum(i); sum(l % 1000); sum(n); sum(f); sum(distinct ti); try_sum(i); avg(i); avg(n); avg(d); mean(si); try_avg(i); min(i); max(i); min(s); max(s); min(dt); max(ts); min(b); min(bin); max(n)
    first(i); first(i, true); first_value(i) ignore nulls; last(i); last(i, true); last_value(s); any_value(id); max_by(s, i); min_by(s, i); max_by(id, d); bool_and(b); bool_or(b); every(b); some(b); any(b); bit_and(i); bit_or(i); bit_xor(i)
    stddev(si); stddev_samp(i); stddev_pop(si); std(si); variance(si); var_samp(i); var_pop(i); skewness(si); kurtosis(si); corr(i, si); covar_pop(i, si); covar_samp(i, si); regr_count(i, si); regr_slope(i, si); regr_intercept(i, si); regr_r2(i, si); regr_avgx(i, si); regr_avgy(i, si); regr_sxx(i, si); regr_syy(i, si); regr_sxy(i, si)
    sort_array(collect_list(i)); sort_array(collect_set(i)); sort_array(array_agg(s)); percentile(i, 0.5); percentile(si, array(0.25, 0.75)); percentile(i, 0.5, 2); percentile_approx(i, 0.5); percentile_approx(i, array(0.25, 0.5, 0.75), 100); approx_percentile(d, 0.5); median(i); median(iv); mode(coalesce(k, 'a')); mode(k, true); percentile_cont(0.5) within group (order by i); percentile_disc(0.5) within group (order by i desc); approx_count_distinct(i); approx_count_distinct(s, 0.01); histogram_numeric(si, 3); grouping_id_not; listagg(s2, ',') within group (order by id); string_agg(s2, '|') within group (order by id desc); sum(iv); avg(iv); product_not; count(1) + sum(i); sum(i) filter (where i > 0); count(*) filter (where b); max(i + si) - min(i); max(struct(i, s)); bitmap_construct_agg(id) is not null; hll_sketch_estimate(hll_sketch_agg(i)); sum(case when b then 1 else 0 end); count(distinct s) filter (where i > 0); max(ai); sum(0.1); avg(distinct ti)
""".replace(" grouping_id_not;", "").replace(" product_not;", "")

WINDOW = """
    row_number(); rank(); dense_rank(); percent_rank(); cume_dist(); ntile(2); ntile(4); lag(i); lag(i, 1, -1); lag(s, 2); lead(i); lead(d, 1, 0.0); lag(i, -1); first_value(i); last_value(i); nth_value(i, 2); first_value(i) ignore nulls; last_value(i) ignore nulls; nth_value(s, 1); lag(i) ignore nulls; lead(s, 1) ignore nulls
    sum(i); avg(si); count(*); count(i); min(i); max(s); collect_list(ti); stddev(si); sum(n); avg(n); max_by(s, id); bool_or(b); count_if(b); collect_set(ti); median(si); percentile_approx(i, 0.5); approx_count_distinct(i); first(i, true); any_value(i)
"""

FRAMES = [
    "order by id", "order by id desc", "partition by k order by id", "partition by k", "",
    "order by id rows between unbounded preceding and current row", "order by id rows between 1 preceding and 1 following",
    "order by id rows between current row and unbounded following", "order by id rows between unbounded preceding and unbounded following",
    "order by id rows between 2 preceding and 1 preceding", "order by id rows between 1 following and 2 following", "order by id rows 1 preceding",
    "partition by k order by id rows between unbounded preceding and 1 preceding", "order by si range between unbounded preceding and current row",
    "order by si range between current row and unbounded following", "order by si range between 10 preceding and 10 following",
    "order by si desc range between 10 preceding and current row", "order by i range between 50 preceding and 1 preceding",
    "order by si nulls last range between 3 following and 100 following", "order by dt range between interval 1 year preceding and current row",
    "order by dt range between 30 preceding and current row", "order by ts range between interval 1 day preceding and interval 1 day following",
    "order by d range between 1.5 preceding and 1.5 following", "order by n range between 1 preceding and 1 following", "order by k", "order by k range between unbounded preceding and unbounded following",
    "partition by k order by s nulls first", "partition by k, b order by id desc nulls last",
]


def expressions(text):
    """The expressions of a `;`-separated list over several lines."""
    found = [e.strip() for line in text.strip().split("\n") for e in line.split(";")]
    return list(dict.fromkeys(e for e in found if e))
