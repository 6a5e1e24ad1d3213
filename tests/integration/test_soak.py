"""Hours of a station faster than real time: nothing grows, drifts, is lost or late."""

import unittest

import soak
import station

RATE = station.short_or_full(4, 20)  # a busy machine, too, keeps up with 4
HOURS = station.short_or_full(0.012, 8)


class Hours(unittest.TestCase):
    def test_nothing_grows_drifts_or_is_lost(self):
        played = soak.Soak(RATE, HOURS, 1, soak.tell).run()
        played.report()
        self.assertEqual(played.faults(quiet=station.SPEED_COUNTS), [])


if __name__ == '__main__':
    station.main()
