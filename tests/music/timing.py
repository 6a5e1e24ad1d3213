"""How far notes begin off the written grid: half beats of the bar, 25 ms late so that none comes early."""

import statistics

LAG_MS = 25
HALF_BEATS = 8
ROLES = ('pad', 'lead', 'bass', 'kick', 'brush', 'swell')


def offsets_ms(piece, role):
    """Of each note of a role: how late, beside the lag, it is on the half beat that is nearest."""
    found = []
    for note in piece.of(role):
        bar = piece.bar_at(note.frame)
        if bar is None:
            continue
        half = (bar.end - bar.frame) / HALF_BEATS
        late = note.frame - bar.frame - LAG_MS / 1000 * piece.rate_hz
        found.append(1000 * (late - round(late / half) * half) / piece.rate_hz)
    return found


def jitter(piece):
    offsets = {role: offsets_ms(piece, role) for role in ROLES}
    measures = {}
    for role in ('pad', 'lead', 'bass', 'kick'):
        enough = len(offsets[role]) > 1
        measures[f'jitter {role} ms'] = statistics.pstdev(offsets[role]) if enough else None
    measures['onset off grid, most ms'] = max([abs(offset) for found in offsets.values() for offset in found]
                                              or [0])
    return measures
