"""What every peer speaks: `ready ABOUT`, then one number for each line of standard input."""

import resource
import sys
import time


def serve(about, jobs):
    """`jobs` maps a word to a function of the numbers behind it; the answer is the seconds the function took."""
    print("ready", about, flush=True)
    for line in sys.stdin:
        word, *numbers = line.split()
        if word == "peak":
            # Linux counts kilobytes here, macOS bytes.
            unit = 1024 if sys.platform == "darwin" else 1
            print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / unit / 1e6, flush=True)
            continue
        start = time.perf_counter()
        jobs[word](*map(int, numbers))
        print(time.perf_counter() - start, flush=True)
