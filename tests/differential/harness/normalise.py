# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes out of a transcript what differs between two runs of the same engine: ids, times, pids, free ports, folders."""
import re

HEX = re.compile(r"(?<![0-9a-zA-Z_])(?:[0-9a-f]{64}|[0-9a-f]{12})(?![0-9a-zA-Z_])")
RULES = [
    (r"\b(?!0001-)\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", "<time>"),
    (r"\b(?!0001-)\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)? [+-]\d{4} \w+", "<time>"),
    (r"(Less than a second|About an? (minute|hour)|\d+ (second|minute|hour|day|week|month|year)s?)( ago)?", r"<age>\4"),
    (r"docker-import-\d+", "docker-import-<number>"),
    (r"\b1[6-9]\d{17}\b", "<nanoseconds>"),
    (r"\b1[6-9]\d{8}(\.\d+)?\b", "<epoch>"),
    (r'("Pid": |\bPid=|pid )\d*[1-9]\d*', r"\1<pid>"),
    (r"/proc/\d+/", "/proc/<pid>/"),
    (r"\b(3276[89]|327[7-9]\d|32[89]\d\d|3[3-9]\d{3}|[45]\d{4}|60\d{3})\b(?!B)", "<port>"),
    (r"/tmp/w/(engine|run)(?=/)", "<root>"),
    (r"\bslipway0\b", "docker0"),  # our default bridge leaves Docker's to a Docker beside us
    (r"\b172\.(1[89]|2\d|3[01])\.0\.", "172.<n>.0."),  # the next free subnet: dockerd does not come back to one that was given back
    # Names of an engine's own: its runtime, its folders, what it calls a network namespace.
    (r'"Runtime": "(runc|crun)"', '"Runtime": "<runtime>"'),
    (r'"LogPath": "<root>/.*"', '"LogPath": "<root>/<log>"'),
    (r" {2,}", "  "),
    (r"[ \t]+$", ""),
]
FOLDERS = re.compile(r'"(MergedDir|UpperDir|WorkDir|LowerDir|SandboxKey)": ".*"') # an engine's own names, ids among them
RULES = [(re.compile(pattern, re.M), text) for pattern, text in RULES]


def normalise(text):
    """Ids are numbered in order of appearance, a short id like the long one that it begins."""
    known = {}

    def label(match):
        digits = match.group(0)
        if len(digits) == 12 and digits not in known and not re.search("[a-f]", digits):
            return digits
        number = known.setdefault(digits[:12], len(known) + 1)
        return f"<id{number}>" if len(digits) == 64 else f"<short{number}>"

    text = HEX.sub(label, FOLDERS.sub(r'"\1": "<folder>"', text))
    for pattern, replacement in RULES:
        text = pattern.sub(replacement, text)
    return text
