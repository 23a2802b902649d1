//! `multipart/form-data` (RFC 7578, over RFC 2046), as clients and browsers send it.

use std::borrow::Cow;

/// One field of a form.
#[derive(Debug)]
pub(super) struct Part<'a> {
    pub(super) name: String,
    pub(super) file_name: Option<String>,
    pub(super) content_type: Option<String>,
    pub(super) content: &'a [u8],
}

/// The boundary in a `Content-Type`; `None` if that is no form-data.
pub(super) fn boundary(content_type: &str) -> Option<String> {
    let (kind, parameters) = content_type.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("multipart/form-data") {
        return None;
    }
    parameter(parameters, "boundary").filter(|boundary| !boundary.is_empty())
}

/// The parts between the boundaries; `None` if the body is not built so.
pub(super) fn parts<'a>(body: &'a [u8], boundary: &str) -> Option<Vec<Part<'a>>> {
    let first = format!("--{boundary}");
    let delimiter = format!("\r\n--{boundary}");
    // Before the first boundary there may be a preamble, which means nothing.
    let mut rest = match body.strip_prefix(first.as_bytes()) {
        Some(rest) => rest,
        None => cut(body, delimiter.as_bytes())?.1,
    };
    let mut parts = Vec::new();
    while !rest.starts_with(b"--") {
        // After a boundary there may be blanks before the line ends.
        let (blanks, part) = cut(rest, b"\r\n")?;
        if !blanks.iter().all(|byte| b" \t".contains(byte)) {
            return None;
        }
        let (part, after) = cut(part, delimiter.as_bytes())?;
        parts.push(read(part)?);
        rest = after;
    }
    Some(parts)
}

fn read(part: &[u8]) -> Option<Part<'_>> {
    let (head, content) = cut(part, b"\r\n\r\n")?;
    let head = String::from_utf8_lossy(head);
    let header = |wanted: &str| {
        head.split("\r\n").find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.trim().eq_ignore_ascii_case(wanted).then_some(value)
        })
    };
    let disposition = header("content-disposition")?;
    let (kind, parameters) = disposition.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return None;
    }
    let extended = parameter(parameters, "filename*").and_then(|value| {
        let (charset, rest) = value.split_once('\'')?;
        let (_, encoded) = rest.split_once('\'')?;
        charset
            .eq_ignore_ascii_case("utf-8")
            .then(|| decoded(encoded).into_owned())
    });
    let plain = || parameter(parameters, "filename").map(|name| unescaped(&name));
    Some(Part {
        name: parameter(parameters, "name")?,
        file_name: extended.or_else(plain),
        content_type: header("content-type").map(|kind| kind.trim().to_owned()),
        content,
    })
}

/// The value of a parameter, quoted or not. Inside quotes a backslash guards a quote and a backslash, as curl writes them.
fn parameter(parameters: &str, name: &str) -> Option<String> {
    let mut rest = parameters.trim_start();
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=')?;
        let mut value = String::new();
        let after = if let Some(quoted) = after.strip_prefix('"') {
            let mut letters = quoted.char_indices();
            loop {
                match letters.next()? {
                    (end, '"') => break quoted.get(end + 1..)?,
                    (at, '\\') if quoted[at + 1..].starts_with(['"', '\\']) => {
                        value.push(letters.next()?.1);
                    }
                    (_, letter) => value.push(letter),
                }
            }
        } else {
            let end = after.find(';').unwrap_or(after.len());
            value.push_str(after.get(..end)?.trim_end());
            after.get(end..)?
        };
        if key.trim().eq_ignore_ascii_case(name) {
            return Some(value);
        }
        rest = after.trim_start().trim_start_matches(';').trim_start();
    }
    None
}

/// Browsers write a quote and the two characters of a line end in per cent, and nothing else.
fn unescaped(name: &str) -> String {
    name.replace("%22", "\"")
        .replace("%0D", "\r")
        .replace("%0A", "\n")
}

fn decoded(text: &str) -> Cow<'_, str> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let hex = after
            .get(..2)
            .filter(|_| byte == b'%')
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        bytes.push(hex.unwrap_or(byte));
        rest = if hex.is_some() {
            after.get(2..).unwrap_or_default()
        } else {
            after
        };
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// What stands before and after the first occurrence of a text.
fn cut<'a>(bytes: &'a [u8], text: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let first = *text.first()?;
    let mut from = 0;
    loop {
        let at = from + bytes.get(from..)?.iter().position(|&byte| byte == first)?;
        let found = bytes.get(at..)?;
        if let Some(after) = found.strip_prefix(text) {
            return Some((bytes.get(..at)?, after));
        }
        from = at + 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "Content-Disposition: form-data; name=\"attachments[]\"; ";

    fn one(body: &str) -> Option<(String, Option<String>, Vec<u8>)> {
        let parts = parts(body.as_bytes(), "x")?;
        assert_eq!(parts.len(), 1);
        let part = parts.first()?;
        Some((
            part.name.clone(),
            part.file_name.clone(),
            part.content.to_vec(),
        ))
    }

    #[test]
    fn the_boundary_is_found_quoted_or_not() {
        for header in [
            "multipart/form-data; boundary=x-1",
            "Multipart/Form-Data; charset=utf-8; boundary=\"x-1\"",
        ] {
            assert_eq!(boundary(header).as_deref(), Some("x-1"));
        }
        assert_eq!(boundary("application/json; boundary=x"), None);
        assert_eq!(boundary("multipart/form-data"), None);
    }

    #[test]
    fn file_names_are_read_in_every_spelling() {
        for (written, name) in [
            ("filename=\"a;b=c.pdf\"", "a;b=c.pdf"),
            (r#"filename="say \"hi\".pdf""#, "say \"hi\".pdf"),
            ("filename=\"say %22hi%22.pdf\"", "say \"hi\".pdf"),
            ("filename=\"väljavõte.pdf\"", "väljavõte.pdf"),
            (r#"filename="C:\temp\x.pdf""#, r"C:\temp\x.pdf"),
            (
                "filename=\"x\"; filename*=UTF-8''v%C3%A4lja%20%25.pdf",
                "välja %.pdf",
            ),
            ("filename=plain.pdf", "plain.pdf"),
            ("filename=\"\"", ""),
        ] {
            let body = format!("--x\r\n{HEAD}{written}\r\n\r\ncontent\r\n--x--\r\n");
            let (field, file, content) = one(&body).unwrap();
            assert_eq!(field, "attachments[]");
            assert_eq!(file.as_deref(), Some(name), "{written}");
            assert_eq!(content, b"content");
        }
    }

    #[test]
    fn content_may_be_empty_and_may_look_like_a_boundary() {
        for content in ["", "\r\n", "\r\n--", "--", "\r\n-x", "\r\n\r\n"] {
            let body = format!("--x \r\n{HEAD}filename=f\r\n\r\n{content}\r\n--x--");
            assert_eq!(one(&body).unwrap().2, content.as_bytes());
        }
    }

    #[test]
    fn what_is_no_form_is_refused() {
        for body in [
            "",
            "--x",
            "--x\r\n",
            "--x\r\nno header\r\n\r\n\r\n--x--",
            "--x\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\nnever ended",
            "--y\r\n--y--",
        ] {
            assert!(parts(body.as_bytes(), "x").is_none(), "{body:?}");
        }
        assert!(parts(b"--x--", "x").is_some_and(|parts| parts.is_empty()));
    }
}
