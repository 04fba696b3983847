"""The project's counter-based random numbers (Sources/Tensors/CounterRandom.swift), bit for bit in numpy.

Golden scripts define their inputs by (seed, stream) instead of storing them: the Swift tests draw the same
numbers. Philox4x32-10 makes the integers; AS 241 (PPND16) makes the normals, from + - * / sqrt on doubles
only, so that both languages round alike.

    python counter_random.py --write FILE.json   writes the known answers that the Swift tests check
"""

import argparse
import json

import numpy as np

MASK = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)


def philox(seed, stream, index):
    """Blocks `index` (array of uint64) of (seed, stream): four uint32 words each, [n, 4]."""
    index = np.asarray(index, np.uint64)
    words = [index & MASK, index >> HALF, np.full_like(index, stream & 0xFFFFFFFF), np.full_like(index, stream >> 32)]
    key = [seed & 0xFFFFFFFF, seed >> 32]
    for _ in range(10):
        a = np.uint64(0xD2511F53) * words[0]
        b = np.uint64(0xCD9E8D57) * words[2]
        words = [
            (b >> HALF) ^ words[1] ^ np.uint64(key[0]), b & MASK,
            (a >> HALF) ^ words[3] ^ np.uint64(key[1]), a & MASK,
        ]
        key = [(key[0] + 0x9E3779B9) & 0xFFFFFFFF, (key[1] + 0xBB67AE85) & 0xFFFFFFFF]
    return np.stack(words, axis=-1).astype(np.uint32)


def uniforms(seed, stream, count, offset=0):
    """Numbers offset ... offset + count - 1 of the stream, uniform in (0, 1), float64 [count]."""
    first, last = offset >> 1, (offset + count + 1) >> 1
    words = philox(seed, stream, np.arange(first, last, dtype=np.uint64)).astype(np.uint64).reshape(-1, 2)
    bits = (words[:, 1] << HALF | words[:, 0]) >> np.uint64(12)
    start = offset - 2 * first
    return ((bits.astype(np.float64) + 0.5) * 2.0**-52)[start : start + count]


def normals(seed, stream, shape, offset=0):
    """The same numbers as `CounterRandom(seed:stream:).normals(shape:offset:)`, float64."""
    return normal_quantile(uniforms(seed, stream, int(np.prod(shape)), offset)).reshape(shape)


CENTRE = (
    (3.3871328727963666080e0, 1.3314166789178437745e2, 1.9715909503065514427e3, 1.3731693765509461125e4,
     4.5921953931549871457e4, 6.7265770927008700853e4, 3.3430575583588128105e4, 2.5090809287301226727e3),
    (1.0, 4.2313330701600911252e1, 6.8718700749205790830e2, 5.3941960214247511077e3,
     2.1213794301586595867e4, 3.9307895800092710610e4, 2.8729085735721942674e4, 5.2264952788528545610e3))
MIDDLE = (
    (1.42343711074968357734e0, 4.63033784615654529590e0, 5.76949722146069140550e0, 3.64784832476320460504e0,
     1.27045825245236838258e0, 2.41780725177450611770e-1, 2.27238449892691845833e-2, 7.74545014278341407640e-4),
    (1.0, 2.05319162663775882187e0, 1.67638483018380384940e0, 6.89767334985100004550e-1,
     1.48103976427480074590e-1, 1.51986665636164571966e-2, 5.47593808499534494600e-4, 1.05075007164441684324e-9))
TAIL = (
    (6.65790464350110377720e0, 5.46378491116411436990e0, 1.78482653991729133580e0, 2.96560571828504891230e-1,
     2.65321895265761230930e-2, 1.24266094738807843860e-3, 2.71155556874348757815e-5, 2.01033439929228813265e-7),
    (1.0, 5.99832206555887937690e-1, 1.36929880922735805310e-1, 1.48753612908506148525e-2,
     7.86869131145613259100e-4, 1.84631831751005468180e-5, 1.42151175831644588870e-7, 2.04426310338993978564e-15))


def ratio(r, coefficients):
    numerator, denominator = (np.zeros_like(r) for _ in range(2))
    for a, b in zip(reversed(coefficients[0]), reversed(coefficients[1])):
        numerator = numerator * r + a
        denominator = denominator * r + b
    return numerator, denominator


def normal_quantile(p):
    p = np.asarray(p, np.float64)
    q = p - 0.5
    numerator, denominator = ratio(0.180625 - q * q, CENTRE)
    result = q * numerator / denominator
    outer = np.abs(q) > 0.425
    tail = np.where(q < 0, p, 1 - p)[outer]
    r = np.sqrt(-exact_log(tail))
    near, far = ratio(r - 1.6, MIDDLE), ratio(r - 5, TAIL)
    magnitude = np.where(r <= 5, near[0] / near[1], far[0] / far[1])
    result[outer] = np.where(q[outer] < 0, -magnitude, magnitude)
    return result


def exact_log(x):
    mantissa, exponent = np.frexp(x)
    mantissa, exponent = mantissa * 2, exponent - 1.0
    high = mantissa > 1.4142135623730951
    mantissa = np.where(high, mantissa / 2, mantissa)
    exponent = np.where(high, exponent + 1, exponent)
    t = (mantissa - 1) / (mantissa + 1)
    square = t * t
    total = np.zeros_like(t)
    for k in range(23, 0, -2):
        total = total * square + 1 / k
    return exponent * 0.69314718055994530942 + 2 * t * total


def known_answers():
    """Bit patterns of a few streams: every branch of the quantile, odd offsets, large addresses."""
    cases = []
    for seed, stream, offset, count in [(0, 0, 0, 64), (7, 3, 1, 63), (2**64 - 1, 2**40 + 5, 2**34 + 1, 40)]:
        values = normals(seed, stream, (count,), offset)
        cases.append({
            "seed": str(seed), "stream": str(stream), "offset": str(offset),
            "bits": [f"{b:016x}" for b in values.view(np.uint64)]})
    # Sums over a long run catch a rare difference in the tails: normals beyond |z| = 5 need many draws.
    p = np.concatenate([2.0 ** -np.arange(2, 53), 1 - 2.0 ** -np.arange(2, 53)])
    long_run = normals(1, 2, (100_000,)).view(np.uint64)
    return {
        "cases": cases,
        "quantiles": [[f"{a:016x}", f"{b:016x}"] for a, b in zip(p.view(np.uint64), normal_quantile(p).view(np.uint64))],
        "xorOf100000": {"seed": "1", "stream": "2", "bits": f"{np.bitwise_xor.reduce(long_run):016x}",
                        "wrappingSum": f"{np.add.reduce(long_run):016x}"},
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--write", required=True, metavar="FILE.json")
    with open(parser.parse_args().write, "w") as file:
        json.dump(known_answers(), file, indent=1)
        file.write("\n")
