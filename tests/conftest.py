"""Every run draws the same examples: a gate that fails must fail again. ``--hypothesis-seed`` draws others."""

from __future__ import annotations

from hypothesis import settings

settings.register_profile("same", derandomize=True, deadline=None)
settings.load_profile("same")
