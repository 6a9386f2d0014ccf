"""How much a configuration may ask of the machine that reads it: a pull request is read before anybody has looked at it.

Reference: reliability §5 (a merge bomb of 406 bytes costs an ordinary loader 9 seconds).
"""

from __future__ import annotations

MAX_FILE_BYTES = 1 << 20
"""Bytes of one file: 1 MiB, some 3,000 rules."""
MAX_TOTAL_BYTES = 16 << 20
"""Bytes of all files together: 16 MiB."""
MAX_FILES = 2_000
"""YAML files below one configuration directory."""
MAX_DEPTH = 50
"""How deep mappings and lists may nest, repetition by alias included."""
MAX_SCALAR = 64 << 10
"""Characters of one value: 64 Ki."""
MAX_NUMBER = 100
"""Characters of one number: nothing here counts that far."""
MAX_ALIASES = 100
"""How often one document may repeat an anchored value."""
MAX_REPEATED_NODES = 100_000
"""How many values all those repetitions may add up to."""
MAX_FINDINGS = 200
"""Findings shown for one file; a last one says how many more there are."""
