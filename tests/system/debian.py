"""Bare Debian systems in folders, and packages of the project made for each: libraries have other names there.

The folders are kept between runs, in AURALIS_TREES (/var/cache/auralis-trees): SUITE is what debootstrap makes,
with systemd and nothing else, and the archives that the package asks for waiting in apt's cache, so that
`apt install` needs no network; SUITE-build is a copy that has the compiler and the libraries as well.
"""

import glob
import os
import re
import shutil
import subprocess

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
FOLDER = os.environ.get('AURALIS_TREES', '/var/cache/auralis-trees')
SUITES = ('bookworm', 'trixie')
TOOLS = ('debootstrap', 'systemd-nspawn', 'ip')
BASE = 'systemd,systemd-sysv,dbus'
# A folder is renamed to its name once it is whole.
PART = '.part'


def why_not():
    """Why no such system can be made here; None when one can."""
    missing = [tool for tool in TOOLS if not shutil.which(tool)]
    if os.geteuid() != 0:
        return 'it needs root'
    return f'{", ".join(missing)} missing (scripts/install test)' if missing else None


def run(*command, **more):
    """Runs a command; what it printed is shown when it fails, and returned as text."""
    result = subprocess.run(command, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, **more)
    if result.returncode != 0:
        raise AssertionError(f'{" ".join(command)}: status {result.returncode}\n{result.stdout[-4000:]}')
    return result.stdout


def inside(tree, script, *binds):
    """Runs a shell script in a tree, with this machine's network; `binds` as systemd-nspawn takes them."""
    return run('systemd-nspawn', '--quiet', '--register=no', '--keep-unit', '--console=pipe',
               '--resolv-conf=copy-host', '--directory', tree, *binds, '--setenv=DEBIAN_FRONTEND=noninteractive',
               'bash', '-euc', script)


def make(path, fill):
    """The folder `path`, filled under another name first."""
    if not os.path.exists(path):
        shutil.rmtree(path + PART, ignore_errors=True)
        fill(path + PART)
        os.rename(path + PART, path)
    return path


def bare(suite):
    def fill(path):
        os.makedirs(FOLDER, exist_ok=True)
        run('debootstrap', '--variant=minbase', f'--include={BASE}', suite, path)
        inside(path, 'apt-get update')
    return make(os.path.join(FOLDER, suite), fill)


def builder(suite):
    """The tree in which the package is made, with what it needs today."""
    tree = make(os.path.join(FOLDER, suite + '-build'), lambda path: run('cp', '--archive', bare(suite), path))
    inside(tree, 'apt-get update; /tmp/source/scripts/install run package; '
                 'apt-get install --yes --no-install-recommends lintian', f'--bind-ro={PROJECT}:/tmp/source')
    return tree


def build(suite, source, out):
    """Makes the package of a source tree in the folder `out`; its path. Lintian has nothing to say."""
    os.makedirs(out, exist_ok=True)
    inside(builder(suite), '''
        cd /tmp/source
        cmake --preset release -B /tmp/out/build
        cmake --build /tmp/out/build
        cpack --config /tmp/out/build/CPackConfig.cmake -B /tmp/out
        lintian --allow-root --fail-on error,warning /tmp/out/*.deb''',
           f'--bind-ro={source}:/tmp/source', f'--bind={out}:/tmp/out')
    return glob.glob(os.path.join(out, 'auralis_*.deb'))[0]


def compile_project(suite, out):
    """Builds the project in the folder `out` for a Debian, at the paths that it has here; the tree it runs in."""
    tree = builder(suite)
    inside(tree, f'cd {PROJECT}; cmake --preset release -B {out}; cmake --build {out}',
           f'--bind-ro={PROJECT}', f'--bind={out}')
    return tree


def download(suite, package, *more):
    """Fetches what installing the package will ask for, its recommendations too, into the bare tree."""
    inside(bare(suite), f'apt-get update; apt-get install --yes --download-only /tmp/package.deb {" ".join(more)}',
           f'--bind-ro={package}:/tmp/package.deb')


def substitute(path, pattern, text):
    """Changes one place of a file, which must be there."""
    with open(path) as file:
        old = file.read()
    new, count = re.subn(pattern, text, old)
    assert count == 1, f'{path}: {count} times {pattern}'
    with open(path, 'w') as file:
        file.write(new)


def raised_source(folder):
    """A copy of the project one version on, whose ring and journal the present one cannot read, nor it theirs."""
    shutil.copytree(PROJECT, folder, symlinks=True,
                    ignore=shutil.ignore_patterns('.git', 'build', 'node_modules', '__pycache__'))
    for path, pattern, text in (
            ('CMakeLists.txt', r'(project\(auralis VERSION )\S+', r'\g<1>99.0.0'),
            ('common/ring.h', r'(RING_VERSION = )\d+', r'\g<1>99'),
            ('scripts/auralisctl', r'(RING_VERSION = )\d+', r'\g<1>99'),
            ('common/event.h', r'(EVENT_VERSION = )\d+', r'\g<1>99')):
        substitute(os.path.join(folder, path), pattern, text)
    return folder


def with_version(package, version, out):
    """The same package under another version."""
    tree = os.path.join(out, 'tree')
    run('dpkg-deb', '--raw-extract', package, tree)
    substitute(os.path.join(tree, 'DEBIAN', 'control'), r'(?m)^(Version: ).*$', r'\g<1>' + version)
    run('dpkg-deb', '--root-owner-group', '--build', tree, out)
    shutil.rmtree(tree)
    return glob.glob(os.path.join(out, f'auralis_{version}_*.deb'))[0]
