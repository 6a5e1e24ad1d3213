"""Each rule of scripts/lint is broken once, and must be found; a tree that keeps them all passes."""

import os
import shutil
import subprocess
import tempfile
import unittest

PROJECT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LINT = os.path.join(PROJECT, 'scripts', 'lint')

GOOD = {
    'common/tone.h': '/*\n * tone - a sample.\n */\n#ifndef AURALIS_TONE_H\n#define AURALIS_TONE_H\n\n'
                     'int tone(int x);\n\n#endif\n',
    'common/tone.c': '#include "common/tone.h"\n\nint tone(int x)\n{\n    return x;\n}\n',
    '.clang-format': 'BasedOnStyle: LLVM\nIndentWidth: 4\nBreakBeforeBraces: Linux\n'
                     'AllowShortFunctionsOnASingleLine: None\n',
    'scripts/go': '#!/usr/bin/env bash\necho go\n',
    'scripts/look': '#!/usr/bin/env python3\nprint(1)\n',
}

LONG_BODY = ''.join(f'    x += {n};\n' for n in range(70))
BRANCHY = ''.join(f'    if (x == {n}) {{\n        return {n};\n    }}\n' for n in range(12))

# check: (path, text, what the finding must say)
BAD = {
    'dependencies': ('streamd/a.c', '#include "synthd/voice.h"\n', 'streamd may not include'),
    'libraries': ('synthd/mix.c', '#include <zmq.h>\n', 'belongs in its adaptor'),
    'functions': ('common/long.c', 'int f(int x)\n{\n' + LONG_BODY + '    return x;\n}\n', '60 at most'),
    'text': ('common/odd.c', 'int odd;   \n', 'blanks at the end'),
    'headers': ('common/bare.h', 'int bare(void);\n', 'must open with'),
    'format': ('common/ugly.c', 'int  ugly( void ){return 1;}\n', 'not formatted'),
    'shell': ('scripts/bad', '#!/usr/bin/env bash\nrm $1/*\n', 'SC2086'),
    'python': ('scripts/worse', '#!/usr/bin/env python3\nprint(1\n', 'Syntax'),
    'manuals': ('systemd/page.7', '.TH PAGE 7\n.SH NAME\n.NOPE page\n', ':3: macro'),
}
MORE_BAD = [
    ('dependencies', 'common/b.c', '#include "composerd/compose.h"\n', 'common may not include'),
    ('libraries', 'streamd/fanout.c', '#include <sys/socket.h>\n', 'system or adaptor file'),
    ('libraries', 'composerd/plan.c', '#include <cjson/cJSON.h>\n', 'belongs in its adaptor'),
    ('functions', 'common/twisty.c', 'int f(int x)\n{\n' + BRANCHY + '    return x;\n}\n', 'complexity 13'),
    ('text', 'common/wide.c', '/* ' + 'wide ' * 20 + '*/\n', 'columns'),
    ('text', 'common/many.c', 'int n;\n' * 501, '500 at most'),
    ('text', 'README.md', 'line\n' * 201, '200 at most'),
    ('text', 'common/later.c', '/* TO' 'DO: later */\n', 'unfinished work'),
    ('text', 'common/cut.c', 'int cut;', 'no newline'),
    ('headers', 'common/lone.h', '/*\n * lone - needs more.\n */\n#ifndef AURALIS_LONE_H\n'
     '#define AURALIS_LONE_H\nuint32_t lone(void);\n#endif\n', 'does not compile alone'),
]


def write_tree(root, files):
    for path, text in files.items():
        full = os.path.join(root, path)
        os.makedirs(os.path.dirname(full), exist_ok=True)
        with open(full, 'w') as file:
            file.write(text)


def run_lint(root, check, **environment):
    return subprocess.run([LINT, '--root', root, check], text=True, check=False,
                          env={**os.environ, **environment},
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT)


class Lint(unittest.TestCase):
    def lint(self, check, files):
        with tempfile.TemporaryDirectory() as root:
            write_tree(root, files)
            return run_lint(root, check)

    def test_a_tree_that_keeps_the_rules_passes(self):
        for check in BAD:
            with self.subTest(check):
                result = self.lint(check, GOOD)
                self.assertEqual(result.returncode, 0, result.stdout)

    def test_each_broken_rule_is_found_at_its_place(self):
        cases = [(check, *bad) for check, bad in BAD.items()] + MORE_BAD
        for check, path, text, finding in cases:
            with self.subTest(check=check, path=path):
                result = self.lint(check, {**GOOD, path: text})
                self.assertEqual(result.returncode, 1, result.stdout)
                self.assertIn(finding, result.stdout)
                self.assertIn(path, result.stdout)

    def test_a_table_that_changed_without_its_documents_is_found(self):
        with tempfile.TemporaryDirectory() as root:
            for part in ('common', 'composerd'):
                shutil.copytree(os.path.join(PROJECT, part), os.path.join(root, part))
            for folder in ('systemd', 'web'):
                os.makedirs(os.path.join(root, folder))
            os.makedirs(os.path.join(root, 'scripts'))
            for script in ('auralisctl', 'auralisctl_net.py', 'gen-docs'):
                generator = shutil.copy(os.path.join(PROJECT, 'scripts', script), os.path.join(root, 'scripts'))
            subprocess.run([generator], check=True, stdout=subprocess.DEVNULL)
            self.assertEqual(run_lint(root, 'docs').returncode, 0)
            with open(os.path.join(root, 'common', 'metrics.def'), 'a') as file:
                file.write('METRIC(synthd, surprises, COUNTER, "", "Surprises.")\n')
            stale = run_lint(root, 'docs')
            self.assertEqual(stale.returncode, 1, stale.stdout)
            self.assertIn('auralis-metrics.7', stale.stdout)

    def test_a_type_error_in_javascript_is_found(self):
        modules = os.path.join(PROJECT, 'tests', 'node_modules')
        if not os.path.exists(modules):
            self.skipTest('tests/node_modules is missing: npm ci in tests/')
        with tempfile.TemporaryDirectory() as root:
            write_tree(root, {
                'tests/tsconfig.json': '{"compilerOptions": {"checkJs": true, "strict": true, "noEmit": true, '
                                       '"types": []}, "include": ["../web/*.js"]}\n',
                'web/a.js': 'export const n = Math.sqrt(4);\n'})
            os.symlink(modules, os.path.join(root, 'tests', 'node_modules'))
            self.assertEqual(run_lint(root, 'types').returncode, 0)
            write_tree(root, {'web/a.js': 'export const n = Math.sqrt("4");\n'})
            broken = run_lint(root, 'types')
            self.assertEqual(broken.returncode, 1, broken.stdout)
            self.assertIn('web/a.js', broken.stdout)

    def test_clang_tidy_findings_are_found_and_clean_files_remembered(self):
        with tempfile.TemporaryDirectory() as root:
            write_tree(root, {
                **GOOD,
                'CMakeLists.txt': 'cmake_minimum_required(VERSION 3.25)\nproject(x C)\n'
                                  'set(CMAKE_EXPORT_COMPILE_COMMANDS ON)\nadd_library(x common/tone.c)\n'
                                  'target_include_directories(x PRIVATE ${PROJECT_SOURCE_DIR})\n',
                '.clang-tidy': "Checks: '-*,readability-braces-around-statements'\nWarningsAsErrors: '*'\n"})
            build = os.path.join(root, 'build', 'dev')
            subprocess.run(['cmake', '-S', root, '-B', build, '-G', 'Ninja'], check=True,
                           stdout=subprocess.DEVNULL)
            self.assertEqual(run_lint(root, 'tidy', AURALIS_BUILD=build).returncode, 0)
            self.assertEqual(len(os.listdir(os.path.join(build, 'tidy'))), 1)
            write_tree(root, {'common/tone.c': 'int tone(int x)\n{\n    if (x) return 1;\n    return x;\n}\n'})
            broken = run_lint(root, 'tidy', AURALIS_BUILD=build)
            self.assertEqual(broken.returncode, 1, broken.stdout)
            self.assertIn('common/tone.c:3', broken.stdout)


if __name__ == '__main__':
    unittest.main()
