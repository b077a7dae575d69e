#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every translations/*.ts: the same places for values (%1, %L1, %n, {name}) and the same tags in a text and its translation,
as many plural forms as the language has, no text twice; and against what lupdate finds in the sources now, at most a
quarter of the texts without translation.
Usage: check_translations.py SOURCE_DIR LUPDATE"""
import collections
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ElementTree

LIMIT = 0.25
FORMS = {"de": 2, "en": 2}
root, lupdate = pathlib.Path(sys.argv[1]), sys.argv[2]
problems = []


def places(text):
    return collections.Counter(re.findall(r"%L?\d+|%n|%%|\{\w*\}|</?\w+[^>]*>", text))


def messages(file):
    for context in ElementTree.parse(file).getroot().iter("context"):
        for message in context.iter("message"):
            yield context.findtext("name"), message


def check(file):
    language = file.stem.partition("_")[2]
    seen = set()
    for context, message in messages(file):
        source, translation = message.findtext("source") or "", message.find("translation")
        key = (context, source, message.findtext("comment"))
        if key in seen:
            problems.append(f"{file.name}: {context}: twice: {source}")
        seen.add(key)
        if translation is None or translation.get("type") in ("unfinished", "vanished", "obsolete"):
            continue
        forms = [form.text or "" for form in translation.iter("numerusform")] or [translation.text or ""]
        if message.get("numerus") == "yes" and len(forms) != FORMS[language]:
            problems.append(f"{file.name}: {context}: {len(forms)} plural forms, not {FORMS[language]}: {source}")
        for form in forms:
            # One thing may go without its number ("Ein Container").
            wanted, found = places(source), places(form)
            if message.get("numerus") == "yes" and form is forms[0]:
                wanted.pop("%n", None), found.pop("%n", None)
            if wanted != found:
                problems.append(f"{file.name}: {context}: other places for values: {source!r} / {form!r}")


def check_age(file):
    with tempfile.TemporaryDirectory() as folder:
        copy = pathlib.Path(folder) / file.name
        shutil.copy(file, copy)
        plurals = ["-pluralonly"] if file.stem.endswith("_en") else []
        subprocess.run([lupdate, "-silent", "-no-obsolete", "-locations", "none", *plurals, "-extensions", "cpp,h",
                        "-I", str(root / "ui"), "-I", str(root / "engine"), str(root / "app/slipway"), str(root / "ui"), "-ts", str(copy)], check=True)
        found = [message for _, message in messages(copy)]
    open_ = [m for m in found if m.find("translation").get("type") == "unfinished"]
    if not found or len(open_) > LIMIT * len(found):
        problems.append(f"{file.name}: {len(open_)} of {len(found)} texts are not translated: ./dev translations, then "
                        f"translate; the first: {open_[0].findtext('source') if open_ else '-'}")
    return f"{file.name} {len(found) - len(open_)}/{len(found)}"


files = sorted((root / "translations").glob("*.ts"))
for file in files:
    check(file)
print("\n".join([check_age(file) for file in files] + problems))
sys.exit(bool(problems) or not files)
