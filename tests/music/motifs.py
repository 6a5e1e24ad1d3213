"""Whether figures of the melody come back: recall against the same melody shuffled.

A figure is the rhythm and the contour of a few consecutive notes of one line: inter-onset times in half
beats, in lowest terms (so that half speed is the same rhythm), and each step's direction, up, down or
level (first move counted as up, so that an inversion is the same contour). For each note, the longest
figure that ends with it and was heard in one of the last lines is found; recall is its mean length in
steps. Lines and not minutes: where music is sparse, few come between. The surrogate has the same lines
with all inter-onset times and all intervals of the piece shuffled, each by itself: what chance alone
recalls. z says by how many of its deviations the piece is above it.
"""

import math
import random
import statistics

import melody

MEMORY_LINES = 24
SHORTEST, LONGEST = 2, 5  # steps of a figure; one step alone is no figure
SHUFFLES = 40
LINE_MIN_NOTES = 2


def direction(interval):
    return (interval > 0) - (interval < 0)


def figure(times, intervals):
    unit = math.gcd(*times)
    contour = [direction(interval) for interval in intervals]
    first = next((step for step in contour if step), 1)
    return tuple(time // unit for time in times), tuple(step * first for step in contour)


def lines(piece):
    """Of each line: the times from note to note in half beats, and the intervals."""
    found = []
    for line in melody.lines(piece):
        if len(line) >= LINE_MIN_NOTES:
            pairs = list(zip(line, line[1:]))
            found.append(([max(1, round(2 * piece.beats(b.frame - a.frame, a.frame))) for a, b in pairs],
                          [b.midi - a.midi for a, b in pairs]))
    return found


def recall(found):
    heard, lengths = {}, []
    for number, (times, intervals) in enumerate(found):
        new = []
        for end in range(SHORTEST, len(times) + 1):
            longest = 0
            for n in range(SHORTEST, min(LONGEST, end) + 1):
                name = figure(times[end - n:end], intervals[end - n:end])
                if number - heard.get(name, -math.inf) <= MEMORY_LINES:
                    longest = n
                new.append((name, number))
            lengths.append(longest)
        heard.update(new)
    return statistics.mean(lengths) if lengths else 0.0, len(lengths)


def shuffled(found, dice):
    times = [time for line in found for time in line[0]]
    intervals = [interval for line in found for interval in line[1]]
    dice.shuffle(times)
    dice.shuffle(intervals)
    result, at = [], 0
    for of_line, _ in found:
        end = at + len(of_line)
        result.append((times[at:end], intervals[at:end]))
        at = end
    return result


def recalled(piece):
    found = lines(piece)
    own, places = recall(found)
    chance = [recall(shuffled(found, random.Random(seed)))[0] for seed in range(SHUFFLES)]
    mean, deviation = statistics.mean(chance), statistics.pstdev(chance)
    return {
        'recall places': places,
        'recall ratio': own / mean if mean else None,
        'recall z': (own - mean) / deviation if deviation else 0.0,
    }
