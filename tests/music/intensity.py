"""What intensity means: the table of the music, and how far a piece is from it."""

LEVELS = (0, 0.25, 0.5, 0.75, 1)
EVENTS = (4, 9, 17, 25, 32)  # melodic events (lead, bells) a minute
KICKS = (0, 2, 4, 5, 6)  # in 16 bars
LEAD_VELOCITY = (46, 52, 58, 63, 68)
LINE_GAPS_S = (16, 11, 7, 5, 3.5)
CHORD_BARS = ('4', '4, 2', '2', '2', '2')


def due(row, piece):
    """What a row of the table says for a piece's intensity: straight lines between the levels."""
    at = piece.params.get('intensity', 0.5)
    for left, right, low, high in zip(LEVELS, LEVELS[1:], row, row[1:]):
        if at <= right:
            return low + (high - low) * (at - left) / (right - left)
    return row[-1]
