#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Measures the benchmark programs and prints tables: what others take in multiples of the library's time, the library's
share of what the machine allows, and the errors of all.

    report.py --run PROGRAM... [--out DIR] [--filter REGEX] [--rounds N]  measure, then print
    report.py RESULT.json... [--kernel REGEX]                              print what was measured
    report.py RESULT.json... --update README.md                            rewrite the short table there
"""
import argparse
import itertools
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from statistics import median

# The cases of the short table, as kernel/case; those that were not measured are left out.
SHORT = """
log_softmax/R1_V128256_f32 log_softmax/R1024_V32_f32 log_softmax/R4096_V4_f32
arithmetic_probs/N2_V4_f32 arithmetic_probs/N4_V1024_f32 arithmetic_probs/N2_V128256_f32
arithmetic_probs/N4_V128256_f32 arithmetic_probs/N4_V128256_f32_masked arithmetic_probs/N4_V128256_f32_cold
arithmetic_probs/N8_V128256_f32 arithmetic_log_probs/N4_V128256_f32
geometric_log_probs/N2_V128256_f32 geometric_log_probs/N4_V128256_f32 geometric_log_z/N4_V128256_f32
tilt_moments/k1_V128256_f32 tilt_moments_once/k1_V128256_f32 tilt_moments_once/k2_V128256_f32
kl_projection/k1_V32_f32 kl_projection/k1_V128256_f32 nash/m4_k1_V1024_f32
cpl/B64_T64_A4_f32 cpl/B256_T16_A32_f32 cpl/B16_T128_A1024_f32
network_forward/h64_b1_tanh_f32 network_forward/h256_b1024_tanh_f32 network_gradient/h64_b64_tanh_f32
step_mlp/B32_T16_A16_f32 draw_arithmetic/N4_V128256_f32 draw_geometric/N4_V128256_f32
""".split()
BEGIN, END = "<!-- report:begin -->", "<!-- report:end -->"
LIBRARY = "realign"
NANOSECONDS = {"ns": 1.0, "us": 1e3, "ms": 1e6, "s": 1e9}


def environment():
    """An OpenBLAS that is older than the processor takes it for one without vectors to speak of."""
    known = dict(os.environ)
    cpuinfo = Path("/proc/cpuinfo")
    flags = cpuinfo.read_text() if cpuinfo.exists() else ""
    if "GenuineIntel" in flags and "avx512f" in flags:
        known.setdefault("OPENBLAS_CORETYPE", "SkylakeX")
    return known


def measure(programs, options):
    """Runs the programs in turn, each on one core, round after round; returns the files that they wrote."""
    out = Path(options.out)
    out.mkdir(parents=True, exist_ok=True)
    cpus = sorted(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else []
    cpu = options.cpu if options.cpu is not None else (cpus[-1] if cpus else None)
    pin = (lambda: os.sched_setaffinity(0, {cpu})) if cpus else None
    files = []
    for turn, program in itertools.product(range(options.rounds), programs):
        file = out / f"{Path(program).stem}.{turn}.json"
        print(f"measuring {file.stem}", file=sys.stderr, flush=True)
        subprocess.run(
            [program, f"--benchmark_filter={options.filter}", f"--benchmark_repetitions={options.repetitions}",
             f"--benchmark_min_time={options.min_time}", "--benchmark_enable_random_interleaving=true",
             "--benchmark_report_aggregates_only=true", f"--benchmark_out={file}", "--benchmark_out_format=json"],
            check=not options.filter, stdout=subprocess.DEVNULL, preexec_fn=pin, env=environment())
        files.append(file)
    return files


class Results:
    """Medians by kernel, case and contender: of the repetitions, then of the rounds."""

    def __init__(self, files):
        self.context, self.rows = {}, {}
        rounds = {}
        for file in files:
            text = Path(file).read_text()
            if not text.strip():  # the filter left nothing to this program
                continue
            data = json.loads(text)
            self.context |= data["context"]
            for b in data["benchmarks"]:
                if b.get("error_occurred"):
                    sys.exit(f"{file}: {b['name']}: {b['error_message']}")
                if b.get("aggregate_name", "median") != "median":
                    continue
                b["ns"] = b["cpu_time"] * NANOSECONDS[b["time_unit"]]
                rounds.setdefault(b["run_name"], []).append(b)
        for name, measured in rounds.items():
            kernel, case, contender = name.split("/")
            row = {k: median(b[k] for b in measured) for k, v in measured[0].items() if isinstance(v, float)}
            self.rows.setdefault(kernel, {}).setdefault(case, {})[contender] = row

    def contenders(self, kernels):
        found = {c for k in kernels for case in self.rows.get(k, {}).values() for c in case}
        order = ["loop", "loop_fast_math", "eigen", "openblas", "xtensor", "libtorch"]
        return sorted(found - {LIBRARY}, key=lambda c: (order.index(c) if c in order else len(order), c))


def time(ns):
    for unit in ("ns", "us", "ms"):
        if ns < 1000:
            break
        ns /= 1000
    return f"{ns:.3g} {unit}"


def error(rows):
    """The largest error of some rows."""
    known = [r["error"] for r in rows if "error" in r]
    return f"{max(known):.0e}" if known else ""


def line(label, case, contenders):
    base = case[LIBRARY]
    share = base.get("of_bound")
    cells = [label, time(base["ns"]), f"{100 * share:.0f} %" if share else ""]
    for c in contenders:
        ratio = case[c]["ns"] / base["ns"] if c in case else None
        cells.append("" if ratio is None else f"{ratio:.0f}" if ratio >= 10 else f"{ratio:.2g}")
    cells += [error([base]), error([case[c] for c in contenders if c in case])]
    return "| " + " | ".join(cells) + " |"


def head(first, contenders):
    cells = [first, LIBRARY, "of bound", *contenders, "error", "of others"]
    return ["| " + " | ".join(cells) + " |", "| --- |" + " ---: |" * (len(cells) - 1)]


def natural(name):
    return [int(x) if x.isdigit() else x for x in re.split(r"(\d+)", name)]


def full_tables(results, pattern):
    """One table a kernel."""
    for kernel, cases in results.rows.items():
        if not re.search(pattern, kernel) or kernel.startswith("limit_"):
            continue
        contenders = results.contenders([kernel])
        lines = [line(case, cases[case], contenders) for case in sorted(cases, key=natural) if LIBRARY in cases[case]]
        print("\n".join([f"\n### {kernel}\n", *head("case", contenders), *lines]))


def limits(results):
    """Bandwidth and rates, one line a working set."""
    def cell(kernel, case, contender, scale, key):
        row = results.rows.get(kernel, {}).get(case, {}).get(contender)
        return f"{row[key] * scale:.3g}" if row else ""
    sizes = sorted(results.rows.get("limit_read", {}), key=lambda s: natural(s)[1] << (20 if "MiB" in s else 10))
    if not sizes:
        return []
    lines = ["| working set | read, GB/s | copy, GB/s | exp, ns | realign's exp, ns |", "| --- |" + " ---: |" * 4]
    for s in sizes:
        cells = [s.removesuffix("_f32"), cell("limit_read", s, "vectors", 1e-9, "bytes"),
                 cell("limit_copy", s, "vectors", 1e-9, "bytes"), cell("limit_exp", s, "vectors", 1e9, "per_elem"),
                 cell("limit_exp", s, LIBRARY, 1e9, "per_elem")]
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def conditions(results):
    c = results.context
    facts = [f"{k} {c[k]}" for k in ("eigen", "openblas", "xtensor", "libtorch") if k in c]
    return (f"{c.get('processor') or 'processor unknown'}; {c['compiler']}; realign {c['realign']}; others "
            f"{c['others']}; {'; '.join(facts)}.")


def short_table(results):
    chosen = [s.split("/") for s in SHORT]
    chosen = [(k, c) for k, c in chosen if LIBRARY in results.rows.get(k, {}).get(c, {})]
    contenders = [c for c in results.contenders([k for k, _ in chosen]) if c not in ("libtorch_naive", "realign_tape")]
    lines = [line(f"`{k}` {c.removesuffix('_f32').replace('_f32_', '_')}", results.rows[k][c], contenders)
             for k, c in chosen]
    return [conditions(results), "", *head("kernel, case", contenders), *lines]


def update(path, lines):
    text = Path(path).read_text()
    if text.count(BEGIN) != 1 or text.count(END) != 1:
        sys.exit(f"{path}: expected one {BEGIN} and one {END}")
    before, rest = text.split(BEGIN)
    after = rest.split(END)[1]
    Path(path).write_text(before + BEGIN + "\n" + "\n".join(lines) + "\n" + END + after)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("files", nargs="*", help="results that were measured before")
    parser.add_argument("--run", nargs="+", default=[], metavar="PROGRAM", help="programs to measure")
    parser.add_argument("--out", default="report", help="where results are written")
    parser.add_argument("--filter", default="", help="cases to measure, a regular expression; the default is all")
    parser.add_argument("--rounds", type=int, default=1, help="times that all programs are run, in turn")
    parser.add_argument("--repetitions", type=int, default=7)
    parser.add_argument("--min-time", type=float, default=0.02, help="seconds of one repetition")
    parser.add_argument("--cpu", type=int, help="the core to run on; the default is the last one")
    parser.add_argument("--kernel", default="", help="kernels to print, a regular expression")
    parser.add_argument("--update", metavar="FILE", help="rewrite the short table of this file")
    options = parser.parse_args()
    files = options.files + measure(options.run, options)
    if not files:
        parser.error("no results and no programs")
    results = Results(files)
    if not results.rows:
        sys.exit("no results")
    if options.update:
        update(options.update, short_table(results) + ([""] + limits(results) if limits(results) else []))
        return
    print(conditions(results))
    print("\n".join(["", *limits(results)]))
    full_tables(results, options.kernel)


if __name__ == "__main__":
    main()
