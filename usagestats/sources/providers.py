"""Whose model it is, by its name: for logs that do not say it themselves.

A table, for no package serves: those that price models (genai-prices was tried) tell who sells them, know fewer names
with a route before them, and take longer to load than a small home takes to read.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

HOUSES = (
    ("anthropic", re.compile(r"claude")),
    ("openai", re.compile(r"gpt|chatgpt|codex|o\d|computer-use-preview")),
    ("google", re.compile(r"gemini|gemma|learnlm")),
    ("alibaba", re.compile(r"qwen|qwq")),
    ("xai", re.compile(r"grok")),
    ("deepseek", re.compile(r"deepseek")),
    ("mistral_ai", re.compile(r"(?:open-)?mi[sx]tral|(?:code|dev|magi|mini)stral|pixtral|voxtral")),
    ("moonshot_ai", re.compile(r"kimi|moonshot")),
    ("zhipu", re.compile(r"glm|zai-glm|chatglm")),
    ("minimax", re.compile(r"minimax")),
    ("cohere", re.compile(r"command-[ar]")),
    ("perplexity", re.compile(r"sonar")),
    ("amazon", re.compile(r"nova-(?:micro|lite|pro|premier)")),
    ("microsoft", re.compile(r"phi-\d")),
    ("nvidia", re.compile(r"nemotron|llama-[\d.]+-nemotron")),
    ("meta", re.compile(r"llama")),
)
"""Provider and how the names of its models begin; spelled as in the GenAI conventions, where they have the provider."""

CONVENTIONS: Final[Mapping[str, str]] = {
    "gcp.gemini": "google",
    "gcp.vertex_ai": "google",
    "gcp.gen_ai": "google",
    "gemini": "google",
    "vertex_ai": "google",
    "x_ai": "xai",
    "az.ai.openai": "azure.ai.openai",
    "az.ai.inference": "azure.ai.inference",
}
"""Names of the GenAI conventions, older ones too → ours, where they differ."""

_ROUTE = re.compile(r"^(?:[^/]*/)*(?:(?:[a-z]+\.)+(?=[a-z]))?")


@lru_cache(maxsize=4096)
def provider(model: str | None, otherwise: str | None) -> str | None:
    """The house that a model's name begins with, else ``otherwise``: the house whose API the agent speaks.

    A route or region before the name (``openrouter/``, ``us.anthropic.``) does not count.

    >>> provider("claude-opus-4-5", None), provider("o3-mini", "anthropic"), provider("house-model", "anthropic")
    ('anthropic', 'openai', 'anthropic')
    >>> provider("us.anthropic.claude-sonnet-4-5-v1:0", None)
    'anthropic'
    """
    if not model:
        return otherwise
    bare = _ROUTE.sub("", model.strip().lower())
    return next((house for house, beginning in HOUSES if beginning.match(bare)), otherwise)


def folded(named: str | None) -> str | None:
    """A provider as the source names it, by our name; nothing, and a name that says nothing, are None.

    >>> folded("gcp.vertex_ai"), folded("OpenAI"), folded("aws.bedrock"), folded("_OTHER")
    ('google', 'openai', 'aws.bedrock', None)
    """
    bare = named.strip().lower() if named else ""
    return None if bare in {"", "_other", "unknown"} else CONVENTIONS.get(bare, bare)
