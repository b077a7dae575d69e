# SPDX-License-Identifier: GPL-3.0-or-later
"""Holds a JSON reply against the API description (Swagger 2, v1.45.yaml)."""
import json
import pathlib
import re

import jsonschema
import yaml


def nullable(node):
    """Swagger's x-nullable in the words of JSON Schema."""
    if isinstance(node, list):
        return [nullable(n) for n in node]
    if not isinstance(node, dict):
        return node
    node = {k: nullable(v) for k, v in node.items() if k not in ("example", "description", "title", "format")}
    if node.pop("x-nullable", False):
        return {"anyOf": [{"type": "null"}, node]}
    return node


class Schema:
    def __init__(self, path):
        text = pathlib.Path(path).read_text()
        self.document = nullable(yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
        self.paths = [(re.compile("^" + re.sub(r"\{[^/]+\}", "[^?]+", p) + r"(\?.*)?$"), methods)
                      for p, methods in sorted(self.document["paths"].items(), key=lambda e: e[0].count("{"))]

    def problems(self, method, path, status, body):
        for pattern, methods in self.paths:
            if pattern.match(path) and method.lower() in methods:
                reply = methods[method.lower()]["responses"].get(int(status)) or methods[method.lower()]["responses"].get(status)
                break
        else:
            return [f"{method} {path}: not in the description"]
        if reply is None:
            return [f"{method} {path}: status {status} is not in the description"]
        if "schema" not in reply:
            return []
        schema = {"definitions": self.document["definitions"], **reply["schema"]}
        validator = jsonschema.Draft4Validator(schema)
        problems = set()
        for value in values(body.decode(errors="replace")):
            for error in validator.iter_errors(value):
                where = "/".join("*" if isinstance(p, int) or re.fullmatch("[0-9a-f]{64}", str(p)) else str(p) for p in error.absolute_path)
                problems.add(f"schema: {where}: {error.message[:160]}")
        return sorted(problems)


def values(text):
    """The JSON values of TEXT: streams have several."""
    decoder, at = json.JSONDecoder(), 0
    while (at := at + len(text[at:]) - len(text[at:].lstrip())) < len(text):
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError:
            return
        yield value
