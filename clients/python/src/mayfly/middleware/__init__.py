"""Resource servers: a verified bearer token before anything of the application runs.

``asgi`` for FastAPI, Starlette and the like, ``wsgi`` for Flask and the like, ``grpc`` for both
kinds of gRPC servers. Behind each the holder of the token is who acts, so ``@requires`` guards
handlers.
"""
