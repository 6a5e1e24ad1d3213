"""Which addresses `auralisctl listen-on` takes, what it makes of them, and where people are sent."""

import configparser
import os
import sys
import unittest
import unittest.mock
import xml.etree.ElementTree

PROJECT = os.path.join(os.path.dirname(os.path.abspath(__file__)), '..', '..')
sys.path.insert(0, os.path.join(PROJECT, 'scripts'))
sys.dont_write_bytecode = True
import auralisctl_net as net  # noqa: E402

GOOD = {'0.0.0.0': '0.0.0.0:8000', '0.0.0.0:80': '0.0.0.0:80', '192.168.1.7:8001': '192.168.1.7:8001',
        '::': '[::]:8000', '[::]': '[::]:8000', '[::]:9000': '[::]:9000', '::1': '[::1]:8000',
        '[2001:DB8:0::7]:65535': '[2001:db8::7]:65535', '127.0.0.1': '127.0.0.1:8000'}
BAD = ['', 'x', '8000', ':8000', '0.0.0.0:', '0.0.0.0:x', '0.0.0.0:0', '0.0.0.0:65536', '0.0.0.0:-1', '1.2.3', '1.2.3.256',
       '1.2.3.4.5', 'box.local', 'box.local:8000', '[::1', '::1]:8000', '[::1]8000', '[1.2.3.4]x', 'http://1.2.3.4',
       '224.0.0.1', 'ff02::1', 'fe80::1', '169.254.1.1', '255.255.255.255', '0.0.0.0 8000', '0.0.0.0\n', '*', '::%lo',
       '01.2.3.4', '1.2.3.4/24', '1.2.3.4:8000\nExecStart=/bin/sh']


class Addresses(unittest.TestCase):
    def test_what_is_an_address_is_written_as_systemd_wants_it(self):
        for text, address in GOOD.items():
            with self.subTest(text):
                self.assertEqual(net.join(*net.parse_address(text, 8000)), address)
                self.assertEqual(net.join(*net.split(address)), address)

    def test_what_is_none_is_refused_and_told_what_is_allowed(self):
        for text in BAD:
            with self.subTest(text), self.assertRaisesRegex(net.Trouble, 'must be'):
                net.parse_address(text, 8000)

    def test_a_port_that_is_not_named_is_kept(self):
        self.assertEqual(net.parse_address('0.0.0.0', 8001), ('0.0.0.0', 8001))
        self.assertEqual(net.parse_address('::', 8001), ('::', 8001))

    def test_the_machine_reaches_a_wildcard_on_loopback(self):
        for text, reached in (('0.0.0.0:8000', '127.0.0.1:8000'), ('[::]:8000', '[::1]:8000'),
                              ('10.0.0.9:80', '10.0.0.9:80'), ('127.0.0.1:8000', '127.0.0.1:8000')):
            self.assertEqual(net.join(*net.reachable(text)), reached)


class Urls(unittest.TestCase):
    def urls(self, *listening, mdns=False):
        with unittest.mock.patch.multiple(
                net, machine_addresses=lambda: ['192.168.1.7', '2001:db8::7'],
                MDNS_SOCKET='/' if mdns else '/nonexistent'), \
             unittest.mock.patch('socket.gethostname', lambda: 'box.example.org'):
            return net.urls(listening)

    def test_loopback_is_said_as_it_is(self):
        self.assertEqual(self.urls('127.0.0.1:8000', mdns=True), ['http://127.0.0.1:8000/'])

    def test_a_wildcard_is_all_the_addresses_of_the_machine(self):
        self.assertEqual(self.urls('0.0.0.0:8000'), ['http://127.0.0.1:8000/', 'http://192.168.1.7:8000/'])
        self.assertEqual(self.urls('[::]:80'), ['http://127.0.0.1:80/', 'http://192.168.1.7:80/', 'http://[2001:db8::7]:80/'])

    def test_the_name_is_said_where_it_is_known(self):
        self.assertEqual(self.urls('192.168.1.7:8000', mdns=True), ['http://192.168.1.7:8000/', 'http://box.local:8000/'])

    def test_several_sockets_are_all_said(self):
        self.assertEqual(self.urls('127.0.0.1:8000', '[::1]:8001'), ['http://127.0.0.1:8000/', 'http://[::1]:8001/'])


class Files(unittest.TestCase):
    def test_avahi_and_the_firewalls_mean_the_port_that_is_served(self):
        def path(name):
            return os.path.join(PROJECT, 'systemd', 'lan', name)
        ufw = configparser.ConfigParser()
        ufw.read(path('auralis.ufw'))
        firewalld = xml.etree.ElementTree.parse(path('auralis.firewalld.xml')).find('port')
        avahi = xml.etree.ElementTree.parse(path('auralis.avahi.service')).find('service')
        with open(os.path.join(PROJECT, 'common', 'settings.def')) as file:
            port = next(line for line in file if 'listen' in line).partition('"127.0.0.1:')[2].partition('"')[0]
        self.assertEqual(ufw['Auralis']['ports'], f'{port}/tcp')
        self.assertEqual((firewalld.get('port'), firewalld.get('protocol')), (port, 'tcp'))
        self.assertEqual((avahi.findtext('port'), avahi.findtext('type')), (port, '_http._tcp'))

    def test_a_token_is_with_its_station(self):
        class Station:
            folder, name = '/x', 'main'
        self.assertEqual(net.token_path(Station), '/x/stream/token')
        Station.folder, Station.name = '', 'dawn'
        self.assertEqual(net.token_path(Station), '/var/lib/auralis/dawn/stream/token')
        self.assertEqual(net.unit_of(Station, 'socket'), 'auralis-streamd@dawn.socket')
        Station.name = 'main'
        self.assertEqual(net.unit_of(Station, 'service'), 'auralis-streamd.service')
        self.assertIsNone(net.read_token(Station))


if __name__ == '__main__':
    unittest.main()
