"""Ed25519 as RFC 8032, section 5.1 writes it: slow, and of nobody's library."""

import hashlib

P = 2**255 - 19
L = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P
BASE_Y = 4 * pow(5, P - 2, P) % P


def _base_x():
    square = (BASE_Y * BASE_Y - 1) * pow(D * BASE_Y * BASE_Y + 1, P - 2, P) % P
    x = pow(square, (P + 3) // 8, P)
    if (x * x - square) % P:
        x = x * pow(2, (P - 1) // 4, P) % P
    return P - x if x % 2 else x


_X = _base_x()
BASE = (_X, BASE_Y, 1, _X * BASE_Y % P)


def _add(a, b):
    e = (a[1] - a[0]) * (b[1] - b[0]) % P
    f = (a[1] + a[0]) * (b[1] + b[0]) % P
    g = 2 * a[3] * b[3] * D % P
    h = 2 * a[2] * b[2] % P
    return ((f - e) * (h - g), (h + g) * (f + e), (h - g) * (h + g), (f - e) * (f + e))


def _times(number, point):
    result = (0, 1, 1, 0)
    while number:
        if number & 1:
            result = _add(result, point)
        point = _add(point, point)
        number >>= 1
    return result


def _compress(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, "little")


def _expand(seed):
    digest = hashlib.sha512(seed).digest()
    scalar = int.from_bytes(digest[:32], "little")
    scalar = scalar & ((1 << 254) - 8) | 1 << 254
    return scalar, digest[32:]


def public_key(seed):
    """The 32 bytes of the public key of a 32-byte seed."""
    return _compress(_times(_expand(seed)[0], BASE))


def sign(seed, message):
    """The one signature, 64 bytes, that this key has for this message."""
    scalar, prefix = _expand(seed)
    public = public_key(seed)
    nonce = int.from_bytes(hashlib.sha512(prefix + message).digest(), "little") % L
    commitment = _compress(_times(nonce, BASE))
    digest = hashlib.sha512(commitment + public + message).digest()
    response = (nonce + int.from_bytes(digest, "little") * scalar) % L
    return commitment + response.to_bytes(32, "little")
