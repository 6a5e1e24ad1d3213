"""Ways to damage a piece: each breaks rules on purpose, so that the limits are seen to bite.

DAMAGES: name -> function(piece, dice), which changes the piece (a copy). Dice are random.Random.
"""

import random

import form
import journal
import layers
import melody
import theory
import voices

DAMAGES = {}


def damage(function):
    DAMAGES[function.__name__.replace('_', ' ')] = function
    return function


def damaged(piece, name):
    """A damaged copy; the same each time."""
    copy = piece.copy()
    DAMAGES[name](copy, random.Random(name))
    copy.notes.sort(key=lambda note: (note.frame, note.role, note.midi))
    return copy


def move(note, frames):
    note.frame += frames
    note.end += frames


def twin(note, **changes):
    return type(note)(**{**vars(note), **changes})


def drop(piece, unwanted):
    piece.notes = [note for note in piece.notes if not unwanted(note)]


def add(piece, frame, seconds, midi, role, velocity=50):
    end = frame + int(seconds * piece.rate_hz)
    why = {'lead': 'melody.chord', 'kick': 'kick.pulse', 'bell': 'bell.loop'}.get(role, 'chord.voice')
    piece.notes.append(journal.Note(frame, end, end, midi, velocity, role, why))


def rename(piece, chord, degree, suffix=None):
    """Another chord in place of one: its name alone."""
    root = (theory.pitch_class(chord.key) + theory.MODES[chord.mode][degree % 7]) % 12
    names = ('C', 'C#', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B')
    chord.name = names[root] + ('5' if suffix is None else suffix)


def degree_of(chord):
    return theory.degree(theory.chord(chord.name)[0], chord.key, chord.mode)


def nearest(tones, midi, low, high):
    return min((pitch for pitch in range(low, high + 1) if pitch % 12 in tones),
               key=lambda pitch: abs(pitch - midi))


def tones_at(piece, note):
    return theory.chord(piece.chord_at(note.frame).name)[2]


def scale_at(piece, note):
    span = piece.span_at(note.frame)
    return theory.scale(span.key, span.mode)


# Pitch


@damage
def random_notes(piece, dice):
    for note in piece.notes:
        if note.role in layers.RANGES:
            note.midi = dice.randint(*layers.RANGES[note.role])


@damage
def wrong_mode(piece, _):
    """The same notes and chords, said to be in another mode."""
    other = 'phrygian' if piece.spans[0].mode == 'lydian' else 'lydian'
    for item in piece.spans + piece.bars + piece.chords:
        item.mode = other


@damage
def unresolved_chromatics(piece, _):
    """A chromatic note is followed by a leap, to a tone of the chord."""
    lead = piece.of('lead')
    if all(melody.source(piece, note) != 'chromatic' for note in lead):
        lead[0].midi = nearest(set(range(12)) - scale_at(piece, lead[0]), 70, 60, 80)
    for note, after in zip(lead, lead[1:]):
        if melody.source(piece, note) == 'chromatic':
            after.midi = nearest(tones_at(piece, after), note.midi + 6, note.midi + 3, 88)


@damage
def lead_of_chord_tones(piece, _):
    for note in piece.of('lead'):
        note.midi = nearest(tones_at(piece, note), note.midi, 59, 85)


@damage
def lead_beside_the_chord(piece, _):
    for note in piece.of('lead'):
        note.midi = nearest(scale_at(piece, note) - tones_at(piece, note), note.midi, 59, 85)


@damage
def lead_between_the_tones(piece, _):
    for note in piece.of('lead')[::3]:
        note.midi = nearest(set(range(12)) - scale_at(piece, note) - tones_at(piece, note), note.midi, 59, 84)


@damage
def lead_in_steps(piece, _):
    midi = 70
    for number, note in enumerate(piece.of('lead')):
        midi += 1 if number % 12 < 6 else -1
        note.midi = midi


@damage
def lead_leaps(piece, dice):
    for number, note in enumerate(piece.of('lead')):
        note.midi = nearest(scale_at(piece, note), (60, 83, 66, 78)[number % 4] + dice.randint(-1, 1), 59, 85)


@damage
def notes_too_high(piece, _):
    for note in piece.notes[::10]:
        note.midi += 30


@damage
def bass_on_fifths(piece, _):
    for note in piece.of('bass'):
        note.midi = nearest({(theory.chord(piece.chord_at(note.frame).name)[0] + 7) % 12}, 36, 29, 43)


@damage
def bass_on_the_tonic(piece, _):
    for note in piece.of('bass'):
        note.midi = nearest({theory.pitch_class(piece.span_at(note.frame).key)}, 36, 29, 43)


@damage
def bass_in_thirds(piece, _):
    piece.notes += [twin(note, midi=note.midi + 2) for note in piece.of('bass')]


# Chords and pads


def revoice(piece, shape):
    """Gives each chord's pads the pitches shape(chord) in place of their own."""
    for chord in piece.chords:
        pitches, own = shape(chord), {}
        for note in piece.of('pad'):
            if chord.frame <= note.frame < chord.end:
                own.setdefault(note.midi, []).append(note)
        for old, new in zip(sorted(own), pitches):
            for note in own[old]:
                note.midi = new


@damage
def block_chords(piece, _):
    """Triads in root position, as from a hand-written table."""
    def shape(chord):
        root = theory.chord(chord.name)[0]
        low = 53 + (root - 5) % 12
        third = 3 if (root + 3) % 12 in theory.scale(chord.key, chord.mode) else 4
        return low, low + third, low + 7, low + 12
    for chord in piece.chords:
        low, third, *_ = shape(chord)
        rename(piece, chord, degree_of(chord), 'm' if third - low == 3 else '')
    revoice(piece, shape)


@damage
def planing(piece, _):
    first = voices.voicings(piece)[0]

    def shape(chord):
        step = (theory.chord(chord.name)[0] + 6) % 12 - 6
        return [midi + step // 2 for midi in first]
    revoice(piece, shape)


@damage
def a_voice_less(piece, _):
    drop(piece, lambda note: note.role == 'pad' and note.midi > 64)


@damage
def foreign_chords(piece, _):
    for number, chord in enumerate(piece.chords):
        if number % 7 == 0:
            rename(piece, chord, degree_of(chord), ('mb9', '7')[number % 2])


def cut_chords(piece, length_s, alternate):
    """Chords of another length, in place of those there are."""
    frames, cut, at = int(length_s * piece.rate_hz), [], piece.chords[0].frame
    while at < piece.chords[-1].end:
        chord = piece.chord_at(at)
        cut.append(twin(chord, frame=at, end=min(at + frames, piece.chords[-1].end)))
        at += frames
    piece.chords = cut
    for number, chord in enumerate(cut):
        if alternate:
            rename(piece, chord, number % 2)


@damage
def short_chords(piece, _):
    cut_chords(piece, 2, True)


@damage
def long_chords(piece, _):
    cut_chords(piece, 50, False)


@damage
def shuffled_chord_order(piece, dice):
    names = [chord.name for chord in piece.chords]
    dice.shuffle(names)
    for chord, name in zip(piece.chords, names):
        chord.name = name


@damage
def one_chord_for_another(piece, _):
    """Where the tonic leads, the chord on one degree is always another: no move is new, but their counts."""
    table = {'dorian': (3, 2), 'lydian': (1, 2), 'aeolian': (5, 2), 'ionian': (3, 2)}
    instead, own = table[piece.spans[0].mode]
    for before, chord, after in zip(piece.chords, piece.chords[1:], piece.chords[2:]):
        if degree_of(before) == 0 and degree_of(chord) == instead and degree_of(after) not in (instead, own):
            rename(piece, chord, own)


@damage
def there_and_back(piece, _):
    """The chord before comes back as often as it can."""
    for place in range(2, len(piece.chords), 3):
        piece.chords[place].name = piece.chords[place - 2].name


@damage
def no_characteristic_chord(piece, _):
    for chord in piece.chords:
        if theory.is_characteristic(chord.name, chord.key, chord.mode):
            rename(piece, chord, 0)


@damage
def the_same_again(piece, _):
    for before, chord in list(zip(piece.chords, piece.chords[1:]))[::9]:
        chord.name = before.name


@damage
def two_chords(piece, _):
    for number, chord in enumerate(piece.chords):
        rename(piece, chord, 5 * (number % 2))


@damage
def chords_everywhere(piece, dice):
    for chord in piece.chords:
        rename(piece, chord, dice.randrange(7))


# Notes and time


@damage
def hole(piece, _):
    frame = piece.chords[len(piece.chords) // 2].frame
    for note in piece.of('pad'):
        if note.frame < frame < note.end:
            note.end = frame
        elif frame <= note.frame < frame + piece.rate_hz:
            note.frame = frame + piece.rate_hz


@damage
def silence(piece, _):
    middle = piece.end // 2
    drop(piece, lambda note: middle <= note.frame < middle + 6 * piece.rate_hz)
    for note in piece.notes:
        if note.frame < middle < note.end:
            note.end = middle


@damage
def too_many_notes(piece, _):
    piece.notes += [twin(note, midi=note.midi + 12 * (number + 1)) for note in piece.of('bell')
                    for number in range(16)]


@damage
def restless(piece, _):
    for shift in (0.5, 1.2, 1.9):
        for note in list(piece.notes)[::2]:
            frames = int(shift * piece.rate_hz)
            piece.notes.append(twin(note, frame=note.frame + frames, end=note.end + frames))


@damage
def long_notes(piece, _):
    for note in piece.of('pad')[::20]:
        note.end = note.frame + 25 * piece.rate_hz


@damage
def loud_and_inaudible(piece, _):
    for number, note in enumerate(piece.notes):
        note.velocity = (5, 120)[number % 2]


@damage
def louder(piece, _):
    for note in piece.of('lead'):
        note.velocity += 12


@damage
def softer(piece, _):
    for note in piece.of('lead'):
        note.velocity -= 12


@damage
def like_a_machine(piece, _):
    """Every note on the written grid."""
    for note in piece.notes:
        bar = piece.bar_at(note.frame)
        half = (bar.end - bar.frame) / 8
        place = round((note.frame - bar.frame) / half - 0.05)
        move(note, round(bar.frame + place * half + 0.025 * piece.rate_hz) - note.frame)


@damage
def unsteady(piece, dice):
    for note in piece.notes:
        move(note, int(dice.gauss(0, 0.03) * piece.rate_hz))


# Melody and form


@damage
def lead_removed(piece, _):
    drop(piece, lambda note: note.role == 'lead')


@damage
def lead_everywhere(piece, dice):
    drop(piece, lambda note: note.role == 'lead')
    for bar in piece.bars:
        half = (bar.end - bar.frame) // 8
        for place in range(8):
            frame = bar.frame + place * half + 1088
            span = piece.span_at(frame)
            midi = nearest(theory.scale(span.key, span.mode), dice.randint(62, 72), 59, 75)
            add(piece, frame, 1, midi, 'lead', 58)


@damage
def shuffled_motifs(piece, dice):
    """Each line with the rhythm and the intervals of others."""
    lines = [line for line in melody.lines(piece) if len(line) > 1]
    times = [b.frame - a.frame for line in lines for a, b in zip(line, line[1:])]
    steps = [b.midi - a.midi for line in lines for a, b in zip(line, line[1:])]
    dice.shuffle(times)
    dice.shuffle(steps)
    for line in lines:
        for before, note in zip(line, line[1:]):
            move(note, before.frame + times.pop() - note.frame)
            note.midi = before.midi + steps.pop()


@damage
def loop(piece, _):
    """The first 48 bars, over and over; the chords' names too."""
    bars, notes = piece.bars[:48], [note for note in piece.notes if note.frame < piece.bars[48].frame]
    length = piece.bars[48].frame - piece.bars[0].frame
    chords = [chord for chord in piece.chords if chord.frame < bars[-1].end]
    piece.notes, piece.chords = [], []
    for start in range(0, piece.end, length):
        piece.notes += [twin(note, frame=note.frame + start, end=note.end + start) for note in notes]
        piece.chords += [twin(chord, frame=chord.frame + start, end=min(chord.end, length) + start)
                         for chord in chords]


@damage
def sections_of_twelve(piece, _):
    for number, bar in enumerate(piece.bars):
        bar.section = number // 12


def bare(piece, first, n_bars):
    frames = piece.bars[first].frame, piece.bars[first + n_bars - 1].end
    drop(piece, lambda note: note.role not in form.CLEARING_ROLES and frames[0] <= note.frame < frames[1])


@damage
def a_clearing_too_soon(piece, _):
    bare(piece, 40, 8)


@damage
def a_clearing_too_long(piece, _):
    bare(piece, 300, 30)


@damage
def no_clearing(piece, _):
    for number, bar in enumerate(piece.bars):
        if number % 4 == 0:
            add(piece, bar.frame + 1088, 2, 60, 'swell')


@damage
def bells_without_end(piece, _):
    for bar in piece.bars[::2]:
        for place in (1, 2, 3):
            add(piece, bar.frame + place * 20000, 1, 76, 'bell')


@damage
def no_bells(piece, _):
    drop(piece, lambda note: note.role == 'bell')


@damage
def kicks_on_every_beat(piece, _):
    for bar in piece.bars:
        for beat in range(4):
            add(piece, bar.frame + beat * (bar.end - bar.frame) // 4 + 1088, 1, 36, 'kick')


@damage
def no_kicks(piece, _):
    drop(piece, lambda note: note.role == 'kick')


# What the composer says of it


@damage
def wrong_why(piece, _):
    for note in piece.notes:
        note.why = {'melody.chord': 'melody.scale', 'bass.root': 'bass.fifth'}.get(note.why, 'melody.chord')


@damage
def chords_told_wrong(piece, _):
    for chord in piece.chords[::5]:
        chord.told = {**chord.told, 'root': (chord.told['root'] + 1) % 12}
