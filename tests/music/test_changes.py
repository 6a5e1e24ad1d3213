"""What a change does to the music, read from the journal alone, beside the journal without it."""

import bisect
import functools
import json
import unittest

import journal
import layers
import steered
import theory

TEMPI = {60: (88, 66), 76: (112, 71), 90: (118, 62), 120: (84, 112)}  # what each goes to: there and back, roughly
SEED = 42
FIRST_S, APART_S, REST_S = 31, 83.7, 60
OVERLAP_S = 0.8
STRUCK_FRAMES = 2240  # a beat is written 25 ms after its grid, and humanised by as much
MOST_BPM_A_BAR = 4
KEY_BARS, MODE_BARS = 2, 4
COMMON_TONES = 2
TINTS = {'bright': {'ionian', 'lydian'}}  # presets whose sections may be in another mode
FIFTHS = 7  # semitones


def changes_for(tempo):
    """(what it is called, requests that are made within one bar), from A aeolian; each is made where the last led."""
    there, back = TEMPI[tempo]
    return [
        ('key, one fifth', [{'key': 'E'}]),
        ('key, three fifths', [{'key': 'C#'}]),
        ('key, a tritone', [{'key': 'G'}]),
        ('mode, near', [{'mode': 'dorian'}]),
        ('mode, far', [{'mode': 'lydian'}]),
        ('key and mode', [{'key': 'Bb', 'mode': 'phrygian'}]),
        ('tempo', [{'bpm': there}]),
        ('tempo back', [{'bpm': back}]),
        ('focus', [{'preset': 'focus'}]),
        ('meditation', [{'preset': 'meditation'}]),
        ('sleep', [{'preset': 'sleep'}]),
        ('bright', [{'preset': 'bright'}]),
        ('two keys in one bar', [{'key': 'D'}, {'key': 'F'}]),
        ('next', [None]),
    ]


def request(params, at):
    return {'at': round(at, 6), **({'op': 'next'} if params is None else {'params': params})}


def parent(key, mode):
    """The tonic of the major scale with the same tones."""
    return next(tonic for tonic in range(12)
                if frozenset((tonic + step) % 12 for step in theory.MODES['ionian']) == theory.scale(key, mode))


def fifths(one, other):
    """How far two (key, mode) lie apart on the circle of fifths."""
    way = (parent(*other) - parent(*one)) * FIFTHS % 12
    return min(way, 12 - way)


def reasons(lines):
    """Frame to `why` of every chord as it is listed and holds."""
    found = {}
    for phrase in (event for event in map(json.loads, lines) if event['type'] == 'phrase'):
        found = {frame: why for frame, why in found.items() if frame < phrase['start_frame']}
        found.update((chord['frame'], chord['why']) for chord in phrase['chords'])
    return found


class Change:
    """One change: the piece without it, the piece with it and nothing later, and what the journal says of it."""

    def __init__(self, name, asked, steps, before, lines):
        self.name, self.asked, self.at = name, asked, steps[-1]['at']
        self.before, self.piece = before, journal.read(lines)
        self.reasons = reasons(lines)
        self.events = self.piece.changes[-len(steps):]
        self.event = self.events[-1]
        self.effective, self.settled = self.event['effective_frame'], self.event['settled_frame']

    def reason_before(self, frame):
        """Why, as the journal says it, the chord before a frame is there: also when it is one that goes on."""
        return self.reasons[max(listed for listed in self.reasons if listed < frame)]

    def bars_from(self, frame):
        return self.piece.bars[bisect.bisect_left(self.piece.bars, frame, key=lambda bar: bar.frame):]

    def as_asked(self, bar):
        modes = {self.event['mode']} | TINTS.get(self.event['preset'], set())
        return bar.key == self.event['key'] and bar.mode in modes and bar.bpm == self.event['bpm']

    def arrival(self):
        """The bar line from which on everything is as asked."""
        bars = self.bars_from(self.effective)
        late = [number for number, bar in enumerate(bars) if not self.as_asked(bar)]
        return bars[late[-1] + 1].frame if late and late[-1] + 1 < len(bars) else bars[0].frame

    def turns(self):
        """(chord before, chord after) where key or mode changes, up to where all is as asked."""
        chords = self.piece.chords
        return [(one, two) for one, two in zip(chords, chords[1:])
                if self.effective <= two.frame <= self.arrival() and (one.key, one.mode) != (two.key, two.mode)]

    def bars_until(self, frame):
        """Whole bars from the change to a frame."""
        return sum(self.effective <= bar.frame and bar.end <= frame for bar in self.piece.bars)

    def keys_between(self):
        return max(0, len(self.turns()) - 1)

    def row(self):
        first_lines = {bar.frame for bar in self.before.bars} & {bar.frame for bar in self.piece.bars}
        seconds = self.piece.seconds
        return [self.name, f'{self.at:.1f}', f'{seconds(self.effective) - self.at:.2f}',
                'yes' if self.effective in first_lines else 'no',
                ', '.join(one.name for one, _ in self.turns()) or '-',
                f'{seconds(self.settled) - self.at:.2f}', self.bars_until(self.settled)]


def place_in_bar(piece, at, shares):
    """Seconds at these shares of the bar that is sounding then: of what is long enough ahead of its end."""
    bar = piece.bar_at(int(at * piece.rate_hz))
    begin = piece.seconds(bar.frame)
    room = piece.seconds(bar.end) - begin - steered.LEAD_S - steered.MARGIN_S - 0.01
    return [begin + share * room for share in shares]


@functools.lru_cache(maxsize=None)
def journey(tempo):
    """All changes at a tempo: [Change], and the piece with all of them."""
    settings = (f'params.seed={SEED}', f'params.bpm={tempo}', 'params.key=A', 'params.mode=aeolian')
    asked = changes_for(tempo)
    minutes = (FIRST_S + APART_S * len(asked) + REST_S) / 60
    done, before = [], journal.read(steered.compose([], minutes, *settings))
    changes = []
    for number, (name, params) in enumerate(asked):
        at = FIRST_S + APART_S * number
        # one is made anywhere in a bar, also where the next bar line is too near; two within one bar
        times = [at] if len(params) == 1 else place_in_bar(before, at, (0.2, 0.7))
        steps = [request(value, when) for value, when in zip(params, times)]
        done += steps
        changes.append(Change(name, params[-1], steps, before, steered.compose(done, minutes, *settings)))
        before = changes[-1].piece
    return changes, before


def heard_before(piece, frame):
    """What began before a frame, and how long it sounds up to there."""
    return [(note.frame, min(note.end, frame), note.role, note.midi, note.velocity)
            for note in piece.notes if note.frame < frame]


def chords_before(piece, frame):
    return [(chord.frame, chord.name, chord.key, chord.mode) for chord in piece.chords if chord.frame < frame]


def common_scale(one, two):
    return theory.scale(one.key, one.mode) & theory.scale(two.key, two.mode)


def each_change(*words):
    """A test of every change at every tempo whose name has one of the words in it; of all when there are none."""
    def of(test):
        @functools.wraps(test)
        def run(self):
            for tempo in TEMPI:
                for change in journey(tempo)[0]:
                    if not words or any(word in change.name for word in words):
                        with self.subTest(tempo=tempo, change=change.name):
                            test(self, change)
        return run
    return of


def each_piece(test):
    """A test of the piece with all changes, at every tempo."""
    @functools.wraps(test)
    def run(self):
        for tempo in TEMPI:
            with self.subTest(tempo=tempo):
                test(self, journey(tempo)[1])
    return run


class Changes(unittest.TestCase):
    maxDiff = 2000

    def test_a_table_of_all_changes(self):
        for tempo in TEMPI:
            rows = [[tempo, *change.row(), change.keys_between()] for change in journey(tempo)[0]]
            steered.table(['bpm', 'change', 'asked at s', 'effective s after', 'bar line', 'pivot', 'settled s after',
                           'bars', 'keys between'], *rows)

    @each_change()
    def test_it_begins_at_the_next_bar_line_that_is_not_too_near(self, change):
        first = next(bar.frame for bar in change.before.bars if bar.frame >= steered.soonest(change.at))
        self.assertEqual(change.effective, first)
        self.assertIn(first, [bar.frame for bar in change.piece.bars])

    @each_change()
    def test_nothing_that_was_to_be_heard_before_is_altered(self, change):
        pieces = change.before, change.piece
        self.assertEqual(*(heard_before(piece, change.effective) for piece in pieces))
        self.assertEqual(*(chords_before(piece, change.effective) for piece in pieces))
        self.assertEqual(*([(bar.frame, bar.bpm) for bar in piece.bars if bar.frame < change.effective]
                           for piece in pieces))

    @each_change()
    def test_it_is_heard_at_its_bar_line(self, change):
        pieces = change.before, change.piece
        end = next(bar.end for bar in change.piece.bars if bar.frame == change.effective)
        self.assertNotEqual(*([(note.frame, note.end, note.midi) for note in piece.notes
                               if change.effective <= note.frame < end] for piece in pieces))

    @each_change()
    def test_it_is_complete_at_its_settled_frame_and_not_before(self, change):
        glide = change.event['sound_frame'] + change.event['glide_frames'] if 'preset' in (change.asked or {}) else 0
        self.assertEqual(change.settled, max(change.arrival(), glide))
        self.assertTrue(all(change.as_asked(bar) for bar in change.bars_from(change.settled)))

    @each_change('tempo', 'next', 'focus', 'meditation', 'sleep', 'bright')
    def test_the_key_stays_where_none_is_asked_for(self, change):
        self.assertEqual({bar.key for bar in change.bars_from(change.effective)}, {change.event['key']})

    @each_change('key', 'mode', 'next')
    def test_the_tempo_stays_where_none_is_asked_for(self, change):
        self.assertEqual({bar.bpm for bar in change.bars_from(change.effective)}, {change.event['bpm']})

    @each_change()
    def test_a_pivot_has_its_tones_in_both_scales(self, change):
        for pivot, arrival in change.turns():
            self.assertLessEqual(theory.chord(pivot.name)[2], common_scale(pivot, arrival), pivot.name)

    @staticmethod
    def can_keep_two(change, pivot):
        """Not between the two pivots of keys a tritone apart: their scales have two tones in common, and what
        each shares with the key between has one."""
        first, last = change.turns()[0][0], change.turns()[-1][1]
        shared = set(theory.scale(first.key, first.mode)) & set(theory.scale(last.key, last.mode))
        return len(shared) > 2 or pivot != first

    @each_change()
    def test_a_pivot_shares_two_tones_with_what_follows(self, change):
        for pivot, arrival in change.turns():
            common = theory.chord(pivot.name)[2] & theory.chord(arrival.name)[2]
            least = COMMON_TONES if self.can_keep_two(change, pivot) else 1
            self.assertGreaterEqual(len(common), least, f'{pivot.name} to {arrival.name}')

    @each_change()
    def test_a_pivot_is_called_so(self, change):
        for _, arrival in change.turns():
            self.assertEqual(change.reason_before(arrival.frame), 'pivot')

    @each_change('three fifths', 'tritone')
    def test_a_far_key_is_reached_through_one_in_between(self, change):
        self.assertEqual(change.keys_between(), 1)

    @each_change()
    def test_a_key_in_between_lies_nearer_to_both(self, change):
        turns = change.turns()
        if len(turns) > 1:
            way = [(turns[0][0].key, turns[0][0].mode)] + [(two.key, two.mode) for _, two in turns]
            whole = fifths(way[0], way[-1])
            self.assertTrue(all(fifths(one, two) < whole for one, two in zip(way, way[1:])), way)

    @each_change('one fifth', 'near', 'two keys')
    def test_a_near_change_goes_straight_there(self, change):
        self.assertEqual(change.keys_between(), 0)

    @each_change('key')
    def test_a_key_arrives_within_two_bars(self, change):
        self.assertLessEqual(change.bars_until(change.arrival()), KEY_BARS)

    @each_change('mode, ')
    def test_altered_degrees_rest_until_the_new_mode(self, change):
        for one, two in change.turns():
            shared = common_scale(one, two)
            struck = [note for note in change.piece.of('pad', 'bass', 'bell')
                      if change.effective <= note.frame < two.frame]
            self.assertEqual([note for note in struck if note.midi % 12 not in shared], [])

    @each_change('mode, ')
    def test_the_characteristic_chord_of_a_new_mode_comes_within_four_bars(self, change):
        characters = [chord.frame for chord in change.piece.chords if chord.frame >= change.effective
                      and chord.mode == change.event['mode']
                      and theory.is_characteristic(chord.name, chord.key, chord.mode)]
        self.assertLessEqual(change.bars_until(characters[0]), MODE_BARS)

    @each_piece
    def test_the_tempo_moves_by_four_a_bar_at_most(self, piece):
        jumps = [two.bpm - one.bpm for one, two in zip(piece.bars, piece.bars[1:])]
        self.assertLessEqual(max(map(abs, jumps)), MOST_BPM_A_BAR + 1e-9)

    @each_change('tempo', 'focus', 'meditation', 'sleep', 'bright')
    def test_the_tempo_goes_straight_to_its_goal(self, change):
        tempi = [bar.bpm for bar in change.bars_from(change.effective)]
        self.assertIn(tempi, (sorted(tempi), sorted(tempi, reverse=True)))

    @each_change('two keys')
    def test_the_last_of_two_in_one_bar_wins_in_one_transition(self, change):
        one, two = change.events
        self.assertEqual(one['effective_frame'], two['effective_frame'])
        keys = [bar.key for bar in change.bars_from(change.effective)]
        self.assertNotIn(one['key'], keys)
        self.assertEqual(keys[-1], two['key'])
        self.assertEqual(len(change.turns()), 1)

    @each_change('next')
    def test_next_begins_a_section_with_a_chord_of_its_own(self, change):
        frame = change.effective
        self.assertEqual(change.piece.bar_at(frame).section, change.piece.bar_at(frame - 1).section + 1)
        self.assertIn(frame, [chord.frame for chord in change.piece.chords])

    @each_change()
    def test_no_note_is_cut(self, change):
        """What sounds at the change ends as it was to end, or rings 0.8 s into a chord that came after it.

        A bass may end with the chord, or where it is struck again."""
        ends = {(note.frame, note.role, note.midi): note.end for note in change.before.notes}
        basses = [note.frame for note in change.piece.of('bass')]
        for note in change.piece.notes:
            planned = ends.get((note.frame, note.role, note.midi))
            if not note.frame < change.effective < (planned or 0) or note.end >= planned:
                continue
            if note.role == 'bass' and any(0 <= bass - note.end <= STRUCK_FRAMES for bass in basses):
                continue
            chord = change.piece.chord_at(note.end)
            self.assertIsNotNone(chord, note)
            self.assertGreaterEqual(chord.frame, change.effective, f'cut, and no chord begins: {note}')
            if note.role != 'bass':
                self.assertGreaterEqual(note.end - chord.frame, OVERLAP_S * change.piece.rate_hz, note)

    @each_piece
    def test_pads_never_have_a_hole(self, piece):
        pads = piece.of('pad')
        self.assertEqual(layers.longest_hole(pads, pads[0].frame, piece.end), 0)

    @each_piece
    def test_bars_join_and_are_as_long_as_their_tempo_says(self, piece):
        self.assertEqual(steered.broken_bars(piece), [])

    @each_piece
    def test_phrases_join(self, piece):
        self.assertEqual(steered.broken_spans(piece), [])


if __name__ == '__main__':
    steered.main()
