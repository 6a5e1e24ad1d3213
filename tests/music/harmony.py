"""What chords there are, how long they last, and whether they follow one another as the table says."""

import collections
import json
import math
import os
import statistics

import theory

TABLE = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..', 'composerd', 'chord-matrices.json')
CHARACTER_BARS = 16
SOON_BARS = 4  # within so many the characteristic chord of a new mode is heard
LONG_S = 40
POOLED_BELOW = 5  # expected counts, as is the custom for chi-square
KINDS = ('ninth', 'seventh', 'add9', 'sus2_7', 'quartal', 'triad')


def chi_square_p(value, freedom):
    """Chance of a larger chi-square, by the cube root that Wilson and Hilferty found to be nearly normal
    (The distribution of chi-square, Proc. Natl. Acad. Sci. 17, 1931, 684-688)."""
    if freedom < 1:
        return 1.0
    spread = 2 / (9 * freedom)
    return 1 - statistics.NormalDist().cdf(((value / freedom) ** (1 / 3) - (1 - spread)) / math.sqrt(spread))


def chords(piece):
    """Durations and kinds. Left out of the durations: the last chord, in which the journal may end, and
    those around a change, which begins at the next bar line."""
    found = piece.chords
    seconds = [piece.seconds(chord.end - chord.frame) for chord in found[:-1]
               if not piece.changing(chord)] or [0]
    kinds = collections.Counter(theory.chord(chord.name)[1] for chord in found)
    total = max(1, len(found))
    measures = {
        'chords': len(found),
        'chord shortest s': min(seconds),
        'chord median s': statistics.median(seconds),
        'chords over 40 s %': 100 * sum(length > LONG_S for length in seconds) / len(seconds),
        'chord mean bars': statistics.mean([piece.bars_of(chord) for chord in found] or [0]),
        'chord names': len({chord.name for chord in found}),
        'semitone above root': sum(theory.has_semitone_above_root(chord.name) for chord in found),
        'tritone in chord': sum(theory.has_tritone(chord.name) for chord in found),
        'tones off scale': sum(not theory.chord(chord.name)[2] <= theory.scale(chord.key, chord.mode)
                               for chord in found),
        'colour %': 100 * sum(n for kind, n in kinds.items() if kind in theory.COLOURED) / total,
        'longest without character bars': longest_without_character(piece),
    }
    for kind in KINDS:
        measures[f'kind {kind} %'] = 100 * kinds[kind] / total
    return measures


def longest_without_character(piece):
    """The longest run of bars without the mode's own chord."""
    longest = bars = 0
    for chord in piece.chords:
        own = theory.is_characteristic(chord.name, chord.key, chord.mode)
        bars = 0 if own else bars + piece.bars_of(chord)
        longest = max(longest, bars)
    return longest


class Table:
    """The weights of chord-matrices.json, held to the degrees that a piece uses."""

    def __init__(self, mode, used):
        with open(TABLE, encoding='utf-8') as file:
            whole = json.load(file)
        matrix = whole[mode]
        self.back = whole['backtrack_weight']
        self.rows = {now: {then: weight for then, weight in zip(matrix['idx'], row) if then in used}
                     for now, row in zip(matrix['idx'], matrix['rows'])}

    def weights(self, previous, now):
        """The chance of each degree; None for a chord that the table does not know."""
        if now not in self.rows:
            return None
        row = {then: weight * (self.back if then == previous and then != 0 else 1)
               for then, weight in self.rows[now].items()}
        total = sum(row.values())
        return {then: weight / total for then, weight in row.items()} if total > 0 else None


class Transitions:
    """What followed what, beside what the table expects; forced moves and those around a change left out."""

    def __init__(self, piece, palette):
        self.forced = self.forbidden = self.drawn = 0
        self.seen = collections.Counter()
        self.expected = collections.defaultdict(float)
        self.backs = [0, 0.0, 0.0]  # returns seen, expected, variance
        self.piece, self.tables = piece, {}
        steps = [(theory.degree(theory.chord(chord.name)[0], chord.key, chord.mode), chord)
                 for chord in piece.chords]
        for degree, chord in steps:
            every = set(range(7)) if not palette else \
                {found for found, other in steps if other.mode == chord.mode}
            self.tables.setdefault(chord.mode, Table(chord.mode, every))
        self._walk(steps)

    def _walk(self, steps):
        previous, plain = None, 0
        for place, (degree, chord) in enumerate(steps):
            before = steps[place - 1] if place else (None, None)
            after = steps[place + 1][1] if place + 1 < len(steps) else chord
            n_bars = self.piece.bars_of(chord)
            if before[1] is None or self._turns(before[1], chord):
                previous = None
                if before[1] is not None and before[1].mode != chord.mode:
                    plain = max(plain, CHARACTER_BARS - SOON_BARS)
            else:
                if self._turns(chord, after) or self.piece.changing(chord):
                    pass  # it leads from one key or mode to another
                elif plain + n_bars >= CHARACTER_BARS:
                    self.forced += 1
                else:
                    self._count(chord.mode, previous, before[0], degree)
                previous = before[0]
            own = theory.is_characteristic(chord.name, chord.key, chord.mode)
            plain = 0 if own else plain + n_bars

    @staticmethod
    def _turns(chord, after):
        return (chord.key, chord.mode) != (after.key, after.mode)

    def _count(self, mode, previous, now, then):
        weights = self.tables[mode].weights(previous, now)
        if weights is None or weights.get(then, 0) <= 0 or theory.is_diminished(then, mode):
            self.forbidden += 1
            return
        self.drawn += 1
        self.seen[mode, now, then] += 1
        for degree, chance in weights.items():
            self.expected[mode, now, degree] += chance
        if previous not in (None, 0) and weights.get(previous, 0) > 0 and previous != now:
            self.backs[0] += then == previous
            self.backs[1] += weights[previous]
            self.backs[2] += weights[previous] * (1 - weights[previous])

    def chi_square(self):
        """(value, degrees of freedom), row by row, small cells of a row pooled."""
        value, freedom = 0.0, 0
        for row in sorted({cell[:2] for cell in self.expected}):
            cells = self._pooled(row)
            if len(cells) > 1:
                value += sum((seen - due) ** 2 / due for seen, due in cells)
                freedom += len(cells) - 1
        return value, freedom

    def _pooled(self, row):
        cells = sorted((due, self.seen[cell]) for cell, due in self.expected.items()
                       if cell[:2] == row and due > 0)
        pooled, seen, due = [], 0, 0.0
        for cell_due, cell_seen in cells:
            seen, due = seen + cell_seen, due + cell_due
            if due >= POOLED_BELOW:
                pooled.append((seen, due))
                seen, due = 0, 0.0
        if due and pooled:
            pooled[-1] = (pooled[-1][0] + seen, pooled[-1][1] + due)
        return pooled

    def back_p(self):
        """Chance of so many returns, or so few, to the chord before (two sides of a normal)."""
        seen, due, variance = self.backs
        if variance < POOLED_BELOW / 2:
            return 1.0
        return 2 * (1 - statistics.NormalDist().cdf(abs(seen - due) / math.sqrt(variance)))


def transitions(piece, palette):
    """palette: the preset uses only some degrees; the table is then held to those heard."""
    found = Transitions(piece, palette)
    value, freedom = found.chi_square()
    used = {(theory.degree(theory.chord(chord.name)[0], chord.key, chord.mode)) for chord in piece.chords}
    return {
        'degrees': len(used),
        'moves forbidden': found.forbidden,
        'moves forced': found.forced,
        'moves drawn': found.drawn,
        'chi-square per degree': value / max(1, freedom),
        'chi-square p': chi_square_p(value, freedom),
        'backtrack p': found.back_p(),
    }
