# SPDX-License-Identifier: GPL-3.0-or-later
"""docker-py's helpers import paramiko for their tests over SSH, which are not run here."""


class Channel:
    """docker-py asks whether a socket is one."""
