#!/usr/bin/env python3
"""Writes callbacks.json, the test vectors for the authenticity of callbacks.

The guides print callbacks with an hmac and a key, but none of them verifies, so these vectors are our own. Keys are made up
(the one that the guides print is in the guides for everyone to read). The output depends on nothing but this file.

    python3 tests/vectors/generate.py           writes callbacks.json beside this file
    python3 tests/vectors/generate.py --check   compares it with the file, recomputes every HMAC with the openssl command
                                                line, and decodes and judges every body anew

The rule: a form with `message`, `timestamp` and `hmac`, each exactly once, is authentic when `hmac` is the hexadecimal
HMAC-SHA512, under the shop's key, of the decoded timestamp, a dot and the decoded message, and the timestamp is decimal
digits. Freshness is a setting of the receiver and plays no part here.
"""

import hashlib
import hmac
import json
import pathlib
import re
import subprocess
import sys
import urllib.parse

FILE = pathlib.Path(__file__).with_name("callbacks.json")

KEY = "test-key-1-of-a-shop-that-does-not-exist"
OTHER_KEY = "test-key-2-of-a-shop-that-does-not-exist"
GUIDES_KEY = "e93174d3b9158a01c861c65fab0e7f96"
SECONDS = "1549411200"
MILLISECONDS = "1722587395319"

EPOS = '{"uuid":"3241a6d5-051b-415b-afc7-0a5aad115fcc","status":"completed","purchase_reference":"ORDER_000001"}'
DIRECT = '{"type":"DECISION","status":"POSITIVE","creditApplicationUuid":"59d2194c-634f-4632-91b6-300b58e628ce"}'
# Everything that one of the decodings in use gets wrong: spaces, plus, percent, ampersand, escapes, letters beyond ASCII.
AWKWARD = (
    '{"uuid":"3241a6d5-051b-415b-afc7-0a5aad115fcc","status":"granted",'
    r'"purchase_reference":"Id #1 + 2 & 50% = \"Õun\" \/ \\ \u0142 ł č"}'
)


def sign(key, timestamp, message):
    return hmac.new(key.encode(), timestamp.encode() + b"." + message.encode(), hashlib.sha512).hexdigest()


def escape(text):
    """As browsers write a form: a space is `+`, and all but letters, digits and `*-._` is escaped, in upper case."""
    return urllib.parse.quote_plus(text, safe="*-._").replace("~", "%7E")


def form(*fields):
    return "&".join(f"{escape(name)}={escape(value)}" for name, value in fields)


def lower_case_escapes(body):
    return re.sub("%[0-9A-F]{2}", lambda found: found.group().lower(), body)


def stripslashes(text):
    """PHP's function of that name, which the guides' PHP sample applies to the message."""
    return re.sub(r"\\(.?)", r"\1", text, flags=re.DOTALL)


def decode(body):
    """The fields of a form in order, as bytes, since not all that can be escaped is text."""
    pairs = [part.partition("=") for part in body.split("&") if part]
    unescape = lambda text: urllib.parse.unquote_to_bytes(text.replace("+", " "))
    return [(unescape(name), unescape(value)) for name, _, value in pairs]


def field(body, name):
    """The first field of that name as text; None when it is missing or no text."""
    value = dict(reversed(decode(body))).get(name.encode())
    try:
        return None if value is None else value.decode()
    except UnicodeDecodeError:
        return None


def vector(name, why, body, authentic, key=KEY):
    return {
        "name": name,
        "why": why,
        "key": key,
        "timestamp": field(body, "timestamp"),
        "message": field(body, "message"),
        "body": body,
        "hmac": field(body, "hmac"),
        "authentic": authentic,
    }


def vectors():
    def fields(message=EPOS, timestamp=SECONDS, signed=None, key=KEY):
        """The three fields in the guides' order; `signed` is the message that the hmac is for, if another."""
        signature = sign(key, timestamp, message if signed is None else signed)
        return [("message", message), ("hmac", signature), ("timestamp", timestamp)]

    epos = fields()
    message, signature, timestamp = epos
    awkward = fields(AWKWARD)

    # Authentic: what the bank or a browser may send.
    yield vector("epos", "The plain case: an e-POS callback.", form(*epos), True)
    yield vector("direct", "A Direct API callback: other keys in the message.", form(*fields(DIRECT)), True)
    yield vector(
        "milliseconds", "Some guides print the timestamp in milliseconds.", form(*fields(DIRECT, MILLISECONDS)), True
    )
    yield vector(
        "awkward-message",
        "Spaces, plus, hash, percent, ampersand, quotes, backslash escapes, letters beyond ASCII; a space travels as +.",
        form(*awkward),
        True,
    )
    yield vector(
        "space-as-percent-20", "The same, with a space as %20.", form(*awkward).replace("+", "%20"), True
    )
    yield vector(
        "lower-case-escapes", "The same, with escapes in lower case.", lower_case_escapes(form(*awkward)), True
    )
    yield vector(
        "everything-escaped",
        "Letters and digits may be escaped too, also in names.",
        "&".join(
            "=".join("".join(f"%{byte:02X}" for byte in text.encode()) for text in pair) for pair in epos
        ),
        True,
    )
    yield vector("other-order", "The order of fields has no meaning.", form(timestamp, signature, message), True)
    yield vector(
        "unknown-field", "A field that we don't know is ignored.", form(("version", "2"), *epos), True
    )
    yield vector(
        "upper-case-hmac",
        "The hmac is a number in hexadecimal: its case has no meaning.",
        form(message, ("hmac", signature[1].upper()), timestamp),
        True,
    )
    long_key = "a-key-longer-than-the-block-of-SHA-512-which-is-hashed-first;" * 3
    yield vector("long-key", "A key above 128 bytes.", form(*fields(key=long_key)), True, long_key)
    yield vector(
        "empty-message",
        "The signature is right. That an empty message says nothing is found out when it is parsed.",
        form(*fields("")),
        True,
    )

    # Not authentic: the wrong key or altered content.
    yield vector("wrong-key", "Signed with another shop's key.", form(*fields(key=OTHER_KEY)), False)
    yield vector(
        "altered-message",
        "One byte of the message differs.",
        form(*fields(EPOS.replace("ORDER_000001", "ORDER_000002"), signed=EPOS)),
        False,
    )
    yield vector(
        "altered-timestamp",
        "One digit of the timestamp differs.",
        form(message, signature, ("timestamp", "1549411201")),
        False,
    )
    yield vector(
        "milliseconds-signed-as-seconds",
        "The timestamp is signed as it is written, never converted.",
        form(message, signature, ("timestamp", SECONDS + "000")),
        False,
    )
    yield vector(
        "shifted-boundary",
        "The dot moved into the message: the signed bytes are the same, but the timestamp is no number.",
        form(
            ("message", '1"}'),
            ("hmac", sign(KEY, SECONDS, '{"purchase_reference":"A.1"}')),
            ("timestamp", SECONDS + '.{"purchase_reference":"A'),
        ),
        False,
    )
    yield vector(
        "emptied-message", "The message was taken out, its hmac left.", form(("message", ""), signature, timestamp), False
    )

    # Not authentic: the wrong reading of what is signed.
    yield vector(
        "signed-as-escaped",
        "The escaped message was signed instead of the decoded one.",
        form(*fields(AWKWARD, signed=escape(AWKWARD))),
        False,
    )
    yield vector(
        "signed-with-plus-kept",
        "Decoded without turning + into a space, as decodeURIComponent does.",
        form(*fields(AWKWARD, signed=urllib.parse.unquote(escape(AWKWARD)))),
        False,
    )
    yield vector(
        "signed-after-stripslashes",
        "Signed after PHP's stripslashes, which the guides' PHP sample applies and their pseudocode does not.",
        form(*fields(AWKWARD, signed=stripslashes(AWKWARD))),
        False,
    )
    yield vector(
        "not-text",
        "The message holds a byte that is no UTF-8; the hmac is for the text with U+FFFD in its place.",
        form(*fields("{\"purchase_reference\":\"\ufffd\"}")).replace("%EF%BF%BD", "%FF"),
        False,
    )

    # Not authentic: a damaged hmac.
    for name, why, value in [
        ("truncated-hmac", "The first half of the right hmac.", signature[1][:64]),
        ("one-digit-short-hmac", "An odd number of digits.", signature[1][:-1]),
        ("extended-hmac", "The right hmac and a byte more.", signature[1] + "00"),
        ("altered-hmac", "The last digit differs.", signature[1][:-1] + f"{int(signature[1][-1], 16) ^ 1:x}"),
        ("spaced-hmac", "A space inside, as two guides print it.", signature[1][:63] + " " + signature[1][63:]),
        ("prefixed-hmac", "The right hmac after 0x.", "0x" + signature[1]),
        ("not-hexadecimal-hmac", "The right length, but no hexadecimal digits.", "z" * 128),
        ("empty-hmac", "No digits at all.", ""),
    ]:
        yield vector(name, why, form(message, ("hmac", value), timestamp), False)

    # Not authentic: the wrong fields.
    other = ("message", EPOS.replace("completed", "declined"))
    yield vector("doubled-message", "Which of the two counts?", form(*epos, other), False)
    yield vector("doubled-message-first", "The same, the forged one first.", form(other, *epos), False)
    yield vector("doubled-same-message", "Twice the same is twice.", form(*epos, message), False)
    yield vector(
        "doubled-message-escaped-name",
        "The second name is escaped: names are compared decoded.",
        form(*epos) + "&%6Dessage=" + escape(other[1]),
        False,
    )
    yield vector("doubled-hmac", "Two of them.", form(*epos, ("hmac", "00" * 64)), False)
    yield vector("doubled-timestamp", "Two of them.", form(*epos, ("timestamp", MILLISECONDS)), False)
    yield vector("missing-message", "Not the same as an empty one.", form(signature, timestamp), False)
    yield vector("missing-hmac", "Nothing to compare with.", form(message, timestamp), False)
    yield vector("missing-timestamp", "The signed text has no start.", form(message, signature), False)
    yield vector(
        "name-in-upper-case", "Names are case-sensitive.", form(("Message", EPOS), signature, timestamp), False
    )
    yield vector("empty-body", "No fields at all.", "", False)
    yield vector("json-body", "Not a form.", json.dumps(dict(epos), separators=(",", ":")), False)

    # The guides' own samples, with the key that they print.
    table_hmac = (
        "c196e985640a6291723dc2717d264f82e70126c34b107f3be5b22201cb147c98"
        "b9709f5184a7f2fe82684d6086eee07df8a46c28fc0edfdd14fd306579244664"
    )
    printed = "Printed in {}; does not verify with the key printed there."
    for name, where, sample in [
        (
            "guide-epos-table",
            "the e-POS guide 2.10 and the Smart Rent guide 3.04, table of the form's fields",
            "message=%7B%22uuid%22%3A%22e4b5b81a-6d99-4a78-bd17-46d19968eb7f%22%2C%22status%22%3A%22pending%22%2C"
            "%22purchase_reference%22%3A%22Id+%231%22%7D&hmac=" + table_hmac + "&timestamp=1549411200",
        ),
        (
            "guide-epos-body",
            "the e-POS guide 2.10 and the Smart Rent guide 3.04, request body",
            "message=%7B%22uuid%22%3A%223241a6d5-051b-415b-afc7-0a5aad115fcc%22%2C%22status%22%3A%22cancelled%22%2C"
            "%22purchase_reference%22%3A%221234%22%7D&hmac=4c4686db2aac832dd2e001fdc02e2b4021dc5e49c064552215dab2ca9c"
            "5649435562bc60e96b812ca8ea40223f500ced9c257541b43ab7fb482067c8bae7a963&timestamp=1553072069",
        ),
        (
            "guide-direct-table",
            "the Direct API guides, table of the form's fields (line breaks taken out; the same hmac as for e-POS)",
            "message=%7B%22type%22%3A%22DECISION%22%2C%22status%22%3A%22POSITIVE%22%2C%22creditApplicationUuid%22%3A"
            "%2259d2194c-634f-4632-91b6-300b58e628ce%22%7D&hmac=" + table_hmac + "&timestamp=1549411200",
        ),
        (
            "guide-direct-body",
            "the Direct API guides, request body (line breaks taken out, &timestamp restored)",
            "message=%7B%22type%22%3A%22DECISION%22%2C%22status%22%3A%22INCOME_PROOF_REQUIRED%22%2C"
            "%22creditApplicationUuid%22%3A%22bb3853ce-2034-499e-8b08-42625fdf068b%22%7D&hmac=29087d41b6171ee7598c7789b5"
            "07429a8227cdf46e68d6f14626f62ef6d1a5894f3fbdc31c96e885e2dafde7abf24054a8c67a923c58dc86749208abb8a1f721"
            "&timestamp=1722587395319",
        ),
    ]:
        yield vector(name, printed.format(where), sample, False, GUIDES_KEY)


def document():
    about = (
        "Written by generate.py, which says what the rule is; do not edit. key: the shop's key. body: the form as it "
        "arrives. timestamp, message, hmac: the body's first field of that name, decoded; null when it is missing or no "
        "UTF-8. authentic: what a verifier must say of key and body, freshness left aside."
    )
    return json.dumps({"about": about, "vectors": list(vectors())}, indent=2, ensure_ascii=False) + "\n"


def openssl(key, data):
    """The HMAC from a second implementation. The key goes as hexadecimal, since it may hold any character."""
    command = ["openssl", "dgst", "-sha512", "-mac", "HMAC", "-macopt", "hexkey:" + key.encode().hex()]
    return subprocess.run(command, input=data, capture_output=True, check=True).stdout.split()[-1].decode()


def judge(key, body):
    """The rule once more, written apart from the vectors, over the bytes of the body."""
    fields = decode(body)
    found = {name: [value for key_, value in fields if key_ == name] for name in (b"message", b"hmac", b"timestamp")}
    if any(len(values) != 1 for values in found.values()):
        return False
    timestamp, message, signature = (found[name][0] for name in (b"timestamp", b"message", b"hmac"))
    if not re.fullmatch(rb"[0-9]+", timestamp) or not re.fullmatch(rb"[0-9A-Fa-f]{128}", signature):
        return False
    return openssl(key, timestamp + b"." + message) == signature.decode().lower()


def check():
    problems = []
    if FILE.read_text(encoding="utf-8") != document():
        problems.append("callbacks.json is not what generate.py writes")
    names = set()
    for each in json.loads(FILE.read_text(encoding="utf-8"))["vectors"]:
        name = each["name"]
        if name in names:
            problems.append(f"{name}: there twice")
        names.add(name)
        if judge(each["key"], each["body"]) != each["authentic"]:
            problems.append(f"{name}: authentic should not be {each['authentic']}")
        if each["timestamp"] is not None and each["message"] is not None:
            data = f"{each['timestamp']}.{each['message']}".encode()
            if openssl(each["key"], data) != sign(each["key"], each["timestamp"], each["message"]):
                problems.append(f"{name}: openssl computes another HMAC")
        if name.startswith("guide-"):
            # By no reading of the guides: message decoded or as it travels, timestamp as printed, in seconds or milliseconds.
            raw = dict(part.split("=", 1) for part in each["body"].split("&"))["message"]
            for text in (each["message"], raw, urllib.parse.unquote(raw)):
                for stamp in (each["timestamp"], each["timestamp"] + "000", each["timestamp"][:10]):
                    if openssl(each["key"], f"{stamp}.{text}".encode()) == each["hmac"]:
                        problems.append(f"{name}: verifies after all, with {stamp}.{text}")
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(names)} vectors checked, {len(problems)} problems", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    if sys.argv[1:] == ["--check"]:
        sys.exit(check())
    if sys.argv[1:]:
        sys.exit("usage: generate.py [--check]")
    FILE.write_text(document(), encoding="utf-8")
