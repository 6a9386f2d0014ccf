"""How hypothesis works in every test: the same examples each time and no clock, so that a run says something of the code only.

`HYPOTHESIS_PROFILE=explore` looks for new examples; a machine's speed never fails a test.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

settings.register_profile(
    "house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
settings.register_profile("explore", parent=settings.get_profile("house"), derandomize=False, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "house"))
