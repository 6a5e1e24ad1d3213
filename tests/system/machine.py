#!/usr/bin/env python3
"""A machine for the tests: a real systemd, freshly booted, with the build installed in it.

usage: machine.py [--root DIR] [--no-install] [--network] [--bind SRC[:DST]]... -- COMMAND...

Boots PID 1 = systemd over a copy of / (or of a Debian tree) that is written to memory only, runs the
COMMAND in it as root and gives back its exit status. 77: it cannot be done here, and why.

  --root DIR       boot this tree
  --no-install     do not install the build
  --network        the network of this machine instead of a loopback interface alone
  --bind SRC:DST   show a file or folder of this machine, read-only; the project and the build are there

The tests use the class Machine. Everything lives in a mount and a PID namespace of its own: whatever
ends the process that began it, the kernel ends the machine and drops what it mounted.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BUILD = os.environ.get('AURALIS_BUILD', os.path.join(PROJECT, 'build', 'dev'))
TOOLS = ('systemd-nspawn', 'systemd-sysusers', 'unshare', 'nsenter', 'setpriv', 'cmake')
BOOT_TIMEOUT_S = 60
SKIPPED = 77
REBOOT = 133  # what systemd-nspawn ends with when the machine wants to boot again
BASE = '/run/auralis-machine'  # where a machine's files are mounted; each sees its own there
CGROUPS = '/sys/fs/cgroup'
# No part of a machine that only plays music, and slow or harmful in a container.
MASKED = '''getty.target console-getty.service systemd-logind.service systemd-udevd.service
    systemd-networkd.service systemd-networkd.socket systemd-resolved.service systemd-timesyncd.service
    systemd-pstore.service systemd-binfmt.service systemd-firstboot.service systemd-remount-fs.service
    systemd-update-utmp.service systemd-machine-id-commit.service systemd-network-generator.service
    ldconfig.service systemd-hwdb-update.service dev-hugepages.mount cron.service'''.split()


class Trouble(Exception):
    """Why there is no machine."""


def why_not():
    """Why no machine can be booted here; None when one can."""
    if os.geteuid() != 0:
        return 'it needs root'
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    return f'{", ".join(missing)} missing (scripts/install test)' if missing else None


class Machine:
    """A booted machine; a context manager."""

    def __init__(self, root='/', install=True, network=False, binds=()):
        self.options = {'root': os.path.realpath(root), 'install': install, 'network': network,
                        'binds': [PROJECT, BUILD, *binds]}
        self.keeper = None
        self.leader = None

    def __enter__(self):
        self.console = tempfile.TemporaryFile('w+', dir='/tmp')
        self.keeper = subprocess.Popen(
            ['setpriv', '--pdeathsig', 'KILL', 'unshare', '--mount', '--propagation', 'private', '--pid',
             '--fork', '--kill-child=KILL', '--mount-proc', sys.executable, os.path.abspath(__file__),
             '--keep', json.dumps(self.options)],
            stdin=subprocess.PIPE, stdout=self.console, stderr=subprocess.STDOUT)
        try:
            self.wait_boot()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_):
        self.keeper.stdin.close()  # the keeper ends the machine, and itself
        try:
            self.keeper.wait(10)
        except subprocess.TimeoutExpired:
            self.keeper.kill()
            self.keeper.wait()
        self.console.close()

    def said(self):
        self.console.seek(0)
        return self.console.read()[-4000:]

    # ---- booting ----

    def find_leader(self):
        """The machine's PID 1 by the number that it has here, or None."""
        depth, found = len(pids_of('self')), [self.keeper.pid]
        for pid in found:  # which grows
            numbers = pids_of(pid)
            if len(numbers) == depth + 2 and numbers[-1] == 1 and comm_of(pid) == 'systemd':
                return pid
            found += children_of(pid)
        return None

    def wait_boot(self, before=None):
        """Waits until another PID 1 than `before` has booted; `boot_s` is how long that took."""
        began = time.monotonic()
        while time.monotonic() - began < BOOT_TIMEOUT_S:
            if self.keeper.poll() is not None:
                raise Trouble('the machine ended while it booted:\n' + self.said())
            leader = self.find_leader()
            if leader not in (None, before):
                self.leader = leader
                state = self.run('systemctl', 'is-system-running', '--wait', check=False).stdout.strip()
                if state in ('running', 'degraded', 'maintenance'):
                    self.boot_s = time.monotonic() - began
                    return
            time.sleep(0.01)
        raise Trouble(f'the machine has not booted within {BOOT_TIMEOUT_S} s:\n' + self.said())

    def reboot(self):
        """Boots again: what was written stays, but for /run, /tmp and /dev/shm."""
        before = self.leader
        self.run('systemctl', 'reboot', check=False)
        self.wait_boot(before)

    # ---- commands ----

    def command(self, *words):
        """The command that runs `words` in the machine, for subprocess."""
        environment = {'PATH': '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin', 'HOME': '/root',
                       'LANG': 'C.UTF-8', 'PYTHONDONTWRITEBYTECODE': '1', 'AURALIS_BUILD': BUILD,
                       'AURALIS_FULL': os.environ.get('AURALIS_FULL', '0')}
        return ['nsenter', '--target', str(self.leader), '--mount', '--uts', '--ipc', '--net', '--pid',
                '--cgroup', '--', 'env', '--chdir=/', '--ignore-environment',
                *(f'{name}={value}' for name, value in environment.items()), *words]

    def run(self, *words, check=True, **more):
        """Runs a command in the machine: the CompletedProcess, its output as text."""
        more = {'stdout': subprocess.PIPE, 'stderr': subprocess.STDOUT, 'text': True, **more}
        result = subprocess.run(self.command(*words), check=False, **more)
        if check and result.returncode != 0:
            raise AssertionError(f'{" ".join(words)}: status {result.returncode}\n{result.stdout}')
        return result

    def output(self, *words, **more):
        return self.run(*words, **more).stdout.strip()


def pids_of(pid):
    """The numbers of a process in its PID namespaces, ours first; [] when it is gone."""
    try:
        with open(f'/proc/{pid}/status') as file:
            line = next(line for line in file if line.startswith('NSpid:'))
    except (OSError, StopIteration):
        return []
    return [int(word) for word in line.split()[1:]]


def comm_of(pid):
    try:
        with open(f'/proc/{pid}/comm') as file:
            return file.read().strip()
    except OSError:
        return ''


def children_of(pid):
    try:
        with open(f'/proc/{pid}/task/{pid}/children') as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


# ---- the keeper: the first process of the namespaces ----

def mount(kind, target, options=''):
    subprocess.run(['mount', '-t', kind, *(['-o', options] if options else []), kind, target], check=True)


def make_root(options):
    """The machine's file system: what is written goes to memory."""
    os.makedirs(BASE, exist_ok=True)
    os.makedirs('/run/systemd/nspawn', exist_ok=True)
    mount('tmpfs', BASE, 'mode=0755')
    for name in ('upper', 'work', 'root', 'nspawn'):
        os.mkdir(os.path.join(BASE, name))
    root = os.path.join(BASE, 'root')
    mount('overlay', root, f'lowerdir={options["root"]},upperdir={BASE}/upper,workdir={BASE}/work')
    subprocess.run(['mount', '--bind', f'{BASE}/nspawn', '/run/systemd/nspawn'], check=True)
    return root


def write(path, text):
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, 'w') as file:
        file.write(text)


def mask(units, name):
    path = os.path.join(units, name)
    if os.path.lexists(path):
        os.remove(path)
    os.symlink('/dev/null', path)


def make_bare(root):
    """Masks what the tree starts beside a bare system, and makes it a machine of its own."""
    units = os.path.join(root, 'etc/systemd/system')
    os.makedirs(units, exist_ok=True)
    for folder in os.listdir(units):
        if folder.endswith(('.wants', '.requires')):
            for name in os.listdir(os.path.join(units, folder)):
                if not name.startswith('dbus') and not name.endswith('.target'):
                    mask(units, name)
    for name in MASKED:
        mask(units, name)
    write(f'{root}/etc/fstab', '')
    write(f'{root}/etc/machine-id', os.urandom(16).hex() + '\n')
    write(f'{root}/etc/systemd/journald.conf.d/machine.conf',
          '[Journal]\nStorage=volatile\nRateLimitIntervalSec=0\n')


def install(root):
    subprocess.run(['cmake', '--install', BUILD], check=True, stdout=subprocess.DEVNULL,
                   env={**os.environ, 'DESTDIR': root})
    subprocess.run(['systemd-sysusers', f'--root={root}'], check=True, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)


def make_cgroup():
    """A control group for the machine, below a pure cgroup2 tree; what was left of others goes."""
    if subprocess.check_output(['stat', '-fc', '%T', CGROUPS], text=True).strip() != 'cgroup2fs':
        mount('tmpfs', CGROUPS)
        mount('cgroup2', CGROUPS)
    for name in os.listdir(CGROUPS):
        path = os.path.join(CGROUPS, name)
        if name.startswith('auralis-machine-') and time.time() - os.stat(path).st_mtime > BOOT_TIMEOUT_S:
            remove_cgroup(path)
    path = os.path.join(CGROUPS, f'auralis-machine-{os.urandom(6).hex()}')  # the machine's name, too
    os.mkdir(path)
    return path


def kill_all():
    """Kills all in this PID namespace but its first process, this one."""
    try:
        os.kill(-1, signal.SIGKILL)
    except ProcessLookupError:
        pass


def reap():
    """Waits for all that the machine has left to this process."""
    try:
        while True:
            os.wait()
    except ChildProcessError:
        pass


def remove_cgroup(path):
    """Removes a control group, if it holds no process."""
    for folder, _, _ in os.walk(path, topdown=False):
        try:
            os.rmdir(folder)
        except OSError:
            return


def boot(root, options, cgroup):
    """systemd-nspawn over the root, as a process."""
    def join_cgroup():
        write(os.path.join(cgroup, 'cgroup.procs'), '0')

    words = ['systemd-nspawn', '--quiet', '--directory', root, '--machine', os.path.basename(cgroup),
             '--register=no', '--keep-unit', '--console=pipe', '--link-journal=no', '--timezone=off']
    words += ['--resolv-conf=off', '--private-network'] if not options['network'] else []
    for bind in options['binds']:
        source, _, target = bind.partition(':')
        words.append(f'--bind-ro={os.path.realpath(source)}:{target or source}')
    return subprocess.Popen([*words, '--boot', 'systemd.unit=multi-user.target'], stdin=subprocess.DEVNULL,
                            preexec_fn=join_cgroup, env={**os.environ, 'SYSTEMD_NSPAWN_UNIFIED_HIERARCHY': '1'})


def keep(options):
    """Boots the machine, again when it wants to, and ends it when the input ends."""
    root = make_root(options)
    make_bare(root)
    if options['install']:
        install(root)
    cgroup = make_cgroup()
    wanted = True

    def end(*_):
        nonlocal wanted
        wanted = False
        kill_all()

    signal.signal(signal.SIGTERM, end)
    while wanted:
        nspawn = boot(root, options, cgroup)
        if os.fork() == 0:  # a process that hears the end of the input, while this one waits for the machine
            while os.read(0, 1):
                pass
            os.kill(os.getppid(), signal.SIGTERM)
            os._exit(0)
        wanted = nspawn.wait() == REBOOT and wanted
        kill_all()
        reap()
    remove_cgroup(cgroup)


def main(words):
    if words[:1] == ['--keep']:
        keep(json.loads(words[1]))
        return 0
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument('--root', default='/')
    parser.add_argument('--no-install', action='store_true')
    parser.add_argument('--network', action='store_true')
    parser.add_argument('--bind', action='append', default=[])
    parser.add_argument('command', nargs='+')
    arguments = parser.parse_args(words)
    reason = why_not()
    if reason:
        print(f'skipped: no machine can be booted here: {reason}')
        return SKIPPED
    with Machine(arguments.root, not arguments.no_install, arguments.network, arguments.bind) as machine:
        print(f'booted in {machine.boot_s:.2f} s', flush=True)
        return subprocess.run(machine.command(*arguments.command), check=False).returncode


if __name__ == '__main__':
    sys.exit(main(sys.argv[1:]))
