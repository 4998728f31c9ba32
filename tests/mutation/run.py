#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Changes one thing in a header and sees whether a test notices.

  python3 tests/mutation/run.py --sample 100 --seed 1 [--only REGEX] [--list] [FOLDER...]

Mutants of include/realign/FOLDER (preference, mix, scalarize and decide, if none is named): comparisons, arithmetic,
constants, signs, conditions, statements. All mutants of a run are compiled together, into copies of the headers that
ask the environment which one is meant, so that each test file is compiled once. Where C++ has no room for that
question (constant expressions) a mutant is compiled on its own.

A mutant meets the test of its header first, then all tests of the folder, then the golden values and fuzz corpora.
It is killed by a failure, a crash, or a compiler that refuses it in every test that uses it ("does not compile": not
counted), or takes far too long ("timed out": not counted). Those explained in equivalent.txt are not counted either.
The score is killed / (killed + survived). The exit status is 1 when it is below --least in some folder.
"""

import argparse
import bisect
import collections
import os
import pathlib
import random
import re
import shutil
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
INCLUDE, TESTS = ROOT / "include" / "realign", ROOT / "tests"
FOLDERS = ("preference", "mix", "scalarize", "decide")
# Headers in detail/ have no test of their own name.
STRONG = {"decide": ("decide", "aligned_policy"), "mix": ("arithmetic", "geometric", "sample"),
          "preference": ("train", "evaluate", "safe_train", "optimum"), "scalarize": ("alpha_fair", "chebyshev")}
GOLDEN = {"preference": "preference_losses", "mix": "inference_time", "scalarize": "decision_program",
          "decide": "decision_program"}
FUZZED = ("mix", "decide")

TOKEN = re.compile(r"""
    (?P<comment>//[^\n]*|/\*.*?\*/) | (?P<directive>^[ \t]*\#(?:\\\n|[^\n])*) | (?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')
  | (?P<space>\s+) | (?P<number>(?:0[xX][0-9a-fA-F.]+(?:p[+-]?\d+)?|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)[uUlLfF]*)
  | (?P<name>[A-Za-z_]\w*) | (?P<op><=>|->\*?|\+\+|--|<<=|>>=|[-+*/%&|^=!<>]=|&&|\|\||::|<<|\S)""", re.X | re.M | re.S)
SWAP = {"<": ("<=", ">="), ">": (">=", "<="), "<=": ("<", ">"), ">=": (">", "<"), "==": ("!=",), "!=": ("==",),
        "&&": ("||",), "||": ("&&",), "+": ("-",), "-": ("+",), "*": ("/",), "/": ("*",), "%": ("/",),
        "+=": ("-=",), "-=": ("+=",), "*=": ("/=",), "/=": ("*=",), "++": ("--",), "--": ("++",)}
MESSAGES = ("input_failure", "contract_failure", "fail")


class Token:
    def __init__(self, kind, text, begin):
        self.kind, self.text, self.begin, self.end = kind, text, begin, begin + len(text)


class Mutant:
    """One change: `begin` to `end` of a header becomes `text`."""

    def __init__(self, header, source, begin, end, text, region, what):
        self.header, self.begin, self.end, self.text, self.region, self.what = header, begin, end, text, region, what
        self.line_number = source.count("\n", 0, begin) + 1
        line_begin = source.rfind("\n", 0, begin) + 1
        self.line = source[line_begin:source.find("\n", begin)].strip()
        before = source[line_begin:begin]
        self.nth = before.count(source[begin:end]) + 1 if end > begin else 1
        self.change = f"{what}" + (f" ({self.nth})" if self.nth > 1 else "")
        self.outcome = None

    def __str__(self):
        return f"{self.header}:{self.line_number}: {self.change}\n      {self.line}"


class Region:
    """A part of a header that can be written twice: an expression, or a statement."""

    def __init__(self, kind, begin, end, shared, member=False):
        self.kind, self.begin, self.end, self.shared = kind, begin, end, shared
        self.member = member  # the initial value of one


class Header:
    """Finds the regions of a header and their mutants."""

    def __init__(self, path):
        self.name = path.relative_to(INCLUDE).as_posix()
        self.source = path.read_text()
        found = [Token(m.lastgroup, m.group(), m.start()) for m in TOKEN.finditer(self.source)]
        self.tokens = [t for t in found if t.kind not in ("space", "comment", "directive")]
        self.begins = [t.begin for t in self.tokens]
        self.mutants = []
        self.scan()

    def match(self, i):
        """The index of the bracket that closes the one at i."""
        close = {"(": ")", "{": "}", "[": "]"}[self.tokens[i].text]
        depth = 0
        for j in range(i, len(self.tokens)):
            if self.tokens[j].text == self.tokens[i].text:
                depth += 1
            elif self.tokens[j].text == close:
                depth -= 1
                if depth == 0:
                    return j
        return len(self.tokens) - 1

    def texts(self, i, j):
        return [t.text for t in self.tokens[i:j]]

    def scan(self):
        i, start, scopes = 0, 0, []
        while i < len(self.tokens):
            text = self.tokens[i].text
            inside = "body" in scopes
            if text in ("if", "for", "while", "switch") and inside:
                constant = self.tokens[i + 1].text == "constexpr"
                opening = i + 2 if constant else i + 1
                closing = self.match(opening)
                self.condition(text, opening + 1, closing, constant)
                i, start = closing + 1, closing + 1
            elif text in ("else", "do") and inside:
                i, start = i + 1, i + 1
            elif text == ":" and i - start <= 4 and self.texts(start, i)[:1] in (["case"], ["public"], ["private"], ["default"]):
                i, start = i + 1, i + 1
            elif text == ";":
                self.statement(start, i, inside)
                i, start = i + 1, i + 1
            elif text == "{":
                closing = self.match(i)
                if ";" not in self.texts(i, closing) and start < i and self.texts(start, i)[0] not in ("enum", "namespace"):
                    i = closing + 1  # a braced list is part of its statement
                    if i < len(self.tokens) and self.tokens[i].text not in (";", ")", ",", ".", "[", "?", ":", "(", "{"):
                        start = i
                    continue
                head = self.texts(start, i)
                outer = "namespace" in head or ({"class", "struct", "union", "enum", "concept", "requires"} & set(head)
                                                and not ("(" in head and head[-1] in (")", "const", "noexcept")))
                scopes.append("outer" if outer and not inside else "body")
                i, start = i + 1, i + 1
            elif text == "}":
                if scopes:
                    scopes.pop()
                i, start = i + 1, i + 1
            else:
                i += 1

    def condition(self, keyword, i, j, constant):
        if "{" in self.texts(i, j):
            return
        parts, begin, depth = [], i, 0
        for k in range(i, j):
            depth += {"(": 1, ")": -1}.get(self.tokens[k].text, 0)
            if self.tokens[k].text == ";" and depth == 0:
                parts.append((begin, k))
                begin = k + 1
        parts.append((begin, j))
        if keyword == "for" and len(parts) != 3:
            return
        first, last = parts[1] if keyword == "for" else parts[-1]
        if first == last:
            return
        region = self.region("expression", first, last, not constant)
        self.inner(region, first, last)
        if keyword in ("if", "while"):
            text = self.source[region.begin:region.end]
            self.add(region, region.begin, region.end, f"!({text})", "negate the condition")

    def region(self, kind, i, j, shared):
        last = j if kind == "statement" else j - 1  # a statement ends with its semicolon
        return Region(kind, self.tokens[i].begin, self.tokens[last].end, shared)

    def statement(self, i, j, inside):
        words = self.texts(i, j)
        if not words or words[0] in ("using", "static_assert", "template", "friend", "typedef", "throw", "struct", "class",
                                     "requires", "concept", "enum", "namespace", "extern", "[["):
            return
        if words.count("(") != words.count(")") or "requires" in words:
            return
        constant = "constexpr" in words
        if words[0] == "return" and inside and len(words) > 1:
            self.inner(self.region("statement", i, j, True), i + 1, j)
        elif inside and self.is_expression(words):
            region = self.region("statement", i, j, True)
            self.add(region, region.begin, region.end, ";", "drop the statement")
            if words[0] == "expects":
                j = self.first_argument(i, j)
            if not any(w in MESSAGES for w in words):
                self.inner(region, i, j)
        else:
            self.initialisers(i, j, not constant, inside)

    def first_argument(self, i, j):
        depth = 0
        for k in range(i, j):
            depth += {"(": 1, ")": -1}.get(self.tokens[k].text, 0)
            if self.tokens[k].text == "," and depth == 1:
                return k
        return j

    @staticmethod
    def is_expression(words):
        if words[0] in ("break", "continue", "++", "--", "*", "(", "this"):
            return True
        if words[0] in ("const", "auto", "constexpr", "static", "typename", "mutable", "inline", "explicit", "virtual", "~"):
            return False
        k = 0
        while k + 2 < len(words) and words[k + 1] == "::":
            k += 2
        following = words[k + 1] if k + 1 < len(words) else ";"
        return following in (".", "->", "[", "(", "=", "+=", "-=", "*=", "/=", "++", "--", "|=", "&=")

    def initialisers(self, i, j, shared, inside):
        """T a = E, b = F: each of the expressions."""
        begin, depth = None, 0
        for k in range(i, j + 1):
            text = self.tokens[k].text if k < j else ";"
            depth += {"(": 1, "{": 1, "[": 1, ")": -1, "}": -1, "]": -1}.get(text, 0)
            if begin is None and text == "=" and depth == 0:
                begin = k + 1
            elif begin is not None and depth == 0 and text in (",", ";"):
                words = self.texts(begin, k)
                if words and not {"{", "default", "delete"} & set(words) and "(" not in self.texts(i, begin - 1):
                    region = self.region("expression", begin, k, shared)
                    region.member = not inside
                    self.inner(region, begin, k)
                begin = None

    def spaced(self, t):
        return self.source[t.begin - 1].isspace() and self.source[t.end:t.end + 1].isspace()

    def inner(self, region, i, j):
        """The mutants within an expression."""
        angle = 0
        for k in range(i, j):
            t = self.tokens[k]
            if t.text == "<" and not self.spaced(t) or angle and t.text == "<":
                angle += 1
            elif angle and t.text in (">", ">="):
                angle -= 1
            elif not angle:
                self.token(region, k)

    def token(self, region, k):
        t, before = self.tokens[k], self.tokens[k - 1]
        if t.kind == "number":
            whole = re.fullmatch(r"\d+[uUlL]*", t.text) is not None
            self.add(region, t.begin, t.end, f"({t.text} + 1)", f"{t.text} to {t.text} + 1")
            if whole and int(re.match(r"\d+", t.text).group()) == 1:
                self.add(region, t.begin, t.end, t.text.replace("1", "0"), f"{t.text} to 0")
        elif t.text in ("true", "false"):
            other = "false" if t.text == "true" else "true"
            self.add(region, t.begin, t.end, other, f"{t.text} to {other}")
        elif t.text in ("max", "min") and before.text == "::":
            other = "min" if t.text == "max" else "max"
            self.add(region, t.begin, t.end, other, f"{t.text} to {other}")
        elif t.text == "!" and self.tokens[k + 1].text != "=":
            self.add(region, t.begin, t.end, "", "drop !")
        elif t.text in ("++", "--"):
            self.add(region, t.begin, t.end, SWAP[t.text][0], f"{t.text} to {SWAP[t.text][0]}")
        elif t.kind == "op" and t.text in SWAP and self.spaced(t):
            for other in SWAP[t.text]:
                self.add(region, t.begin, t.end, other, f"{t.text} to {other}")
        elif t.text == "-" and not self.source[t.end].isspace() and before.text not in (")", "]") and before.kind not in (
                "number",) and (before.kind == "op" or before.text == "return"):
            self.add(region, t.begin, t.end, "", "drop the sign")

    def add(self, region, begin, end, text, what):
        self.mutants.append(Mutant(self.name, self.source, begin, end, text, region, what))


SWITCH = """#pragma once
#include <cstdlib>
inline bool realign_mutant(int number) {
  static const char* const chosen = std::getenv("REALIGN_MUTANT");
  static const int n = chosen == nullptr ? -1 : std::atoi(chosen);
  return n == number;
}
"""


class Overlay:
    """Copies of headers in which every mutant of a list waits to be chosen."""

    def __init__(self, folder, headers, mutants):
        self.folder, self.headers = folder, headers
        self.mutants = [m for m in mutants if m.region.shared]
        self.numbers = {id(m): n for n, m in enumerate(self.mutants)}
        self.lines = {}
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "switch.hpp").write_text(SWITCH)
        self.write()

    def write(self):
        by_header = collections.defaultdict(lambda: collections.defaultdict(list))
        for m in self.mutants:
            if m.region.shared:
                by_header[m.header][(m.region.begin, m.region.end, m.region.kind)].append(m)
        for name in {m.header for m in self.mutants}:
            self.write_header(name, by_header[name])

    def write_header(self, name, regions):
        source, at, out = self.headers[name].source, 0, []
        lines = {}
        for (begin, end, kind), mutants in sorted(regions.items()):
            if begin < at:
                continue
            out.append(source[at:begin])
            line = "".join(out).count("\n") + 1
            pieces = []
            for m in mutants:
                text = self.changed(source, begin, end, m).replace("\n", " ")
                ask = f"realign_mutant({self.numbers[id(m)]})"
                pieces.append(f"\nif ({ask}) {{ {text} }} else" if kind == "statement" else f"\n{ask} ? ({text}) :")
                lines[line + len(pieces)] = m
            plain = source[begin:end]
            if kind == "statement":
                out.append("{" + "".join(pieces) + "\n{ " + plain + " } }")
            else:
                out.append("(" + "".join(pieces) + "\n(" + plain + "))")
            at = end
        out.append(source[at:])
        path = self.folder / "realign" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = "".join(out)
        if not path.exists() or path.read_text() != text:
            path.write_text(text)
        self.lines[name] = lines

    @staticmethod
    def changed(source, begin, end, m):
        return source[begin:m.begin] + m.text + source[m.end:end]

    def drop(self, errors):
        """Takes out the mutants that the compiler refuses; they are tried on their own."""
        found = False
        for name, line in re.findall(re.escape(str(self.folder)) + r"/realign/(\S+?):(\d+)", errors):
            m = self.lines.get(name, {}).get(int(line))
            if m is not None and m.region.shared:
                m.region = Region(m.region.kind, m.region.begin, m.region.end, False)
                found = True
        if not found and "realign_mutant" in errors:  # a member's initial value in a constant expression somewhere else
            for m in self.mutants:
                if m.header in errors and m.region.member and m.region.shared:
                    m.region = Region(m.region.kind, m.region.begin, m.region.end, False)
                    found = True
        if found:
            self.write()
        return found


class Build:
    def __init__(self, options, work):
        self.options, self.work = options, work
        self.base = [*options.compiler.split(), "-std=c++20", "-O0", "-w", "-D_GLIBCXX_ASSERTIONS"]
        self.includes = [f"-I{ROOT / 'include'}", f"-I{TESTS}", *(f"-I{d}" for d in options.include)]

    def compile(self, overlay, source, target, extra=()):
        command = [*self.base, f"-I{overlay.folder}", "-include", str(overlay.folder / "switch.hpp"), *self.includes, *extra,
                   "-c", str(source), "-o", str(target)]
        while True:
            done = subprocess.run(command, capture_output=True, text=True)
            if done.returncode == 0:
                return
            if not overlay.drop(done.stderr):
                sys.exit(f"{source} does not compile:\n{done.stderr[:4000]}")

    def program(self, overlay, name, sources, extra=()):
        objects = []
        for n, source in enumerate(sources):
            objects.append(self.work / f"{name}_{n}.o")
            self.compile(overlay, source, objects[-1], extra)
        target = self.work / name
        subprocess.run([*self.base, *map(str, objects), "-o", str(target), "-pthread"], check=True)
        return target

    def alone(self, header, m, source):
        """Compiles one test against one mutant. None when the compiler refuses."""
        folder = self.work / "alone"
        shutil.rmtree(folder, ignore_errors=True)
        path = folder / "realign" / m.header
        path.parent.mkdir(parents=True)
        path.write_text(header.source[:m.begin] + m.text + header.source[m.end:])
        target = self.work / "alone_test"
        command = [*self.base, f"-I{folder}", *self.includes, str(source), str(self.work / "main.o"), "-o", str(target),
                   "-pthread"]
        return target if subprocess.run(command, capture_output=True).returncode == 0 else None


def tests_of(header_name):
    folder, name = header_name.split("/")[0], pathlib.PurePath(header_name).stem
    own = TESTS / folder / f"{name}.test.cpp"
    if "/detail/" not in header_name and own.exists():
        return [own]
    return [TESTS / folder / f"{s}.test.cpp" for s in STRONG[folder]]


def run(command, number, limit):
    """'passed', 'failed' or 'timed out'."""
    environment = dict(os.environ)
    if number is not None:
        environment["REALIGN_MUTANT"] = str(number)
    try:
        done = subprocess.run([str(c) for c in command], env=environment, timeout=limit, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return "timed out"
    return "passed" if done.returncode == 0 else "failed"


def golden_kinds(stem):
    """The kinds that the library has, of tests/golden/kinds.cmake."""
    found = re.search(rf"set\(REALIGN_GOLDEN_ONLY_{stem}\s+([^)]*)\)", (TESTS / "golden" / "kinds.cmake").read_text())
    return ["--only", ",".join(found.group(1).split())] if found else []


def suites(folder, header_name, programs):
    """Commands, the fitting one first."""
    names = ",".join(f"*{t.relative_to(TESTS).as_posix()}" for t in tests_of(header_name))
    yield [programs[folder], "-aa=1", f"-sf={names}"]
    yield [programs[folder], "-aa=1"]
    if "golden" in programs:
        yield [programs["golden"], *golden_kinds(GOLDEN[folder]), TESTS / "golden" / "data" / f"{GOLDEN[folder]}.json"]
    if f"fuzz_{folder}" in programs:
        yield [programs[f"fuzz_{folder}"], TESTS / "fuzz" / "corpus" / folder]


def judge(build, headers, programs, limit, number, m):
    folder = m.header.split("/")[0]
    if m.region.shared:
        for command in suites(folder, m.header, programs):
            result = run(command, number, limit)
            if result != "passed":
                return "killed" if result == "failed" else result
        return "survived"
    compiled = False
    for source in tests_of(m.header):
        target = build.alone(headers[m.header], m, source)
        if target is None:
            continue
        compiled = True
        result = run([target, "-aa=1"], None, limit)
        if result != "passed":
            return "killed" if result == "failed" else result
    return "survived" if compiled else "does not compile"


def build_golden(build, overlay):
    golden = [p for p in sorted((TESTS / "golden").glob("*.cpp")) if not p.name.endswith(".test.cpp")]
    return {"golden": build.program(overlay, "golden", golden)}


def build_tests(build, overlay, folder, programs):
    sources = [TESTS / "main.cpp", *sorted((TESTS / folder).glob("*.test.cpp"))]
    programs[folder] = build.program(overlay, folder, sources)
    if folder in FUZZED:
        fuzz = [TESTS / "fuzz" / f"{folder}.cpp", TESTS / "fuzz" / "replay.cpp"]
        programs[f"fuzz_{folder}"] = build.program(overlay, f"fuzz_{folder}", fuzz)
    print(f"built the tests of {folder}", flush=True)


def time_limit(programs, folder):
    """Ten times what the unchanged tests take."""
    begin = time.monotonic()
    for command in suites(folder, f"{folder}/detail/none.hpp", programs):
        if run(command, None, 600) != "passed":
            sys.exit(f"the unchanged tests fail: {' '.join(map(str, command))}")
    return 5 + 10 * (time.monotonic() - begin)


def explained():
    """(header, line, change) -> reason, of equivalent.txt. The lines must still be in the headers."""
    found = {}
    path = pathlib.Path(__file__).with_name("equivalent.txt")
    for line in path.read_text().splitlines() if path.exists() else ():
        if line.strip() and not line.startswith("#"):
            header, text, change, reason = (part.strip() for part in line.split(" :: "))
            if text not in (INCLUDE / header).read_text():
                sys.exit(f"equivalent.txt: {header} has no line `{text}` any more")
            found[(header, text, change)] = reason
    return found


def report(mutants, folders, least):
    bad = False
    for outcome in ("survived", "timed out"):
        for m in mutants:
            if m.outcome == outcome:
                print(f"{outcome}: {m}")
    print(f"{'folder':12}{'killed':>8}{'survived':>10}{'explained':>11}{'refused':>9}{'timed out':>11}{'score':>8}")
    for folder in folders:
        count = collections.Counter(m.outcome for m in mutants if m.header.startswith(folder + "/"))
        judged = count["killed"] + count["survived"]
        score = 100 * count["killed"] / judged if judged else 100.0
        bad = bad or score < least
        print(f"{folder:12}{count['killed']:8}{count['survived']:10}{count['explained']:11}{count['does not compile']:9}"
              f"{count['timed out']:11}{score:7.1f}%")
    return 1 if bad else 0


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folders", nargs="*", default=FOLDERS, metavar="FOLDER")
    parser.add_argument("--sample", type=int, default=100, help="mutants per folder; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="of the sample, the headers that match")
    parser.add_argument("--least", type=float, default=90, help="percent")
    parser.add_argument("--list", action="store_true", help="print the mutants and stop")
    parser.add_argument("--work", type=pathlib.Path, default=ROOT / "build" / "mutation")
    parser.add_argument("--compiler", default="g++", help="may begin with a launcher, as in 'ccache g++'")
    parser.add_argument("--include", action="append", default=[], help="include directories of Eigen and doctest")
    return parser.parse_args()


def main():
    options = arguments()
    reasons, headers, mutants = explained(), {}, []
    for folder in options.folders:
        found = []
        for path in sorted((INCLUDE / folder).rglob("*.hpp")):
            header = Header(path)
            headers[header.name] = header
            found += header.mutants
        size = min(options.sample, len(found)) if options.sample else len(found)
        mutants += sorted(random.Random(options.seed).sample(found, size), key=lambda m: (m.header, m.begin, m.what))
        print(f"{folder}: {size} of {len(found)} mutants")
    if options.list:
        print("\n".join(map(str, mutants)))
        return 0
    for m in mutants:
        if (m.header, m.line, m.change) in reasons:
            m.outcome = "explained"
        elif not re.search(options.only, m.header):
            m.outcome = "not asked for"
    work = options.work.resolve()
    shutil.rmtree(work, ignore_errors=True)
    build, overlay = Build(options, work), Overlay(work / "overlay", headers, mutants)
    build.compile(overlay, TESTS / "main.cpp", work / "main.o")
    programs = build_golden(build, overlay)
    for folder in options.folders:
        build_tests(build, overlay, folder, programs)
        limit = time_limit(programs, folder)
        for m in (m for m in mutants if m.outcome is None and m.header.startswith(folder + "/")):
            m.outcome = judge(build, headers, programs, limit, overlay.numbers.get(id(m)), m)
            if m.outcome != "killed":
                print(f"{m.outcome}: {m}", flush=True)
    return report(mutants, options.folders, options.least)


if __name__ == "__main__":
    sys.exit(main())
