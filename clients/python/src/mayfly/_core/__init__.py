"""What the blocking and the asyncio client share: everything but input and output.

``connection`` turns calls into bytes and bytes into answers; ``calls`` says what is sent and how it
may be repeated; ``operations`` are the client's methods, written as generators that yield what is
to be done and are sent what came of it. A front (``mayfly.app``, ``mayfly.aio``) runs them.
"""
