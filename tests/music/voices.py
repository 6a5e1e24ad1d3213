"""How the pads move from chord to chord, how they lie, and what sounds close together below."""

import bisect
import statistics

VOICES = 4
RELEASE_S = 1.6  # a chord's tones may ring into the next for so long
SETTLED_S = 1.7  # after a chord's start: those of the one before have gone
LONGEST_S = 20.5
LOWEST_MIDI, HIGHEST_MIDI, SPAN = 48, 77, 21
MAJOR_THIRD, MINOR_THIRD = 4, 3
LOW_G, LOW_D = 43, 50


class Sounding:
    """Which notes of a list sound at a frame. They are sorted by frame and at most LONGEST_S long."""

    def __init__(self, piece, notes):
        self.notes = notes
        self.frames = [note.frame for note in notes]
        self.reach = max([note.end - note.frame for note in notes] or [0])

    def at(self, frame):
        first = bisect.bisect_left(self.frames, frame - self.reach)
        last = bisect.bisect_right(self.frames, frame)
        return [note for note in self.notes[first:last] if note.end > frame]


def without_doubling(pitches):
    """The voices themselves: a pitch an octave above another, beyond the fourth, doubles it."""
    pitches = sorted(pitches)
    for pitch in reversed(list(pitches)):
        if len(pitches) > VOICES and pitch - 12 in pitches:
            pitches.remove(pitch)
    return tuple(pitches)


def voicings(piece):
    """The pads of each chord, ascending, once the chord before has rung out."""
    sounding = Sounding(piece, piece.of('pad'))
    settled = int(SETTLED_S * piece.rate_hz)
    return [without_doubling({note.midi for note in sounding.at(min(chord.frame + settled, chord.end - 1))})
            for chord in piece.chords]


def misplaced(voicing):
    """Whether a voicing breaks a rule of place."""
    if len(voicing) != VOICES:
        return True
    gaps = [high - low for low, high in zip(voicing, voicing[1:])]
    lowest_gap = 5 if voicing[0] < 52 else 3
    return gaps[0] < lowest_gap or min(gaps[1:]) < 2 or voicing[-1] - voicing[0] > SPAN or \
        voicing[0] < LOWEST_MIDI or voicing[-1] > HIGHEST_MIDI


def pads(piece):
    found = voicings(piece)
    # the same chord struck again moves nothing, and says nothing about how voices move
    changes = [(a, b) for a, b, one, two in zip(found, found[1:], piece.chords, piece.chords[1:])
               if len(a) == len(b) == VOICES and one.name != two.name]
    steps = [[high - low for low, high in zip(a, b)] for a, b in changes] or [[0]]
    planing = sum(len(set(moved)) == 1 and moved[0] != 0 for moved in steps)
    return {
        'pad steps semitones': statistics.mean(abs(step) for moved in steps for step in moved),
        'planing %': 100 * planing / len(steps),
        'common tone %': 100 * sum(bool(set(a) & set(b)) for a, b in changes) / len(steps),
        'voicings not of four': sum(len(voicing) != VOICES for voicing in found),
        'voicings misplaced': sum(misplaced(voicing) for voicing in found),
    }


def _too_close(low, high):
    needed = MAJOR_THIRD if low < LOW_G else MINOR_THIRD if low < LOW_D else 0
    return 0 < high - low < needed


def mud(piece):
    """Pairs of pads and basses that lie too close too low for longer than one may ring into the other."""
    notes = [note for note in piece.of('pad', 'bass') if note.midi < LOW_D + MAJOR_THIRD]
    allowed, pairs = RELEASE_S * piece.rate_hz, 0
    sounding = Sounding(piece, notes)
    for note in notes:
        for other in sounding.at(note.frame):
            low, high = sorted((note.midi, other.midi))
            together = min(note.end, other.end) - note.frame
            pairs += together > allowed and _too_close(low, high)
    return {'close and low': pairs}
