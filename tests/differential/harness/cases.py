# SPDX-License-Identifier: GPL-3.0-or-later
"""The case files: cases/*.case.

A line is a case of its own. A line "name:" begins a block whose indented lines are the steps of one case: they run in one
shell, so variables stay. "#" begins a comment line. What steps find is told in lib.sh."""
import dataclasses
import pathlib


@dataclasses.dataclass
class Case:
    group: str  # the file, without .case
    name: str
    steps: list

    @property
    def id(self):
        return f"{self.group}: {self.name}"


def read(folder, wanted=()):
    """All cases in order; WANTED: only groups or ids that contain one of these words. Names are unique in a file."""
    cases = []
    for path in sorted(pathlib.Path(folder).glob("*.case")):
        seen, block = set(), None
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if not line.strip() or line.lstrip().startswith("#"):
                continue
            if line[0] in " \t":
                if block is None:
                    raise SystemExit(f"{path}:{number}: a step without a case above it")
                block.steps.append(line.strip())
                continue
            block = Case(path.stem, line[:-1], []) if line.endswith(":") else None
            cases.append(block or Case(path.stem, line, [line]))
            if cases[-1].name in seen:
                raise SystemExit(f"{path}:{number}: there is a case of this name already")
            seen.add(cases[-1].name)
    return [c for c in cases if not wanted or any(w == c.group or w in c.id for w in wanted)]
