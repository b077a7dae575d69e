#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Uses nothing above: reads the table "may include" of ARCHITECTURE.md, walks the #includes of engine/ and ui/, and fails
on an include that the table does not allow, on Qt below ui, on engine.h outside app and tests, and on files over 800 lines.
Usage: check_includes.py SOURCE_DIR"""
import pathlib
import re
import sys

LIMIT = 800
root = pathlib.Path(sys.argv[1])
problems = []


def names(cell):
    return {n.strip() for n in re.sub(r"\([^)]*\)", "", cell).split(",") if n.strip() not in ("", "–")}


allowed = {}
in_table = False
for line in (root / "ARCHITECTURE.md").read_text().splitlines():
    cells = [c.strip() for c in line.strip("|").split("|")]
    if cells[:2] == ["module", "may include"]:
        in_table = True
    elif in_table and not line.startswith("|"):
        break
    elif in_table and not cells[0].startswith("-") and cells[0] != "app":
        for module in names(cells[0]):
            allowed[module] = names(cells[1])

engine = {d.name for d in (root / "engine").iterdir() if d.is_dir()}
nested = {m for m in allowed if "/" in m}  # a folder of a module that is a library of its own


def module_of(path):
    return next((m for m in nested if path.startswith(m + "/")), path.split("/")[0])


for module in sorted(engine - allowed.keys()):
    problems.append(f"ARCHITECTURE.md: engine/{module} is not in the table")

include = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.M)
files = [p for top in ("engine", "ui", "app", "tests") for p in (root / top).rglob("*") if p.suffix in (".cpp", ".h")]
for path in sorted(files):
    place = path.relative_to(root)
    text = path.read_text()
    if (lines := text.count("\n")) > LIMIT:
        problems.append(f"{place}: {lines} lines, the limit is {LIMIT}")
    top = place.parts[0]
    if top not in ("engine", "ui"):
        continue
    composition = top == "engine" and len(place.parts) == 2
    owner = "ui" if top == "ui" else module_of("/".join(place.parts[1:]))
    for quote, target in include.findall(text):
        if target == "engine.h" and not composition:
            problems.append(f"{place}: engine.h belongs to app and tests only")
        if top == "engine" and quote == "<" and re.match(r"Q[A-Z]\w*$|Qt\w+/", target):
            problems.append(f"{place}: {target}: no Qt below ui")
        used = module_of(target) if "/" in target else None
        if quote == '"' and used in engine | nested and not composition and used != owner and used not in allowed.get(owner, ()):
            problems.append(f"{place}: {owner} may not include {target}")

print("\n".join(problems) or f"{len(files)} files, {len(allowed)} modules: uses nothing above")
sys.exit(bool(problems) or not files or not allowed)
