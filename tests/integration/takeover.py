"""What a listener could hear of a take-over: the live recording against the run without any kill.

The unkilled run is `auralis-synthd --render` of the station's journal. Levels are kept a block, as sums, so
that any stretch can be compared at once.
"""

import array
import itertools
import math

import recording
import station

SECONDS = 5    # what is compared after a join, as far as it was recorded
WAIT_S = station.short_or_full(2.5, 5.5)  # to record after the last join
STEP_WINDOW_FRAMES = 2 * station.RATE_HZ
MOST_DB = -40  # a difference, relative to the music
MOST_LU = 0.5
BLOCK_SAMPLES = 2 * station.BLOCK_FRAMES
# BS.1770's two filters at 44.1 kHz: b0 b1 b2 a1 a2, the shelf first.
SHELF = (1.5308412300503478, -2.6509799951547297, 1.169079079921587, -1.6636551132560204, 0.7125954280732254)
HIGH = (1.0, -2.0, 1.0, -1.989169673629796, 0.9891990357870394)


def weighted(samples):
    """One channel, K-weighted."""
    for b0, b1, b2, a1, a2 in (SHELF, HIGH):
        z1 = z2 = 0.0
        out = array.array('d', bytes(8 * len(samples)))
        for i, x in enumerate(samples):
            y = b0 * x + z1
            z1 = b1 * x - a1 * y + z2
            z2 = b2 * x - a2 * y
            out[i] = y
        samples = out
    return samples


def sums(samples, size):
    """Running sums of squares at each block of so many samples."""
    squares = (sum(x * x for x in samples[at:at + size]) for at in range(0, len(samples), size))
    return list(itertools.accumulate(squares, initial=0))


class Comparison:
    """A recording beside what the journal renders to."""

    def __init__(self, heard, journal):
        self.first = heard.first
        self.blocks = (heard.end - heard.first) // station.BLOCK_FRAMES
        frames = self.blocks * station.BLOCK_FRAMES
        live = array.array('h', heard.get(heard.first, frames))
        whole = array.array('h', station.render(journal, '--from', str(heard.first), '--frames', str(frames)))
        self.heard, self.whole = heard, recording.Recording()
        self.whole.add(heard.first, whole.tobytes())
        self.signal = sums(whole, BLOCK_SAMPLES)
        self.difference = sums(array.array('i', (a - b for a, b in zip(live, whole))), BLOCK_SAMPLES)
        self.loudness = [self.loudness_sums(samples) for samples in (live, whole)]

    @staticmethod
    def loudness_sums(samples):
        left, right = (sums(weighted(samples[side::2]), station.BLOCK_FRAMES) for side in (0, 1))
        return [a + b for a, b in zip(left, right)]

    def window(self, frame):
        """The blocks of the seconds after a frame, as far as there are some."""
        begin = (frame - self.first) // station.BLOCK_FRAMES
        return begin, min(begin + SECONDS * station.RATE_HZ // station.BLOCK_FRAMES, self.blocks)

    def difference_db(self, frame):
        """RMS of the difference relative to the music, in the seconds after a join."""
        begin, end = self.window(frame)
        difference, signal = (total[end] - total[begin] for total in (self.difference, self.signal))
        return 10 * math.log10(difference / signal) if difference and signal else -math.inf

    def loudness_lu(self, frame):
        """How much louder or softer these seconds are."""
        begin, end = self.window(frame)
        live, whole = (total[end] - total[begin] for total in self.loudness)
        return abs(10 * math.log10(live / whole)) if live and whole else 0.0

    def steps(self, join):
        """The largest step at a join, and around it; a note that begins just there is a step in both runs."""
        at_join, around = steps(self.heard, join)
        return at_join, max(around, steps(self.whole, join)[0])

    def judge(self, case, joins):
        """Asserts what must hold at all joins; the figures for a table."""
        differences = [self.difference_db(join) for join in joins]
        loudness = max(map(self.loudness_lu, joins))
        step, around = max(map(self.steps, joins), key=lambda pair: pair[0] - pair[1])
        case.assertLessEqual(max(differences), MOST_DB, 'it sounds differently after a join')
        case.assertLessEqual(loudness, MOST_LU)
        case.assertLessEqual(step, around, 'a join clicks')
        return [f'{station.percentile(differences, 0.5):.0f}', f'{max(differences):.0f}', f'{loudness:.3f}',
                step, around]


JUDGED = ['difference from the render dB, p50', 'max', 'loudness LU, max', 'worst step at a join', 'largest around it']


def steps(heard, join):
    """The largest sample step within a block of a join, and within 2 s around but not at it."""
    first, after = join - station.BLOCK_FRAMES, join + station.BLOCK_FRAMES
    begin = max(heard.first, join - STEP_WINDOW_FRAMES)
    return (heard.largest_step(first, 2 * station.BLOCK_FRAMES),
            max(heard.largest_step(begin, first - begin), heard.largest_step(after, STEP_WINDOW_FRAMES)))


def milliseconds(values):
    return [f'{station.percentile(values, share):.0f}' for share in (0.5, 0.95, 0.99)] + [f'{max(values):.0f}']


HEARD = ['missing', 'repeated', 'altered', 'longest wait ms']
MILLISECONDS = ['next frame ms, p50', 'p95', 'p99', 'max']
