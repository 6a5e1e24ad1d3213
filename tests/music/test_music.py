"""The music, judged by its notes alone; and the judge, by music that is damaged on purpose."""

import json
import unittest

import damage
import harmony
import journal
import limits
import pieces
import sweep
import table
import theory

# What each damage must break, among whatever else it breaks: every bound of every limit is here.
EXPECTED = {
    'random notes': ('adherence % low', 'pads, bells in chord % low', 'lead in chord % low',
                     'lead chromatic % high', 'chromatic resolved % low', 'pad steps semitones high',
                     'voicings misplaced high', 'close and low high', 'bass on root % low', 'steps % low',
                     'above a fifth % high', 'above an octave % high', 'lead why wrong high'),
    'wrong mode': ('tones off scale high', 'longest without character bars high', 'chords told wrong high',
                   'lead why wrong high'),
    'unresolved chromatics': ('chromatic resolved % low',),
    'lead of chord tones': ('lead in chord % high', 'lead in scale % low'),
    'lead beside the chord': ('lead in chord % low', 'lead in scale % high'),
    'lead between the tones': ('lead chromatic % high', 'chromatic resolved % low'),
    'lead in steps': ('steps % high',),
    'lead leaps': ('above a fifth % high', 'above an octave % high', 'steps % low'),
    'notes too high': ('notes out of range high',),
    'bass on fifths': ('bass on root % low', 'other why wrong high'),
    'bass on the tonic': ('bass on root % low',),
    'bass in thirds': ('close and low high',),
    'block chords': ('colour % low', 'pad steps semitones high', 'planing % high'),
    'planing': ('planing % high', 'common tone % low', 'pads, bells in chord % low'),
    'a voice less': ('voicings not of four high',),
    'foreign chords': ('semitone above root high', 'tritone in chord high', 'tones off scale high'),
    'short chords': ('chord shortest s low', 'chord mean bars low'),
    'long chords': ('chords over 40 s % high', 'chord mean bars high'),
    'shuffled chord order': ('moves forbidden high', 'chi-square p low'),
    'one chord for another': ('chi-square p low',),
    'there and back': ('backtrack p low',),
    'no characteristic chord': ('longest without character bars high',),
    'the same again': ('moves forbidden high',),
    'two chords': ('moves forbidden high',),
    'chords everywhere': ('moves forbidden high',),
    'hole': ('longest without pad s high',),
    'silence': ('longest silence s high', 'longest without pad s high'),
    'too many notes': ('notes at once high', 'events off the table % high'),
    'restless': ('notes at once high',),
    'long notes': ('longest note s high',),
    'loud and inaudible': ('velocities out of 20-100 high',),
    'louder': ('lead velocity off the table high',),
    'softer': ('lead velocity off the table low',),
    'like a machine': ('jitter pad ms low', 'jitter lead ms low', 'jitter bass ms low', 'jitter kick ms low'),
    'unsteady': ('jitter pad ms high', 'jitter lead ms high', 'jitter bass ms high', 'jitter kick ms high',
                 'onset off grid, most ms high'),
    'lead removed': ('bars without lead % high', 'events off the table % low', 'recall z low'),
    'lead everywhere': ('bars without lead % low', 'longest without breath s high'),
    'shuffled motifs': ('recall z low',),
    'loop': ('repeats of 32 bars high', 'bars as at one lag % high'),
    'sections of twelve': ('sections not of 16 bars high',),
    'a clearing too soon': ('arcs between clearings, least low',),
    'a clearing too long': ('longest clearing bars high',),
    'no clearing': ('arcs between clearings, most high',),
    'bells without end': ('bell strokes a minute high',),
    'no bells': ('bell strokes a minute low',),
    'kicks on every beat': ('kicks off the table high',),
    'no kicks': ('kicks off the table low',),
    'wrong why': ('lead why wrong high', 'other why wrong high'),
    'chords told wrong': ('chords told wrong high',),
}
# And what it must where a preset has limits of its own.
OWN = {
    'meditation': {
        'short chords': ('chord mean bars low',),
        'long chords': ('chord mean bars high',),
        'restless': ('onsets a second high',),
        'bass on fifths': ('bass on tonic % low',),
        'bass on the tonic': ('bass on tonic % high',),
    },
    'sleep': {
        'lead of chord tones': ('lead in chord % high', 'lead in scale % low'),
        'lead beside the chord': ('lead in chord % low', 'lead in scale % high'),
        'unresolved chromatics': ('lead chromatic % high',),
        'short chords': ('chord mean bars low',),
        'long chords': ('chord mean bars high',),
        'two chords': ('degrees low',),
        'chords everywhere': ('degrees high',),
        'lead everywhere': ('bars without lead % low',),
        'lead removed': ('bars without lead % high',),
        'kicks on every beat': ('kicks in 16 bars high',),
    },
}
COMPOSER = pieces.find_composer()


def bounds(rows_and_limits):
    """'measure side' of every bound."""
    return {f'{row.measure} {side}' for row, pair in rows_and_limits
            for side, value in zip(('low', 'high'), pair) if value is not None}


class Music(unittest.TestCase):
    def test_an_hour_of_every_preset_is_within_every_limit(self):
        columns = pieces.measure_all([pieces.Order(COMPOSER, preset, seed)
                                      for preset in pieces.PRESETS for seed in pieces.SEEDS])
        print('', *table.lines(columns), sep='\n', flush=True)
        self.assertEqual([], list(table.complaints(columns)))

    def test_more_intensity_is_more_notes_and_louder_ones(self):
        levels = sweep.sweep(COMPOSER, pieces.MINUTES)
        print('', *sweep.lines(levels), sep='\n', flush=True)
        for name in sweep.MUST_RISE:
            self.assertTrue(sweep.rises(levels, name), [level[name] for level in levels])


class Limits(unittest.TestCase):
    def test_every_bound_is_expected_to_be_broken_by_some_damage(self):
        default = bounds((row, (row.low, row.high)) for row in limits.ROWS)
        self.assertEqual(default, set().union(*EXPECTED.values()))
        for preset in pieces.PRESETS:
            own = bounds((row, row.bounds(preset)) for row in limits.ROWS if preset in row.presets)
            self.assertEqual(own, set().union(*OWN.get(preset, {}).values()), preset)

    def test_every_damage_breaks_the_limits_that_it_should(self):
        self.assertEqual(set(damage.DAMAGES), set(EXPECTED))
        cases = [('focus', EXPECTED)] + list(OWN.items())
        orders = [pieces.Order(COMPOSER, preset, damage=name) for preset, table_ in cases for name in table_]
        due = {(preset, name): set(bounds_) for preset, table_ in cases for name, bounds_ in table_.items()}
        for found in pieces.measure_all(orders):
            order = found.order
            broken = {f'{row.measure} {side}' for row, side, _ in found.broken()}
            with self.subTest(preset=order.preset, damage=order.damage):
                self.assertEqual(set(), due[order.preset, order.damage] - broken)

    def test_the_table_marks_and_names_what_is_broken(self):
        columns = [pieces.measure(pieces.Order(COMPOSER, 'focus', minutes=9, damage=name))
                   for name in ('', 'sections of twelve')]
        row = next(line for line in table.lines(columns) if line.startswith('| sections not of 16 bars'))
        self.assertRegex(row, r'^\| sections not of 16 bars +\| <= 0 +\| +0 \| +![1-9]\d* \|$')
        named = [line for line in table.complaints(columns) if 'sections' in line]
        self.assertEqual(len(named), 1, named)

    def test_what_does_not_rise_strictly_is_seen(self):
        def rises(*values):
            return sweep.rises([{'events': value} for value in values], 'events')
        self.assertTrue(rises(4, 9, 17))
        self.assertFalse(rises(4, 9, 9))
        self.assertFalse(rises(9, 4, 17))

    def test_the_chance_of_a_chi_square_is_that_of_printed_tables(self):
        for value, freedom, chance in ((18.307, 10, 0.05), (29.588, 10, 0.001), (124.342, 100, 0.05),
                                       (2.558, 10, 0.99), (11.070, 5, 0.05)):
            self.assertAlmostEqual(harmony.chi_square_p(value, freedom), chance, delta=0.1 * chance)  # it is an approximation

    def test_every_measure_has_its_row(self):
        found = pieces.measure(pieces.Order(COMPOSER, 'focus', minutes=2))
        self.assertEqual(sorted(row.measure for row in limits.ROWS), sorted(found.measures))


class Theory(unittest.TestCase):
    def test_chord_names_are_read(self):
        for name, root, kind, tones in (
                ('Am9', 9, 'ninth', {9, 11, 0, 7}), ('Bbmaj7', 10, 'seventh', {10, 2, 5, 9}),
                ('F#madd9', 6, 'add9', {6, 8, 9, 1}), ('Em11', 4, 'quartal', {4, 9, 2, 7}),
                ('B5', 11, 'fifth', {11, 6}), ('Bb5', 10, 'fifth', {10, 5}),
                ('Dbmaj7sus2', 1, 'sus2_7', {1, 3, 8, 0}),
                ('C', 0, 'triad', {0, 4, 7}), ('G7', 7, 'foreign', {7, 11, 2, 5})):
            with self.subTest(name):
                self.assertEqual(theory.chord(name), (root, kind, frozenset(tones)))
        for name in ('H', 'Cmaj13', '', 'cm'):
            with self.assertRaises(ValueError):
                theory.chord(name)

    def test_characteristic_chords_hold_the_tone_that_sets_the_mode_apart(self):
        for name, mode, own in (('D', 'dorian', True), ('D7sus2', 'dorian', False), ('Am', 'dorian', False),
                                ('B', 'lydian', True), ('Fmaj7', 'aeolian', True), ('Bb', 'phrygian', True),
                                ('G', 'mixolydian', True), ('E', 'ionian', True), ('E7sus2', 'ionian', False)):
            with self.subTest(f'{name} in A {mode}'):
                self.assertEqual(theory.is_characteristic(name, 'A', mode), own)

    def test_forbidden_chords_are_known(self):
        self.assertTrue(theory.has_tritone('G7'))
        self.assertTrue(theory.has_semitone_above_root('Emb9'))
        self.assertFalse(theory.has_tritone('Gmaj9'))
        self.assertTrue(theory.is_diminished(6, 'ionian'))


SECOND = 44096  # a multiple of 64
BAR = 4 * SECOND


def phrase(number, start, chords, notes=(), ends=(), **more):
    """A journal line: chords as (bar, name), two bars each; notes as (frame, frames, midi, role)."""
    return json.dumps({
        'type': 'phrase', 'stream': 'a', 'phrase': number, 'start_frame': start, 'frames': 8 * BAR,
        'bar_frames': [start + at * BAR for at in range(8)], 'bar_bpm': [60] * 8, 'key': 'A',
        'mode': 'dorian', 'section': 0, 'arc': 0, 'seed': '1',
        'chords': [{'frame': start + at * BAR, 'frames': 2 * BAR, 'name': name} for at, name in chords],
        'notes': [{'frame': frame, 'frames': frames, 'midi': midi, 'velocity': 50, 'role': role, 'why': ''}
                  for frame, frames, midi, role in notes],
        'ends': [{'frame': frame, 'role': role, 'midi': midi} for frame, role, midi in ends], **more})


def spans(notes):
    return [(note.frame, note.end, note.midi) for note in notes]


class Journal(unittest.TestCase):
    def test_a_later_phrase_takes_back_what_earlier_ones_hold_after_its_start(self):
        first = phrase(0, 0, [(0, 'Am9'), (2, 'D')], [(0, 20 * SECOND, 60, 'pad'), (2 * BAR, BAR, 62, 'pad')])
        second = phrase(1, BAR, [(0, 'Em7')], [(BAR, BAR, 64, 'pad')], key='C')
        piece = journal.read([first, second])
        self.assertEqual(spans(piece.notes), [(0, 20 * SECOND, 60), (BAR, 2 * BAR, 64)])
        self.assertEqual([(chord.frame, chord.end, chord.name) for chord in piece.chords],
                         [(0, BAR, 'Am9'), (BAR, 3 * BAR, 'Em7')])
        self.assertEqual([bar.frame for bar in piece.bars], [at * BAR for at in range(9)])
        self.assertEqual(piece.end, 9 * BAR)
        self.assertEqual((piece.span_at(BAR - 1).key, piece.span_at(BAR).key), ('A', 'C'))

    def test_ends_move_the_end_of_notes_that_sound(self):
        held = [(0, 4 * BAR, 60, 'pad'), (0, 4 * BAR, 60, 'bell'), (0, BAR, 64, 'pad')]
        lines = [phrase(0, 0, [(0, 'Am9')], held),
                 phrase(1, BAR, [(0, 'Em7')], [], [(2 * BAR, 'pad', 60), (2 * BAR, 'pad', 64)])]
        self.assertEqual(spans(journal.read(lines).of('pad')), [(0, 2 * BAR, 60), (0, BAR, 64)])
        self.assertEqual(spans(journal.read(lines).of('bell')), [(0, 4 * BAR, 60)])

    def test_an_end_is_taken_back_by_a_phrase_before_it_and_kept_by_one_after(self):
        lines = [phrase(0, 0, [(0, 'Am9')], [(0, 4 * BAR, 60, 'pad')]),
                 phrase(1, BAR, [(0, 'Em7')], [], [(2 * BAR, 'pad', 60)])]
        taken = journal.read([*lines, phrase(2, BAR, [(0, 'D')])])
        kept = journal.read([*lines, phrase(2, 3 * BAR, [(0, 'D')])])
        self.assertEqual((taken.notes[0].end, kept.notes[0].end), (4 * BAR, 2 * BAR))

    def test_a_phrase_that_begins_inside_a_bar_lists_no_bar_twice(self):
        lines = [phrase(0, 0, [(0, 'Am9')]),
                 phrase(1, BAR + SECOND, [(0, 'Em7')], bar_frames=[BAR, 2 * BAR], bar_bpm=[60, 60])]
        self.assertEqual([bar.frame for bar in journal.read(lines).bars], [0, BAR, 2 * BAR])

    def test_a_chord_that_goes_on_into_another_phrase_is_one(self):
        def struck(frame):
            return [(frame + 64, 2 * BAR, midi, 'pad') for midi in (52, 57, 60, 67)]
        begun = phrase(0, 0, [(6, 'Am9')], struck(6 * BAR))
        goes_on = journal.read([begun, phrase(1, 8 * BAR, [(0, 'Am9')])])
        again = journal.read([begun, phrase(1, 8 * BAR, [(0, 'Am9')], struck(8 * BAR))])
        self.assertEqual((len(goes_on.chords), len(again.chords)), (1, 2))
        self.assertEqual(goes_on.bars_of(goes_on.chords[0]), 4)

    def test_chords_around_a_change_are_known(self):
        def change(effective, settled):
            return json.dumps({'type': 'params', 'sample_rate': 44100, 'effective_frame': effective,
                               'settled_frame': settled})
        piece = journal.read([change(0, 0), phrase(0, 0, [(0, 'Am9'), (2, 'D'), (4, 'Em7'), (6, 'G')]),
                              change(3 * BAR, 5 * BAR)])
        self.assertEqual([piece.changing(chord) for chord in piece.chords], [False, True, True, False])

    def test_a_half_written_last_line_is_dropped(self):
        whole = phrase(0, 0, [(0, 'Am9')])
        self.assertEqual(len(journal.read([whole, whole[:40]]).chords), 1)
        with self.assertRaises(ValueError):
            journal.read([whole[:40], whole])


if __name__ == '__main__':
    unittest.main()
