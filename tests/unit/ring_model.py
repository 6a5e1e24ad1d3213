#!/usr/bin/python3
"""Runs SPIN on common/ring.pml: nothing is found in it, and each planted fault is.

AURALIS_FULL=1 kills once more.
"""
import concurrent.futures
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

MODEL = pathlib.Path(__file__).resolve().parents[2] / "common/ring.pml"
FULL = os.environ.get("AURALIS_FULL") == "1"
SIZE = ["-DKILLS=2"] if FULL else []
DEPTH, MEMORY_MB, TIMEOUT_S = 100_000, 4000, 600

FOUND = "assertion violated (dst[at]==holds[(cursor+at)])"

# what is planted, its macro, what must be said of it
RUNS = [
    ("nothing", None, None),
    ("the claim comes after the fill", "CLAIM_AFTER_FILL", FOUND),
    ("the publication comes before the fill", "PUBLISH_BEFORE_FILL", FOUND),
    ("one adopts where it last saw the ring", "ADOPT_STALE", FOUND),
    ("an adopter lowers what was claimed", "ADOPT_LOWERS", FOUND),
    ("a reader does not look again after copying", "READ_LOOKS_ONCE", FOUND),
]


def verify(macro: str | None) -> str:
    """What the verifier says of the model with a fault, or of the whole state space without one."""
    with tempfile.TemporaryDirectory() as folder:
        def run(*words: str) -> str:
            return subprocess.run(words, cwd=folder, timeout=TIMEOUT_S, check=True, text=True,
                                  stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
        run("spin", "-a", *([f"-D{macro}"] if macro else SIZE), str(MODEL))
        run("cc", "-O2", "-DSAFETY", f"-DMEMLIM={MEMORY_MB}", "-o", "pan", "pan.c")
        return run("./pan", f"-m{DEPTH}")


def judge(said: str, must_say: str | None) -> tuple[bool, str]:
    states = re.search(r"(\d+) states, stored", said)
    errors = re.search(r"errors: (\d+)", said)
    if states is None or errors is None:
        return False, said
    found = re.search(r"pan:1: (.*?) \(at depth", said)
    text = f"{states[1]} states, " + (found[1] if found else f"{errors[1]} errors")
    if must_say is not None:
        return found is not None and found[1] == must_say, text
    incomplete = re.findall(r"max search depth too small|out of memory|\([1-9]\d* of \d+ states\)", said)
    return errors[1] == "0" and not incomplete, ", ".join([text, *incomplete])


def main() -> int:
    if shutil.which("spin") is None:
        print("skipped: spin is not installed")
        return 77
    wrong = 0
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        for (what, _, must_say), said in zip(RUNS, pool.map(verify, [macro for _, macro, _ in RUNS])):
            good, text = judge(said, must_say)
            wrong += not good
            print(f"{'ok' if good else 'NOT OK'}: planted: {what}: {text}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
