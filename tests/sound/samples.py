"""What no tool of others measures: clicks, edges, copies, what left and right share, and the pitches.

`frames` is [n][2] of 16 bits, left and right; all is done in stretches, so that hours fit into memory.
"""

import numpy as np

HEADER_BYTES = 44
FULL_SCALE = 32768
BLOCK = 64  # frames that the synth makes at once
STRETCH = BLOCK * 8192  # frames at a time: 12 s

# Clicks: a bend is a second difference; it is large beside those of its surroundings.
LEAST_BEND = 12 / FULL_SCALE  # what rounding and dither do to a bend, with room
GUARD = BLOCK  # frames of a stretch's borders that have no surroundings

# Repeats: places that the samples themselves choose, so that they are found again wherever a copy lies.
WINDOW = 16  # frames that are compared at a place
CHOSEN_ONE_IN = 64  # places
PLACES_TO_BE_A_COPY = 3  # in a row, the same distance back

# Pitches
FFT_FRAMES = 65536  # bins of 0.7 Hz: a semitone at 55 Hz is five of them
LOWEST_HZ, HIGHEST_HZ = 50, 2000
A4_HZ, A4_CLASS = 440, 9
SEMITONES = 12


def frames_of(path):
    """[n][2] samples of a WAV file, left in the file."""
    return np.memmap(path, dtype='<i2', mode='r', offset=HEADER_BYTES).reshape(-1, 2)


def stretches(frames):
    """(first frame, samples from -1 to 1) of stretches, which overlap by 2 * GUARD."""
    step = STRETCH - 2 * GUARD
    for first in range(0, max(len(frames) - 2 * GUARD, 1), step):
        yield first, frames[first:first + STRETCH].astype(np.float32) / FULL_SCALE


def in_common(products):
    power = np.sqrt(products[0, 0] * products[1, 1])
    return float(products[0, 1] / power) if power > 0 else 1.0


def correlation(frames):
    """Of left and right, and the least of any 12 s: 1 is mono, 0 nothing in common, -1 cancels in mono."""
    parts = []
    for first in range(0, len(frames), STRETCH):
        part = frames[first:first + STRETCH].astype(np.float32) / FULL_SCALE
        parts.append(part.T @ part)
    return {'correlation': in_common(sum(parts)), 'correlation, least': min(map(in_common, parts))}


def surroundings(bends):
    """What is usual around each frame: the larger median of the blocks before and after its own."""
    whole = len(bends) // BLOCK
    medians = np.median(bends[:whole * BLOCK].reshape(whole, BLOCK), axis=1)
    beside = np.empty(whole)
    beside[1:-1] = np.maximum(medians[:-2], medians[2:])
    beside[0], beside[-1] = np.inf, np.inf
    usual = np.full(len(bends), np.inf)
    usual[:whole * BLOCK] = np.repeat(np.maximum(beside, LEAST_BEND), BLOCK)
    return usual


class Edges:
    """How sharp the bends are at the multiples of some length, beside those everywhere."""

    def __init__(self, length):
        self.length, self.there, self.n = length, 0.0, 0

    def add(self, first, sharpness):
        """sharpness[i] is that of frame first + i; the step into a border bends it and the frame before."""
        at = np.arange(-first % self.length, len(sharpness), self.length)
        at = at[at >= 1]
        self.there += float((sharpness[at] + sharpness[at - 1]).sum())
        self.n += 2 * len(at)

    def ratio(self, usual):
        return self.there / self.n / usual if self.n and usual > 0 else 1.0


def bends(frames, rate_hz):
    """Clicks and edges: the sharpest bend, and the mean ones at borders of chunks and blocks."""
    sharpest, total, n = 0.0, 0.0, 0
    edges = {'edge at chunks': Edges(rate_hz // 10), 'edge at blocks': Edges(BLOCK)}
    for first, part in stretches(frames):
        if len(part) < 4 * BLOCK:
            continue
        for side in part.T:
            bend = np.zeros(len(side))
            bend[1:-1] = np.abs(side[:-2] - 2 * side[1:-1] + side[2:])
            sharp = (bend / surroundings(bend))[GUARD:len(side) - GUARD]
            sharpest = max(sharpest, float(sharp.max()))
            total, n = total + float(sharp.sum()), n + len(sharp)
            for edge in edges.values():
                edge.add(first + GUARD, sharp)
    usual = total / n if n else 0
    return {'sharpest bend': sharpest, **{name: edge.ratio(usual) for name, edge in edges.items()}}


def choose(words, first):
    """(places, what stands there) of the places that their own samples choose."""
    mixed = words.astype(np.uint64)
    code = np.zeros(len(words) - WINDOW + 1, dtype=np.uint64)
    for i in range(WINDOW):
        code = code * np.uint64(0x9e3779b97f4a7c15) + mixed[i:i + len(code)]
    code ^= code >> np.uint64(29)
    code *= np.uint64(0xbf58476d1ce4e5b9)
    code ^= code >> np.uint64(32)
    moves = words[:len(code)] != words[WINDOW - 1:]  # digital silence repeats itself
    at = np.flatnonzero(moves & (code % np.uint64(CHOSEN_ONE_IN) == 0))
    return at + first, code[at]


def repeated_frames(frames):
    """How many frames are copies, to the bit, of frames before them."""
    words = np.ascontiguousarray(frames).view('<u4').reshape(-1)
    found = [choose(words[first:first + STRETCH + WINDOW - 1], first)
             for first in range(0, len(words) - WINDOW, STRETCH)]
    if not found:
        return 0
    places, codes = (np.concatenate(part) for part in zip(*found))
    order = np.lexsort((places, codes))
    same = codes[order][1:] == codes[order][:-1]
    later, earlier = order[1:][same], order[:-1][same]
    by_place = np.argsort(later)
    back = (places[later] - places[earlier])[by_place]
    copies = row = 0
    for number, distance in enumerate(back):
        row = row + 1 if number and distance == back[number - 1] else 1
        if row >= PLACES_TO_BE_A_COPY:
            copies += PLACES_TO_BE_A_COPY if row == PLACES_TO_BE_A_COPY else 1
    return copies * CHOSEN_ONE_IN


def classes_of_bins(rate_hz):
    """The pitch class of each bin of the spectrum, C = 0; -1 beyond the range."""
    hz = np.fft.rfftfreq(FFT_FRAMES, 1 / rate_hz)
    inside = (hz >= LOWEST_HZ) & (hz <= HIGHEST_HZ)
    classes = np.full(len(hz), -1)
    classes[inside] = np.round(SEMITONES * np.log2(hz[inside] / A4_HZ) + A4_CLASS).astype(int) % SEMITONES
    return classes


def scale_percent(frames, rate_hz, spans):
    """How much of the energy lies on the scale that is claimed: spans are (first frame, end, pitch classes).

    Only spectra that lie in one span count.
    """
    classes, window = classes_of_bins(rate_hz), np.hanning(FFT_FRAMES)
    inside = total = 0.0
    for first, end, scale in spans:
        for at in range(first, min(end, len(frames)) - FFT_FRAMES + 1, FFT_FRAMES // 2):
            power = np.abs(np.fft.rfft(frames[at:at + FFT_FRAMES].mean(axis=1) * window)) ** 2
            chroma = np.bincount(classes[classes >= 0], power[classes >= 0], SEMITONES)
            inside += chroma[sorted(scale)].sum()
            total += chroma.sum()
    return 100 * inside / total if total > 0 else 100.0
