"""Whether what the composer says of its music is what was found in it."""

import melody
import theory
import voices

RESOLUTION = 'melody.resolution'
# The words for the source of a tone, and for roles that have but one.
SOURCES = {'chord': 'melody.chord', 'scale': 'melody.scale', 'chromatic': 'melody.chromatic'}
PREFIXES = {'pad': 'chord.', 'bass': 'bass.', 'lead': 'melody.', 'bell': 'bell.', 'swell': 'swell.',
            'kick': 'kick.', 'brush': 'brush.'}
DOUBLING = 'chord.octave'
BASS = {'bass.root': 0, 'bass.fifth': 7}


def lead(piece):
    """Lead notes whose `why` is not what the reader finds."""
    wrong, owed = 0, False
    for note in piece.of('lead'):
        kind = melody.source(piece, note)
        wrong += note.why != (RESOLUTION if owed else SOURCES[kind])
        owed = kind == 'chromatic'
    return wrong


def others(piece):
    wrong = 0
    for note in piece.notes:
        wrong += not note.why.startswith(PREFIXES[note.role])
        chord = piece.chord_at(note.frame)
        if note.role == 'bass' and chord is not None:
            root = theory.chord(chord.name)[0]
            due = theory.pitch_class(chord.key) if note.why == 'bass.pedal' else root + BASS.get(note.why, 0)
            wrong += (note.midi - due) % 12 != 0
        if note.why == DOUBLING and chord is not None:
            wrong += note.midi - 12 not in chord.told['notes']
    return wrong


def chords(piece):
    """Chords whose root, degree or notes are not those of the name, or of the pads that sound."""
    wrong = 0
    for chord, voicing in zip(piece.chords, voices.voicings(piece)):
        root, _, tones = theory.chord(chord.name)
        degree = theory.degree(root, chord.key, chord.mode)
        said = chord.told
        wrong += said['root'] != root or degree is None or \
            said['degree'] != theory.numeral(degree, chord.mode) or \
            {note % 12 for note in said['notes']} != tones or \
            bool(voicing) and tuple(said['notes']) != voicing
    return wrong


def agreement(piece):
    return {'lead why wrong': lead(piece), 'other why wrong': others(piece), 'chords told wrong': chords(piece)}
