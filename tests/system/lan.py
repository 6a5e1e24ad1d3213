"""The package on a booted Debian as another host on its network meets it: behind either firewall, by its name.

It makes a system and a package first (see debian.py).
"""

import os
import shutil
import tempfile
import unittest

import debian
import machine
import packaged
from neighbour import Neighbour
from packaged import station

WHY_NOT = machine.why_not() or debian.why_not()
NEEDED = ('ufw', 'iptables', 'firewalld', 'avahi-daemon', 'avahi-utils')


@unittest.skipIf(WHY_NOT, WHY_NOT)
class Lan(unittest.TestCase):
    suite = debian.SUITES[0]

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix='auralis-lan-', dir='/tmp')
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.package = debian.build(cls.suite, station.PROJECT, cls.folder)
        debian.download(cls.suite, cls.package, *NEEDED)
        cls.box = cls.enterClassContext(machine.Machine(os.path.join(debian.FOLDER, cls.suite), install=False,
                                                        binds=[cls.folder]))
        packaged.apt(cls.box, '--no-install-recommends', 'install', cls.package, *NEEDED)
        cls.box.run('systemctl', 'stop', 'firewalld')
        cls.box.run('auralisctl', 'listen-on', '0.0.0.0')
        packaged.play(cls.box)
        cls.neighbour = cls.enterClassContext(Neighbour(cls.box))

    def wait_status(self, status, path='/healthz', **more):
        station.until(lambda: self.neighbour.status(path, **more) == status, f'{path} answers {status}')

    def check_lets_in(self, begin, allow):
        """The firewall that `begin` starts lets nobody in until `allow` is said."""
        self.wait_status(200)
        self.box.run('sh', '-c', begin)
        self.wait_status(0)
        self.box.run('sh', '-c', allow)
        self.wait_status(200)

    def test_ufw_lets_listeners_in_by_one_line(self):
        # a machine in a machine has no kernel settings of its own to make
        self.box.run('sed', '-i', 's/^IPT_SYSCTL=.*/IPT_SYSCTL=/', '/etc/default/ufw')
        self.addCleanup(self.box.run, 'ufw', 'disable')
        self.check_lets_in('ufw --force enable', 'ufw allow Auralis')

    def test_firewalld_lets_listeners_in_by_one_line(self):
        self.addCleanup(self.box.run, 'systemctl', 'stop', 'firewalld')
        self.check_lets_in('systemctl start firewalld',
                           'firewall-cmd --permanent --add-service=auralis && firewall-cmd --reload')

    def test_avahi_gives_its_name_and_announces_it(self):
        name = self.box.output('hostname') + '.local'
        self.box.run('systemctl', 'start', 'avahi-daemon')
        station.until(lambda: self.neighbour.resolves(name), f'{name} is known')
        self.wait_status(200, '/', host=name)
        self.assertNotIn('Auralis', self.box.output('avahi-browse', '--terminate', '_http._tcp'))
        self.box.run('cp', '/usr/share/doc/auralis/auralis.avahi.service', '/etc/avahi/services/auralis.service')
        station.until(lambda: self.announced(name), 'it is announced')

    def announced(self, name):
        lines = self.box.output('avahi-browse', '--parsable', '--resolve', '--terminate', '_http._tcp')
        return any('Auralis' in line and name in line and ';8000;' in line for line in lines.splitlines())
