//! Identifiers. Each is its own type, so that a login can never be passed where an address is meant.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// A repository's key inside one store: handed out by the store in order of first sight, never reused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RepositoryId(pub u32);

/// A person's key inside one store. Facts carry it instead of a name (invariant I9).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PersonId(pub u32);

/// A pull request's or issue's number inside its repository. Numbers of different repositories collide.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PrNumber(pub u64);

impl fmt::Display for PrNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "#{}", self.0)
    }
}

/// A GitHub login. Compared without regard to ASCII case, as GitHub does; kept as it came.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Login(pub String);

impl Login {
    /// The form under which two spellings of one login are equal.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }

    /// Whether a word of it says machine: a hint for people to look at, never a verdict (`acme-bot` may be somebody's joke).
    #[must_use]
    pub fn looks_like_a_machine(&self) -> bool {
        const WORDS: [&str; 11] = [
            "automation",
            "bot",
            "bots",
            "buildbot",
            "ci",
            "deployer",
            "jenkins",
            "machine",
            "pipeline",
            "robot",
            "svc",
        ];
        let key = self.key();
        key.split(|letter: char| !letter.is_ascii_alphanumeric())
            .any(|word| WORDS.contains(&word))
    }
}

impl PartialEq for Login {
    fn eq(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}
impl Eq for Login {}
impl PartialOrd for Login {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Login {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.key().cmp(&other.key())
    }
}
impl Hash for Login {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.key().hash(state);
    }
}
impl fmt::Display for Login {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// An e-mail address from a commit: kept as it came, compared in lower case.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EmailAddress(pub String);

impl EmailAddress {
    /// The form under which two spellings of one address are equal.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.trim().to_lowercase()
    }
}

/// `owner/name`, as GitHub spells it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RepoName {
    owner: String,
    name: String,
}

impl RepoName {
    /// The account that owns the repository.
    #[must_use]
    pub fn owner(&self) -> &str {
        &self.owner
    }

    /// The repository's own name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Whether GitHub takes both for the same name: it does not look at the case of letters.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        self.owner.eq_ignore_ascii_case(&other.owner) && self.name.eq_ignore_ascii_case(&other.name)
    }

    /// The form under which two spellings of one name are equal.
    #[must_use]
    pub fn key(&self) -> String {
        self.to_string().to_ascii_lowercase()
    }
}

impl fmt::Display for RepoName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.owner, self.name)
    }
}

/// Why a text is not `owner/name`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a repository name of the form `owner/name`")]
pub struct NotARepoName(pub String);

/// Whether a text can be an owner or a repository's own name.
pub(super) fn is_repo_name_part(part: &str) -> bool {
    !part.is_empty()
        && part.len() <= 100
        && part != "."
        && part != ".."
        && part
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'))
}

impl FromStr for RepoName {
    type Err = NotARepoName;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text.split_once('/') {
            Some((owner, name)) if is_repo_name_part(owner) && is_repo_name_part(name) => {
                Ok(Self {
                    owner: owner.to_owned(),
                    name: name.to_owned(),
                })
            }
            _ => Err(NotARepoName(text.to_owned())),
        }
    }
}

impl TryFrom<String> for RepoName {
    type Error = NotARepoName;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<RepoName> for String {
    fn from(name: RepoName) -> Self {
        name.to_string()
    }
}

/// A git object id: 20 bytes (SHA-1) or 32 bytes (SHA-256), printed as lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommitId {
    bytes: [u8; 32],
    length: u8,
}

/// Sixteen of its bytes are enough: an id is a checksum already, and there are millions of them.
impl Hash for CommitId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        let half = |from: usize| {
            let bytes = self.bytes.get(from..from + 8);
            bytes.and_then(|bytes| bytes.try_into().ok())
        };
        let [first, last] = [half(0), half(12)].map(|half| half.map_or(0, u64::from_le_bytes));
        state.write_u64(first ^ last);
    }
}

/// What a hexadecimal digit stands for; `None` for anything else.
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
        if raw.len() != 20 && raw.len() != 32 {
            return None;
        }
        let mut bytes = [0; 32];
        bytes[..raw.len()].copy_from_slice(raw);
        Some(Self {
            bytes,
            length: u8::try_from(raw.len()).ok()?,
        })
    }

    /// The raw bytes: 20 or 32.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// Whether the id's text begins with some lower-case hexadecimal digits.
    #[must_use]
    pub fn starts_with(&self, prefix: &str) -> bool {
        let digits = prefix.bytes();
        digits.len() <= 2 * usize::from(self.length)
            && digits.enumerate().all(|(at, digit)| {
                let byte = self.bytes.get(at / 2).copied().unwrap_or_default();
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
        let mut bytes = [0_u8; 32];
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
        let length = u8::try_from(text.len() / 2).map_err(|_| wrong())?;
        Ok(Self { bytes, length })
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

/// What a change does, as one number: equal for equal changes wherever they were applied (`git patch-id --stable`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PatchId(pub CommitId);

impl fmt::Display for PatchId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.0, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_login_looks_like_a_machine_by_a_whole_word() {
        let check = |login: &str, expected: bool| {
            assert_eq!(
                Login(login.into()).looks_like_a_machine(),
                expected,
                "{login}"
            );
        };
        check("acme-bot", true);
        check("Release-CI", true);
        check("svc_deploy", true);
        check("abbot", false);
        check("robotham", false);
        check("cindy", false);
        check("lucia-ci-pi", true);
    }

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
    fn a_repository_name_has_exactly_two_plain_parts() {
        assert_eq!(
            "acme/widgets.rs".parse::<RepoName>().unwrap().to_string(),
            "acme/widgets.rs"
        );
        for text in [
            "acme",
            "acme/",
            "/widgets",
            "a/b/c",
            "acme/..",
            "ac me/widgets",
            "acme/wid\u{202e}gets",
        ] {
            assert!(text.parse::<RepoName>().is_err(), "{text}");
        }
    }

    #[test]
    fn logins_differ_by_more_than_case() {
        assert_eq!(Login("Ada".into()), Login("ada".into()));
        assert_ne!(Login("ada".into()), Login("adb".into()));
    }
}
