"""Agent frameworks: a tool call is checked before any of the tool's code runs.

``openai_agents``, ``langgraph`` and ``crewai`` put a ``ToolPolicy`` in front of the tools of the
framework that they are named after; ``mcp`` is for servers of the Model Context Protocol. Each
imports its framework when it is used, and not before.
"""

from mayfly.integrations.policy import ToolPolicy, ToolRefusal

__all__ = ["ToolPolicy", "ToolRefusal"]
