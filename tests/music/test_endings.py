"""How the music comes to an end when it is asked to, and begins again: read from the journal alone."""

import bisect
import functools
import unittest

import journal
import steered
import theory

TEMPI = (60, 90, 120)
SEEDS = (42, 7)
AHEAD_S = (0, 30, 120, 1200)
LONG_S = 120  # from here on there is time to thin out
ASKED_S = 200.3
REST_S = 90  # from the end to `begin`
AFTER_S = 330  # and what is composed from there on
RING_S = 20.5  # no note is longer
MOST_BPM_A_BAR = 4
FIRST_BARS, LATER_BARS = 16, 64
THIRDS = 3


class Ending:
    def __init__(self, seed, tempo, ahead_s):
        self.tempo, self.ahead_s = tempo, ahead_s
        steps = [{'at': ASKED_S, 'op': 'end', 'after_ms': 1000 * ahead_s},
                 {'at': ASKED_S + ahead_s + REST_S, 'op': 'begin'}]
        minutes = (steps[1]['at'] + AFTER_S) / 60
        self.piece = journal.read(steered.compose(steps, minutes, f'params.seed={seed}', f'params.bpm={tempo}'))
        self.end, self.begin = self.piece.changes[-2:]
        self.asked = int(ASKED_S * steered.RATE_HZ)
        self.goal = max(self.asked + ahead_s * steered.RATE_HZ, steered.soonest(ASKED_S))
        again = self.begin['effective_frame']
        self.notes = [note for note in self.piece.notes if note.frame < again]
        self.later = [note for note in self.piece.notes if note.frame >= again]
        self.last_onset = self.notes[-1].frame
        self.last_chord = self.piece.chord_at(self.last_onset)
        self.last_bar = self.piece.bar_at(self.last_onset)

    def late_s(self):
        """From the time asked for to the last onset."""
        return self.piece.seconds(self.last_onset - self.goal)

    def bar_s(self):
        return self.piece.seconds(self.last_bar.end - self.last_bar.frame)

    def onsets_a_minute(self, begin, end):
        frames = [note.frame for note in self.notes]
        count = bisect.bisect_left(frames, end) - bisect.bisect_left(frames, begin)
        return count / (self.piece.seconds(end - begin) / 60)

    def before(self):
        return self.onsets_a_minute(0, self.asked)

    def thirds(self):
        """Onsets a minute in each third of the way from the request to the last chord."""
        step = (self.last_chord.frame - self.asked) // THIRDS
        return [self.onsets_a_minute(self.asked + number * step, self.asked + (number + 1) * step)
                for number in range(THIRDS)] if self.ahead_s else [0] * THIRDS

    def bars(self):
        """From the request to the last onset."""
        return [bar for bar in self.piece.bars if self.end['effective_frame'] <= bar.frame <= self.last_onset]

    def onsets_in_bars(self, first, end):
        """In 16 bars on average, counted from the beginning after the rest."""
        lines = [bar.frame for bar in self.piece.bars if bar.frame >= self.begin['effective_frame']]
        inside = sum(lines[first] <= note.frame < lines[end] for note in self.later)
        return inside * FIRST_BARS / (end - first)

    def row(self):
        first, _, last = self.thirds()
        return [self.tempo, self.ahead_s, f'{self.late_s():.2f}', f'{self.late_s() / self.bar_s():.2f}',
                self.last_chord.name, f'{self.piece.seconds(self.last_chord.frame - self.goal):.2f}',
                f'{self.before():.0f}', f'{first:.0f}', f'{last:.0f}',
                f'{self.last_bar.bpm:.1f}', f'{self.onsets_in_bars(0, FIRST_BARS):.0f}',
                f'{self.onsets_in_bars(FIRST_BARS, LATER_BARS):.0f}']


@functools.lru_cache(maxsize=None)
def endings():
    return [(seed, Ending(seed, tempo, ahead_s)) for seed in SEEDS for tempo in TEMPI for ahead_s in AHEAD_S]


def each_ending(least_s=0):
    """A test of every ending that is asked for so long ahead."""
    def of(test):
        @functools.wraps(test)
        def run(self):
            for seed, ending in endings():
                if ending.ahead_s >= least_s:
                    with self.subTest(seed=seed, tempo=ending.tempo, ahead_s=ending.ahead_s):
                        test(self, ending)
        return run
    return of


class Endings(unittest.TestCase):
    def test_a_table_of_all_endings(self):
        steered.table(['seed', 'bpm', 'asked s ahead', 'last onset s after', 'in bars', 'last chord',
                       'begins s after', 'onsets a minute before', 'first third', 'last third', 'last bpm',
                       'after begin: onsets in the first 16 bars', 'in 16 later ones'],
                      *([seed, *ending.row()] for seed, ending in endings()))

    @each_ending()
    def test_the_last_onset_lies_within_a_bar_of_the_time_asked_for(self, ending):
        self.assertLessEqual(abs(ending.late_s()), ending.bar_s())

    @each_ending()
    def test_no_note_begins_once_it_is_said_to_be_complete(self, ending):
        self.assertLess(ending.last_onset, ending.end['settled_frame'])

    @each_ending()
    def test_the_last_chord_is_the_tonic(self, ending):
        chord = ending.last_chord
        self.assertEqual(theory.degree(theory.chord(chord.name)[0], chord.key, chord.mode), 0, chord.name)
        self.assertEqual(chord, [other for other in ending.piece.chords if other.frame <= ending.last_onset][-1])

    @each_ending(LONG_S)
    def test_the_texture_thins(self, ending):
        first, _, last = ending.thirds()
        self.assertLess(last, first)
        self.assertLess(last, ending.before() / 2)

    @each_ending(1)
    def test_the_tempo_falls_and_by_four_a_bar_at_most(self, ending):
        tempi = [bar.bpm for bar in ending.bars()]
        self.assertEqual(tempi, sorted(tempi, reverse=True))
        self.assertLess(tempi[-1], ending.tempo)
        self.assertLessEqual(max((one - two for one, two in zip(tempi, tempi[1:])), default=0), MOST_BPM_A_BAR + 1e-9)

    @each_ending()
    def test_nothing_begins_in_the_rest_and_nothing_sounds_on(self, ending):
        piece = ending.piece
        silent_from = max(note.end for note in ending.notes)
        self.assertLess(piece.seconds(silent_from - ending.last_onset), RING_S)
        self.assertGreater(piece.seconds(ending.begin['effective_frame'] - silent_from), REST_S / 2)
        self.assertEqual([chord.name for chord in piece.chords
                          if silent_from <= chord.frame < ending.begin['effective_frame']], [])

    @each_ending()
    def test_it_begins_again_at_the_next_bar_line(self, ending):
        lines = [bar.frame for bar in ending.piece.bars]
        asked = ASKED_S + ending.ahead_s + REST_S
        frame = ending.begin['effective_frame']
        self.assertEqual(frame, next(line for line in lines if line >= steered.soonest(asked)))
        self.assertLess(ending.later[0].frame, lines[lines.index(frame) + 1])

    @each_ending()
    def test_it_grows_out_of_the_rest(self, ending):
        self.assertLess(ending.onsets_in_bars(0, FIRST_BARS), ending.onsets_in_bars(FIRST_BARS, LATER_BARS))

    @each_ending()
    def test_bars_and_phrases_join(self, ending):
        self.assertEqual(steered.broken_bars(ending.piece), [])
        self.assertEqual(steered.broken_spans(ending.piece), [])


if __name__ == '__main__':
    steered.main()
