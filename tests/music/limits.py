"""What every figure must be: one row a measure, in the order of the printed table.

Row(measure, low, high, text, ...): low and high are inclusive, None is no limit; a row with neither is only
shown. `presets` names those with limits of their own: None there, it is only shown. `least_minutes`: a
shorter piece says nothing about it.
"""

import dataclasses

PALETTES = {'sleep'}  # presets that keep to a few degrees: the table of chords is then held to those heard


@dataclasses.dataclass(frozen=True)
class Row:
    measure: str
    low: float | None
    high: float | None
    text: str
    presets: dict = dataclasses.field(default_factory=dict)
    least_minutes: float = 0

    def bounds(self, preset):
        return self.presets.get(preset, (self.low, self.high)) or (None, None)

    def broken(self, value, preset, minutes):
        """'low' or 'high' when the value is beyond that bound, else None. Nothing to measure breaks nothing."""
        low, high = self.bounds(preset)
        if minutes < self.least_minutes or value is None:
            return None
        if low is not None and value < low:
            return 'low'
        return 'high' if high is not None and value > high else None



HOUR = 50  # minutes: nearly
HALF_AN_HOUR = 25

ROWS = [
    Row('adherence %', 95, None, 'notes in the chord or the scale, or chromatic and resolved'),
    Row('pads, bells in chord %', 100, None, 'pads are the chord, bells are fitted to it'),
    Row('lead in chord %', 65, 75, 'share of chord tones; in sleep, without chromatics, 70 to 30',
        {'sleep': (63, 77)}, HOUR),
    Row('lead in scale %', 20, 30, 'share of the scale\'s other tones', {'sleep': (23, 37)}, HOUR),
    Row('lead chromatic %', None, 10, 'share of chromatic tones, 5 or so; none in sleep', {'sleep': (None, 0)}),
    Row('chromatic resolved %', 100, None, 'by 1 or 2 semitones within 2 beats, always'),
    Row('chords', None, None, 'heard'),
    Row('chord shortest s', 5, None, 'no chord is shorter'),
    Row('chord median s', None, None, 'length'),
    Row('chords over 40 s %', None, 2, 'rare'),
    Row('chord mean bars', 2, 2.6, '2 bars (2 to 4, 4), some doubled',
        {'meditation': (2.3, 4), 'sleep': (4, 5.2)}, HALF_AN_HOUR),
    Row('chord names', None, None, 'different ones'),
    Row('semitone above root', None, 0, 'chords with one'),
    Row('tritone in chord', None, 0, 'chords with one'),
    Row('tones off scale', None, 0, 'chords with tones outside key and mode'),
    Row('colour %', 50, None, 'chords that are more than a triad'),
    Row('kind ninth %', None, None, 'drawn with weight 28'),
    Row('kind seventh %', None, None, 'drawn with weight 24'),
    Row('kind add9 %', None, None, 'drawn with weight 24'),
    Row('kind sus2_7 %', None, None, 'drawn with weight 10'),
    Row('kind quartal %', None, None, 'drawn with weight 6'),
    Row('kind triad %', None, None, 'drawn with weight 8'),
    Row('degrees', None, None, 'the chords stand on; few in sleep', {'sleep': (3, 5)}, HALF_AN_HOUR),
    Row('moves forbidden', None, 0, 'to where the table has no way'),
    Row('moves forced', None, None, 'to the characteristic chord; not in the chi-square'),
    Row('moves drawn', None, None, 'in the chi-square'),
    Row('chi-square per degree', None, None, 'of freedom: 1 is what chance gives'),
    Row('chi-square p', 0.001, None, 'moves are those of the table'),
    Row('backtrack p', 0.001, None, 'returns to the chord before are as rare as the rule makes them'),
    Row('longest without character bars', None, 16, 'without the mode\'s own chord'),
    Row('pad steps semitones', None, 1.5, 'mean motion of a voice from chord to chord'),
    Row('planing %', None, 10, 'all voices the same way by the same step'),
    Row('common tone %', 50, None, 'changes that keep one'),
    Row('voicings not of four', None, 0, 'voices'),
    Row('voicings misplaced', None, 0, 'range 48 to 77, span 21, gaps of 2, the lowest 3 (5 below 52)'),
    Row('close and low', None, 0, 'nearer than a major third below G2, a minor third below D3'),
    Row('longest without pad s', None, 0, 'there is never a hole between chords'),
    Row('longest silence s', None, 0.1, 'there is none but the lag of the first note'),
    Row('notes at once', None, 16, 'at most'),
    Row('longest note s', None, 20, 'longer ones are struck again'),
    Row('notes out of range', None, 0, 'pad 48-77, bass 29-50, lead 59-85 (sleep 75), bell 74-96'),
    Row('velocities out of 20-100', None, 0, 'none'),
    Row('lead velocity', None, None, 'mean'),
    Row('lead velocity off the table', -3, 3, 'beside the mean for the intensity'),
    Row('onsets a second', None, None, 'of all roles; meditation is calm', {'meditation': (None, 1.5)}),
    Row('bass on root %', 50, None, 'of its time: mostly'),
    Row('bass on tonic %', None, None, 'of its time; half in meditation', {'meditation': (35, 65)},
        HALF_AN_HOUR),
    Row('lead notes a minute', None, None, 'of the melody'),
    Row('melodic events a minute', None, None, 'lead and bells'),
    Row('events off the table %', -15, 15, 'beside the number for the intensity', {}, HALF_AN_HOUR),
    Row('bars without lead %', 10, 75, 'the melody breathes; more in sleep', {'sleep': (10, 95)}),
    Row('longest without breath s', None, 60, 'a rest of 2 s every minute'),
    Row('gap between lines s', None, None, 'mean silence between lines of the lead'),
    Row('notes in a line', None, None, 'mean'),
    Row('steps %', 35, 80, 'of moves, 1 or 2 semitones'),
    Row('above a fifth %', None, 12, 'of intervals'),
    Row('above an octave %', None, 1, 'of intervals'),
    Row('recall places', None, None, 'notes that end a figure'),
    Row('recall ratio', None, None, 'figures heard again, beside chance'),
    Row('recall z', 3, None, 'the melody remembers: deviations above chance', {}, HOUR),
    Row('repeats of 32 bars', None, 0, 'note for note'),
    Row('bars as at one lag %', None, 35, 'a loop has 100'),
    Row('that lag bars', None, None, 'how far back'),
    Row('sections not of 16 bars', None, 0, 'but the last'),
    Row('clearings', None, None, '8 bars of pads and bells alone'),
    Row('arcs between clearings, least', 3, None, 'every third to fifth arc', {}, HOUR),
    Row('arcs between clearings, most', None, 5.2, 'every third to fifth arc', {}, HOUR),
    Row('longest clearing bars', None, 12, '8, and what happens to be bare beside them'),
    Row('bell strokes a minute', 3, 10, 'of all loops', {}, HALF_AN_HOUR),
    Row('kicks in 16 bars', None, None, 'none in sleep', {'sleep': (None, 0)}),
    Row('kicks off the table', -1, 1, 'beside the number for the intensity', {'sleep': None}, HALF_AN_HOUR),
    Row('swells in 16 bars', None, None, 'heard'),
    Row('jitter pad ms', 7.5, 10.5, 'deviation of onsets, 9 ms', {}, HALF_AN_HOUR),
    Row('jitter lead ms', 7, 11, 'deviation of onsets, 9 ms', {}, HALF_AN_HOUR),
    Row('jitter bass ms', 3.2, 4.8, 'deviation of onsets, 4 ms', {}, HALF_AN_HOUR),
    Row('jitter kick ms', 3, 5, 'deviation of onsets, 4 ms; there are few', {'sleep': None}, HALF_AN_HOUR),
    Row('onset off grid, most ms', None, 26.5, '25 ms and a block: notes begin at blocks of 64 frames'),
    Row('lead why wrong', None, 0, 'notes of which the composer says another thing than was found'),
    Row('other why wrong', None, 0, 'notes of which the composer says another thing than was found'),
    Row('chords told wrong', None, 0, 'root, degree, notes: not those of the name and of the pads'),
]


def broken(measures, preset, minutes, rows=ROWS):
    """[(row, side, value)] of the limits that a piece breaks."""
    found = []
    for row in rows:
        side = row.broken(measures[row.measure], preset, minutes)
        if side:
            found.append((row, side, measures[row.measure]))
    return found
