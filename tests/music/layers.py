"""What sounds at all: holes, silence, how many notes at once, their length, range and loudness."""

import statistics

import intensity
import theory

RANGES = {'pad': (48, 77), 'bass': (29, 50), 'lead': (59, 85), 'bell': (74, 96)}
SLEEP_LEAD_TOP = 75
VELOCITY = (20, 100)


def longest_hole(notes, start, end):
    """Frames in which none of the notes sounds, at a stretch."""
    longest = 0
    for note in notes:
        longest, start = max(longest, note.frame - start), max(start, note.end)
    return max(longest, end - start, 0)


def most_at_once(notes):
    events = sorted([(note.frame, 1) for note in notes] + [(note.end, -1) for note in notes])
    now = most = 0
    for _, change in events:
        now += change
        most = max(most, now)
    return most


def out_of_range(piece):
    tops = {'lead': SLEEP_LEAD_TOP} if piece.preset == 'sleep' else {}
    return sum(not RANGES[note.role][0] <= note.midi <= tops.get(note.role, RANGES[note.role][1])
               for note in piece.notes if note.role in RANGES)


def sounding(piece):
    pads = piece.of('pad')
    first = pads[0].frame if pads else piece.start
    lead = [note.velocity for note in piece.of('lead')]
    due = intensity.due(intensity.LEAD_VELOCITY, piece)
    return {
        'longest without pad s': piece.seconds(longest_hole(pads, first, piece.end)),
        'longest silence s': piece.seconds(longest_hole(piece.notes, piece.start, piece.end)),
        'notes at once': most_at_once(piece.notes),
        'longest note s': piece.seconds(max([note.end - note.frame for note in piece.notes] or [0])),
        'notes out of range': out_of_range(piece),
        'velocities out of 20-100': sum(not VELOCITY[0] <= note.velocity <= VELOCITY[1]
                                        for note in piece.notes),
        'lead velocity': statistics.mean(lead) if lead else None,
        'lead velocity off the table': statistics.mean(lead) - due if lead else None,
        'onsets a second': len(piece.notes) / (60 * piece.minutes()),
    }


def bass(piece):
    """What the bass stands on, by time."""
    totals = {'all': 0, 'root': 0, 'tonic': 0}
    for note in piece.of('bass'):
        chord, length = piece.chord_at(note.frame), note.end - note.frame
        if chord is None:
            continue
        root = theory.chord(chord.name)[0]
        tone, tonic = note.midi % 12, theory.pitch_class(chord.key)
        totals['all'] += length
        totals['root'] += length * (tone == root)
        totals['tonic'] += length * (tone == tonic)
    whole = totals['all']
    return {
        'bass on root %': 100 * totals['root'] / whole if whole else None,
        'bass on tonic %': 100 * totals['tonic'] / whole if whole else None,
    }
