"""What is read of a head by ourselves means the same to the parser that reads all others."""

import httptools
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from webhook_ingest import heads

ORDINARY = {"Host": "here", "Content-Length": "12", "Stripe-Signature": "t=1,v1=0", "User-Agent": "Stripe/1.0"}
BODY = b"twelve bytes"


def written(headers: dict[str, str], first: str = "POST /webhooks/stripe HTTP/1.1") -> bytes:
    return "\r\n".join([first, *(f"{name}: {value}" for name, value in headers.items()), "", ""]).encode("latin-1")


class Parsed:
    """What httptools makes of a request."""

    def __init__(self, data: bytes) -> None:
        self.url, self.body, self.headers, self.is_whole = b"", b"", list[tuple[bytes, bytes]](), False
        self.parser = httptools.HttpRequestParser(self)
        self.parser.feed_data(data)

    def on_url(self, url: bytes) -> None:
        self.url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self.headers.append((name.lower(), value))

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.is_whole = True


def test_ordinary_head_is_read() -> None:
    data = written(ORDINARY)
    assert heads.read(data + BODY) == heads.Head("/webhooks/stripe", b"t=1,v1=0", len(data), 12)


@pytest.mark.parametrize(
    "odd",
    [
        {"Transfer-Encoding": "chunked"},
        {"Expect": "100-continue"},
        {"Upgrade": "websocket", "Connection": "upgrade"},
        {"Connection": "close"},
        {"content-length": "13"},
        {"stripe-signature": "t=2,v1=0"},
        {"Content-Length": "+12"},
        {"Content-Length": "12, 12"},
        {"Content-Length": "1_2"},
        {"Content-Length": ""},
        {"Content-Length": "12345678"},
        {"Stripe-Signature": ""},
        {"X-Folded": "a\r\n b"},
        {"X-Bare": "a\nContent-Length: 3"},
        {"X-Latin": "\xff"},
        {"X-Space ": "before the colon"},
        {"X-Long": "x" * heads.MAX_BYTES},
    ],
)
def test_what_is_out_of_the_ordinary_is_left_to_the_parser(odd: dict[str, str]) -> None:
    assert heads.read(written({**ORDINARY, **odd}) + BODY) is None


@pytest.mark.parametrize(
    "first",
    [
        "GET /webhooks/stripe HTTP/1.1",
        "POST /webhooks/stripe HTTP/1.0",
        "POST  /webhooks/stripe HTTP/1.1",
        "POST http://here/webhooks/stripe HTTP/1.1",
        "post /webhooks/stripe HTTP/1.1",
    ],
)
def test_other_requests_are_left_to_the_parser(first: str) -> None:
    assert heads.read(written(ORDINARY, first) + BODY) is None


@pytest.mark.parametrize("end", range(1, len(written(ORDINARY))))
def test_part_of_a_head_is_none_and_may_become_one(end: int) -> None:
    part = written(ORDINARY)[:end]
    assert heads.read(part) is None
    assert heads.may_come(part)


ODD_NAMES = st.sampled_from([*ORDINARY, "Connection", "content-length", "Transfer-Encoding", "Content_Length", "X-Ä"])
ODD_VALUES = st.one_of(
    st.sampled_from(["12", " 12 ", "0", "012", "keep-alive", "Keep-Alive, x", "chunked", "\t", "a:b", "\x0b", "a\rb"]),
    st.text(st.characters(max_codepoint=255), max_size=8),
)
BREAKS = st.sampled_from(["\r\n", "\r\n", "\n", "\r\n ", "\r"])
ODD = st.tuples(ODD_NAMES, st.sampled_from([": ", ":", " : ", ":\t"]), ODD_VALUES, BREAKS)
PLAIN_NAMES = st.text("abcXYZ-_.!#'*", min_size=1, max_size=6)
PLAIN = st.tuples(
    PLAIN_NAMES, st.sampled_from([": ", ":", ":\t"]), st.text('a1 ,;=:/\t"()', max_size=8), st.just("\r\n")
)
LINES = st.one_of(st.lists(PLAIN, max_size=4), st.lists(st.one_of(PLAIN, ODD), min_size=1, max_size=4))
PATHS = st.sampled_from(["/webhooks/stripe", "/webhooks/stripe", "/a%20b", "/a?b", "/ä", "/a b", "*"])


@given(lines=LINES, path=PATHS)
@example(lines=[("X", ":", "", "\r\n")], path="/webhooks/stripe")
def test_whatever_is_read_here_is_read_alike_by_the_parser(lines: list[tuple[str, str, str, str]], path: str) -> None:
    odd = "".join(map("".join, lines)).encode("latin-1")
    needed = written(ORDINARY, f"POST {path} HTTP/1.1".encode().decode("latin-1"))
    data = needed[:-2] + odd + b"\r\n" + BODY
    head = heads.read(data)
    if head is None or len(data) != head.size + head.length:
        return
    parsed = Parsed(data)
    assert parsed.is_whole
    assert parsed.parser.should_keep_alive()
    assert (parsed.url.decode(), parsed.body) == (head.path, data[head.size :])
    assert [value for name, value in parsed.headers if name == b"stripe-signature"] == [head.signature]
