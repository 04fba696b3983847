#!/usr/bin/env python3
"""Measures `pulse serve` while it searches: answers' times, event streams that nobody reads, kills, history, memory.

    python3 serve.py PICTURE [--parts latency,speed,history,kills,flat] [--jobs N] [--pulse PROGRAM]

PICTURE is an aligned face of few pixels. Everything is on this computer, on a free port and in a temporary folder. Needs
nothing but Python's standard library.
"""

import argparse
import http.client
import json
import os
import random
import signal
import socket
import sqlite3
import statistics
import subprocess
import tempfile
import threading
import time
from datetime import datetime
from pathlib import Path

BASE = "/api/v1"


class Server:
    def __init__(self, options, folder):
        self.options, self.folder = options, folder
        self.start()

    def start(self):
        self.process = subprocess.Popen(
            [self.options.pulse, "serve", "--port", "0", "--folder", str(self.folder), "--queue", "10000"],
            stdout=subprocess.PIPE, text=True)
        address = self.process.stdout.readline().strip()
        self.port = int(address.split(":")[2].split("/")[0])
        self.token = address.split("#token=")[1]

    def ask(self, method, path, body=None, kind="application/json"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {"Authorization": f"Bearer {self.token}"} | ({"Content-Type": kind} if body is not None else {})
        connection.request(method, BASE + path, body, headers)
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {data[:300]}")
        return json.loads(data) if data[:1] in (b"{", b"[") else data

    def picture(self):
        return self.ask("POST", "/pictures", Path(self.options.picture).read_bytes(), "application/octet-stream")["id"]

    def job(self, picture, **options):
        return self.ask("POST", "/jobs", json.dumps({"picture": picture, "options": options}))["id"]

    def wait(self, *ids, seconds=3600):
        end = time.time() + seconds
        rest = set(ids)
        while rest:
            for job in list(rest):
                if self.ask("GET", f"/jobs/{job}")["state"] in ("done", "failed", "cancelled"):
                    rest.discard(job)
            if time.time() > end:
                raise RuntimeError("the jobs take too long")
            time.sleep(0.2)

    def end(self, signal_number=signal.SIGTERM):
        self.process.send_signal(signal_number)
        self.process.wait(20)

    def status(self, key):
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(key):
                return int(line.split()[1])
        return 0

    def descriptors(self):
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))


def latency(server):
    """20 requests a second, sent when their time has come whether or not the ones before were answered."""
    picture = server.picture()
    job = server.job(picture, seed="1", count=16)
    streams = []
    for number in range(64):
        stream = socket.create_connection(("127.0.0.1", server.port))
        if number < 8:
            # Nobody reads these.
            stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 2048)
        stream.sendall((f"GET {BASE}/jobs/{job}/events HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\n"
                        f"Authorization: Bearer {server.token}\r\n\r\n").encode())
        streams.append(stream)
    stop = threading.Event()

    def read():
        import selectors
        chooser = selectors.DefaultSelector()
        for stream in streams[8:]:
            stream.setblocking(False)
            chooser.register(stream, selectors.EVENT_READ)
        while not stop.is_set():
            for key, _ in chooser.select(0.2):
                if not key.fileobj.recv(1 << 16):
                    chooser.unregister(key.fileobj)

    reader = threading.Thread(target=read)
    reader.start()
    times, threads = [], []

    def once():
        begun = time.perf_counter()
        server.ask("GET", f"/jobs/{job}")
        times.append(time.perf_counter() - begun)

    start = time.perf_counter()
    for number in range(20 * 20):
        time.sleep(max(0, start + number / 20 - time.perf_counter()))
        threads.append(threading.Thread(target=once))
        threads[-1].start()
    for thread in threads:
        thread.join()
    state = server.ask("GET", f"/jobs/{job}")["state"]
    stop.set()
    reader.join()
    for stream in streams:
        stream.close()
    times = sorted(1000 * value for value in times)
    print(f"GET /jobs/ID, 20 a second for 20 s, 64 event streams, 8 of them not read, the job {state} at the end: "
          f"median {statistics.median(times):.1f} ms, p99 {times[int(0.99 * len(times))]:.1f} ms, worst {times[-1]:.1f} ms")
    server.ask("DELETE", f"/jobs/{job}")


def speed(server):
    """The same search by the server and by the command line, in turns."""
    picture = server.picture()
    served, typed = [], []
    for seed in range(100, 105):
        job = server.job(picture, seed=str(seed))
        server.wait(job)
        times = server.ask("GET", f"/jobs/{job}")
        served.append(seconds(times["finished"]) - seconds(times["created"]))
        with tempfile.TemporaryDirectory() as folder:
            begun = time.time()
            subprocess.run([server.options.pulse, "upsample", server.options.picture, "-o", folder, "--seed", str(seed),
                            "--progress", "none"], check=False, capture_output=True)
            typed.append(time.time() - begun)
    print(f"four answers: {statistics.median(served):.2f} s by the server, {statistics.median(typed):.2f} s by the command line "
          f"(medians of 5, in turns): {statistics.median(served) / statistics.median(typed):.3f}")


def seconds(text):
    return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()


def history(server):
    """The first page of a history of 10,000 jobs."""
    picture = server.picture()
    server.wait(server.job(picture, seed="1", steps=1, count=1))
    server.end()
    with sqlite3.connect(server.folder / "serve.sqlite") as database:
        columns = [row[1] for row in database.execute("PRAGMA table_info(jobs)") if row[1] != "number"]
        row = dict(zip(columns, database.execute(f"SELECT {', '.join(columns)} FROM jobs").fetchone())) | {"bytes": 1000}
        marks = ", ".join("?" for _ in columns)
        for number in range(10_000):
            row["id"], row["identity"] = f"job-{number:06}", f"identity-{number}"
            database.execute(f"INSERT INTO jobs ({', '.join(columns)}) VALUES ({marks})", [row[c] for c in columns])
    server.start()
    times = []
    for _ in range(50):
        begun = time.perf_counter()
        page = server.ask("GET", "/jobs")
        times.append(1000 * (time.perf_counter() - begun))
    print(f"GET /jobs of {page['total']}: median {statistics.median(times):.1f} ms, worst {max(times):.1f} ms")


def kills(server):
    """SIGKILL at random moments: every job is done once, with the bits of the command line."""
    picture = server.picture()
    ids = [server.job(picture, seed=str(seed), steps=6, count=1, mode="classic", tolerance=255) for seed in range(server.options.jobs)]
    for _ in range(20):
        time.sleep(random.uniform(0.1, 3))
        server.end(signal.SIGKILL)
        server.start()
    server.wait(*ids)
    page = server.ask("GET", "/jobs?limit=200")
    states = [server.ask("GET", f"/jobs/{job}")["state"] for job in ids]
    equal = 0
    for seed in random.sample(range(len(ids)), min(5, len(ids))):
        with tempfile.TemporaryDirectory() as folder:
            subprocess.run([server.options.pulse, "upsample", server.options.picture, "-o", folder, "--seed", str(seed), "--steps", "6",
                            "--mode", "classic", "--tolerance", "255", "--progress", "none"], check=True, capture_output=True)
            typed = next(Path(folder).glob("*/1.png")).read_bytes()
        equal += typed == server.ask("GET", f"/jobs/{ids[seed]}/files/1.png")
    print(f"{len(ids)} jobs, 20 SIGKILLs: {states.count('done')} done, {page['total']} in the history; "
          f"{equal} of 5 have the command line's bits")


def flat(server):
    """Memory and descriptors of the server over many short jobs."""
    picture = server.picture()
    marks = []
    for number in range(server.options.jobs):
        server.wait(server.job(picture, seed=str(number), steps=1, count=1, mode="classic", tolerance=255))
        if number + 1 in (10, server.options.jobs // 2, server.options.jobs):
            marks.append(f"{number + 1}: {server.status('VmRSS') / 1000:.0f} MB, {server.descriptors()} descriptors")
    print("the server after so many jobs: " + "; ".join(marks))


PARTS = {part.__name__: part for part in (latency, speed, history, kills, flat)}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("picture")
    parser.add_argument("--parts", default="latency,speed,history,kills")
    parser.add_argument("--jobs", type=int, default=50)
    parser.add_argument("--pulse", default=str(Path(__file__).parents[1] / ".build/release/pulse"))
    options = parser.parse_args()
    for part in options.parts.split(","):
        with tempfile.TemporaryDirectory() as folder:
            server = Server(options, Path(folder) / "serve")
            try:
                PARTS[part](server)
            finally:
                server.end()


if __name__ == "__main__":
    main()
