"""Prints what was measured: a row a measure, a column a piece; what breaks a limit is marked with '!'."""

import limits

CELL = 8


def number(value):
    if value is None:
        return '-'
    if isinstance(value, int) or value == int(value):
        return str(int(value))
    if abs(value) < 0.01:
        return f'{value:.0e}'
    return f'{value:.{2 if abs(value) < 10 else 1 if abs(value) < 100 else 0}f}'


def limit(row, presets):
    """'35 to 80', or with more than one preset those of their own too: '10 to 75 (sleep 10 to 95)'."""
    def words(low, high):
        if low is not None and high is not None:
            return number(low) if low == high else f'{number(low)} to {number(high)}'
        return f'>= {number(low)}' if low is not None else f'<= {number(high)}' if high is not None else ''
    if len(presets) == 1:
        return words(*row.bounds(*presets))
    own = [f'{preset} {words(*row.bounds(preset)) or "any"}' for preset in row.presets if preset in presets]
    return ' '.join([words(row.low, row.high), *(f'({text})' for text in own)]).strip()


def lines(columns, rows=limits.ROWS):
    """The table's lines, of Measured."""
    presets = sorted({column.preset for column in columns})
    names = [(row, limit(row, presets)) for row in rows]
    first, second = max(len(row.measure) for row, _ in names), max(len(text) for _, text in names)
    heads = [column.order.label for column in columns]
    heads = [head if len(head) <= CELL else f'{head[:CELL - 2]}{head[-2:]}' for head in heads]

    def line(*cells):
        return f'| {cells[0]:{first}} | {cells[1]:{second}} | ' + ' | '.join(
            f'{cell:>{CELL}}' for cell in cells[2:]) + ' |'
    yield line('measure', 'limit', *heads)
    yield line('-' * first, '-' * second, *['-' * (CELL - 1) + ':'] * len(columns))
    for row, text in names:
        cells = []
        for column in columns:
            value = column.measures[row.measure]
            mark = '!' if row.broken(value, column.preset, column.minutes) else ''
            cells.append(mark + number(value))
        yield line(row.measure, text, *cells)


def complaints(columns):
    """A line for each limit that is broken."""
    for column in columns:
        for row, _, value in column.broken():
            yield (f'{column.order.label}: {row.measure} is {number(value)}, must be '
                   f'{limit(row, [column.preset])}: {row.text}')
