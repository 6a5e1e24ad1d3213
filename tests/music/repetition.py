"""Whether the music is a loop: bars that equal earlier ones.

Bells are left out: their loops keep no bar, and would hide that all the rest repeats.
"""

import bisect

WINDOW_BARS = 32
LAG_MIN_BARS = 8
ROLES = ('pad', 'bass', 'lead', 'swell')


def contents(piece):
    """Of each bar: what begins in it, as (half beat, role, midi); humanised timing is rounded away."""
    found = []
    notes = piece.of(*ROLES)
    frames = [note.frame for note in notes]
    for bar in piece.bars:
        first, last = bisect.bisect_left(frames, bar.frame), bisect.bisect_left(frames, bar.end)
        length = max(1, bar.end - bar.frame)
        found.append(tuple(sorted((int(8 * (note.frame - bar.frame) / length + 0.1), note.role, note.midi)
                                  for note in notes[first:last])))
    return found


def repeated_windows(bars):
    """How many windows of 32 bars are, note for note, like an earlier one."""
    seen, repeats = set(), 0
    for at in range(len(bars) - WINDOW_BARS + 1):
        window = tuple(bars[at:at + WINDOW_BARS])
        repeats += window in seen
        seen.add(window)
    return repeats


def closest_lag(bars):
    """(share of bars, in percent, that equal the bar so many bars before, that number), the largest there
    is; bars in which nothing begins are no evidence."""
    names = {}
    numbers = [names.setdefault(bar, len(names)) for bar in bars]
    empty = names.get((), -1)
    best = (0.0, 0)
    for lag in range(LAG_MIN_BARS, len(numbers) // 2 + 1):
        pairs = [a == b for a, b in zip(numbers, numbers[lag:]) if b != empty]
        if pairs:
            best = max(best, (100 * sum(pairs) / len(pairs), lag))
    return best


def repetition(piece):
    bars = contents(piece)
    share, lag = closest_lag(bars)
    return {
        'repeats of 32 bars': repeated_windows(bars),
        'bars as at one lag %': share,
        'that lag bars': lag,
    }
