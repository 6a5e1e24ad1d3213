// @ts-check
/*
 * protocol - the shapes of what crosses the WebSocket and the HTTP API, for the type checker,
 * and the one check that every text message passes.
 *
 * Unit: `frame` is an absolute position and `frames` a duration, in frames since the stream's
 *       birth (exact in a double below 2^53); `_ms` milliseconds.
 */

/** @typedef {string | number} ParamValue */
/** @typedef {Record<string, ParamValue>} Params */
/** @typedef {'now' | 'beat' | 'bar' | 'preset' | 'section'} Effect */

/**
 * One parameter in the served JSON Schema.
 * @typedef {{
 *   type?: string, title?: string, description?: string, enum?: ParamValue[], default?: ParamValue,
 *   minimum?: number, maximum?: number, pattern?: string, 'x-unit'?: string, 'x-effect'?: Effect
 * }} ParamSchema
 */
/** @typedef {{type: 'object', properties: Record<string, ParamSchema>}} ControlSchema */
/** @typedef {{name: string, doc?: string}} Preset */
/**
 * @typedef {{params: Params, schema: ControlSchema, presets: Preset[], control?: string}}
 *   ControlState
 */
/** @typedef {{param?: string, error: string}} ParamError */

/**
 * @typedef {ControlState & {
 *   type: 'hello', protocol: number, version: string, stream: string, resumed: boolean,
 *   sample_rate: number, channels: number, chunk_frames: number, format: string,
 *   next_frame: number, lost_frames: number, frame: number, audio: string, control: string
 * }} Hello
 */
/**
 * @typedef {{
 *   type: 'params', params: Params, effective_frame: number, settled_frame: number, origin?: string
 * }} ParamsMessage
 */
/**
 * @typedef {{
 *   type?: string, id?: string, ok: boolean, effective_frame?: number, settled_frame?: number,
 *   effective_in_ms?: number, params?: Params, errors?: ParamError[], error?: string
 * }} ControlAck
 */
/**
 * @typedef {{
 *   frame: number, frames: number, midi: number, velocity: number, role: string, why: string
 * }} Note
 */
/**
 * @typedef {{
 *   frame: number, frames: number, degree: string, name: string, why: string,
 *   probability: number, alternatives: {degree: string, probability: number}[]
 * }} Chord
 */
/**
 * @typedef {{
 *   type: 'phrase', stream: string, phrase: number, start_frame: number, frames: number,
 *   bar_frames: number[], bar_bpm: number[], bar_shade: number[], thin?: boolean, key: string, mode: string,
 *   section: number, arc: number, chords: Chord[], notes: Note[],
 *   ends: {frame: number, role: string, midi: number}[]
 * }} PhraseMessage
 */
/**
 * @typedef {{
 *   type: 'gap', from_frame: number, to_frame: number, lost_frames: number, reason: string
 * }} GapMessage
 */
/** @typedef {{type: 'status', audio: string, frame?: number}} StatusMessage */
/** @typedef {{type: 'error', code: string, message: string}} ErrorMessage */
/**
 * @typedef {{
 *   type: 'audio_chunk', seq: number, timestamp: number, duration_ms: number,
 *   sample_rate: number, channels: number, audio_data: string
 * }} AudioChunkMessage
 */
/**
 * @typedef {Hello | ParamsMessage | (ControlAck & {type: 'control_ack'}) | PhraseMessage | GapMessage
 *   | StatusMessage | ErrorMessage | import('./steering.js').TokenAck | AudioChunkMessage | {type: 'pong', frame: number}} ServerMessage
 */

/**
 * Reads one text message.
 * @param {string} text
 * @returns {ServerMessage | null} null when it is not an object with a type
 */
export function parseMessage(text) {
  try {
    const message = JSON.parse(text);
    return typeof message?.type === 'string' ? message : null;
  } catch {
    return null;
  }
}
