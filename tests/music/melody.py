"""The lead: where its tones come from, how it moves, how it breathes."""

import bisect
import statistics

import intensity
import theory

LINE_REST_S = 1.8  # a silence longer than this ends a line
BREATH_S = 2
RESOLVE_BEATS = 2
TUNED = ('lead', 'bell', 'bass', 'pad', 'swell')
FIFTH, OCTAVE = 7, 12


def source(piece, note):
    """'chord', 'scale' or 'chromatic': where a note's tone comes from as it begins."""
    chord, span = piece.chord_at(note.frame), piece.span_at(note.frame)
    tone = note.midi % 12
    if chord and tone in theory.chord(chord.name)[2]:
        return 'chord'
    return 'scale' if span and tone in theory.scale(span.key, span.mode) else 'chromatic'


def debts(piece):
    """(note, the one after it or None) of each chromatic note of the lead, but one that could still be
    resolved after the journal's end."""
    lead = piece.of('lead')
    return [(note, after) for note, after in zip(lead, lead[1:] + [None]) if source(piece, note) == 'chromatic'
            and (after is not None or piece.beats(piece.end - note.frame, note.frame) > RESOLVE_BEATS)]


def resolves(piece, note, after):
    """Whether the next note of the lead resolves a chromatic one in time."""
    return after is not None and 1 <= abs(after.midi - note.midi) <= 2 and \
        piece.beats(after.frame - note.frame, note.frame) <= RESOLVE_BEATS


def lines(piece):
    """The lead's notes in lines: a silence of more than LINE_REST_S parts them."""
    found, end = [], None
    for note in piece.of('lead'):
        if end is None or note.frame - end > LINE_REST_S * piece.rate_hz:
            found.append([])
        found[-1].append(note)
        end = max(end or 0, note.end)
    return found


def rests(piece, least_s):
    """(from, to) of each silence of the lead of at least so many seconds."""
    found, end = [], piece.start
    for note in piece.of('lead'):
        if note.frame - end >= least_s * piece.rate_hz:
            found.append((end, note.frame))
        end = max(end, note.end)
    if piece.end - end >= least_s * piece.rate_hz:
        found.append((end, piece.end))
    return found


def adherence(piece):
    """Notes in the chord or the scale, or chromatic and resolved; and the lead's shares of the three."""
    lead = piece.of('lead')
    kinds = [source(piece, note) for note in lead]
    owed = debts(piece)
    paid = sum(resolves(piece, note, after) for note, after in owed)
    tuned = piece.of(*TUNED)
    within = paid + sum(source(piece, note) != 'chromatic' for note in tuned)
    fitted = piece.of('pad', 'bell')
    total = max(1, len(lead))
    return {
        'adherence %': 100 * within / max(1, len(tuned)),
        'pads, bells in chord %': 100 * sum(source(piece, note) == 'chord' for note in fitted) /
        max(1, len(fitted)),
        'lead in chord %': 100 * kinds.count('chord') / total,
        'lead in scale %': 100 * kinds.count('scale') / total,
        'lead chromatic %': 100 * kinds.count('chromatic') / total,
        'chromatic resolved %': 100 * paid / len(owed) if owed else 100.0,
    }


def longest_without_breath(piece):
    """Seconds between one rest of BREATH_S and the next, at most."""
    longest, end = 0, piece.start
    for begins, ends in rests(piece, BREATH_S):
        longest, end = max(longest, begins - end), ends
    return piece.seconds(max(longest, piece.end - end))


def gaps_s(piece):
    """Seconds of silence between each line of the lead and the next."""
    phrases = lines(piece)
    return [piece.seconds(b[0].frame - max(note.end for note in a)) for a, b in zip(phrases, phrases[1:])]


def motion(piece):
    lead = piece.of('lead')
    intervals = [abs(b.midi - a.midi) for a, b in zip(lead, lead[1:])]
    moving = [size for size in intervals if size] or [0]
    frames = [note.frame for note in lead]
    still = sum(bisect.bisect_left(frames, bar.frame) == bisect.bisect_left(frames, bar.end)
                for bar in piece.bars)
    events = len(piece.of('lead', 'bell')) / piece.minutes()
    phrases, gaps = lines(piece), gaps_s(piece)
    return {
        'lead notes a minute': len(lead) / piece.minutes(),
        'bars without lead %': 100 * still / max(1, len(piece.bars)),
        'longest without breath s': longest_without_breath(piece),
        'steps %': 100 * sum(1 <= size <= 2 for size in moving) / len(moving),
        'above a fifth %': 100 * sum(size > FIFTH for size in intervals) / max(1, len(intervals)),
        'above an octave %': 100 * sum(size > OCTAVE for size in intervals) / max(1, len(intervals)),
        'melodic events a minute': events,
        'events off the table %': 100 * (events / intensity.due(intensity.EVENTS, piece) - 1),
        'gap between lines s': statistics.mean(gaps) if gaps else None,
        'notes in a line': statistics.mean(len(line) for line in phrases) if phrases else None,
    }
