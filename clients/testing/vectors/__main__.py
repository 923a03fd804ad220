"""Writes frames.json, refusals.json and proofs.json of proto/vectors/.

The broker's own tests write chains.json; scenario.json and hostile.json are written by hand.

    python3 clients/testing/vectors            writes the files
    python3 clients/testing/vectors --check    fails where one differs from what would be written
"""

import json
import sys

import frames
import proofs
from protobuf import PROTO

FILES = {
    "frames.json": frames.frames,
    "refusals.json": frames.refusals,
    "proofs.json": proofs.proofs,
}


def main():
    stale = []
    for name, make in FILES.items():
        text = json.dumps(make(), indent=2, ensure_ascii=True) + "\n"
        path = PROTO / "vectors" / name
        if "--check" in sys.argv[1:]:
            if not path.exists() or path.read_text() != text:
                stale.append(name)
        else:
            path.write_text(text)
    if stale:
        sys.exit(f"not what clients/testing/vectors makes: {', '.join(stale)}")


main()
