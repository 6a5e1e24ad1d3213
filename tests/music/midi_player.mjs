// FluidSynth's own player of MIDI files: what it plays, as events and as sound.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

export const FONT = '/usr/share/sounds/sf2/FluidR3_GM.sf2';

const RATE_HZ = 8000; /* the least it takes: enough to hear whether it sounds */
const BYTES_PER_FRAME = 4;
const FULL_SCALE = 32768;
const OPTIONS = ['-i', '-n', '-q', '-d', '-f', '/dev/null', '-R', '0', '-C', '0', '-r', String(RATE_HZ), '-O', 's16',
  '-T', 'raw', '-o', 'synth.dynamic-sample-loading=1'];
/* The dump goes to $1, the sound to $2, until it has $3 bytes. */
const RENDER = `dump=$1 sound=$2 most=$3 && shift 3
fluidsynth "$@" -F /dev/fd/3 3>&1 >"$dump" | head -c "$most" >"$sound"
exit "\${PIPESTATUS[0]}"`;
const BY_SIGPIPE = 128 + 13;
/* It plays on after the last note for this long at most; a note that does not end, for ever. */
const TAIL_S = 10;
/* A pad that has sounded for this long is heard: FluidR3's comes slowly. */
const ATTACK_S = 2;

export const hasPlayer = () => spawnSync('fluidsynth', ['--version']).status === 0;

/**
 * Renders as fast as it can, and dumps what reaches the synth. At the same block, events of
 * different tracks come in the order of the tracks. What lasts longer than `most_s` is cut off,
 * and its last events are missing; the dump and the sound are left beside the file.
 */
export function play(path, most_s) {
  const [dump, sound] = [`${path}.txt`, `${path}.raw`];
  const most = Math.ceil(most_s * RATE_HZ) * BYTES_PER_FRAME;
  const result = spawnSync('bash', ['-c', RENDER, 'render', dump, sound, String(most), ...OPTIONS, FONT, path]);
  if (result.status !== 0 && result.status !== BY_SIGPIPE) throw new Error(`fluidsynth: ${result.stderr}`);
  const events = [...readFileSync(dump, 'utf8').matchAll(/^event_post_(noteon|noteoff) (\d+) (\d+ \d+)$/gm)];
  return {
    notes: events.filter(([, type]) => type === 'noteon')
      .map(([, , channel, text]) => ({ channel: Number(channel), text })),
    ended: events.filter(([, type]) => type === 'noteoff').length,
    cutOff: result.status === BY_SIGPIPE,
    sound: readFileSync(sound),
  };
}

/** The peak of each second, 0 to 1. */
function peaks(sound) {
  const samples = new Int16Array(sound.buffer, sound.byteOffset, Math.floor(sound.length / 2));
  const found = [];
  for (let i = 0; i < samples.length; i++) {
    const second = Math.floor(i / 2 / RATE_HZ);
    found[second] = Math.max(found[second] ?? 0, Math.abs(samples[i]) / FULL_SCALE);
  }
  return found;
}

/** The longest that a piece may take to play. */
export const mostSeconds = (piece) => musicSeconds(piece) + TAIL_S;

const musicSeconds = (piece) => Math.max(piece.end, ...piece.notes.map((note) => note.end)) / piece.rate;

/** What is wrong with how long it lasts and how loud it is. */
export function listen({ sound, cutOff }, piece, pads) {
  const wrong = [];
  const seconds = sound.length / BYTES_PER_FRAME / RATE_HZ;
  const loudness = peaks(sound);
  if (cutOff || seconds < musicSeconds(piece)) {
    wrong.push(`lasts ${seconds} s${cutOff ? ' and longer' : ''}, the music ${musicSeconds(piece)} s`);
  }
  if (loudness.some((peak) => peak >= 0.999)) wrong.push('clips');
  for (const pad of pads) {
    for (let second = Math.ceil(pad.at + ATTACK_S); second + 1 <= pad.end; second++) {
      if ((loudness[second] ?? 0) < 0.001) wrong.push(`silent in second ${second}, where a pad sounds`);
    }
  }
  return wrong;
}
