"""What `reconciler init` writes: a configuration repository whose files stand, as they are written, in `starter/`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from reconciler import __version__
from reconciler.cli.output import OutputFailed

# In the package they have no dot, so that no tool on the way (git, the build backend) takes them for its own.
_DOTTED = {"github": ".github", "gitignore": ".gitignore"}
_VERSION = "@VERSION@"


@dataclass(frozen=True, slots=True)
class Scaffolded:
    """What became of each file, by its path below the directory: it was written, or something stood there already."""

    written: tuple[str, ...]
    kept: tuple[str, ...]


def scaffold(*, sandbox: bool) -> Mapping[str, str]:
    """The files of a configuration repository by their path, sorted. With `sandbox` it needs no account anywhere."""
    from reconciler.documents.schema import schema_files

    root = files("reconciler.cli") / "starter"
    texts = {path: text for path, text in _below(root) if not path.startswith("sandbox/")}
    texts |= {f"schemas/{name}": text for name, text in schema_files().items()}
    if sandbox:
        texts |= {f"config/{path}": text for path, text in _below(root / "sandbox")}
    return {path: texts[path].replace(_VERSION, __version__) for path in sorted(texts)}


def write_missing(directory: Path, texts: Mapping[str, str]) -> Scaffolded:
    """Write those files that are not there yet; whatever stands at the path of another is left. Raises OutputFailed.

    A config/ that holds YAML already is left whole: a document more would make two of one kind.
    """
    written, kept = [], []
    is_taken = any(path.suffix in {".yaml", ".yml"} for path in (directory / "config").rglob("*"))
    for name, text in texts.items():
        if is_taken and name.startswith("config/"):
            kept.append(name)
            continue
        path = directory / name
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("x", encoding="utf-8", newline="\n") as stream:
                stream.write(text)
        except FileExistsError:
            # A file where a directory is needed says so, too: that one cannot be worked around.
            if not path.parent.is_dir():
                raise OutputFailed(f"{path} cannot be written: something else stands in its way") from None
            kept.append(name)
        except OSError as error:
            raise OutputFailed(f"{path} cannot be written: {error.strerror}") from None
        else:
            written.append(name)
    return Scaffolded(tuple(written), tuple(kept))


def _below(root: Traversable, prefix: str = "") -> Iterator[tuple[str, str]]:
    for entry in root.iterdir():
        name = prefix + _DOTTED.get(entry.name, entry.name)
        if entry.is_dir():
            yield from _below(entry, f"{name}/")
        else:
            yield name, entry.read_text(encoding="utf-8")
