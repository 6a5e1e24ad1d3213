"""The texture font is a sound SoundFont: read as a file, and heard through FluidSynth's own program."""

import array
import cmath
import math
import os
import pathlib
import struct
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
FONT = pathlib.Path(os.environ.get('AURALIS_BUILD', ROOT / 'build/dev'), 'synthd/auralis-texture.sf2')
MAX_BYTES = 500_000
RATE_HZ = 44100
PRESETS = {0: 'Sine', 1: 'Saw', 2: 'Square', 3: 'Noise', 8: 'Pad', 9: 'Air', 10: 'Lead', 11: 'Bass',
           12: 'Bell', 13: 'Swell', 14: 'Kick', 15: 'Brush'}
KEYS = {'Lead': (59, 71, 85), 'Bass': (29, 50), 'Bell': (74, 85, 96), 'Swell': (36, 77), 'Kick': (36,),
        'Brush': (60,), 'Pad': (48, 62, 63, 89), 'Air': (60, 74, 75, 89)}
HELD = ('Sine', 'Saw', 'Square', 'Noise', 'Pad', 'Air', 'Bass', 'Swell')  # as long as the key is
NOISY = ('Noise', 'Pad', 'Air', 'Swell')  # loops of a second or more
SILENT_DB = -90


def number_of(name):
    return next(number for number, known in PRESETS.items() if known == name)


# -- the file, read without the code that wrote it ------------------------------------------------


def chunks(data, offset=0):
    """[(name, data)] of a RIFF body; its sizes must add up."""
    found = []
    while offset < len(data):
        name, size = struct.unpack_from('<4sI', data, offset)
        offset += 8
        if offset + size > len(data):
            raise ValueError(f'{name} reaches beyond its list')
        found.append((name.decode(), data[offset:offset + size]))
        offset += size + size % 2
    return found


def records(data, layout):
    """Entries of a list, without the last, which only ends it."""
    return list(struct.iter_unpack('<' + layout, data))[:-1]


def text(data):
    return data.split(b'\0')[0].decode()


class Font:
    def __init__(self, path):
        data = path.read_bytes()
        (name, body), = chunks(data)
        if name != 'RIFF' or body[:4] != b'sfbk':
            raise ValueError('no SoundFont')
        lists = {data[:4].decode(): dict(chunks(data, 4)) for name, data in chunks(body, 4) if name == 'LIST'}
        self.info = lists['INFO']
        self.frames = array.array('h', lists['sdta']['smpl'])
        self.lists = lists['pdta']
        self.presets = [(text(name), number, bank) for name, number, bank, *_ in
                        records(self.lists['phdr'], '20sHHHIII')]
        self.samples = records(self.lists['shdr'], '20sIIIIIBbHH')
        self.sample_modes = self.zones()

    def zones(self):
        """{index of a sample: whether it loops}."""
        found = {}
        bags = [first for first, _ in struct.iter_unpack('<HH', self.lists['ibag'])]
        generators = list(struct.iter_unpack('<Hh', self.lists['igen']))
        for first, end in zip(bags, bags[1:]):
            zone = dict(generators[first:end])
            found[zone[53]] = zone.get(54, 0) == 1
        return found


class TheFile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.font = Font(FONT)

    def test_is_small_and_the_same_each_time(self):
        with tempfile.TemporaryDirectory() as folder:
            again = pathlib.Path(folder, 'again.sf2')
            subprocess.run([ROOT / 'scripts/texture-font', again], check=True)
            self.assertEqual(again.read_bytes(), FONT.read_bytes())
        self.assertLess(FONT.stat().st_size, MAX_BYTES)

    def test_says_what_it_is_and_under_which_licence(self):
        self.assertEqual(struct.unpack('<HH', self.font.info['ifil']), (2, 1))
        self.assertEqual(text(self.font.info['INAM']), 'Auralis Texture')
        self.assertEqual(text(self.font.info['IENG']), 'Auralis')
        self.assertIn('Auralis authors', text(self.font.info['ICOP']))
        self.assertIn('MIT', text(self.font.info['ICMT']))
        self.assertTrue(all(len(value) % 2 == 0 for value in self.font.info.values()))

    def test_holds_each_preset_under_its_number(self):
        self.assertEqual({number: name for name, number, bank in self.font.presets if bank == 0}, PRESETS)
        self.assertEqual([name for name, _, bank in self.font.presets if bank == 128], ['Drums'])

    def test_its_samples_lie_apart_with_silence_between(self):
        behind = 0
        for name, first, end, loop_first, loop_end, rate_hz, *_ in self.font.samples:
            with self.subTest(text(name)):
                self.assertGreaterEqual(first, behind)
                self.assertEqual(set(self.font.frames[end:end + 46]), {0})
                self.assertTrue(first <= loop_first <= loop_end <= end)
                self.assertTrue(400 <= rate_hz <= 50000)
                behind = end + 46
        self.assertEqual(behind, len(self.font.frames))

    def test_a_loop_leads_to_its_beginning_and_what_ends_ends_in_silence(self):
        for index, (name, first, end, loop_first, loop_end, *_) in enumerate(self.font.samples):
            frames = self.font.frames
            with self.subTest(text(name)):
                if not self.font.sample_modes[index]:
                    self.assertLess(max(map(abs, frames[end - 8:end])), 4)
                    self.assertLess(max(map(abs, frames[first:first + 8])), 1000)
                    continue
                # interpolation reads on behind the loop and before it
                self.assertEqual(frames[loop_end:loop_end + 8], frames[loop_first:loop_first + 8])
                self.assertGreaterEqual(loop_first - first, 8)
                bends = curvature(frames[loop_first:loop_end])
                seam = curvature(frames[loop_end - 2:loop_end] + frames[loop_first:loop_first + 2])
                self.assertLessEqual(max(seam), max(bends))

    def test_what_is_like_noise_repeats_after_a_second_or_later(self):
        for name, _, _, loop_first, loop_end, rate_hz, *_ in self.font.samples:
            if text(name).split()[0] in ('noise', 'pad', 'air', 'wind'):
                with self.subTest(text(name)):
                    self.assertGreaterEqual(loop_end - loop_first, rate_hz)

    def test_no_sample_has_direct_current(self):
        for name, first, end, *_ in self.font.samples:
            with self.subTest(text(name)):
                frames = self.font.frames[first:end]
                self.assertLess(abs(sum(frames)) / len(frames), 0.01 * max(frames))


# -- the sound, through FluidSynth's program -------------------------------------------------------


def delta(ticks):
    """A time in a MIDI file: seven bits a byte, the highest first."""
    data = [ticks & 127]
    while ticks := ticks >> 7:
        data.insert(0, ticks & 127 | 128)
    return bytes(data)


def midi_file(cases, each_s):
    """cases: [(preset, key, velocity, seconds held)], one after the other, each_s apart."""
    ticks_a_second = 960
    track, now = b'', 0
    for i, (name, key, velocity, held_s) in enumerate(cases):
        onset = i * each_s * ticks_a_second
        for ticks, data in ((onset, bytes([0xC0, number_of(name)])), (onset, bytes([0x90, key, velocity])),
                            (onset + round(held_s * ticks_a_second), bytes([0x80, key, 0]))):
            track += delta(ticks - now) + data
            now = ticks
    track += delta(len(cases) * each_s * ticks_a_second - now) + b'\xff\x2f\0'
    return (b'MThd' + struct.pack('>IHHH', 6, 0, 1, ticks_a_second // 2) + b'MTrk'
            + struct.pack('>I', len(track)) + track)


def render(cases, each_s, channels=1):
    """(frames of each case, what FluidSynth said); both sides mixed to one, or interleaved."""
    with tempfile.TemporaryDirectory() as folder:
        midi, raw = pathlib.Path(folder, 'notes.mid'), pathlib.Path(folder, 'sound.raw')
        midi.write_bytes(midi_file(cases, each_s))
        said = subprocess.run(
            ['fluidsynth', '-ni', '-F', raw, '-T', 'raw', '-O', 'float', '-r', str(RATE_HZ), '-g', '1',
             '-o', 'synth.reverb.active=0', '-o', 'synth.chorus.active=0', FONT, midi],
            check=True, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        frames = array.array('f', raw.read_bytes())
    if channels == 1:
        frames = array.array('f', map(lambda left, right: (left + right) / 2, frames[::2], frames[1::2]))
    return [between(frames, i * each_s, (i + 1) * each_s, channels) for i in range(len(cases))], said.stdout


def between(frames, first_s, end_s, channels=1):
    return frames[channels * round(first_s * RATE_HZ):channels * round(end_s * RATE_HZ)]


def peak_db(frames):
    return 20 * math.log10(max(max(frames), -min(frames), 1e-9))


def curvature(frames):
    """Sizes of the second differences: a click stands out in them."""
    return [abs(a - 2 * b + c) for a, b, c in zip(frames, frames[1:], frames[2:])]


def power_spectrum(frames):
    """Energy by frequency of a power of 2 of frames, through a window that leaks nothing far away."""
    n = len(frames)
    window = [0.35875 - 0.48829 * math.cos(2 * math.pi * i / n) + 0.14128 * math.cos(4 * math.pi * i / n)
              - 0.01168 * math.cos(6 * math.pi * i / n) for i in range(n)]

    def transform(values):
        if len(values) == 1:
            return values
        even, odd = transform(values[::2]), transform(values[1::2])
        turned = [value * cmath.exp(-2j * math.pi * i / len(values)) for i, value in enumerate(odd)]
        return [a + b for a, b in zip(even, turned)] + [a - b for a, b in zip(even, turned)]

    return [abs(value) ** 2 for value in transform([f * w for f, w in zip(frames, window)])[:n // 2]]


def zero_crossings_s(frames):
    """Moments at which the sign changes, between two frames."""
    return [(i + a / (a - b)) / RATE_HZ for i, (a, b) in enumerate(zip(frames, frames[1:])) if a * b < 0]


def after_onset(frames, seconds):
    onset = next(i for i, value in enumerate(frames) if abs(value) > 1e-5)
    return frames[onset:onset + round(seconds * RATE_HZ)]


class TheSound(unittest.TestCase):
    def test_each_preset_sounds_on_its_keys_and_is_silent_after_its_release(self):
        for name in PRESETS.values():
            keys = KEYS.get(name, (36, 60, 96))
            each_s = 16 if name == 'Bell' else 10
            heard, said = render([(name, key, 60, 2) for key in keys], each_s, channels=2)
            with self.subTest(name):
                self.assertNotRegex(said.lower(), 'warning|error|fail')
            for key, frames in zip(keys, heard):
                with self.subTest(name, key=key):
                    self.assertGreater(peak_db(between(frames, 0, 2, 2)), -45)
                    self.assertLess(peak_db(between(frames, each_s - 1, each_s, 2)), SILENT_DB)

    def test_what_is_held_has_no_click_and_no_direct_current(self):
        heard, _ = render([(name, 36 if name == 'Bass' else 60, 80, 7) for name in HELD], 8)
        for name, frames in zip(HELD, heard):
            with self.subTest(name):
                steady = between(frames, 5, 7)
                bends = curvature(steady)
                usual = math.sqrt(sum(bend * bend for bend in bends) / len(bends))
                edges = [max(bends[i:i + 4410]) for i in range(0, len(bends) - 4409, 4410)]
                if name in NOISY:  # one frame in a million reaches 5
                    self.assertLess(max(edges), 6 * usual)
                else:  # a saw has edges, all alike
                    self.assertLess(max(edges), 1.2 * min(edges))
                self.assertLess(abs(sum(steady)) / len(steady), 0.005 * max(steady))

    def test_a_saw_folds_nothing_down_between_its_partials(self):
        keys = (72, 84, 96, 101, 108)
        heard, _ = render([('Saw', key, 127, 1.5) for key in keys], 3)
        for key, frames in zip(keys, heard):
            first = round(0.8 * RATE_HZ)  # before its vibrato
            spectrum = power_spectrum(frames[first:first + 8192])
            partial = 440 * 2 ** ((key - 69) / 12) * 8192 / RATE_HZ
            other = sum(power for i, power in enumerate(spectrum)
                        if abs(i - partial * max(1, round(i / partial))) > 10)
            with self.subTest(key=key):
                self.assertLess(10 * math.log10(other / sum(spectrum)), -60)

    def test_what_has_a_pitch_is_in_tune(self):
        cases = (('Sine', 69), ('Saw', 62), ('Square', 63), ('Pad', 60), ('Air', 75), ('Lead', 64), ('Bass', 50),
                 ('Bell', 81))
        heard, _ = render([(name, key, 80, 1) for name, key in cases], 6)
        for (name, key), frames in zip(cases, heard):
            first = round(0.6 * RATE_HZ)
            hertz = 440 * 2 ** ((key - 69) / 12)
            spectrum = power_spectrum(frames[first:first + 16384])
            bins = range(round(0.9 * hertz * 16384 / RATE_HZ), round(1.1 * hertz * 16384 / RATE_HZ))
            top = max(bins, key=lambda i: spectrum[i])
            below, at, above = (math.log(spectrum[i]) for i in (top - 1, top, top + 1))
            found = (top + 0.5 * (below - above) / (below - 2 * at + above)) * RATE_HZ / 16384
            with self.subTest(name):
                self.assertAlmostEqual(1200 * math.log2(found / hertz), 0, delta=4)

    def test_the_kick_falls_from_150_to_50_hertz_in_100_ms(self):
        (frames,), _ = render([('Kick', 36, 100, 1)], 2)
        crossings = zero_crossings_s(after_onset(frames, 0.4))
        halves = [(a, 0.5 / (b - a)) for a, b in zip(crossings, crossings[1:])]
        self.assertAlmostEqual(halves[0][1], 140, delta=15)
        for at_s, hertz in halves:
            falling = 150 * 3 ** -min(1, (at_s + 0.25 / hertz) / 0.1)
            self.assertAlmostEqual(hertz, falling, delta=0.07 * falling)

    def test_struck_sounds_begin_softly(self):
        names = ('Lead', 'Bass', 'Kick', 'Brush', 'Bell')
        heard, _ = render([(name, KEYS[name][0], 100, 1) for name in names], 4)
        for name, frames in zip(names, heard):
            soon = after_onset(frames, 0.03)
            with self.subTest(name):
                self.assertLess(peak_db(soon[:round(0.0014 * RATE_HZ)]), peak_db(soon) - 10)

    def test_what_is_wide_keeps_its_strength_in_mono(self):
        names = ('Pad', 'Air', 'Lead', 'Swell', 'Bell')
        heard, _ = render([(name, KEYS[name][0], 80, 4) for name in names], 8, channels=2)
        for name, sides in zip(names, heard):
            left, right = sides[::14], sides[1::14]
            apart = sum(a * a + b * b for a, b in zip(left, right)) / 2
            together = sum((a + b) ** 2 for a, b in zip(left, right)) / 4
            with self.subTest(name):
                self.assertGreater(10 * math.log10(together / apart), -1.5)


if __name__ == '__main__':
    unittest.main()
