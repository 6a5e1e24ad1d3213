"""Runs a command beside a station of its own: with_station.py COMMAND...

The command finds the station's address in AURALIS_URL; the station also answers to box.test, and has a
preset of its own, dawn.
"""

import os
import subprocess
import sys

import station


def run(command):
    full = {'AURALIS_BROWSER_SECONDS': '60'} if station.FULL else {}
    with station.Station('stream.allowed_hosts=box.test', 'preset dawn.doc=Grey <i>light</i>.') as auralis:
        status = subprocess.run(command, check=False,
                                env={**os.environ, **full, 'AURALIS_URL': auralis.url + '/'}).returncode
        if status != 0:
            print('the station said:', *auralis.output.all[-40:], sep='\n')
    return status


if __name__ == '__main__':
    sys.exit(run(sys.argv[1:]))
