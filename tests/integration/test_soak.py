"""Hours of a station at 20 times real time: nothing grows, drifts, is lost or late."""

import unittest

import soak
import station

RATE = 20
HOURS = station.short_or_full(0.05, 8)


class Hours(unittest.TestCase):
    def test_nothing_grows_drifts_or_is_lost(self):
        played = soak.Soak(RATE, HOURS, 1, soak.tell).run()
        played.report()
        self.assertEqual(played.faults(quiet=station.SPEED_COUNTS), [])


if __name__ == '__main__':
    station.main()
