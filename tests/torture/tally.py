# SPDX-License-Identifier: Apache-2.0
"""What is to fail in a program, shared with libtorture.so: struct tally of calls.h as a file."""
import errno
import mmap
import os
import struct

CLASSES = ("memory", "read", "pread", "write", "sync", "open", "name", "size", "map", "network",
           "random")
HEAD = struct.Struct("=IIQIi")
COUNTS = struct.Struct(f"={len(CLASSES)}Q")
TAIL = struct.Struct("=Qq32s")
SIZE = HEAD.size + COUNTS.size + TAIL.size

# What each class may be told by a system that obeys its manual; "short" is half of the bytes.
ERRORS = {
    "memory": ("ENOMEM",),
    "read": ("EIO", "EINTR"),
    "pread": ("EIO", "EINTR"),
    "write": ("EIO", "ENOSPC", "EDQUOT", "EINTR"),
    "sync": ("EIO", "ENOSPC", "EDQUOT"),
    "open": ("EMFILE", "EIO", "ENOSPC"),
    "name": ("EIO", "ENOSPC", "EDQUOT"),
    "size": ("EIO", "ENOSPC"),
    "map": ("ENOMEM",),
    "network": ("EMFILE", "ENOBUFS", "EINTR", "EAGAIN"),
    "random": ("EINTR",),
}


class Failure:
    """The calls that fail: of a class the first-th, and all later ones if it is lasting."""

    def __init__(self, name, first, error, lasting):
        self.name = name
        self.first = first
        self.error = error
        self.lasting = lasting

    def __str__(self):
        return f"{self.name}:{self.first}:{self.error}:{'on' if self.lasting else 'once'}"


class Tally:
    """The file at @path, and what stands in it. Without a failure calls are counted only."""

    def __init__(self, path, failure=None):
        self.path = path
        self.failure = failure
        with open(path, "wb") as file:
            file.write(bytes(SIZE))
        self.file = os.open(path, os.O_RDWR)
        self.memory = mmap.mmap(self.file, SIZE)
        if failure is not None:
            HEAD.pack_into(self.memory, 0, 0, CLASSES.index(failure.name), failure.first,
                           failure.lasting, getattr(errno, failure.error))

    def arm(self):
        """Counts from now on, and fails what is to fail."""
        struct.pack_into("=I", self.memory, 0, 1)

    def disarm(self):
        struct.pack_into("=I", self.memory, 0, 0)

    def counts(self):
        return dict(zip(CLASSES, COUNTS.unpack_from(self.memory, HEAD.size)))

    def failed(self):
        """Returns how many calls were failed, and the name of the first."""
        count, _, name = TAIL.unpack_from(self.memory, HEAD.size + COUNTS.size)
        return count, name.rstrip(b"\0").decode()

    def close(self):
        self.memory.close()
        os.close(self.file)
