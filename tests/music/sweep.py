"""What intensity does: five levels beside the table of the music."""

import statistics

import intensity
import melody
import pieces

SEEDS = pieces.SEEDS


def measure(order):
    piece = pieces.read(order)
    lead = [note.velocity for note in piece.of('lead')]
    chords = [piece.bars_of(chord) for chord in piece.chords[:-1]]
    gaps = melody.gaps_s(piece)
    return {
        'events': len(piece.of('lead', 'bell')) / piece.minutes(),
        'velocity': statistics.mean(lead or [note.velocity for note in piece.of('bell')]),
        'kicks': 16 * len(piece.of('kick')) / len(piece.bars),
        'chord bars': statistics.mean(chords),
        'gap s': statistics.mean(gaps) if gaps else None,
    }


def sweep(composer, minutes, seeds=SEEDS):
    """Of each level of intensity: the means over the seeds."""
    orders = [pieces.Order(composer, seed=seed, minutes=minutes, settings=(f'params.intensity={level}',))
              for level in intensity.LEVELS for seed in seeds]
    found = pieces.measure_all(orders, measure)
    levels = []
    for at in range(0, len(found), len(seeds)):
        group = found[at:at + len(seeds)]
        levels.append({name: None if group[0][name] is None else statistics.mean(one[name] for one in group)
                       for name in group[0]})
    return levels


def rises(levels, name):
    """Whether a measure rises strictly from level to level."""
    values = [level[name] for level in levels]
    return all(a < b for a, b in zip(values, values[1:]))


MUST_RISE = ('events', 'velocity')
ROWS = (('events', 'melodic events a minute', intensity.EVENTS),
        ('velocity', 'mean lead velocity (bells where there is no lead)', intensity.LEAD_VELOCITY),
        ('kicks', 'kicks in 16 bars', intensity.KICKS),
        ('chord bars', 'mean chord length, bars (15 % are doubled)', intensity.CHORD_BARS),
        ('gap s', 'mean gap between lines of the lead, s', intensity.LINE_GAPS_S))


def lines(levels):
    width = max(len(text) for _, text, _ in ROWS)

    def line(name, cells):
        return f'| {name:{width}} | ' + ' | '.join(f'{cell:>12}' for cell in cells) + ' |'
    yield line('intensity: measured (table)', intensity.LEVELS)
    yield line('-' * width, ['-' * 11 + ':'] * len(levels))
    for name, text, table in ROWS:
        cells = ['-' if level[name] is None else f'{level[name]:.1f}' for level in levels]
        mark = '!' if name in MUST_RISE and not rises(levels, name) else ''
        yield line(mark + text, [f'{cell} ({due})' for cell, due in zip(cells, table)])
