"""All that is measured of a piece: one dictionary, name to number; None where there is nothing to measure."""

import agreement
import form
import harmony
import layers
import melody
import motifs
import repetition
import timing
import voices


def measure(piece, palette=False):
    """palette: whether the preset keeps to a few degrees (limits.PALETTES)."""
    found = {}
    for part in (melody.adherence(piece), harmony.chords(piece), harmony.transitions(piece, palette),
                 voices.pads(piece), voices.mud(piece), layers.sounding(piece), layers.bass(piece),
                 melody.motion(piece), repetition.repetition(piece), motifs.recalled(piece),
                 form.form(piece), timing.jitter(piece), agreement.agreement(piece)):
        found.update(part)
    return found
