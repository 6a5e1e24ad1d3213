"""Names, scales and chords, written out here alone: nothing is taken from the composer.

Pitch classes are 0 to 11, 0 is C; sets of them are frozensets; degrees count from 0.
"""

import functools
import re

LETTERS = {'C': 0, 'D': 2, 'E': 4, 'F': 5, 'G': 7, 'A': 9, 'B': 11}
NUMERALS = ('I', 'II', 'III', 'IV', 'V', 'VI', 'VII')

MODES = {
    'ionian': (0, 2, 4, 5, 7, 9, 11),
    'dorian': (0, 2, 3, 5, 7, 9, 10),
    'phrygian': (0, 1, 3, 5, 7, 8, 10),
    'lydian': (0, 2, 4, 6, 7, 9, 11),
    'mixolydian': (0, 2, 4, 5, 7, 9, 10),
    'aeolian': (0, 2, 3, 5, 7, 8, 10),
}

# The tone that sets a mode apart, as semitones above the tonic, and the degree of the chord that carries it.
CHARACTER = {
    'ionian': (11, 4),
    'dorian': (9, 3),
    'phrygian': (1, 1),
    'lydian': (6, 1),
    'mixolydian': (10, 6),
    'aeolian': (8, 5),
}

# Suffix of a chord's name: its kind, and its tones above the root.
CHORDS = {
    'm9': ('ninth', (0, 2, 3, 10)),
    'maj9': ('ninth', (0, 2, 4, 11)),
    'm7': ('seventh', (0, 3, 7, 10)),
    'maj7': ('seventh', (0, 4, 7, 11)),
    'madd9': ('add9', (0, 2, 3, 7)),
    'add9': ('add9', (0, 2, 4, 7)),
    '7sus2': ('sus2_7', (0, 2, 7, 10)),
    'maj7sus2': ('sus2_7', (0, 2, 7, 11)),
    'm11': ('quartal', (0, 3, 5, 10)),
    'm': ('triad', (0, 3, 7)),
    '': ('triad', (0, 4, 7)),
    'sus2': ('sus2', (0, 2, 7)),
    '5': ('fifth', (0, 7)),
    # what the station does not play; known so that it is recognised when it does
    '7': ('foreign', (0, 4, 7, 10)),
    'dim': ('foreign', (0, 3, 6)),
    'aug': ('foreign', (0, 4, 8)),
    'mb9': ('foreign', (0, 1, 3, 7)),
}
COLOURED = {'ninth', 'seventh', 'add9', 'sus2_7', 'quartal'}


def pitch_class(name):
    """Of a tone's name: 'Bb' is 10."""
    tone = LETTERS[name[0]]
    for sign in name[1:]:
        tone += {'#': 1, 'b': -1}[sign]
    return tone % 12


@functools.lru_cache(maxsize=None)
def scale(key, mode):
    return frozenset((pitch_class(key) + step) % 12 for step in MODES[mode])


@functools.lru_cache(maxsize=None)
def chord(name):
    """(root, kind, tones) of a chord's name; ValueError when it is none."""
    match = re.fullmatch(r'([A-G](?:##?|bb?)?)(.*)', name)
    if match is None or match[2] not in CHORDS:
        raise ValueError(f'not a chord: {name!r}')
    root = pitch_class(match[1])
    kind, steps = CHORDS[match[2]]
    return root, kind, frozenset((root + step) % 12 for step in steps)


def degree(root, key, mode):
    """The degree of a root in a mode; None when it is not in it."""
    step = (root - pitch_class(key)) % 12
    return MODES[mode].index(step) if step in MODES[mode] else None


def numeral(index, mode):
    """'iv': in capitals where the mode has a major third."""
    steps = MODES[mode]
    third = (steps[(index + 2) % 7] - steps[index]) % 12
    return NUMERALS[index] if third == 4 else NUMERALS[index].lower()


def is_diminished(index, mode):
    """Whether the triad on a degree is."""
    steps = MODES[mode]
    return (steps[(index + 4) % 7] - steps[index]) % 12 == 6


def is_characteristic(chord_name, key, mode):
    """Whether a chord stands on the mode's own degree and holds the tone that sets the mode apart."""
    root, _, tones = chord(chord_name)
    tone, index = CHARACTER[mode]
    return degree(root, key, mode) == index and (pitch_class(key) + tone) % 12 in tones


def has_semitone_above_root(name):
    root, _, tones = chord(name)
    return (root + 1) % 12 in tones


def has_tritone(name):
    tones = chord(name)[2]
    return any((tone + 6) % 12 in tones for tone in tones)
