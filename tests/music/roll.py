"""Draws a piece as a piano roll: SVG, several rows of time, one colour a role."""

import html

import form
import theory

WIDTH, MARGIN = 1640, 34
LEGEND_HEIGHT, ROW_GAP = 92, 30
MIDI_LOW, MIDI_HIGH = 27, 98
SEMITONE = 3.1
ROLL_HEIGHT = (MIDI_HIGH - MIDI_LOW) * SEMITONE
CHORDS_HEIGHT = 22
MINUTES_A_ROW, SHORT_PIECE_MINUTES = 2, 8  # short pieces: a minute a row
NAME_WIDTH = 6.4  # of a letter of a chord's name

COLOURS = {'pad': '#5b7fd6', 'bass': '#8a63d2', 'lead': '#ffc857', 'bell': '#6fe3d2', 'swell': '#d977a8',
           'kick': '#e0705a', 'brush': '#9aa3b5'}
BACKGROUND, PANEL, CLEARING, BAR_LINE, SECTION_LINE = '#0e1017', '#151823', '#1a2636', '#282e44', '#5a6590'
TEXT, FAINT = '#d7dbe8', '#7d869f'
FLAT = {'pad': 0.8, 'bass': 0.85, 'lead': 1, 'bell': 1, 'swell': 0.4, 'kick': 1, 'brush': 0.8}
NAMES = ('C', 'C#', 'D', 'Eb', 'E', 'F', 'F#', 'G', 'Ab', 'A', 'Bb', 'B')


class Row:
    """One stretch of time of the drawing: where its frames and pitches lie."""

    def __init__(self, piece, number, seconds):
        self.piece, self.number = piece, number
        self.frames = int(seconds * piece.rate_hz)
        self.start = piece.start + number * self.frames
        self.end = self.start + self.frames
        self.top = LEGEND_HEIGHT + number * (ROLL_HEIGHT + CHORDS_HEIGHT + ROW_GAP)
        self.bottom = self.top + ROLL_HEIGHT

    def x(self, frame):
        frame = min(max(frame, self.start), self.end)
        return MARGIN + (frame - self.start) / self.frames * (WIDTH - 2 * MARGIN)

    def y(self, midi):
        return self.bottom - (midi - MIDI_LOW) * SEMITONE

    def holds(self, item):
        return item.frame < self.end and item.end > self.start


def rect(x, y, width, height, fill, more=''):
    return f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" fill="{fill}"{more}/>'


def text(x, y, words, fill=TEXT, size=11, more=''):
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}" font-size="{size}"{more}>{html.escape(words)}</text>'


def line(x, top, bottom, colour, width):
    return (f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}" stroke="{colour}" '
            f'stroke-width="{width}"/>')


def ground(row):
    end = row.x(min(row.end, row.piece.end))
    yield rect(MARGIN, row.top, end - MARGIN, ROLL_HEIGHT, PANEL)
    for at in form.clearings(row.piece):
        x, until = row.x(row.piece.bars[at].frame), row.x(row.piece.bars[at + form.CLEARING_BARS - 1].end)
        if until > x:
            yield rect(x, row.top, until - x, ROLL_HEIGHT, CLEARING)
            yield text((x + until) / 2, row.bottom - 8, 'clearing', FAINT, 10, ' text-anchor="middle"')
    for midi in range(36, MIDI_HIGH, 12):
        yield rect(MARGIN, row.y(midi), end - MARGIN, 0.6, BAR_LINE)
        yield text(MARGIN - 6, row.y(midi) + 3, f'C{midi // 12 - 1}', FAINT, 9, ' text-anchor="end"')


def bars(row):
    before = None
    for bar in row.piece.bars:
        new = before is None or bar.section != before.section
        if row.start <= bar.frame < row.end:
            x = row.x(bar.frame)
            yield line(x, row.top, row.bottom, SECTION_LINE if new else BAR_LINE, 1.4 if new else 0.6)
            if new:
                yield text(x + 4, row.top - 5, f'section {bar.section + 1}', FAINT, 10)
            if before is None or (bar.key, bar.mode) != (before.key, before.mode):
                yield text(x + 66, row.top - 5, f'{bar.key} {bar.mode}', TEXT, 10)
        before = bar


def clock(row):
    """Marks every quarter of a minute, names every half."""
    step = 15 * row.piece.rate_hz
    first = -(-(row.start - row.piece.start) // step) * step + row.piece.start
    for frame in range(first, min(row.end, row.piece.end) + 1, step):
        seconds = round(row.piece.seconds(frame - row.piece.start))
        yield line(row.x(frame), row.bottom + CHORDS_HEIGHT, row.bottom + CHORDS_HEIGHT + 4, FAINT, 1)
        if seconds % 30 == 0:
            yield text(row.x(frame), row.bottom + CHORDS_HEIGHT + 14, f'{seconds // 60}:{seconds % 60:02}',
                       FAINT, 9, ' text-anchor="middle"')


def chords(row):
    for number, chord in enumerate(row.piece.chords):
        if not row.holds(chord):
            continue
        x, end = row.x(chord.frame), row.x(chord.end)
        own = theory.is_characteristic(chord.name, chord.key, chord.mode)
        yield rect(x, row.bottom, end - x, CHORDS_HEIGHT, ('#1b2030', '#222840')[number % 2])
        if end - x > NAME_WIDTH * len(chord.name):
            yield text((x + end) / 2, row.bottom + 15, chord.name, '#ffe3a3' if own else TEXT, 11,
                       ' text-anchor="middle"')


def notes(row):
    order = list(COLOURS)
    for note in sorted((note for note in row.piece.notes if row.holds(note)),
                       key=lambda note: order.index(note.role) == order.index('lead')):
        x, end = row.x(note.frame), row.x(note.end)
        faint = FLAT[note.role] * (0.35 + 0.65 * min(1, note.velocity / 75))
        thick = SEMITONE * (1.25 if note.role in ('lead', 'bell') else 1)
        about = f'{note.role} {NAMES[note.midi % 12]}{note.midi // 12 - 1}, velocity {note.velocity}, {note.why}'
        shape = rect(x, row.y(note.midi) - thick / 2, max(1.5, end - x - 0.8), thick, COLOURS[note.role],
                     f' rx="1.3" opacity="{faint:.2f}"')
        yield f'{shape[:-2]}><title>{html.escape(about)}</title></rect>'


def legend(piece):
    params, span = piece.params, piece.spans[0]
    title = ' · '.join(str(word) for word in (
        params.get('preset') or 'journal', f'{span.key} {span.mode}', f'{piece.bars[0].bpm:g} bpm',
        f'intensity {params.get("intensity", "?")}', f'seed {params.get("seed", "?")}') if word)
    yield text(MARGIN, 36, title, TEXT, 20)
    at = MARGIN
    for role, colour in COLOURS.items():
        yield rect(at, 50, 18, 8, colour, f' rx="3" opacity="{max(0.6, FLAT[role])}"')
        yield text(at + 24, 58, f'{role} ({len(piece.of(role))})', FAINT, 12)
        at += 112
    yield text(at, 58, 'chord in gold: the mode\'s own', '#ffe3a3', 12)


def draw(piece):
    """The SVG, as text."""
    seconds = 60 * (1 if piece.minutes() <= SHORT_PIECE_MINUTES else MINUTES_A_ROW)
    length = piece.seconds(piece.end - piece.start)
    rows = [Row(piece, number, seconds) for number in range(max(1, -(-int(length) // seconds)))]
    height = rows[-1].bottom + CHORDS_HEIGHT + ROW_GAP
    parts = [f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:.0f}" '
             f'viewBox="0 0 {WIDTH} {height:.0f}" font-family="Inter, Helvetica, Arial, sans-serif">',
             rect(0, 0, WIDTH, height, BACKGROUND), *legend(piece)]
    for row in rows:
        for layer in (ground, bars, notes, chords, clock):
            parts += layer(row)
    return '\n'.join(parts + ['</svg>', ''])
