#!/usr/bin/python3
"""One section against one daemon, through the distribution's own client; prints {metric: median} as JSON.

Runs inside a daemon's private world under the system's Python, whose python3-libvirt is the client:
`measure.py SECTION URI IMAGE PIDFILE START_COMMAND`.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable

import libvirt

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import guests

libvirt.registerErrorHandler(lambda _context, _error: None, None)
now = time.perf_counter


def median(action: Callable[[], object], times: int, warm: int = 1) -> float:
    for _ in range(warm):
        action()
    samples = []
    for _ in range(times):
        start = now()
        action()
        samples.append(now() - start)
    return statistics.median(samples)


def remove(conn: libvirt.virConnect, prefix: str = "bench-") -> None:
    for dom in conn.listAllDomains():
        if dom.name().startswith(prefix):
            with contextlib.suppress(libvirt.libvirtError):
                if dom.isActive():
                    dom.destroy()
            with contextlib.suppress(libvirt.libvirtError):
                dom.undefine()


class Bench:
    def __init__(self, uri: str, image: str, pidfile: str, start_command: str) -> None:
        self.uri, self.image, self.pidfile, self.start_command = uri, image, pidfile, start_command
        self.conn = libvirt.open(uri)

    def calls(self) -> dict[str, float]:
        name = self.conn.defineXML(guests.small("bench-lookup")).name()
        found = {
            "connect_close": median(lambda: libvirt.open(self.uri).close(), 100),
            "small_call": min(median(self.conn.getLibVersion, 2000) for _ in range(5)),
            "lookup": min(median(lambda: self.conn.lookupByName(name), 1000) for _ in range(5)),
            "calls_8_clients": self._rate(8, 2.0),
        }
        remove(self.conn)
        return found

    def _rate(self, clients: int, seconds: float) -> float:
        code = (
            "import libvirt,sys,time\nc=libvirt.open(sys.argv[1])\nprint(1,flush=True)\nsys.stdin.readline()\n"
            "end=time.perf_counter()+float(sys.argv[2])\nn=0\nwhile time.perf_counter()<end:\n c.getLibVersion(); n+=1\nprint(n)"
        )
        command = [sys.executable, "-c", code, self.uri, str(seconds)]
        pipe = subprocess.PIPE
        workers = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(clients)]
        for w in workers:
            assert w.stdout is not None
            w.stdout.readline()
        total = 0
        for w in workers:
            assert w.stdin is not None
            w.stdin.write("\n")
            w.stdin.flush()
        for w in workers:
            total += int(w.communicate(timeout=60)[0])
        return total / seconds

    def define(self) -> dict[str, float]:
        found = {}
        for label, xml in (("small", guests.small("bench-small", self.image)), ("60", guests.sixty("bench-sixty"))):
            found[f"define_{label}"] = median(lambda xml=xml: self.conn.defineXML(xml), 30)
            dom = self.conn.defineXML(xml)
            found[f"dumpxml_{label}"] = median(lambda dom=dom: dom.XMLDesc(0), 200)
            dom.undefine()
        return found

    def thousand(self) -> dict[str, float]:
        remove(self.conn, "bench-k")
        start = now()
        for i in range(1000):
            self.conn.defineXML(guests.small(f"bench-k{i}", self.image))
        found = {"define_rate": 1000 / (now() - start)}
        found["list_1000"] = median(lambda: self.conn.listAllDomains(0), 20)
        found["stats_1000"] = median(lambda: self.conn.getAllDomainStats(0, 0), 5)
        found["memory_1000"] = self._memory()
        self.conn.close()
        found["restart_1000"] = self._restart()
        self.conn = libvirt.open(self.uri)
        remove(self.conn, "bench-k")
        return found

    def _pid(self) -> int:
        with open(self.pidfile) as f:
            return int(f.read())

    def _memory(self) -> float:
        with open(f"/proc/{self._pid()}/status") as f:
            return float(next(line.split()[1] for line in f if line.startswith("VmRSS")))

    def _restart(self) -> float:
        pid = self._pid()
        os.kill(pid, signal.SIGTERM)
        while os.path.exists(f"/proc/{pid}"):
            time.sleep(0.01)
        start = now()
        subprocess.run(["/bin/sh", "-c", self.start_command], check=True)
        while now() < start + 120:
            with contextlib.suppress(libvirt.libvirtError):
                conn = libvirt.open(self.uri)
                if len(conn.listAllDomains(0)) >= 1000:
                    took = now() - start
                    conn.close()
                    return took
            time.sleep(0.005)
        raise SystemExit("the daemon did not come back")

    def guest(self) -> dict[str, float]:
        dom = self.conn.defineXML(guests.small("bench-guest", self.image))
        starts, destroys = [], []
        for _ in range(15):
            a = now()
            dom.create()
            b = now()
            time.sleep(0.3)
            c = now()
            dom.destroy()
            destroys.append(now() - c)
            starts.append(b - a)
        found = {"start": statistics.median(starts), "destroy": statistics.median(destroys), "event": self._event(dom)}
        dom.undefine()
        return found

    def _event(self, dom: libvirt.virDomain) -> float:
        libvirt.virEventRegisterDefaultImpl()
        other = libvirt.open(self.uri)
        seen: list[float] = []
        other.domainEventRegisterAny(None, libvirt.VIR_DOMAIN_EVENT_ID_LIFECYCLE, lambda *_: seen.append(now()), None)
        stop = False

        def loop() -> None:
            while not stop:
                libvirt.virEventRunDefaultImpl()

        libvirt.virEventAddTimeout(50, lambda *_: None, None)
        thread = threading.Thread(target=loop, daemon=True)
        thread.start()
        dom.create()
        time.sleep(0.5)
        samples = []
        for _ in range(20):
            seen.clear()
            start = now()
            dom.suspend()
            while not seen and now() < start + 5:
                time.sleep(0)
            samples.append(seen[0] - start)
            dom.resume()
            time.sleep(0.02)
        dom.destroy()
        stop = True
        thread.join(2)
        other.close()
        return statistics.median(samples)

    def sixteen(self) -> dict[str, float]:
        names = [f"bench-s{i}" for i in range(16)]
        for name in names:
            self.conn.defineXML(guests.small(name, self.image))
        walls = []
        for i in range(3):
            if i:
                self._in_threads(names, lambda dom: dom.destroy())
            walls.append(self._in_threads(names, lambda dom: dom.create()))
        time.sleep(1)
        found = {"start_16": statistics.median(walls)}
        found["stats_16"] = median(lambda: self.conn.getAllDomainStats(0, 0), 10)
        one = self.conn.lookupByName(names[0])
        found["info_16"] = median(one.info, 300)
        remove(self.conn)
        return found

    def stuck(self) -> dict[str, float]:
        """Eight guests, one of which does not answer: its QEMU is stopped. What is not answered in time is left out."""
        names = [f"bench-t{i}" for i in range(8)]
        for name in names:
            self.conn.defineXML(guests.small(name, self.image)).create()
        time.sleep(1)
        one = self.conn.lookupByName(names[0])
        with open(f"/run/libvirt/qemu/{names[0]}.pid", encoding="ascii") as file:
            pid = int(file.read())
        os.kill(pid, signal.SIGSTOP)

        def others() -> None:
            for dom in self.conn.listAllDomains():
                if dom.name() != names[0]:
                    dom.info()
                    dom.XMLDesc()

        actions: dict[str, Callable[[], object]] = {
            "stuck_list": lambda: [dom.name() for dom in self.conn.listAllDomains()],
            "stuck_info": one.info,
            "stuck_xml": one.XMLDesc,
            "stuck_others": others,
            "stuck_stats": lambda: self.conn.getAllDomainStats(0, 0),
            "stuck_stats_one": lambda: self.conn.domainListGetStats([one]),
            "stuck_destroy": one.destroy,
        }
        found = {}
        for metric, action in actions.items():
            took = self._slowest(action, 1 if metric == "stuck_destroy" else 10)
            if took is not None:
                found[metric] = took
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
        remove(self.conn)
        return found

    def _slowest(self, action: Callable[[], object], times: int, patience: float = 20) -> float | None:
        """The longest of some calls, in seconds; None when one of them does not return."""
        took: list[float] = []

        def work() -> None:
            for _ in range(times):
                start = now()
                with contextlib.suppress(libvirt.libvirtError):
                    action()
                took.append(now() - start)

        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        thread.join(patience)
        return max(took) if len(took) == times else None

    def _in_threads(self, names: list[str], action: Callable[[libvirt.virDomain], object]) -> float:
        conns = [libvirt.open(self.uri) for _ in range(8)]

        def work(conn: libvirt.virConnect, mine: list[str]) -> None:
            for name in mine:
                action(conn.lookupByName(name))

        threads = [threading.Thread(target=work, args=(c, names[i::8])) for i, c in enumerate(conns)]
        start = now()
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        took = now() - start
        for c in conns:
            c.close()
        return took

    def streams(self) -> dict[str, float]:
        """256 MiB into a volume and out again. A daemon without a storage driver keeps it in the test driver's memory."""
        size = 256 << 20
        try:
            conn, pool = self.conn, self.conn.storagePoolCreateXML(pool_xml(tempfile.mkdtemp(prefix="volumes-", dir=SHM)))
        except libvirt.libvirtError as e:
            if e.get_error_code() != libvirt.VIR_ERR_NO_SUPPORT:
                raise
            conn = libvirt.open("test+unix:///default")
            pool = conn.storagePoolLookupByName("default-pool")
        vol = pool.createXML(f"<volume><name>bench</name><capacity>{size}</capacity><allocation>0</allocation></volume>")
        rates: dict[str, list[float]] = {"stream_upload": [], "stream_download": []}
        block = os.urandom(262_120)
        for _ in range(3):
            left = [size]
            stream = conn.newStream()
            start = now()
            vol.upload(stream, 0, size)

            def give(_stream: object, wanted: int, left: list[int] = left) -> bytes:
                take = min(wanted, left[0], len(block))
                left[0] -= take
                return block[:take]

            stream.sendAll(lambda s, wanted, _: give(s, wanted), None)
            stream.finish()
            rates["stream_upload"].append(size / (now() - start) / (1 << 20))
            got = [0]
            stream = conn.newStream()
            start = now()
            vol.download(stream, 0, size)

            def take(_stream: object, data: bytes, _: object, got: list[int] = got) -> int:
                got[0] += len(data)
                return len(data)

            stream.recvAll(take, None)
            stream.finish()
            rates["stream_download"].append(size / (now() - start) / (1 << 20))
            assert got[0] == size
        vol.delete()
        if conn is self.conn:
            path = pool.XMLDesc().partition("<path>")[2].partition("</path>")[0]
            pool.destroy()
            shutil.rmtree(path, ignore_errors=True)
        return {metric: max(found) for metric, found in rates.items()}

    def console(self) -> dict[str, float]:
        """The boot image echoes every byte, so what is sent into the console stream comes back through it."""
        dom = self.conn.defineXML(guests.small("bench-console", self.image))
        dom.create()
        time.sleep(0.3)
        stream = self.conn.newStream(0)
        dom.openConsole(None, stream, libvirt.VIR_DOMAIN_CONSOLE_FORCE)
        got, start = 0, now()
        block = b"x" * 1024
        for _ in range(64):
            stream.send(block)
            need = len(block)
            while need > 0:
                data = stream.recv(65536)
                got += len(data)
                need -= len(data)
        took = now() - start
        stream.abort()
        dom.destroy()
        dom.undefine()
        return {"console": got / took / 1024}


SHM = "/dev/shm" if os.path.isdir("/dev/shm") else None
"""Volumes lie in memory on either side: not the disk is compared."""


def pool_xml(directory: str) -> str:
    os.chmod(directory, 0o755)
    return f"<pool type='dir'><name>bench</name><target><path>{directory}</path></target></pool>"


def main() -> None:
    section, uri, image, pidfile, start_command = sys.argv[1:6]
    print(json.dumps(getattr(Bench(uri, image, pidfile, start_command), section)()))


if __name__ == "__main__":
    main()
