"""A progress bar over named steps, and their times."""
import contextlib
import sys
import time

WIDTH = 28


class Steps:
    """`with steps("name"):` shows the bar before and the time after."""

    def __init__(self, total, verbose=False):
        self.total, self.verbose, self.times = total, verbose, []
        self.live = sys.stdout.isatty()

    @contextlib.contextmanager
    def __call__(self, name):
        if self.live:
            print(f"\r{self._bar()} {name} …", end="", flush=True)
        begin = time.perf_counter()
        yield
        seconds = time.perf_counter() - begin
        self.times.append((name, seconds))
        print(f"{chr(13) if self.live else ''}{self._bar()} {name:32s} {seconds:8.2f} s", flush=True)

    def _bar(self):
        full = WIDTH * len(self.times) // self.total
        return "[" + "█" * full + "·" * (WIDTH - full) + "]"

    def table(self):
        """Times and shares."""
        whole = sum(seconds for _, seconds in self.times)
        print(f"\n{'step':34s} {'seconds':>8s} {'share':>6s}")
        for name, seconds in self.times:
            print(f"{name:34s} {seconds:8.2f} {100 * seconds / whole:5.1f}%")
        print(f"{'all':34s} {whole:8.2f}")
