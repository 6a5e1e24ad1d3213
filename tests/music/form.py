"""Sections, clearings, and how often bells, kicks and swells are heard."""

import itertools

import intensity
import melody

SECTION_BARS = 16
ARC_BARS = 64
CLEARING_BARS = 8
CLEARING_ROLES = {'pad', 'bell'}


def bare_runs(piece):
    """(first bar, bars) of each run of bars in which nothing but pads and bells begins; a note that the
    melody still owes, to resolve a chromatic one, does not count."""
    paid = {id(after) for note, after in melody.debts(piece) if melody.resolves(piece, note, after)}
    busy, place = set(), 0
    notes = [note for note in piece.notes if note.role not in CLEARING_ROLES and id(note) not in paid]
    for note in notes:
        while place < len(piece.bars) and piece.bars[place].end <= note.frame:
            place += 1
        busy.add(place)
    bare = [number not in busy for number in range(len(piece.bars))]
    runs, at = [], 0
    for is_bare, group in itertools.groupby(bare):
        length = len(list(group))
        if is_bare:
            runs.append((at, length))
        at += length
    return runs


def clearings(piece):
    """First bars of the clearings: 8 bare bars or more."""
    return [at for at, length in bare_runs(piece) if length >= CLEARING_BARS]


def form(piece):
    found = clearings(piece)
    arcs = [round((b - a) / ARC_BARS) for a, b in zip([0] + found, found)]
    # one that has not come yet counts as far as the piece goes
    waited = (len(piece.bars) - (found[-1] if found else 0)) / ARC_BARS
    sections = [len(list(group)) for _, group in itertools.groupby(bar.section for bar in piece.bars)]
    per_section = max(1, len(piece.bars)) / SECTION_BARS
    kicks = len(piece.of('kick')) / per_section
    return {
        'sections not of 16 bars': sum(length != SECTION_BARS for length in sections[:-1]),
        'clearings': len(found),
        'arcs between clearings, least': min(arcs) if arcs else None,
        'arcs between clearings, most': max(arcs + [waited]),
        'longest clearing bars': max([length for _, length in bare_runs(piece)] or [0]),
        'bell strokes a minute': len(piece.of('bell')) / piece.minutes(),
        'kicks in 16 bars': kicks,
        'kicks off the table': kicks - intensity.due(intensity.KICKS, piece),
        'swells in 16 bars': len(piece.of('swell')) / per_section,
    }
