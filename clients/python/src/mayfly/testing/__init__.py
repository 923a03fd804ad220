"""For tests: a broker of their own, and what its operator does.

As a pytest plugin (it is one once the package is installed) there are the fixtures
``mayfly_broker`` and ``mayfly_app``.
"""

from mayfly.testing.broker import EmbeddedBroker
from mayfly.testing.operators import Operator, RegisteredApp

__all__ = ["EmbeddedBroker", "Operator", "RegisteredApp"]
