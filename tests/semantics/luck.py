"""The luck of a patient, computed anew from docs/random.md, so that every waiting time is known.

This shares no code with the simulator: addresses, mixing and generator are written a second time,
and with them E and the uniform of any site and visit.
"""
import math

from scipy.stats import norm

WORD = (1 << 64) - 1
LIFE, BASELINE = 1, 2
LABEL = 0x100
SEED = 1


def _mix_state(x):
    x = ((x ^ x >> 30) * 0xBF58476D1CE4E5B9) & WORD
    x = ((x ^ x >> 27) * 0x94D049BB133111EB) & WORD
    return x ^ x >> 31


def _mix_stream(x):
    x = ((x ^ x >> 33) * 0xFF51AFD7ED558CCD) & WORD
    x = ((x ^ x >> 33) * 0xC4CEB9FE1A85EC53) & WORD
    return x ^ x >> 33


def _site(path, labels):
    symbols = list(path.encode())
    for label in labels:
        symbols += [LABEL, *label.encode()]
    value = 0
    for symbol in symbols:
        value = _mix_state(((value ^ symbol) + 0x9E3779B97F4A7C15) & WORD)
    return value


def uniform(path, patient=0, visit=0, labels=(), purpose=LIFE, seed=SEED):
    """The uniform at an address of the first draw and replicate."""
    state, stream = 0, 0
    for field in (seed, purpose, 0, 0, patient, _site(path, labels), visit):
        state = _mix_state(((state ^ field) + 0x9E3779B97F4A7C15) & WORD)
        stream = _mix_stream(((stream + field) & WORD) ^ 0x6A09E667F3BCC909)
    word = (state * 6364136223846793005 + (stream | 1)) & WORD
    word = (((word >> ((word >> 59) + 5)) ^ word) * 12605985483714917081) & WORD
    word = word >> 43 ^ word
    return (word >> 11) * 2.0**-53 or 2.0**-54


def hazard(path, patient=0, visit=0, labels=()):
    """E of a clock: the hazard it has to spend."""
    return -math.log(uniform(path, patient, visit, labels))


def score(path, patient=0, visit=0, loading=0.0, latent=0.0, purpose=LIFE):
    """The normal score of a draw that loads on one latent: high means later, larger, true."""
    own = -norm.ppf(uniform(path, patient, visit, purpose=purpose))
    return loading * latent + math.sqrt(1 - loading**2) * own


def latent(name, patient=0):
    """The value of an uncorrelated latent attribute."""
    return score("population." + name, patient, purpose=BASELINE)
