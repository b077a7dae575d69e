# SPDX-License-Identifier: GPL-3.0-or-later
"""An X server of its own for a benchmark."""

import atexit
import os
import subprocess


class Display:
    def __init__(self):
        read, write = os.pipe()
        self._server = subprocess.Popen(["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
                                        pass_fds=[write], stderr=subprocess.DEVNULL)
        os.close(write)
        atexit.register(self._server.kill)
        with open(read) as file:
            number = file.readline().strip()
        if not number:
            raise RuntimeError("Xvfb does not start")
        self.name = ":" + number
