"""One self-contained HTML page with the figures and charts of a run."""
import html
import time

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Mortgage pipeline</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1d2430; }}
h1 {{ font-weight: 600; }} h2 {{ font-size: 1.1rem; margin-top: 2rem; }}
table {{ border-collapse: collapse; }} td, th {{ padding: .2rem .9rem .2rem 0; text-align: left; border-bottom: 1px solid #e4e7ec; }}
td.n {{ text-align: right; font-variant-numeric: tabular-nums; }} .ok {{ color: #177245; }} .wrong {{ color: #b3261e; font-weight: 600; }}
svg text {{ font: 12px system-ui, sans-serif; fill: #1d2430; }}
</style></head><body>
<h1>Mortgage pipeline</h1>
<p>{date}. The server says it is Spark {version}. {raw_rows:,} raw rows ({megabytes:.0f} MB) became {rows:,} training rows.</p>
<h2>Quality</h2><table><tr><td>log loss</td><td class="n">{loss:.5f}</td></tr><tr><td>accuracy</td><td class="n">{accuracy:.5f}</td></tr>
<tr><td>iterations</td><td class="n">{iterations}</td></tr><tr><td>objective</td><td class="n">{objective:.8f}</td></tr></table>
<h2>Seconds per step</h2>{times}
<h2>Rows per label</h2>{labels}
<h2>Objective over the iterations</h2>{history}
<h2>Checks against the generator</h2><table>{checks}</table>
</body></html>
"""


def _bars(pairs, unit):
    """Horizontal bars with their values."""
    high = max(value for _, value in pairs) or 1
    rows = []
    for number, (name, value) in enumerate(pairs):
        y, width = 24 * number, 420 * value / high
        shown = f"{value:,.2f}" if isinstance(value, float) else f"{value:,}"
        rows.append(f'<text x="0" y="{y + 15}">{html.escape(name)}</text><rect x="230" y="{y + 3}" width="{max(width, 1):.1f}" height="16" rx="2" '
                    f'fill="#c4532d"/><text x="{238 + width:.1f}" y="{y + 15}">{shown}{unit}</text>')
    return f'<svg width="800" height="{24 * len(pairs)}" role="img">{"".join(rows)}</svg>'


def _line(values):
    """A falling curve, both axes linear."""
    if len(values) < 2:
        return "<p>too few iterations</p>"
    low, high = min(values), max(values)
    points = " ".join(f"{40 + 700 * i / (len(values) - 1):.1f},{10 + 180 * (high - v) / ((high - low) or 1):.1f}" for i, v in enumerate(values))
    return (f'<svg width="800" height="230" role="img"><polyline fill="none" stroke="#c4532d" stroke-width="2" points="{points}"/>'
            f'<line x1="40" y1="195" x2="740" y2="195" stroke="#98a2b3"/><text x="40" y="212">0</text><text x="715" y="212">{len(values) - 1}</text>'
            f'<text x="0" y="14">{high:.3f}</text><text x="0" y="192">{low:.3f}</text></svg>')


def write_report(path, facts, truth, times, checks, version):
    rows = "".join(f'<tr><td>{html.escape(what)}</td><td class="{"ok" if wanted == found else "wrong"}">'
                   f'{"agrees" if wanted == found else "differs"}</td><td>{found}</td><td>{wanted}</td></tr>' for what, wanted, found in checks)
    page = _PAGE.format(date=time.strftime("%Y-%m-%d %H:%M"), version=html.escape(version), raw_rows=facts["raw_rows"], megabytes=truth["bytes"] / 1e6,
                        rows=facts["rows"], loss=facts["logLoss"], accuracy=facts["accuracy"], iterations=facts["iterations"],
                        objective=facts["objective"][-1], times=_bars(times, " s"), labels=_bars([(f"label {i}", n) for i, n in enumerate(facts["labels"])], ""),
                        history=_line(facts["objective"]), checks=rows)
    with open(path, "w", encoding="utf-8") as f:
        f.write(page)
