// What a journal says is to be heard: its phrases put together as common/phrase.h has it.
// This knows nothing of how the composer does that, so that it can be a judge of it.

/**
 * @typedef {{role: string, midi: number, velocity: number, frame: number, frames: number, end: number}} Note
 * @typedef {{frame: number, bpm: number, key: string, mode: string, section: number}} Bar
 * @typedef {{params: any, rate: number, end: number, notes: Note[], bars: Bar[],
 *            chords: {frame: number, name: string}[]}} Piece
 */

const before = (frame) => (item) => item.frame < frame;

/** @param {Piece} piece */
function lay(piece, phrase) {
  const start = phrase.start_frame;
  piece.notes = piece.notes.filter(before(start));
  piece.chords = piece.chords.filter(before(start));
  piece.bars = piece.bars.filter(before(phrase.bar_frames[0]));
  for (const note of piece.notes.filter(({ end }) => end >= start)) note.end = note.frame + note.frames;
  for (const { frame, role, midi } of phrase.ends) {
    for (const note of piece.notes) {
      if (note.role === role && note.midi === midi && note.end > frame) note.end = frame;
    }
  }
  piece.notes.push(...phrase.notes.map((note) => ({ ...note, end: note.frame + note.frames })));
  piece.chords.push(...phrase.chords);
  const { key, mode, section } = phrase;
  piece.bars.push(...phrase.bar_frames.map((frame, i) => ({ frame, bpm: phrase.bar_bpm[i], key, mode, section })));
  piece.end = start + phrase.frames;
}

/**
 * @param {string} text lines of JSON, the parameters first
 * @returns {Piece}
 */
export function readJournal(text) {
  const [params, ...events] = text.split('\n').filter(Boolean).map((line) => JSON.parse(line));
  const piece = { params, rate: params.sample_rate, end: 0, notes: [], bars: [], chords: [] };
  for (const event of events) if (event.type === 'phrase') lay(piece, event);
  return piece;
}
