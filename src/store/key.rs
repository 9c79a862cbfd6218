//! The store's key: what makes pseudonyms, and a list of whom the store has forgotten, that nobody can work out without it, and that stay the same from day to day.

use std::fmt::Write as _;

use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use super::{Error, KEY_FILE, Store, to_json};
use crate::folder::seal::{Seal, check, seal};

/// Bytes of a key.
const LENGTH: usize = 32;

/// A secret of one store. It is written nowhere but into the store, and shown nowhere.
#[derive(Clone)]
pub struct Key(Hmac<Sha256>);

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    fn of(digits: &str) -> Option<Self> {
        let bytes: Vec<u8> = (0..LENGTH)
            .map(|at| u8::from_str_radix(digits.get(2 * at..2 * at + 2)?, 16).ok())
            .collect::<Option<_>>()?;
        let is_whole = digits.len() == 2 * LENGTH;
        Hmac::new_from_slice(&bytes)
            .ok()
            .filter(|_| is_whole)
            .map(Self)
    }

    /// A key that is kept nowhere.
    pub(super) fn random() -> std::io::Result<Self> {
        let key = Self::of(&random_digits()?);
        key.ok_or_else(|| std::io::Error::other("a key of the wrong length was made"))
    }

    /// HMAC-SHA-256 of a text under the key, in 64 hexadecimal digits.
    #[must_use]
    pub fn digest(&self, text: &str) -> String {
        let mut hmac = self.0.clone();
        hmac.update(text.as_bytes());
        let digest = hmac.finalize().into_bytes();
        digest
            .iter()
            .fold(String::with_capacity(64), |mut text, byte| {
                let _ = write!(text, "{byte:02x}");
                text
            })
    }
}

/// A new key in hexadecimal digits.
fn random_digits() -> std::io::Result<String> {
    let mut random = [0_u8; LENGTH];
    getrandom::fill(&mut random).map_err(std::io::Error::other)?;
    Ok(random.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

/// The key as it is kept.
#[derive(Serialize, Deserialize)]
struct Kept {
    key: String,
}

impl Store {
    /// The store's key; `None` where none was ever made.
    pub fn key(&self) -> Result<Option<Key>, Error> {
        let Some(bytes) = self.folder.read(KEY_FILE)? else {
            return Ok(None);
        };
        let text = String::from_utf8_lossy(&bytes);
        let kept: Option<Kept> = (check(&text) == Seal::Sound)
            .then(|| serde_json::from_str(&text).ok())
            .flatten();
        let key = kept.and_then(|kept| Key::of(&kept.key));
        key.map(Some).ok_or_else(|| Error::Damaged {
            path: self.root.join(KEY_FILE),
            reason: "it is not the key that was written: remove it for a new one, under which everything has another pseudonym"
                .to_owned(),
        })
    }

    /// The store's key, made where there is none. The store must be open to be written.
    pub fn make_key(&self) -> Result<Key, Error> {
        if let Some(key) = self.key()? {
            return Ok(key);
        }
        self.writable()?;
        let key = random_digits().map_err(super::io(&self.folder, KEY_FILE, "made"))?;
        let made = Key::of(&key).ok_or_else(|| Error::Damaged {
            path: self.root.join(KEY_FILE),
            reason: "a key of the wrong length was made".to_owned(),
        })?;
        let text = String::from_utf8_lossy(&to_json(&Kept { key })).into_owned();
        self.folder.replace(KEY_FILE, seal(&text).as_bytes())?;
        Ok(made)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::Mode;

    #[test]
    fn a_digest_is_that_of_rfc_4231() {
        // Test case 2 with the key filled up with zeros, as HMAC does with short ones.
        let key = Key::of(&format!("{:0<64}", "4a656665")).unwrap();
        assert_eq!(
            key.digest("what do ya want for nothing?"),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn a_key_is_made_once_and_stays_and_a_damaged_one_is_not_taken_for_another() {
        let root = tempfile::tempdir().unwrap();
        let open = |mode| Store::open(root.path(), mode).unwrap();
        let store = open(Mode::Write);
        assert!(store.key().unwrap().is_none());
        let first = store.make_key().unwrap().digest("a");
        assert_eq!(store.make_key().unwrap().digest("a"), first);
        store.clear().unwrap();
        drop(store);
        assert!(open(Mode::Write).key().unwrap().is_some());
        let store = open(Mode::Read);
        assert_eq!(store.key().unwrap().unwrap().digest("a"), first);
        assert_ne!(store.key().unwrap().unwrap().digest("b"), first);
        let file = root.path().join(KEY_FILE);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&file).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(&file, text.replacen(['1', '2', '3'], "4", 1)).unwrap();
        assert!(matches!(store.key(), Err(Error::Damaged { .. })));
        assert!(!format!("{:?}", Key::of(&"ab".repeat(32)).unwrap()).contains("ab"));
    }
}
