//! The three fields of a callback's form, from raw bytes.

use inbank_ports::CallbackError;

/// A callback's form, decoded and not yet trusted.
///
/// Timestamp and message stand in one buffer with the dot between them, which is what is signed.
pub(crate) struct Form {
    signed: String,
    timestamp: u64,
    message_at: usize,
    hmac: [u8; 64],
    /// The same, as lower-case digits.
    hmac_digits: [u8; 128],
}

/// The largest body that is taken: the bank's have some hundred bytes.
pub const LARGEST_CALLBACK: usize = 64 * 1024;

const FIELDS: [&str; 3] = ["message", "hmac", "timestamp"];

impl Form {
    /// Takes each of the three fields exactly once; fields of other names are ignored, since the
    /// bank may add some.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, CallbackError> {
        let mut values: [Option<&[u8]>; 3] = [None; 3];
        let mut rest = Some(without_line_end(body));
        while let Some(body) = rest {
            let end = memchr::memchr(b'&', body);
            let pair = &body[..end.unwrap_or(body.len())];
            rest = end.map(|end| &body[end + 1..]);
            let equals = memchr::memchr(b'=', pair);
            let (name, value) = pair.split_at(equals.unwrap_or(pair.len()));
            let Some(field) = field(name) else { continue };
            if values[field].is_some() {
                return Err(CallbackError::FieldDoubled(FIELDS[field]));
            }
            values[field] = Some(value.get(1..).unwrap_or_default());
        }
        let value = |field: usize| values[field].ok_or(CallbackError::FieldMissing(FIELDS[field]));
        let (message, hmac, timestamp) = (value(0)?, value(1)?, value(2)?);

        let mut signed = Vec::with_capacity(timestamp.len() + 1 + message.len());
        decode(timestamp, &mut signed);
        // Digits only: with a dot in it, the boundary to the message could be shifted under the
        // same signature.
        let timestamp = digits(&signed).ok_or(CallbackError::FieldUnreadable {
            field: "timestamp",
            expected: "a Unix time in seconds or milliseconds",
        })?;
        signed.push(b'.');
        let message_at = signed.len();
        decode(message, &mut signed);
        let signed = String::from_utf8(signed).map_err(|_| CallbackError::FieldUnreadable {
            field: "message",
            expected: "UTF-8 text",
        })?;
        let (hmac, hmac_digits) = hexadecimal(hmac).ok_or(CallbackError::FieldUnreadable {
            field: "hmac",
            expected: "128 hexadecimal digits",
        })?;
        Ok(Self {
            signed,
            timestamp,
            message_at,
            hmac,
            hmac_digits,
        })
    }

    /// What the signature is over: `timestamp.message`.
    pub(crate) fn signed(&self) -> &[u8] {
        self.signed.as_bytes()
    }

    /// What is signed, and the signature in lower-case digits.
    pub(crate) fn into_parts(self) -> (Vec<u8>, Vec<u8>) {
        (self.signed.into_bytes(), self.hmac_digits.into())
    }

    pub(crate) fn message(&self) -> &str {
        &self.signed[self.message_at..]
    }

    pub(crate) const fn timestamp(&self) -> u64 {
        self.timestamp
    }

    pub(crate) const fn hmac(&self) -> &[u8; 64] {
        &self.hmac
    }
}

/// A form has no line breaks of its own: one behind it is of a terminal, a file or a proxy, and no part of the
/// last field.
fn without_line_end(body: &[u8]) -> &[u8] {
    let body = body.strip_suffix(b"\n").unwrap_or(body);
    body.strip_suffix(b"\r").unwrap_or(body)
}

/// Which of the fields a name is; a name may be escaped too.
fn field(name: &[u8]) -> Option<usize> {
    let plain = |name: &[u8]| FIELDS.iter().position(|field| field.as_bytes() == name);
    if !name.contains(&b'%') {
        return plain(name);
    }
    let mut decoded = Vec::with_capacity(name.len());
    decode(name, &mut decoded);
    plain(&decoded)
}

/// Form decoding (`application/x-www-form-urlencoded`): `+` is a space, `%41` is `A`, and a `%` that
/// starts no escape stands for itself, as browsers have it.
fn decode(value: &[u8], into: &mut Vec<u8>) {
    let mut rest = value;
    loop {
        let plain = memchr::memchr2(b'+', b'%', rest).unwrap_or(rest.len());
        into.extend_from_slice(&rest[..plain]);
        rest = &rest[plain..];
        // Escapes come in rows.
        loop {
            rest = match rest {
                [b'+', tail @ ..] => {
                    into.push(b' ');
                    tail
                }
                [b'%', high, low, tail @ ..]
                    if NIBBLE[*high as usize] | NIBBLE[*low as usize] < 16 =>
                {
                    into.push(NIBBLE[*high as usize] << 4 | NIBBLE[*low as usize]);
                    tail
                }
                [b'%', tail @ ..] => {
                    into.push(b'%');
                    tail
                }
                [] => return,
                _ => break,
            };
        }
    }
}

/// The three fields of what is signed and its signature, and nothing else: one form for all copies,
/// whatever their order, escapes and additions were.
pub(crate) fn canonical(signed: &[u8], signature: &[u8]) -> Vec<u8> {
    // The timestamp is digits alone, so the first dot is the one between.
    let dot = memchr::memchr(b'.', signed).unwrap_or(signed.len());
    let (timestamp, message) = signed.split_at(dot);
    let mut form = Vec::with_capacity(192 + 3 * signed.len());
    form.extend_from_slice(b"message=");
    encode(message.get(1..).unwrap_or_default(), &mut form);
    form.extend_from_slice(b"&hmac=");
    form.extend_from_slice(signature);
    form.extend_from_slice(b"&timestamp=");
    form.extend_from_slice(timestamp);
    form
}

/// Form encoding, as the URL standard has it.
fn encode(value: &[u8], into: &mut Vec<u8>) {
    for &byte in value {
        match byte {
            b'*' | b'-' | b'.' | b'_' => into.push(byte),
            b' ' => into.push(b'+'),
            _ if byte.is_ascii_alphanumeric() => into.push(byte),
            _ => {
                let digits = hexadecimal_digits(byte).map(|digit| digit.to_ascii_uppercase());
                into.push(b'%');
                into.extend_from_slice(&digits);
            }
        }
    }
}

/// Two lower-case digits for a byte.
pub(crate) const fn hexadecimal_digits(byte: u8) -> [u8; 2] {
    const fn digit(nibble: u8) -> u8 {
        // Arithmetic instead of a table: the compiler makes vectors of it.
        nibble + if nibble < 10 { b'0' } else { b'a' - 10 }
    }
    [digit(byte >> 4), digit(byte & 15)]
}

/// 64 bytes from 128 digits of either case, and the digits in lower case.
fn hexadecimal(value: &[u8]) -> Option<([u8; 64], [u8; 128])> {
    let mut unescaped = Vec::new();
    let value = if value.len() == 128 {
        value
    } else {
        decode(value, &mut unescaped);
        &unescaped
    };
    let digits: &[u8; 128] = value.try_into().ok()?;
    // Arithmetic instead of a table: the compiler makes vectors of it.
    let nibbles = digits.map(|digit| {
        let (number, letter) = (digit.wrapping_sub(b'0'), (digit | 0x20).wrapping_sub(b'a'));
        if number < 10 {
            number
        } else if letter < 6 {
            letter + 10
        } else {
            255
        }
    });
    let mut bytes = [0; 64];
    for (byte, [high, low]) in bytes.iter_mut().zip(nibbles.as_chunks().0) {
        *byte = high << 4 | low;
    }
    let wrong = nibbles.iter().fold(0, |wrong, nibble| wrong | nibble);
    // A digit has the bit that makes a letter small.
    (wrong < 16).then(|| (bytes, digits.map(|digit| digit | 0x20)))
}

fn digits(text: &[u8]) -> Option<u64> {
    if text.is_empty() {
        return None;
    }
    text.iter().try_fold(0_u64, |number, byte| {
        let digit = byte.is_ascii_digit().then(|| u64::from(byte - b'0'))?;
        number.checked_mul(10)?.checked_add(digit)
    })
}

/// The value of a hexadecimal digit, 255 for what is none.
const NIBBLE: [u8; 256] = {
    let mut table = [255; 256];
    let mut digit = 0;
    while digit < 16 {
        table[b"0123456789abcdef"[digit as usize] as usize] = digit;
        table[b"0123456789ABCDEF"[digit as usize] as usize] = digit;
        digit += 1;
    }
    table
};
