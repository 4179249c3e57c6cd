# Peer of the bench `follow`: numpy reads the same two files as arrays of records and adds up one column of each. It decodes no price,
# keeps no book, merges nothing and writes nothing. Prints the seconds.
import sys
import time

import numpy

TICK = [('time', '<i8'), ('prices', '<f4', 4), ('counts', '<u4', 4)]
DEPTH = [('time', '<i8'), ('command', 'u1'), ('flags', 'u1'), ('orders', '<u2'), ('price', '<f4'), ('size', '<u4'), ('reserved', '<u4')]

scid, depth, records = sys.argv[1], sys.argv[2], int(sys.argv[3])
start = time.perf_counter()
ticks = numpy.fromfile(scid, dtype=TICK, offset=56)
changes = numpy.fromfile(depth, dtype=DEPTH, offset=64)
total = int(ticks['counts'][:, 1].sum(dtype='u8')) + int(changes['size'].sum(dtype='u8'))
seconds = time.perf_counter() - start
assert len(ticks) == len(changes) == records and total > 0
print(seconds)
