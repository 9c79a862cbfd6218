//! Bytes of commits and trees as text, without losing which bytes they were: what differs in git differs here.

use std::borrow::Cow;

use encoding_rs::Encoding;

/// The encoding that a commit declares, where it is another one than UTF-8.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(in crate::git) enum Declared {
    /// None, UTF-8, or one that is not known here.
    Utf8,
    /// ISO 8859-1, whose 256 bytes are the first 256 characters.
    Latin1,
    /// Another one.
    Other(&'static Encoding),
}

impl Declared {
    /// The value of a commit's `encoding` header, as `iconv` takes it.
    pub(in crate::git) fn of(label: &[u8]) -> Self {
        let label = label.trim_ascii().to_ascii_lowercase();
        let name: &[u8] = match label.as_slice() {
            b"iso-8859-1" | b"iso8859-1" | b"iso_8859-1" | b"latin1" | b"latin-1" | b"l1" => {
                return Self::Latin1;
            }
            b"latin9" | b"latin-9" => b"iso-8859-15",
            b"cp932" => b"shift_jis",
            b"cp936" | b"euc-cn" | b"euccn" => b"gbk",
            b"cp949" | b"euckr" => b"euc-kr",
            b"cp950" => b"big5",
            b"eucjp" => b"euc-jp",
            other => other,
        };
        match Encoding::for_label(name) {
            Some(encoding) if encoding != encoding_rs::UTF_8 => Self::Other(encoding),
            _ => Self::Utf8,
        }
    }

    /// The text of some bytes, as `git log` shows it in UTF-8. What the encoding does not allow for is told as [`quoted`] tells it.
    pub(in crate::git) fn decode(self, bytes: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Latin1 => bytes.iter().map(|byte| char::from(*byte)).collect(),
            Self::Other(encoding) => encoding
                .decode_without_bom_handling_and_without_replacement(bytes)
                .unwrap_or_else(|| quoted(bytes)),
            Self::Utf8 => quoted(bytes),
        }
    }
}

/// Bytes as UTF-8. Where they are none, a byte that does not fit is `\351`, its number in base 8, and a backslash is two: as git
/// quotes a path. (A text that spells such an escape itself is taken for it: nobody is called so.)
pub(in crate::git) fn quoted(bytes: &[u8]) -> Cow<'_, str> {
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Cow::Borrowed(text);
    }
    let mut text = String::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(&chunk.valid().replace('\\', "\\\\"));
        for byte in chunk.invalid() {
            use std::fmt::Write as _;
            let _ = write!(text, "\\{byte:03o}");
        }
    }
    Cow::Owned(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_declared_encoding_is_decoded_under_all_its_usual_names() {
        let check = |labels: &[&str], bytes: &[u8], expected: &str| {
            for label in labels {
                let text = Declared::of(label.as_bytes()).decode(bytes);
                assert_eq!(text, expected, "{label}");
            }
        };
        check(
            &["ISO-8859-1", "iso8859-1", "latin1", "Latin-1"],
            b"Ren\xe9",
            "René",
        );
        // Not windows-1252, which has other characters where ISO 8859-1 has controls.
        check(&["iso-8859-1"], b"a\x80", "a\u{80}");
        check(&["windows-1252", "CP1252"], b"a\x80", "a€");
        check(&["ISO-8859-15", "latin9"], b"\xa4", "€");
        check(
            &["windows-1251", "cp1251", "CP1251"],
            b"\xc8\xe2\xe0\xed",
            "Иван",
        );
        check(&["KOI8-R", "koi8-r"], b"\xef\xcc\xd8\xc7\xc1", "Ольга");
        check(&["Shift_JIS", "SJIS", "cp932"], b"\x8eR\x93c", "山田");
        check(&["EUC-JP", "eucJP"], b"\xbb\xb3\xc5\xc4", "山田");
        check(&["ISO-2022-JP"], b"\x1b$B;3ED\x1b(B", "山田");
        check(&["GBK", "gb2312", "GB18030", "cp936"], b"\xcd\xf5", "王");
        check(&["Big5", "cp950"], b"\xb3\xaf", "陳");
        check(&["EUC-KR", "cp949"], b"\xb1\xe8", "김");
        check(
            &["UTF-8", "utf8", "", "no-such-encoding"],
            "René".as_bytes(),
            "René",
        );
    }

    #[test]
    fn bytes_that_differ_are_texts_that_differ() {
        let texts = [
            &b"caf\xe9"[..],
            b"caf\xe8",
            b"caf\xc3\xa9",
            b"caf\\351\xe9",
            b"caf\xe9\\351",
            b"caf\xef\xbf\xbd",
            b"\xff\xfe",
            b"\xfe\xff",
            b"",
        ];
        let told: std::collections::BTreeSet<_> = texts.iter().map(|bytes| quoted(bytes)).collect();
        assert_eq!(told.len(), texts.len());
        assert_eq!(quoted(b"caf\xe9\\x"), "caf\\351\\\\x");
        // Where a declared encoding does not allow for the bytes, they are told in the same way.
        let broken = Declared::of(b"euc-jp").decode(b"\xbb\xff");
        assert_eq!(broken, "\\273\\377");
        assert_ne!(
            Declared::of(b"nobody-knows").decode(b"\xc8"),
            Declared::Utf8.decode(b"\xc9")
        );
    }
}
