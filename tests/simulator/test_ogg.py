"""A browser's recording, WebM with Opus, becomes what a phone would have sent: Ogg with the same packets."""

from __future__ import annotations

import struct

import pytest

from conversations.simulator.ogg import _checksum, from_webm

HEAD = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, 312, 48000, 0, 0)
UNKNOWN = b"\x01" + b"\xff" * 7
TWENTY_MS = 0x78  # one frame of 20 ms, CELT full band, mono


def element(name: str, content: bytes, size: bytes | None = None) -> bytes:
    size = size if size is not None else struct.pack(">Q", len(content) | 1 << 56)
    return bytes.fromhex(name) + size + content


def webm(*packets: bytes, flags: int = 0x80) -> bytes:
    """As a recorder writes it: header, a segment and clusters of unknown size."""
    blocks = b"".join(element("A3", b"\x81\x00\x00" + bytes([flags]) + packet) for packet in packets)
    track = element("AE", element("86", b"A_OPUS") + element("63A2", HEAD))
    cluster = element("1F43B675", element("E7", b"\x00") + blocks, UNKNOWN)
    body = element("1549A966", b"\x00" * 9) + element("1654AE6B", track) + cluster
    return element("1A45DFA3", element("4282", b"webm")) + element("18538067", body, UNKNOWN)


def pages(ogg: bytes) -> list[tuple[int, int, bytes]]:
    """(flags, position, content) of each page."""
    found: list[tuple[int, int, bytes]] = []
    place = 0
    while place < len(ogg):
        magic, _version, flags, position, _serial, number, _sum = struct.unpack_from("<4sBBqIII", ogg, place)
        assert (magic, number) == (b"OggS", len(found))
        table = ogg[place + 27 : place + 27 + ogg[place + 26]]
        start = place + 27 + len(table)
        found.append((flags, position, ogg[start : start + sum(table)]))
        place = start + sum(table)
    return found


def test_packets_are_moved_not_changed() -> None:
    packets = [bytes([TWENTY_MS]) + bytes([place]) * (40 + 300 * (place % 2)) for place in range(120)]
    first, tags, *rest = pages(from_webm(webm(*packets)))
    assert (first[0], first[2]) == (0x02, HEAD)
    assert tags[2].startswith(b"OpusTags")
    assert b"".join(content for _flags, _position, content in rest) == b"".join(packets)
    assert [flags for flags, _position, _content in rest] == [0] * (len(rest) - 1) + [0x04]
    assert rest[-1][1] == 120 * 960, "counted at 48 kHz"


def test_the_checksum_is_the_one_of_ogg() -> None:
    """The check value of this polynomial without reflection, initial value or final flip."""
    assert _checksum(b"") == 0
    assert _checksum(b"123456789") == 0x89A1897F


@pytest.mark.parametrize("wrong", [b"", b"no recording", webm(), webm(b"\x78\x00", flags=0x86), b"RIFF" + b"\x00" * 60])
def test_other_files_are_refused(wrong: bytes) -> None:
    with pytest.raises(ValueError, match="recording"):
        from_webm(wrong)
