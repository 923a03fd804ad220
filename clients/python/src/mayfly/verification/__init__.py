"""Verification where the resources are: without asking the broker, and with its word on what ended.

``chain`` verifies a token and its lineage with nothing but public keys; ``revocations`` follows the
stream of ends; ``verifier`` puts both together, with a cache.
"""
