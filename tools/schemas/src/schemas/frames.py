"""What a server's WebSocket frames say. No I/O."""

from websockets.frames import Frame, Opcode
from websockets.streams import StreamReader


def texts(sent: bytes) -> list[bytes]:
    """The texts among whole frames, which stand one after the other. Raises EOFError where the last is cut off."""
    reader, found = StreamReader(), []
    reader.feed_data(sent)
    reader.feed_eof()
    while reader.buffer:
        frame = _next(reader)
        if frame.opcode is Opcode.TEXT:
            found.append(bytes(frame.data))
    return found


def _next(reader: StreamReader) -> Frame:
    reading = Frame.parse(reader.read_exact, mask=False)
    while True:
        try:
            next(reading)
        except StopIteration as read:
            frame: Frame = read.value
            return frame
