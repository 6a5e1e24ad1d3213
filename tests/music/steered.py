"""Compositions that a script steers, for the tests of what changes and endings do."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get('AURALIS_BUILD', os.path.join(PROJECT, 'build', 'dev'))
COMPOSERD = os.path.join(BUILD, 'composerd', 'auralis-composerd')

RATE_HZ = 44100
BLOCK_FRAMES = 64
LEAD_S, MARGIN_S = 0.3, 0.05  # what lies so near is rendered already, and cannot change
BEATS = 4


def compose(steps, minutes, *settings):
    """The journal's lines: `steps` are control requests with `at`, settings as for --set."""
    with tempfile.NamedTemporaryFile('w', suffix='.jsonl') as script:
        script.writelines(json.dumps(step) + '\n' for step in steps)
        script.flush()
        arguments = [word for setting in settings for word in ('--set', setting)]
        return subprocess.run([COMPOSERD, '--compose', '--minutes', str(minutes), '--script', script.name, *arguments],
                              check=True, text=True, stdout=subprocess.PIPE).stdout.splitlines()


def blocks_up(seconds):
    return -int(-seconds * RATE_HZ // BLOCK_FRAMES) * BLOCK_FRAMES


def soonest(at):
    """The first frame that a change asked for at that second may touch."""
    return blocks_up((int(at * RATE_HZ) + blocks_up(LEAD_S) + blocks_up(MARGIN_S)) / RATE_HZ)


def bar_frames(bpm):
    """A bar's length: four beats, in the nearest number of whole blocks."""
    return int(BEATS * 60 / bpm * RATE_HZ / BLOCK_FRAMES + 0.5) * BLOCK_FRAMES


def broken_bars(piece):
    """Bars that are not as long as their tempo says; one that the next does not join is not, either."""
    return [piece.seconds(bar.frame) for bar in piece.bars[:-1] if bar.end - bar.frame != bar_frames(bar.bpm)]


def broken_spans(piece):
    """Seconds at which one phrase does not begin where the one before it ends."""
    return [piece.seconds(after.frame) for span, after in zip(piece.spans, piece.spans[1:]) if span.end != after.frame]


def table(head, *rows):
    """Prints a table that scripts/test repeats at its end."""
    print()
    for row in (head, ['---'] * len(head), *rows):
        print('| ' + ' | '.join(str(cell) for cell in row) + ' |', flush=True)


def main():
    """Runs the tests of a file."""
    sys.exit(0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1)
