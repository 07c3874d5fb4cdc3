"""Voice notes as WhatsApp has them: the Opus packets of a browser's WebM recording, moved into Ogg (RFC 3533, 7845).

Only what a browser's recorder writes is read: one audio track, clusters of simple blocks without lacing.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from conversations.simulator.chance import chance

EBML, SEGMENT, CLUSTER, TRACKS, ENTRY = 0x1A45DFA3, 0x18538067, 0x1F43B675, 0x1654AE6B, 0xAE
CODEC_PRIVATE, SIMPLE_BLOCK, BLOCK_GROUP, BLOCK = 0x63A2, 0xA3, 0xA0, 0xA1
MASTERS = {EBML, SEGMENT, CLUSTER, TRACKS, ENTRY, BLOCK_GROUP}
SAMPLES = 48  # of a millisecond: Opus in Ogg always counts at 48 kHz
MOST_SEGMENTS = 255
# Milliseconds of one frame by the first byte's upper five bits (RFC 6716, 3.1)
FRAME = (10, 20, 40, 60) * 3 + (10, 20) * 2 + (2.5, 5, 10, 20) * 4


def from_webm(recording: bytes) -> bytes:
    """The same sound as Ogg. Raises ValueError for what is no Opus in WebM."""
    head, packets = b"", []
    for element, content in _elements(recording):
        if element == CODEC_PRIVATE and content[:8] == b"OpusHead":
            head = content
        elif element in (SIMPLE_BLOCK, BLOCK):
            packets.append(_packet(content))
    if not head or not packets:
        raise ValueError("no Opus recording")
    return _ogg(head, packets)


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Every element in order; those that hold others are gone into. A live recording leaves sizes unknown."""
    place, end = 0, len(data)
    while place < end:
        element, place = _number(data, place, keep_marker=True)
        size, place = _number(data, place, keep_marker=False)
        if element in MASTERS:
            continue  # what is inside follows
        if size < 0 or place + size > end:
            return
        yield element, data[place : place + size]
        place += size


def _number(data: bytes, place: int, *, keep_marker: bool) -> tuple[int, int]:
    """EBML's number of variable length, and where it ends; -1 for an unknown size."""
    if place >= len(data) or not data[place]:
        return 0, len(data)
    length = 9 - data[place].bit_length()
    raw = int.from_bytes(data[place : place + length])
    if not keep_marker:
        marker = 1 << (7 * length)
        raw = -1 if raw == 2 * marker - 1 else raw - marker
    return raw, place + length


def _packet(block: bytes) -> bytes:
    """Without track number, time and flags."""
    _track, start = _number(block, 0, keep_marker=False)
    if block[start + 2] & 0x06:
        raise ValueError("a recording with lacing")
    return block[start + 3 :]


def _samples(packet: bytes) -> int:
    frames = (1, 2, 2, packet[1] & 0x3F if len(packet) > 1 else 1)[packet[0] & 0x03]
    return int(FRAME[packet[0] >> 3] * SAMPLES) * frames


def _ogg(head: bytes, packets: list[bytes]) -> bytes:
    serial = chance.getrandbits(32)
    vendor = b"Sportello"
    tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)
    pages = [_page(serial, 0, 0x02, 0, [head]), _page(serial, 1, 0, 0, [tags])]
    position, waiting, segments = 0, [], 0
    for place, packet in enumerate(packets):
        waiting.append(packet)
        segments += len(packet) // 255 + 1
        position += _samples(packet)
        is_last = place == len(packets) - 1
        following = len(packets[place + 1]) // 255 + 1 if not is_last else 0
        if is_last or segments + following > MOST_SEGMENTS or len(waiting) == 50:
            pages.append(_page(serial, len(pages), 0x04 if is_last else 0, position, waiting))
            waiting, segments = [], 0
    return b"".join(pages)


def _page(serial: int, number: int, flags: int, position: int, packets: list[bytes]) -> bytes:
    table = b"".join(b"\xff" * (len(packet) // 255) + bytes([len(packet) % 255]) for packet in packets)
    header = struct.pack("<4sBBqIII", b"OggS", 0, flags, position, serial, number, 0)
    page = bytearray(header + bytes([len(table)]) + table + b"".join(packets))
    page[22:26] = struct.pack("<I", _checksum(page))
    return bytes(page)


def _table() -> list[int]:
    made = []
    for first in range(256):
        rest = first << 24
        for _ in range(8):
            rest = (rest << 1) ^ (0x04C11DB7 if rest & 0x80000000 else 0)
        made.append(rest & 0xFFFFFFFF)
    return made


CRC = _table()


def _checksum(page: bytes | bytearray) -> int:
    rest = 0
    for byte in page:
        rest = ((rest << 8) & 0xFFFFFFFF) ^ CRC[(rest >> 24) ^ byte]
    return rest
