"""Writes docs/reference from the schemas and from `--help`: `make docs`. With --check, ends with 1 where a page is stale."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import click

from reconciler.cli.main import reconciler
from reconciler.documents.schema_tree import kind_schema
from reconciler.documents.shapes.kinds import KINDS

PAGES = Path(__file__).resolve().parents[1] / "docs" / "reference"
MADE = "<!-- Made by `make docs`; change the source, not this page. -->\n"
Schema = Mapping[str, Any]
SCREEN: dict[str, Any] = {"terminal_width": 80, "max_content_width": 80, **reconciler.context_settings}

PATTERNS = {
    "^[a-z0-9][a-z0-9-]{0,62}$": "name",
    "^[A-Z][A-Z0-9_]{0,63}$": "key",
    "^(0|[1-9][0-9]{0,4})[smhd]$": "time, such as `10m`",
    "^[0-9]{4}-[0-9]{2}-[0-9]{2}$": "day, such as `2026-11-01`",
}
PLAIN = {"object": "map", "string": "text", "boolean": "`true`, `false`"}


def cli_page() -> str:
    parts = [
        "# Every command",
        MADE
        + "What `--help` prints. `-C DIR` stands before the command; [the README](../../README.md#exit-codes) lists all exit codes.",
    ]
    for context in contexts(click.Context(reconciler, info_name="reconciler", **SCREEN)):
        text = "\n".join(line.rstrip() for line in context.get_help().splitlines())
        parts += [f"## {context.command_path}", f"```text\n{text}\n```"]
    return "\n\n".join(parts) + "\n"


def contexts(context: click.Context) -> Iterator[click.Context]:
    yield context
    if isinstance(context.command, click.Group):
        for name in context.command.list_commands(context):
            command = context.command.get_command(context, name)
            if command is not None:
                yield from contexts(click.Context(command, context, name, **SCREEN))


def config_page() -> str:
    parts = [
        "# Every key of the YAML",
        MADE
        + "Each document has `apiVersion: reconciler/v1`, its `kind`, `metadata` and `spec`. Keys in **bold** must be given. "
        "`[]` is one of a list, `NAME` a name of yours.\n[The README](../../README.md#the-yaml) shows them at work.",
        "## metadata",
        table(rows(kind_schema("Limits")["$defs"]["Metadata"], "", {})),
    ]
    for kind in KINDS:
        schema = kind_schema(kind)
        specs = one_of(schema["properties"]["spec"], schema["$defs"])
        parts += [f"## {kind}", f"{schema['description']}"]
        for spec in specs:
            if len(specs) > 1:
                parts.append(f"*{spec['description']}*")
            parts.append(table(rows(spec, "", schema["$defs"])))
    return "\n\n".join(parts) + "\n"


def table(lines: Iterator[str]) -> str:
    return "\n".join(["| key | takes | default | meaning |", "|---|---|---|---|", *lines])


def resolved(schema: Schema, definitions: Schema) -> Schema:
    if "$ref" not in schema:
        return schema
    found: Schema = definitions[schema["$ref"].rpartition("/")[2]]
    return {**found, **{key: value for key, value in schema.items() if key != "$ref"}}


def one_of(schema: Schema, definitions: Schema) -> list[Schema]:
    schema = resolved(schema, definitions)
    return (
        [resolved(each, definitions) for each in schema["oneOf"]]
        if "oneOf" in schema and "properties" not in schema
        else [schema]
    )


def rows(schema: Schema, prefix: str, definitions: Schema) -> Iterator[str]:
    """One row for each key, and below it those of what it holds."""
    for name, inner in schema.get("properties", {}).items():
        path = prefix + name
        shapes = one_of(inner, definitions)
        meaning = inner.get("description") or shapes[0].get("description", "")
        shown = f"**`{path}`**" if name in schema.get("required", ()) else f"`{path}`"
        takes = " or ".join(dict.fromkeys(kind_of(each, definitions) for each in shapes))
        yield f"| {shown} | {takes} | {default_of(inner)} | {cell(meaning)} |"
        for each in shapes:
            yield from below(each, path, definitions)


def below(shape: Schema, path: str, definitions: Schema) -> Iterator[str]:
    if shape.get("title") in {"FromVariable", "FromFile"}:
        return
    yield from rows(shape, f"{path}.", definitions)
    if "items" in shape:
        yield from rows(resolved(shape["items"], definitions), f"{path}[].", definitions)
    for named in shape.get("patternProperties", {}).values():
        variants = one_of(named, definitions)
        for variant in variants:
            if len(variants) > 1:
                yield f"| `{path}.NAME` | map |  | {cell(variant['description'])} |"
            yield from rows(variant, f"{path}.NAME.", definitions)


def kind_of(schema: Schema, definitions: Schema) -> str:
    if "const" in schema:
        return f"`{word(schema['const'])}`"
    if "enum" in schema:
        return ", ".join(f"`{word(each)}`" for each in schema["enum"])
    if schema.get("title") in {"FromVariable", "FromFile"}:
        return "`{env: NAME}`" if schema["title"] == "FromVariable" else "`{file: PATH}`"
    if schema.get("pattern") in PATTERNS:
        return PATTERNS[schema["pattern"]]
    if schema.get("type") == "array":
        return f"list of {kind_of(resolved(schema['items'], definitions), definitions)}"
    if schema.get("type") in {"integer", "number"}:
        return bounds(schema)
    return PLAIN.get(schema.get("type", ""), "any value")


def bounds(schema: Schema) -> str:
    least = schema.get("minimum", schema.get("exclusiveMinimum"))
    most = schema.get("maximum", schema.get("exclusiveMaximum"))
    return "number" if least is None or most is None else f"number, {least} to {most}"


def default_of(schema: Schema) -> str:
    value = schema.get("default")
    return "" if value is None or isinstance(value, dict | list) else f"`{word(value)}`"


def word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


def main(arguments: list[str]) -> int:
    pages = {"cli.md": cli_page(), "config.md": config_page()}
    if "--check" not in arguments:
        PAGES.mkdir(parents=True, exist_ok=True)
        for name, text in pages.items():
            (PAGES / name).write_text(text, encoding="utf-8")
        return 0
    stale = [
        name for name, text in pages.items()
        if not (PAGES / name).is_file() or (PAGES / name).read_text(encoding="utf-8") != text
    ]  # fmt: skip
    for name in stale:
        print(f"docs/reference/{name}: stale: run `make docs`", file=sys.stderr)
    return 1 if stale else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
