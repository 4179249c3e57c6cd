"""What all readers share: the contents of the file, the lines of a text, and what was set aside."""
import gzip

import pyarrow


class Refused(Exception):
    """This reader does not take the file at all."""


def contents(question):
    with open(question['source'], 'rb') as file:
        data = file.read()
    try:
        if data[:4] == b'\x28\xb5\x2f\xfd':
            return pyarrow.input_stream(pyarrow.BufferReader(data), compression='zstd').read()
        return gzip.decompress(data) if data[:2] == b'\x1f\x8b' else data
    except (OSError, EOFError, ValueError) as error:
        raise Refused(f'cannot be unpacked: {error}') from error


# What ends a line for JavaScript; Python's own set differs in a few control characters.
LINE_END = ' \t\n\v\f\r\u00a0\u1680\u2028\u2029\u202f\u205f\u3000\ufeff' + ''.join(map(chr, range(0x2000, 0x200b)))


def lines(data, blank=LINE_END):
    """Lines with their numbers, without those that are empty."""
    for number, line in enumerate(data.removeprefix(b'\xef\xbb\xbf').split(b'\n'), 1):
        line = line.decode('utf-8', 'surrogateescape')
        if line.rstrip(blank):
            yield f'line {number}', line.rstrip(blank)
