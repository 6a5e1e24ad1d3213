"""Synthesises what the texture font plays: short loops, and strokes that end.

Every A has a whole number of frames at these rates, so that loops of whole periods are exactly in
tune; spectra are made on the frequencies that fit into their loop, which therefore has no seam.
"""

import cmath
import math
import random

from soundfont import Sample

CYCLE_RATE_HZ = 44000
SMOOTH_KEY = 57  # its period has 200 frames
LAST_KEY = 127
LOUDEST = 0.95


def key_hz(key):
    return 440 * 2 ** ((key - 69) / 12)


def levelled(frames, rms):
    now = math.sqrt(sum(x * x for x in frames) / len(frames))
    return [x * rms / now for x in frames]


def as_loud_as_fits(takes):
    """Several lists of frames, equally loud, and together as loud as 16 bits hold."""
    equal = [levelled(frames, 1) for frames in takes]
    gain = LOUDEST / max(max(max(frames), -min(frames)) for frames in equal)
    return [[x * gain for x in frames] for frames in equal]


def octaves(roots):
    """(root, (first key, last key)) of samples an octave apart; the outer ones reach to the ends."""
    spans = [[root, root - 6, root + 5] for root in roots]
    spans[0][1], spans[-1][2] = 0, LAST_KEY
    return [(root, (first, last)) for root, first, last in spans]


# -- single periods ----------------------------------------------------------------------------


def whole_periods(hertz, partials):
    """A sum of sines, {multiple: amplitude}, for as many periods as let each end where it begins."""
    periods = 1
    while periods * CYCLE_RATE_HZ % hertz or any(periods * multiple % 1 for multiple in partials):
        periods += 1
    n_frames = round(periods * CYCLE_RATE_HZ / hertz)
    turn = [math.sin(2 * math.pi * i / n_frames) for i in range(n_frames)]
    return [sum(amplitude * turn[round(i * periods * multiple) % n_frames]
                for multiple, amplitude in partials.items()) for i in range(n_frames)]


def cycle(name, root_key, partials):
    """One wave for the whole keyboard: few partials, so that none comes near to folding."""
    frames, = as_loud_as_fits([whole_periods(key_hz(root_key), partials)])
    return [Sample(name, frames, CYCLE_RATE_HZ, root_key)]


def bright_cycles(name, amplitude_of, highest_hz=10000):
    """The same wave every octave, each with the partials below highest_hz: none folds.

    They are recorded an octave or more below, with so many frames a period that interpolation finds
    smooth curves and makes no images.
    """
    spans = octaves(range(33, 118, 12))  # A1 to A9
    roots = [min(root - 12, SMOOTH_KEY) for root, _ in spans]
    takes = []
    for root, (middle, _) in zip(roots, spans):
        partials = {n: amplitude_of(n) for n in range(1, max(1, int(highest_hz / key_hz(middle))) + 1)}
        takes.append(whole_periods(key_hz(root), {n: a for n, a in partials.items() if a}))
    return [Sample(f'{name} {middle}', frames, CYCLE_RATE_HZ, root, keys=keys)
            for root, (middle, keys), frames in zip(roots, spans, as_loud_as_fits(takes))]


# -- spectra ------------------------------------------------------------------------------------


def transform(spectrum):
    """The inverse discrete Fourier transform, not divided by the length, a power of 2."""
    if len(spectrum) == 1:
        return spectrum
    even, odd = transform(spectrum[::2]), transform(spectrum[1::2])
    turn = 2j * math.pi / len(spectrum)
    turned = [value * cmath.exp(turn * i) for i, value in enumerate(odd)]
    return [a + b for a, b in zip(even, turned)] + [a - b for a, b in zip(even, turned)]


class Spectrum:
    """How much of each frequency that fits is in a loop of n_frames, a power of 2."""

    def __init__(self, rate_hz, n_frames):
        self.rate_hz, self.n_frames = rate_hz, n_frames
        self.step_hz = rate_hz / n_frames
        # nothing in the uppermost tenth, of which interpolation makes images
        self.magnitudes = [0.0] * int(0.45 * n_frames)
        self.highest_hz = 0.45 * rate_hz

    def add_breath(self, magnitude_at):
        """Noise, of a magnitude by frequency, Hz."""
        for i in range(1, len(self.magnitudes)):
            self.magnitudes[i] += magnitude_at(i * self.step_hz)

    def add_band(self, hertz, width_cents, amplitude, steady):
        """A partial as many players have it: a line with `steady` of its energy, in a hill of near pitches."""
        width = max(1, hertz * (2 ** (width_cents / 1200) - 1) / self.step_hz)
        centre = round(hertz / self.step_hz)
        reach = min(int(3 * width) + 1, centre - 1, len(self.magnitudes) - 1 - centre)
        near = [math.exp(-0.5 * (i / width) ** 2) for i in range(-reach, reach + 1)]
        spread = amplitude * math.sqrt((1 - steady) / sum(value * value for value in near))
        for i, value in enumerate(near, centre - reach):
            self.magnitudes[i] += spread * value
        self.magnitudes[centre] += amplitude * math.sqrt(steady)

    def add_ensemble(self, root_hz, amplitude_at, width_cents, steady):
        """Many players on one tone, its partials of amplitude_at(number, Hz)."""
        for number in range(1, int(self.highest_hz / root_hz)):
            # upper partials spread less than in proportion: they would become noise
            self.add_band(number * root_hz, width_cents / number ** 0.4,
                          amplitude_at(number, number * root_hz), steady)

    def loop(self, seed):
        """The frames, with phases thrown with the seed; there is no direct current."""
        dice = random.Random(seed)
        spectrum = [magnitude * cmath.exp(2j * math.pi * dice.random()) for magnitude in self.magnitudes]
        spectrum += [0] * (self.n_frames - len(spectrum))
        return [value.real for value in transform(spectrum)]


def hill(hertz, centre_hz, octaves_wide):
    return math.exp(-0.5 * (math.log2(hertz / centre_hz) / octaves_wide) ** 2)


def pad_partial(number, hertz):
    """Strings and warm brass: falling, fuller about 500 Hz, hardly anything above 5 kHz."""
    return number ** -1.1 * (1 + 0.8 * hill(hertz, 500, 0.6)) / (1 + (hertz / 3000) ** 4)


def air_partial(number, hertz):
    """Glass and far voices: octaves stand out, with a vowel at 700 Hz and a gleam at 2.8 kHz."""
    octave = {1: 1, 2: 0.9, 4: 0.5, 8: 0.22}.get(number, 0.25 * number ** -0.8)
    return octave * (0.5 + hill(hertz, 700, 0.7) + 0.5 * hill(hertz, 2800, 0.4)) / (1 + (hertz / 6000) ** 4)


def pad(root_key):
    spectrum = Spectrum(16384, 32768)
    spectrum.add_ensemble(key_hz(root_key), pad_partial, 9, 0.65)
    return spectrum


def air(root_key):
    spectrum = Spectrum(20480, 32768)
    spectrum.add_ensemble(key_hz(root_key), air_partial, 14, 0.4)
    spectrum.add_breath(lambda hertz: 0.0011 * hill(hertz, 3000, 0.9))
    return spectrum


def wind(root_key):
    """Breath that has a pitch, without being a tone."""
    spectrum = Spectrum(8192, 16384)
    spectrum.add_ensemble(key_hz(root_key), lambda number, _: number ** -1.3, 90, 0)
    spectrum.add_breath(lambda hertz: 0.012 * hill(hertz, 440, 1.2))
    return spectrum


def white(_root_key):
    """Noise from 100 Hz up, softer where interpolation makes images; a loop of a second."""
    spectrum = Spectrum(32768, 32768)
    spectrum.add_breath(lambda hertz: 1 / (1 + (100 / hertz) ** 4) / (1 + (hertz / 9000) ** 6))
    return spectrum


def loops(name, spectrum_of, roots):
    spectra = [spectrum_of(root) for root in roots]
    takes = as_loud_as_fits([spectrum.loop(f'{name} {root}') for spectrum, root in zip(spectra, roots)])
    return [Sample(f'{name} {root}', frames, spectrum.rate_hz, root, keys=keys)
            for (root, keys), spectrum, frames in zip(octaves(roots), spectra, takes)]


# -- strokes ------------------------------------------------------------------------------------

LEAD_RATE_HZ, LEAD_STROKE_S = 22000, 0.45
# Felt on tines; 7.03 and 9.1 are the metal, 0.52 is the felt. Multiple of the pitch, amplitude at the
# stroke and in the loop, seconds to fall by 60 dB.
LEAD_PARTIALS = [(1, 1.0, 0.8, 2.0), (2, 0.45, 0.16, 1.2), (3, 0.22, 0.03, 0.8), (4, 0.16, 0.02, 0.7),
                 (5, 0.07, 0, 0.4), (6, 0.05, 0, 0.4), (7.03, 0.06, 0, 0.3), (9.1, 0.02, 0, 0.2),
                 (0.52, 0.12, 0, 0.12)]


def struck(root_key):
    """A stroke that leads into a loop, which holds what of it lasts: (frames, frames before the loop)."""
    turn = 2 * math.pi * key_hz(root_key) / LEAD_RATE_HZ
    periods = 200 * key_hz(root_key) / LEAD_RATE_HZ
    n_stroke = round(LEAD_STROKE_S * LEAD_RATE_HZ)
    frames = [0.0] * (n_stroke + round(math.ceil(periods) / key_hz(root_key) * LEAD_RATE_HZ))
    for multiple, first, last, fall_s in LEAD_PARTIALS:
        fall = math.log(1000) / (fall_s * LEAD_RATE_HZ)
        for i in range(len(frames)):
            left = max(0, 1 - i / n_stroke) ** 2 * math.exp(-fall * i)
            frames[i] += (last + (first - last) * left) * math.sin(multiple * turn * i)
    return frames, n_stroke


def lead(name, roots):
    strokes = [struck(root) for root in roots]
    takes = as_loud_as_fits([frames for frames, _ in strokes])
    return [Sample(f'{name} {root}', frames, LEAD_RATE_HZ, root, n_stroke, keys)
            for (root, keys), frames, (_, n_stroke) in zip(octaves(roots), takes, strokes)]


KICK_RATE_HZ, KICK_S, KICK_RISE_S, KICK_FADE_S = 11000, 0.7, 0.006, 0.2
KICK_HZ, KICK_LAST_HZ, KICK_FALL_S = 150, 50, 0.1


def kick(name, root_key):
    """A drum's head let go: its pitch falls evenly to the ear, and stays."""
    frames, phase = [], 0.0
    for i in range(round(KICK_S * KICK_RATE_HZ)):
        t_s = i / KICK_RATE_HZ
        rise = math.sin(math.pi / 2 * min(1, t_s / KICK_RISE_S)) ** 2
        fade = math.sin(math.pi / 2 * min(1, (KICK_S - t_s) / KICK_FADE_S)) ** 2
        frames.append(rise * fade * math.exp(-t_s / 0.16) * math.sin(phase))
        hertz = KICK_HZ * (KICK_LAST_HZ / KICK_HZ) ** min(1, t_s / KICK_FALL_S)
        phase += 2 * math.pi * hertz / KICK_RATE_HZ
    frames, = as_loud_as_fits([frames])
    return [Sample(name, frames, KICK_RATE_HZ, root_key, loop_from=None)]


BRUSH_RATE_HZ, BRUSH_FRAMES, BRUSH_RISE_S, BRUSH_FALL_S = 16384, 8192, 0.03, 0.2
BRUSH_HZ, BRUSH_OCTAVES = 1800, 0.7


def brush(name, root_key):
    """A breath in a band, pressed so that it is as loud as a short sound must be."""
    spectrum = Spectrum(BRUSH_RATE_HZ, BRUSH_FRAMES)
    spectrum.add_breath(lambda hertz: hill(hertz, BRUSH_HZ, BRUSH_OCTAVES))
    frames = levelled(spectrum.loop(name), 1)
    for i, value in enumerate(frames):
        t_s = i / BRUSH_RATE_HZ
        rise = math.sin(math.pi / 2 * min(1, t_s / BRUSH_RISE_S)) ** 2
        fade = math.cos(math.pi / 2 * i / BRUSH_FRAMES) ** 2
        frames[i] = rise * fade * math.exp(-max(0, t_s - BRUSH_RISE_S) / BRUSH_FALL_S) * math.tanh(value)
    frames, = as_loud_as_fits([frames])
    return [Sample(name, frames, BRUSH_RATE_HZ, root_key, loop_from=None)]
