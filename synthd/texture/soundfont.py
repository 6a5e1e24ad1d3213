"""Writes a SoundFont 2.01 file; knows its format and nothing of what sounds.

A font is a list of presets, each of one instrument of its own: layers, and in each layer the samples
that share the keyboard. What a layer sets is given in units of the ear and turned into generators here.
"""

import math
import struct
import sys
from array import array
from dataclasses import dataclass

GUARD = 16  # frames repeated before and after a loop, so that interpolation finds what it would in it
SILENCE = 46  # zeros that must follow each sample
KEYS = (0, 127)

# FluidSynth's envelopes fall 96 dB in the time of their generator; here times are those of 60 dB.
FALL_DB, HEARD_DB = 96, 60
# What it makes of an attenuation in a font, as EMU's cards did.
ATTENUATION = 0.4
# Index of a modulator's source: a controller's number, how it runs through 0 to 127.
FROM_KEY, FROM_SOFTNESS = 0x0003, 0x0102


def timecents(seconds):
    return round(1200 * math.log2(seconds))


def fall_timecents(seconds):
    return timecents(seconds * FALL_DB / HEARD_DB)


def pitch_cents(hertz):
    """Absolute cents: 0 is MIDI key 0, 8.176 Hz."""
    return round(6900 + 1200 * math.log2(hertz / 440))


# What a layer may set: the generator's number, and how the value becomes its amount.
GENERATORS = {
    'vibrato_cents': (6, round),
    'cutoff_hz': (8, pitch_cents),
    'resonance_db': (9, lambda db: round(10 * db)),
    'lfo_to_cutoff_cents': (10, round),
    'sweep_to_cutoff_cents': (11, round),
    'pan': (17, lambda ratio: round(500 * ratio)),  # -1 left, 1 right
    'lfo_delay_s': (21, timecents),
    'lfo_hz': (22, pitch_cents),
    'vibrato_delay_s': (23, timecents),
    'vibrato_hz': (24, pitch_cents),
    'sweep_attack_s': (26, timecents),  # the envelope that moves the filter
    'sweep_decay_s': (28, timecents),
    'sweep_sustain_ratio': (29, lambda ratio: round(1000 * (1 - ratio))),
    'sweep_release_s': (30, timecents),
    'attack_s': (34, timecents),
    'hold_s': (35, timecents),
    'decay_s': (36, fall_timecents),
    'sustain_db': (37, lambda db: round(-10 * db)),
    'release_s': (38, fall_timecents),
    'decay_by_key': (40, lambda ratio: round(100 * ratio)),  # 1: an octave up from 60 halves the decay
    'level_db': (48, lambda db: round(-10 * db / ATTENUATION)),
    'coarse_semitones': (51, round),
    'fine_cents': (52, round),
    'cents_by_key': (56, round),  # 100: tuned as a piano; 0: every key the same
}
START, START_COARSE, KEY_RANGE, INSTRUMENT, SAMPLE, SAMPLE_MODES = 0, 4, 43, 41, 53, 54
ENDS, LOOPS = 0, 1

# What a layer may let move its low-pass: source, and cents of it for the whole range of the source.
MODULATORS = {
    'softness_to_cutoff_cents': (FROM_SOFTNESS, lambda cents: -round(cents)),
    'cutoff_by_key': (FROM_KEY, lambda ratio: round(12800 * ratio)),  # 1: the cutoff moves with the key
}
CUTOFF = 8
MIDDLE_KEY = 60  # here a cutoff that moves with the key is the one given


@dataclass(frozen=True)
class Sample:
    """One recording, so to speak."""

    name: str
    frames: list  # -1 to 1
    rate_hz: int
    root_key: int
    loop_from: int = 0  # its end leads back to here; None: it ends
    keys: tuple = KEYS  # first and last that it plays


@dataclass(frozen=True)
class Layer:
    wave: str  # whose samples it plays
    settings: dict  # names of GENERATORS and MODULATORS; start: 0 to 1 of the loop; keys: first and last


@dataclass(frozen=True)
class Preset:
    number: int
    name: str
    meaning: str
    keys: tuple  # where music plays it; it sounds on all keys
    layers: tuple
    bank: int = 0


def chunk(name, data):
    return name.encode() + struct.pack('<I', len(data)) + data + b'\0' * (len(data) & 1)


def chunks(kind, *parts):
    return chunk('LIST', kind.encode() + b''.join(parts))


def text(string):
    data = string.encode('ascii') + b'\0'
    return data + b'\0' * (len(data) & 1)


def name20(string):
    data = string.encode('ascii')
    if len(data) >= 20:
        raise ValueError(f'{string} is too long for a SoundFont')
    return data


def pcm(sample):
    """Its frames as 16 bit with guards around the loop, and where that lies: (frames, first, end)."""
    frames = [round(32767 * value) for value in sample.frames]
    if max(frames) > 32767 or min(frames) < -32768:
        raise ValueError(f'{sample.name} is too loud')
    if sample.loop_from is None:
        return frames, 0, 0
    before = frames[-GUARD:] if sample.loop_from == 0 else []
    after = frames[sample.loop_from:sample.loop_from + GUARD]
    return before + frames + after, len(before) + sample.loop_from, len(before) + len(frames)


def info(about):
    return chunks('INFO', chunk('ifil', struct.pack('<HH', 2, 1)), chunk('isng', text('EMU8000')),
                  *(chunk(name, text(value)) for name, value in about.items()))


class Tables:
    """The lists that make a font: what is added comes with the index of what it refers to."""

    def __init__(self):
        self.frames = array('h')
        self.headers = b''
        self.sample_indices = {}  # id of a Sample: its index
        self.bags = {'p': b'', 'i': b''}
        self.generators = {'p': b'', 'i': b''}
        self.modulators = b''

    def add_sample(self, sample):
        if id(sample) in self.sample_indices:
            return
        first = len(self.frames)
        frames, loop_first, loop_end = pcm(sample)
        end = first + len(frames)
        self.frames.extend(frames + [0] * SILENCE)
        self.sample_indices[id(sample)] = len(self.sample_indices)
        self.headers += struct.pack('<20sIIIIIBbHH', name20(sample.name), first, end,
                                    first + loop_first, first + loop_end, sample.rate_hz,
                                    sample.root_key, 0, 0, 1)

    def n_bags(self, level):
        return len(self.bags[level]) // 4

    def add_bag(self, level, generators, modulators=()):
        self.bags[level] += struct.pack('<HH', len(self.generators[level]) // 4,
                                        len(self.modulators) // 10 if level == 'i' else 0)
        for number, amount in generators:
            self.generators[level] += struct.pack('<Hh', number, amount)
        for source, amount in modulators:
            self.modulators += struct.pack('<HHhHH', source, CUTOFF, amount, 0, 0)

    def add_layer(self, layer, samples):
        settings = dict(layer.settings)
        start, keys = settings.pop('start', 0), settings.pop('keys', KEYS)
        modulators = [(source, amount(settings.pop(name)))
                      for name, (source, amount) in MODULATORS.items() if name in settings]
        amounts = {GENERATORS[name][0]: GENERATORS[name][1](value) for name, value in settings.items()}
        for source, amount in modulators:
            if source == FROM_KEY:
                amounts[CUTOFF] -= amount * MIDDLE_KEY // 128
        for sample in samples:
            self.add_sample(sample)
            coarse, fine = divmod(round(start * len(sample.frames)), 32768)
            offsets = {START: fine, START_COARSE: coarse}
            everything = sorted({**amounts, **(offsets if start else {})}.items())
            low, high = max(keys[0], sample.keys[0]), min(keys[1], sample.keys[1])
            self.add_bag('i', [(KEY_RANGE, high << 8 | low), *everything,
                               (SAMPLE_MODES, ENDS if sample.loop_from is None else LOOPS),
                               (SAMPLE, self.sample_indices[id(sample)])], modulators)


def font_bytes(about, presets, waves):
    """The file: about is {INFO chunk: text}, waves {name: [Sample]}."""
    tables, preset_entries, instruments = Tables(), b'', b''
    for index, preset in enumerate(presets):
        name = name20(preset.name)
        preset_entries += struct.pack('<20sHHHIII', name, preset.number, preset.bank, tables.n_bags('p'), 0, 0, 0)
        instruments += struct.pack('<20sH', name, tables.n_bags('i'))
        tables.add_bag('p', [(INSTRUMENT, index)])
        for layer in preset.layers:
            tables.add_layer(layer, waves[layer.wave])

    # each list ends with an empty entry, behind the last
    preset_entries += struct.pack('<20sHHHIII', b'EOP', 0, 0, tables.n_bags('p'), 0, 0, 0)
    instruments += struct.pack('<20sH', b'EOI', tables.n_bags('i'))
    tables.add_bag('p', [(0, 0)])
    tables.add_bag('i', [(0, 0)])
    headers = tables.headers + struct.pack('<20sIIIIIBbHH', b'EOS', *[0] * 9)
    no_modulator = struct.pack('<HHhHH', *[0] * 5)
    if sys.byteorder == 'big':
        tables.frames.byteswap()
    body = (info(about) + chunks('sdta', chunk('smpl', tables.frames.tobytes()))
            + chunks('pdta', chunk('phdr', preset_entries), chunk('pbag', tables.bags['p']),
                     chunk('pmod', no_modulator), chunk('pgen', tables.generators['p']),
                     chunk('inst', instruments), chunk('ibag', tables.bags['i']),
                     chunk('imod', tables.modulators + no_modulator), chunk('igen', tables.generators['i']),
                     chunk('shdr', headers)))
    return chunk('RIFF', b'sfbk' + body)
