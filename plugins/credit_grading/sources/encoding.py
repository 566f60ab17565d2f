"""Which encoding a text file is in: UTF-8 or GB 18030, or an honest "not sure"."""

import codecs
from typing import BinaryIO

from credit_grading.sources.model import SourceError

BLOCK = 1 << 20
# that of UTF-32 first: it begins like one of UTF-16
BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"), (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
)  # fmt: skip
# GB 18030 gives a meaning to almost any bytes, so decoding proves little. Real Chinese text keeps to the
# everyday characters (level 1 of GB 2312: first byte B0–D7) and punctuation (A1–A3). Below this share of such
# characters we do not guess. The number is ours (an assumption): a line with a company name full of rare
# characters stays above it, Big5 and Japanese text far below.
EVERYDAY_SHARE = 0.75
EVERYDAY_FIRST_BYTES = frozenset(range(0xB0, 0xD8)) | frozenset((0xA1, 0xA2, 0xA3))
SECOND_BYTES = range(0xA1, 0xFF)
SAMPLE_CHARACTERS = 200_000


def detect_encoding(file: BinaryIO) -> str:
    """Python's name of the encoding of a file, read from its start in blocks.

    Raises SourceError (unknown_encoding), naming the first line that is not UTF-8.
    """
    start = file.read(4)
    for mark, name in BYTE_ORDER_MARKS:
        if start.startswith(mark):
            return name
    file.seek(0)
    bad_line = first_undecodable_line(file, "utf-8")
    if bad_line is None:
        return "utf-8"
    file.seek(0)
    if _is_chinese_gb18030(file):
        return "gb18030"
    raise SourceError(
        "unknown_encoding",
        f"文件编码无法确定：第 {bad_line} 行不是 UTF-8，也不像 GB18030 中文。请另存为 UTF-8，或注明 encoding"
        f"（line {bad_line} is not UTF-8 and the file does not read as GB18030 Chinese）",
    )


def first_undecodable_line(file: BinaryIO, encoding: str) -> int | None:
    """Number of the first line (from 1) that the encoding cannot read; None where all can."""
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    lines = 0
    while True:
        block = file.read(BLOCK)
        try:
            decoder.decode(block, final=not block)
        except UnicodeDecodeError as error:
            # the decoder's object starts with what it kept back of the block before: part of one character, no newline
            return lines + 1 + error.object[: error.start].count(b"\n")
        if not block:
            return None
        lines += block.count(b"\n")


def _is_chinese_gb18030(file: BinaryIO) -> bool:
    decoder = codecs.getincrementaldecoder("gb18030")("strict")
    seen = everyday = 0
    while True:
        block = file.read(BLOCK)
        try:
            text = decoder.decode(block, final=not block)
        except UnicodeDecodeError:
            return False
        if seen < SAMPLE_CHARACTERS:
            for character in text:
                if character > "\x7f":
                    seen += 1
                    everyday += _is_everyday(character)
        if not block:
            return seen > 0 and everyday >= EVERYDAY_SHARE * seen


def _is_everyday(character: str) -> bool:
    encoded = character.encode("gb18030")
    return len(encoded) == 2 and encoded[0] in EVERYDAY_FIRST_BYTES and encoded[1] in SECOND_BYTES  # noqa: PLR2004
