// @ts-check
/*
 * rules - why the music is as it is, in words. Made by scripts/gen-docs from common/rules.def,
 * common/chord_rules.def and composerd/arc.def.
 */

/** @type {Record<string, string>} why a chord is there */
export const CHORD_RULES = {
  drawn: "Drawn from the mode's table, among the alternatives.",
  character: "The mode's own colour: 16 bars would have passed without it.",
  pivot: 'Leads from one key or mode to the next: its tones lie in both.',
  arrival: 'The first chord of a new key or mode.',
  opening: 'The tonic that music begins with.',
  closing: 'The tonic that music ends with.',
};

/** @type {Record<string, string>} why a note is there */
export const NOTE_RULES = {
  'chord.voice': 'A voice of a new chord, led by the least motion.',
  'chord.common': 'A common tone, struck again softly as the chord changes.',
  'chord.renew': 'A long chord struck again softly, overlapping itself.',
  'chord.octave': 'A voice of the chord an octave higher, where the music is dense.',
  'bass.root': 'The root of the chord.',
  'bass.fifth': 'The fifth of the chord.',
  'bass.pedal': 'The tonic held below moving chords.',
  'melody.chord': 'A tone of the sounding chord.',
  'melody.scale': 'A tone of the mode, beside the chord.',
  'melody.chromatic': 'A tone outside the mode, about to resolve.',
  'melody.resolution': 'Resolves the chromatic tone before it by one or two semitones.',
  'bell.loop': "A stroke of a bell's loop, fitted to the chord.",
  'swell.section': 'A swell that leads into a section.',
  'swell.air': 'A swell for its own sake.',
  'kick.pulse': 'The slow pulse.',
  'brush.breath': 'A rare breath.',
};

/** The sections of an arc, in order. */
export const ARC_PARTS = ['sparse', 'plain', 'full', 'falling back'];
export const SECTION_BARS = 16;
