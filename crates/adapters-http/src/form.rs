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
}

const FIELDS: [&str; 3] = ["message", "hmac", "timestamp"];

impl Form {
    /// Takes each of the three fields exactly once; fields of other names are ignored, since the
    /// bank may add some.
    pub(crate) fn parse(body: &[u8]) -> Result<Self, CallbackError> {
        let mut values: [Option<&[u8]>; 3] = [None; 3];
        let mut rest = Some(body);
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
        let hmac = hexadecimal(hmac).ok_or(CallbackError::FieldUnreadable {
            field: "hmac",
            expected: "128 hexadecimal digits",
        })?;
        Ok(Self {
            signed,
            timestamp,
            message_at,
            hmac,
        })
    }

    /// The same three fields again and nothing else, in one form for all copies, whatever their order,
    /// escapes and additions were.
    pub(crate) fn canonical(&self) -> String {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.append_pair("message", self.message());
        form.append_pair("hmac", &lower_hexadecimal(&self.hmac));
        form.append_pair(
            "timestamp",
            &self.signed[..self.message_at.saturating_sub(1)],
        );
        form.finish()
    }

    /// What the signature is over: `timestamp.message`.
    pub(crate) fn signed(&self) -> &[u8] {
        self.signed.as_bytes()
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

/// Two lower-case digits for each byte.
pub(crate) fn lower_hexadecimal(bytes: &[u8]) -> String {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let digits = digits.map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]));
    digits.collect()
}

/// 64 bytes from 128 digits of either case.
fn hexadecimal(value: &[u8]) -> Option<[u8; 64]> {
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
    (wrong < 16).then_some(bytes)
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
