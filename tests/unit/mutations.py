#!/usr/bin/python3
"""Breaks the code on purpose, once for each row, and sees that its test fails.

A check that cannot fail is a defect: this is the check of the ring's checks.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]

# what is broken, file, text, what it becomes, test program, whether that must fail
CLAIM = "    claim(ring, start + n_frames);\n"
PUBLISH = "    publish(ring, start + n_frames);\n"
MUTATIONS = [
    ("nothing at all", "common/ring.c", PUBLISH, PUBLISH, "test_ring_moments", False),
    ("the claim comes after the fill", "common/ring.c", (CLAIM, PUBLISH), ("", CLAIM + PUBLISH), "test_ring_moments", True),
    ("a reader does not look again after copying", "common/ring.c",
     "    oldest = oldest_unclaimed(ring);\n    if (start < oldest) {", "    if (start < oldest) {", "test_ring_moments", True),
    ("an adopter lowers what was claimed", "common/ring.c",
     "memory_order_relaxed) < end_frame) {", "memory_order_relaxed) != end_frame) {", "test_ring_moments", True),
]


def mutate(text: str, old, new) -> str:
    for a, b in zip((old,) if isinstance(old, str) else old, (new,) if isinstance(new, str) else new):
        if text.count(a) != 1:
            sys.exit(f"expected once, found {text.count(a)} times: {a!r}")
        text = text.replace(a, b)
    return text


def build_and_run(folder: str, path: str, text: str, test: str) -> int:
    broken = pathlib.Path(folder, "broken.c")
    broken.write_text(text)
    program = pathlib.Path(folder, test)
    sources = [str(broken), str(ROOT / "tests/unit" / f"{test}.c"), str(ROOT / "common/clock.c")]
    subprocess.run(["cc", "-std=c11", "-D_GNU_SOURCE", "-O2", "-I", str(ROOT), *sources, "-o", str(program),
                    "-lcmocka", "-lpthread", "-lm"], check=True)
    return subprocess.run([str(program)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                          timeout=120, check=False).returncode


def main() -> int:
    wrong = 0
    for what, path, old, new, test, must_fail in MUTATIONS:
        with tempfile.TemporaryDirectory() as folder:
            text = mutate((ROOT / path).read_text(), old, new)
            failed = build_and_run(folder, path, text, test) != 0
        good = failed == must_fail
        wrong += not good
        print(f"{'ok' if good else 'NOT OK'}: {what}: {test} {'fails' if failed else 'passes'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    os.environ["LC_ALL"] = "C"
    sys.exit(main())
