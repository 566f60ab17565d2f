"""What the benchmark prints: Markdown tables, as docs/benchmarks.md shows them."""

from collections.abc import Iterable, Sequence

from tests.bench.contenders import Measured

# Goals of the project for 3.5 million subjects and 30 million records.
HAND_WRITTEN_TIMES = 1.5
DAILY_SHARE = 1 / 20
GROWTH_TIMES = 1.5
PEAK_MIB = 300
STAGES = ("read", "compute", "write", "total")


def table(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table; all but the first column are numbers."""
    lines = ["| " + " | ".join(titles) + " |", "|---" + "|---:" * (len(titles) - 1) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def contenders(measured: Sequence[Measured], unit: float) -> str:
    """Seconds per stage and in all, times the hand-written statement (`unit` seconds), and memory."""
    rows = []
    for one in measured:
        seconds = one.seconds | {"total": one.total}
        stages = [f"{seconds[stage]:.1f}" if stage in seconds else "" for stage in STAGES]
        memory = "" if one.peak_mib is None else str(one.peak_mib)
        rows.append([one.name, *stages, f"{one.total / unit:.2f}", memory])
    return table(["full evaluation", "read s", "compute s", "write s", "total s", "× hand-written", "Python MiB"], rows)


def models(full: Measured, daily: Measured) -> str:
    """Where dbt's time goes: seconds and rows per model in both runs, in the order of the full one."""
    later = {node["name"]: node for node in daily.nodes}
    rows = []
    for node in full.nodes:
        other = later.get(node["name"], {})
        cells = [node["seconds"], node["rows"], other.get("seconds"), other.get("rows")]
        rows.append([f"{node['name']} ({node['kind']})", *("" if cell is None else f"{cell}" for cell in cells)])
    return table(["dbt node", "full s", "full rows", "daily s", "daily rows"], rows)


def goals(full: Measured, others: Sequence[Measured], daily: Measured, daily_tenth: Measured) -> str:
    """Each goal with what was reached. `others`: hand-written, DuckDB, Polars."""
    hand, *round_trips = others
    fastest = min(round_trips, key=lambda one: one.total)
    lines = [
        ("full evaluation ÷ hand-written statement", full.total / hand.total, HAND_WRITTEN_TIMES),
        (f"full evaluation ÷ {fastest.name}", full.total / fastest.total, 1.0),
        ("daily run ÷ full evaluation", daily.total / full.total, DAILY_SHARE),
        ("daily run ÷ daily run with a tenth of the subjects", daily.total / daily_tenth.total, GROWTH_TIMES),
        ("peak memory of dbt's process, MiB", float(full.peak_mib or 0), float(PEAK_MIB)),
    ]
    rows = [
        [what, f"{reached:.3g}", f"{most:.3g}", "yes" if reached <= most else "NO"] for what, reached, most in lines
    ]
    return table(["goal", "reached", "at most", "met"], rows)
