//! Ids of commits.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;
use std::sync::{LazyLock, PoisonError, RwLock};

use serde::{Deserialize, Serialize};

/// A git object id: 20 bytes (SHA-1) or 32 bytes (SHA-256), printed as lower-case hexadecimal.
///
/// There are millions of them, nearly all of 20 bytes: those of 32 lie elsewhere, each once for as long as the program runs.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct CommitId {
    /// The id, or the place of the longer one, in native order.
    bytes: [u8; SHORT],
    length: Length,
}

/// How long an id is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Length {
    Short,
    Long,
}

/// Bytes of a SHA-1 id.
const SHORT: usize = 20;

/// Bytes of a SHA-256 id.
const LONG: usize = 32;

/// The ids of 32 bytes, each once.
#[derive(Default)]
struct LongIds {
    place_of: HashMap<&'static [u8; LONG], u32>,
    ids: Vec<&'static [u8; LONG]>,
}

static LONG_IDS: LazyLock<RwLock<LongIds>> = LazyLock::new(RwLock::default);

impl LongIds {
    /// Where an id is, which is put there by whoever has it first; `None` once there are 2³² of them.
    fn place(id: [u8; LONG]) -> Option<u32> {
        let known = LONG_IDS.read().unwrap_or_else(PoisonError::into_inner);
        if let Some(place) = known.place_of.get(&id) {
            return Some(*place);
        }
        drop(known);
        let mut all = LONG_IDS.write().unwrap_or_else(PoisonError::into_inner);
        // Another thread may have been faster.
        if let Some(place) = all.place_of.get(&id) {
            return Some(*place);
        }
        let place = u32::try_from(all.ids.len()).ok()?;
        let id: &'static [u8; LONG] = Box::leak(Box::new(id));
        all.ids.push(id);
        all.place_of.insert(id, place);
        Some(place)
    }

    fn at(place: u32) -> Option<&'static [u8; LONG]> {
        let all = LONG_IDS.read().unwrap_or_else(PoisonError::into_inner);
        all.ids.get(usize::try_from(place).ok()?).copied()
    }
}

impl Ord for CommitId {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_bytes().cmp(other.as_bytes())
    }
}

impl PartialOrd for CommitId {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Sixteen of its bytes are enough: an id is a checksum already, and there are millions of them.
impl Hash for CommitId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let bytes = self.as_bytes();
        let half = |from: usize| {
            let bytes = bytes.get(from..from + 8);
            bytes.and_then(|bytes| bytes.try_into().ok())
        };
        let [first, last] = [half(0), half(12)].map(|half| half.map_or(0, u64::from_le_bytes));
        state.write_u64(first ^ last);
    }
}

/// What a byte that is no hexadecimal digit stands for.
const NO_DIGIT: u8 = 0x10;

/// By byte: the value of the hexadecimal digit.
const DIGITS: [u8; 256] = digits();

const fn digits() -> [u8; 256] {
    let mut digits = [NO_DIGIT; 256];
    let mut value = 0;
    while value < 16 {
        digits[b"0123456789abcdef"[value as usize] as usize] = value;
        digits[b"0123456789ABCDEF"[value as usize] as usize] = value;
        value += 1;
    }
    digits
}

impl CommitId {
    /// From the raw bytes of an object id; `None` unless there are 20 or 32 of them.
    #[must_use]
    pub fn from_bytes(raw: &[u8]) -> Option<Self> {
        if let Ok(bytes) = raw.try_into() {
            return Some(Self {
                bytes,
                length: Length::Short,
            });
        }
        let place = LongIds::place(raw.try_into().ok()?)?;
        let mut bytes = [0; SHORT];
        bytes[..size_of::<u32>()].copy_from_slice(&place.to_ne_bytes());
        Some(Self {
            bytes,
            length: Length::Long,
        })
    }

    /// The raw bytes: 20 or 32.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self.length {
            Length::Short => &self.bytes,
            Length::Long => {
                let place = self.bytes.first_chunk().copied().map(u32::from_ne_bytes);
                place.and_then(LongIds::at).map_or(&[], |id| id.as_slice())
            }
        }
    }

    /// Whether the id's text begins with some lower-case hexadecimal digits.
    #[must_use]
    pub fn starts_with(&self, prefix: &str) -> bool {
        let (digits, bytes) = (prefix.bytes(), self.as_bytes());
        digits.len() <= 2 * bytes.len()
            && digits.enumerate().all(|(at, digit)| {
                let byte = bytes.get(at / 2).copied().unwrap_or_default();
                let half = if at % 2 == 0 { byte >> 4 } else { byte & 15 };
                char::from_digit(u32::from(half), 16) == Some(char::from(digit))
            })
    }

    /// The first ten hexadecimal digits, for people.
    #[must_use]
    pub fn short(&self) -> String {
        self.prefix().to_string()
    }

    /// Its first digits.
    #[must_use]
    pub fn prefix(&self) -> CommitPrefix {
        let mut prefix = [0; 5];
        for (to, from) in prefix.iter_mut().zip(self.as_bytes()) {
            *to = *from;
        }
        CommitPrefix(prefix)
    }
}

/// The first ten digits of a commit's id: what people call it by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CommitPrefix([u8; 5]);

impl fmt::Display for CommitPrefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Display for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: [u8; 16] = *b"0123456789abcdef";
        let mut text = [0; 64];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.as_bytes()) {
            for (slot, digit) in pair.iter_mut().zip([byte >> 4, byte & 15]) {
                *slot = DIGITS[usize::from(digit)];
            }
        }
        let digits = &text[..2 * self.as_bytes().len()];
        f.write_str(std::str::from_utf8(digits).map_err(|_| fmt::Error)?)
    }
}

impl fmt::Debug for CommitId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is not a full object id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a full commit id of 40 or 64 hexadecimal digits")]
pub struct NotACommitId(pub String);

impl FromStr for CommitId {
    type Err = NotACommitId;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = || NotACommitId(text.to_owned());
        if text.len() != 40 && text.len() != 64 {
            return Err(wrong());
        }
        let mut bytes = [0_u8; LONG];
        // Millions are read: whether all were digits is asked once.
        let mut seen = 0;
        for (pair, slot) in text.as_bytes().chunks_exact(2).zip(&mut bytes) {
            let [high, low] = [pair[0], pair[1]].map(|byte| DIGITS[usize::from(byte)]);
            seen |= high | low;
            *slot = high << 4 | low;
        }
        if seen >= NO_DIGIT {
            return Err(wrong());
        }
        let bytes = bytes.get(..text.len() / 2).unwrap_or_default();
        Self::from_bytes(bytes).ok_or_else(wrong)
    }
}

impl Serialize for CommitId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for CommitId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_id_survives_its_text() {
        for text in ["0123456789abcdef0123456789abcdef01234567", &"ab".repeat(32)] {
            assert_eq!(text.parse::<CommitId>().unwrap().to_string(), text);
        }
        for text in [
            "",
            "0123",
            &"zz".repeat(20),
            &"é".repeat(20),
            &"+1".repeat(20),
        ] {
            assert!(text.parse::<CommitId>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_commit_id_is_known_by_its_first_digits() {
        let id: CommitId = "0123456789abcdef0123456789abcdef01234567".parse().unwrap();
        for (prefix, expected) in [
            ("", true),
            ("0123456", true),
            ("0123457", false),
            ("0123456789abcdef0123456789abcdef01234567", true),
            ("0123456789abcdef0123456789abcdef012345670", false),
        ] {
            assert_eq!(id.starts_with(prefix), expected, "{prefix}");
        }
    }

    #[test]
    fn ids_are_equal_and_ordered_by_their_bytes_whatever_their_length() {
        let id = |text: String| text.parse::<CommitId>().unwrap();
        let (low, high) = ("0a".repeat(20), "0b".repeat(20));
        // The longer ones are told in another order than they have.
        let ids = [
            id("0c".repeat(32)),
            id(high.clone()),
            id(format!("{low}{}", "00".repeat(12))),
            id(low.clone()),
            id("01".repeat(32)),
        ];
        let mut sorted = ids;
        sorted.sort_unstable();
        let texts: Vec<String> = sorted.iter().map(ToString::to_string).collect();
        let long = format!("{low}{}", "00".repeat(12));
        assert_eq!(texts, ["01".repeat(32), low, long, high, "0c".repeat(32)]);
        for one in ids {
            assert_eq!(CommitId::from_bytes(one.as_bytes()), Some(one));
            let same = ids.iter().filter(|other| **other == one).count();
            assert_eq!(same, 1, "{one}");
        }
        assert_eq!(CommitId::from_bytes(&[1; 21]), None);
        assert_eq!(size_of::<Option<CommitId>>(), 21);
    }
}
