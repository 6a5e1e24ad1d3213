"""Reads a journal into a Piece: the music as it sounds, once later phrases have revised earlier ones.

    piece = journal.read(open('journal.jsonl'))

A phrase owns the timeline from its start_frame on: notes, chords and bars of earlier phrases at or after
it are gone, and so are ends of notes. Notes that began before it end as written, or where its ends[] say.
Positions are frames; Piece.seconds() and Piece.beats() make other units of them. The journal is one
stream's; a half-written last line is dropped, as it is when a station resumes.
"""

import bisect
import copy
import dataclasses
import json

# A chord that goes on is listed again where a phrase begins. It is another, the same again, only when all
# its voices are struck anew although they had not sounded for long enough to need it.
STRUCK_TOGETHER_S = 0.2
RENEWED_AFTER_S = 15
VOICES = 4


@dataclasses.dataclass
class Note:
    frame: int
    end: int  # where it really ends
    written_end: int
    midi: int
    velocity: int
    role: str
    why: str  # what the composer says of it; for checks of agreement alone


@dataclasses.dataclass
class Chord:
    frame: int
    end: int
    name: str
    key: str
    mode: str
    told: dict  # root, degree, notes and the rest that the composer says; for checks of agreement alone


@dataclasses.dataclass
class Bar:
    frame: int
    end: int
    bpm: float
    key: str
    mode: str
    section: int
    arc: int


@dataclasses.dataclass
class Span:
    """What one phrase still owns of the timeline."""
    frame: int
    end: int
    key: str
    mode: str
    section: int
    arc: int


@dataclasses.dataclass
class Piece:
    rate_hz: int = 44100
    notes: list = dataclasses.field(default_factory=list)  # by frame, role, midi
    chords: list = dataclasses.field(default_factory=list)  # one after another; those that go on are one
    bars: list = dataclasses.field(default_factory=list)
    spans: list = dataclasses.field(default_factory=list)
    changes: list = dataclasses.field(default_factory=list)  # params events as they are in the journal
    end: int = 0  # where the last phrase ends

    @property
    def params(self):
        """The parameters the piece begins with."""
        return self.changes[0] if self.changes else {}

    @property
    def preset(self):
        return self.params.get('preset') or ''

    @property
    def start(self):
        return self.spans[0].frame if self.spans else 0

    def seconds(self, frames):
        return frames / self.rate_hz

    def minutes(self):
        return self.seconds(self.end - self.start) / 60

    def of(self, *roles):
        return [note for note in self.notes if note.role in roles]

    def _at(self, items, frame):
        index = bisect.bisect_right(items, frame, key=lambda item: item.frame) - 1
        return items[index] if index >= 0 and frame < items[index].end else None

    def chord_at(self, frame):
        return self._at(self.chords, frame)

    def bar_at(self, frame):
        return self._at(self.bars, frame)

    def span_at(self, frame):
        return self._at(self.spans, frame)

    def bars_of(self, chord):
        """How many bars begin in a chord."""
        first = bisect.bisect_left(self.bars, chord.frame, key=lambda bar: bar.frame)
        return bisect.bisect_left(self.bars, chord.end, key=lambda bar: bar.frame) - first

    def changing(self, chord):
        """Whether a change of the parameters falls into a chord, or was not settled as it began."""
        return any(change['effective_frame'] <= chord.end and chord.frame < change['settled_frame']
                   for change in self.changes[1:])

    def beats(self, frames, frame):
        """A duration in beats of the bar that holds `frame`."""
        bar = self.bar_at(frame)
        return self.seconds(frames) * (bar.bpm if bar else 60) / 60

    def copy(self):
        return copy.deepcopy(self)


class _Reader:
    def __init__(self):
        self.piece = Piece()
        self.stream = None
        self.listed = []  # chords as phrases list them

    def take(self, event):
        if event['type'] == 'params':
            self.piece.changes.append(event)
            self.piece.rate_hz = event['sample_rate']
        if event['type'] == 'phrase':
            if self.stream not in (None, event['stream']):
                raise ValueError('a journal of more than one stream')
            self.stream = event['stream']
            self._cancel_from(event['start_frame'])
            self._apply_ends(event)
            self._add(event)

    def _cancel_from(self, start):
        piece = self.piece
        piece.notes = [note for note in piece.notes if note.frame < start]
        for note in piece.notes:
            if note.end >= start:
                note.end = note.written_end
        self.listed = [chord for chord in self.listed if chord.frame < start]
        piece.spans = [span for span in piece.spans if span.frame < start]
        for item in self.listed[-1:] + piece.spans[-1:]:
            item.end = min(item.end, start)
        piece.bars = [bar for bar in piece.bars if bar.frame < start]

    def _apply_ends(self, phrase):
        for end in phrase['ends']:
            for note in self.piece.notes:
                if (note.role, note.midi) == (end['role'], end['midi']) and \
                        note.frame < end['frame'] < note.end:
                    note.end = end['frame']

    def _add(self, phrase):
        piece = self.piece
        place = {name: phrase[name] for name in ('key', 'mode', 'section', 'arc')}
        start = phrase['start_frame']
        piece.end = start + phrase['frames']
        piece.spans.append(Span(start, piece.end, **place))
        known = piece.bars[-1].frame if piece.bars else -1
        for frame, bpm in zip(phrase['bar_frames'], phrase['bar_bpm']):
            if frame > known:  # a phrase that begins inside a bar lists that bar again
                piece.bars.append(Bar(frame, 0, bpm, **place))
        for chord in phrase['chords']:
            self.listed.append(Chord(chord['frame'], chord['frame'] + chord['frames'], chord['name'],
                                     phrase['key'], phrase['mode'], chord))
        for note in phrase['notes']:
            end = note['frame'] + note['frames']
            piece.notes.append(Note(note['frame'], end, end, note['midi'], note['velocity'], note['role'],
                                    note['why']))

    def finish(self):
        piece = self.piece
        piece.notes.sort(key=lambda note: (note.frame, note.role, note.midi))
        for bar, after in zip(piece.bars, piece.bars[1:]):
            bar.end = after.frame
        if piece.bars:
            last = piece.bars[-1]
            last.end = max(piece.end, last.frame + 1)
        self._join_chords()
        return piece

    def _join_chords(self):
        piece, borders = self.piece, {span.frame for span in self.piece.spans}
        onsets = sorted(note.frame for note in piece.notes if note.role == 'pad')
        for chord in self.listed:
            before = piece.chords[-1] if piece.chords else None
            if before and chord.frame in borders and before.end == chord.frame and \
                    (before.name, before.key, before.mode) == (chord.name, chord.key, chord.mode) and \
                    not self._struck_anew(before, chord, onsets):
                before.end = chord.end
            else:
                piece.chords.append(chord)

    def _struck_anew(self, before, chord, onsets):
        rate = self.piece.rate_hz
        first = bisect.bisect_left(onsets, chord.frame)
        struck = bisect.bisect_right(onsets, chord.frame + STRUCK_TOGETHER_S * rate) - first
        return struck >= VOICES and chord.frame - before.frame < RENEWED_AFTER_S * rate


def read(lines):
    """The Piece of one stream's journal lines."""
    reader, lines = _Reader(), list(lines)
    for number, line in enumerate(lines, 1):
        try:
            event = json.loads(line)
        except ValueError:
            if number == len(lines):
                break
            raise
        reader.take(event)
    return reader.finish()
