//! Whom this store has forgotten, and how they are kept out of it.
//!
//! The list is `forgotten.json`. It holds no name: each login, number, address and name is there as its HMAC under the store's
//! key, so that whoever has the list and not the key cannot try names until one fits. It is written before anything is erased, and
//! marked unfinished until all of it was: whoever next opens the store to write it goes on, and nobody reads facts before that.
//! Everything that comes into the store later passes by it: answers of GitHub's in [`super::raw::write`], history where signatures
//! are numbered.

mod answers;
mod erase;
mod text;

use std::collections::{BTreeSet, HashMap};
use std::sync::Mutex;

use serde::{Deserialize, Serialize};

use super::key::Key;
use super::{Error, FORGOTTEN_FILE, Store, checksum, to_json};
use crate::domain::naming::{Noreply, full_name, is_personal, local_part, noreply};
use crate::domain::{EmailAddress, Forgetting, Login, StandIn};
use crate::folder::seal::{Seal, check, seal};

pub use erase::Erased;

/// Everything by which one person is known, when they are to be forgotten. It is kept nowhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Whom {
    /// Logins.
    pub logins: BTreeSet<String>,
    /// GitHub's numbers of their accounts.
    pub numbers: BTreeSet<u64>,
    /// GitHub's node ids of their accounts.
    pub nodes: BTreeSet<String>,
    /// Addresses.
    pub addresses: BTreeSet<String>,
    /// Names of profiles and signatures.
    pub names: BTreeSet<String>,
    /// Logins and names that say by themselves who is meant: texts are searched for them.
    pub said: BTreeSet<String>,
    /// The host whose accounts these are, such as `github.com`.
    pub site: Option<String>,
    /// Whether the same full name makes two one, where GitHub does not contradict it.
    pub merges_names: bool,
}

/// A forgotten person as the list has them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Kept {
    /// Whether a number of GitHub's is among what is known: then a login alone does not tell them from who has it now.
    is_numbered: bool,
    /// HMACs, sorted.
    digests: BTreeSet<String>,
}

/// The list as it is kept.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct List {
    /// Whether what the store had of them may not all be erased yet.
    is_unfinished: bool,
    /// In the order of forgetting.
    people: Vec<Kept>,
}

/// Whom a store has forgotten.
#[derive(Debug, Default)]
pub struct Forgotten {
    /// None where nobody was.
    key: Option<Key>,
    list: List,
    by_digest: HashMap<String, StandIn>,
    fingerprint: String,
    /// Words of texts that were looked up: whether a name that texts are searched for begins with it.
    looked_up: Mutex<HashMap<String, bool>>,
}

/// What a digest is of: the same text is another one as something else.
#[derive(Debug, Clone, Copy)]
enum Of {
    Login,
    Number,
    Node,
    Address,
    /// A noreply address: its server and the number or the login.
    Noreply,
    /// A name and an address that is nobody's own.
    Signature,
    /// A full name and the local part of an address.
    NameAndLocalPart,
    /// Words that name somebody.
    Words,
    /// The first of them.
    FirstWord,
}

impl Of {
    fn digest(self, key: &Key, text: &str) -> String {
        key.digest(&format!("{self:?} {text}"))
    }
}

impl Forgotten {
    fn of(key: Option<Key>, list: List) -> Self {
        let mut by_digest = HashMap::new();
        for (stand_in, kept) in (1..).map(StandIn).zip(&list.people) {
            for digest in &kept.digests {
                // Who was forgotten first keeps what two share.
                by_digest.entry(digest.clone()).or_insert(stand_in);
            }
        }
        let text = list.people.iter().flat_map(|kept| &kept.digests);
        let text: Vec<&str> = text.map(String::as_str).collect();
        let fingerprint = if text.is_empty() {
            String::new()
        } else {
            checksum(text.join("\n").as_bytes())
        };
        Self {
            key,
            list,
            by_digest,
            fingerprint,
            looked_up: Mutex::default(),
        }
    }

    /// Whether nobody was forgotten.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.by_digest.is_empty()
    }

    /// Whether what the store had of somebody may not all be erased yet.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        self.list.is_unfinished
    }

    /// Whom a text names that is a login, with or without `@`, or an address.
    #[must_use]
    pub fn who(&self, text: &str) -> Option<StandIn> {
        let login = text.strip_prefix('@').unwrap_or(text);
        self.login(login).or_else(|| self.address(text))
    }

    /// The same with one more person.
    #[must_use]
    pub fn with(&self, key: Key, whom: &Whom) -> Self {
        let mut list = self.list.clone();
        let kept = whom.kept(&key);
        match self
            .same_name(whom)
            .and_then(|at| list.people.get_mut(at))
            .filter(|earlier| !(earlier.is_numbered && kept.is_numbered))
        {
            Some(earlier) => {
                earlier.is_numbered |= kept.is_numbered;
                earlier.digests.extend(kept.digests);
            }
            None => list.people.push(kept),
        }
        list.is_unfinished = true;
        Self::of(Some(key), list)
    }

    /// Where in the list somebody of the same full name is, who wrote under other addresses.
    fn same_name(&self, whom: &Whom) -> Option<usize> {
        let full = whom.names.iter().filter(|name| full_name(name).is_some());
        let full = full.filter(|_| whom.merges_names);
        let mut found = full.filter_map(|name| self.bearer(name));
        usize::try_from(found.next()?.0).ok()?.checked_sub(1)
    }

    /// Whose name this is, from its first word to its last.
    #[must_use]
    pub fn bearer(&self, name: &str) -> Option<StandIn> {
        let words = text::words(name);
        let is_full = words.len() > 1;
        is_full.then(|| self.find(Of::Words, &words.join(" ")))?
    }

    fn find(&self, of: Of, text: &str) -> Option<StandIn> {
        let digest = of.digest(self.key.as_ref()?, text);
        self.by_digest.get(&digest).copied()
    }

    fn address(&self, email: &str) -> Option<StandIn> {
        let email = EmailAddress(email.to_owned()).key();
        self.find(Of::Address, &email)
            .or_else(|| match noreply(&email)? {
                Noreply {
                    site, id: Some(id), ..
                } => self.find(Of::Noreply, &format!("{site} {id}")),
                Noreply { site, login, .. } => self.find(Of::Noreply, &format!("{site} {login}")),
            })
    }

    /// Whose an account is. A login that was given up may be somebody else's by now: another number says so.
    fn account(&self, login: &str, number: Option<u64>, node: Option<&str>) -> Option<StandIn> {
        let by_number = || self.find(Of::Number, &number?.to_string());
        let by_node = || self.find(Of::Node, node?);
        by_number().or_else(by_node).or_else(|| {
            let found = self.login(login)?;
            let at = usize::try_from(found.0).ok()?.checked_sub(1)?;
            let is_numbered = self.list.people.get(at)?.is_numbered;
            (number.is_none() || !is_numbered).then_some(found)
        })
    }
}

impl Forgetting for Forgotten {
    fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    fn login(&self, login: &str) -> Option<StandIn> {
        self.find(Of::Login, &Login(login.to_owned()).key())
    }

    fn signature(&self, name: &str, email: &str) -> Option<StandIn> {
        if self.is_empty() {
            return None;
        }
        let exact = || self.find(Of::Signature, &signed(name, email));
        let alike = || {
            let (name, local) = (full_name(name)?, local_part(email)?);
            self.find(Of::NameAndLocalPart, &format!("{name} {local}"))
        };
        self.address(email).or_else(exact).or_else(alike)
    }

    fn text<'a>(&self, text: &'a str) -> std::borrow::Cow<'a, str> {
        self.text_without(text)
    }
}

fn signed(name: &str, email: &str) -> String {
    let email = EmailAddress(email.to_owned()).key();
    format!("{} <{email}>", name.trim().to_lowercase())
}

impl Whom {
    fn kept(&self, key: &Key) -> Kept {
        let mut digests = BTreeSet::new();
        let mut add = |of: Of, text: &str| {
            digests.insert(of.digest(key, text));
        };
        for login in &self.logins {
            let login = Login(login.clone()).key();
            add(Of::Login, &login);
            if let Some(site) = &self.site {
                add(Of::Noreply, &format!("{} {login}", site.to_lowercase()));
            }
        }
        for number in &self.numbers {
            add(Of::Number, &number.to_string());
            if let Some(site) = &self.site {
                add(Of::Noreply, &format!("{} {number}", site.to_lowercase()));
            }
        }
        for node in &self.nodes {
            add(Of::Node, node);
        }
        for email in &self.addresses {
            let key = EmailAddress(email.clone()).key();
            // Under `root@localhost` several people write: it is theirs with their name alone.
            if is_personal(&key) || noreply(&key).is_some() {
                add(Of::Address, &key);
            }
            for name in &self.names {
                add(Of::Signature, &signed(name, &key));
                if let (Some(name), Some(local)) = (full_name(name), local_part(&key)) {
                    add(Of::NameAndLocalPart, &format!("{name} {local}"));
                }
            }
        }
        for said in &self.said {
            let words = text::words(said);
            if let Some(first) = words.first() {
                add(Of::FirstWord, first);
                add(Of::Words, &words.join(" "));
            }
        }
        Kept {
            is_numbered: !self.numbers.is_empty(),
            digests,
        }
    }
}

impl Store {
    /// Whom this store has forgotten.
    #[must_use]
    pub fn forgotten(&self) -> std::sync::Arc<Forgotten> {
        std::sync::Arc::clone(
            &self
                .forgotten
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner),
        )
    }

    /// Reads the list. One that is damaged, or has lost its key, is an error: whom it names nobody could keep out any more.
    pub(super) fn read_forgotten(&self) -> Result<Forgotten, Error> {
        let Some(bytes) = self.folder.read(FORGOTTEN_FILE)? else {
            return Ok(Forgotten::of(None, List::default()));
        };
        let damaged = |reason: &str| Error::Damaged {
            path: self.root.join(FORGOTTEN_FILE),
            reason: reason.to_owned(),
        };
        let text = String::from_utf8_lossy(&bytes);
        let list: Option<List> = (check(&text) == Seal::Sound)
            .then(|| serde_json::from_str(&text).ok())
            .flatten();
        let list = list.ok_or_else(|| damaged("whom the store has forgotten cannot be read"))?;
        let key = self.key()?;
        if key.is_none() && !list.people.is_empty() {
            return Err(damaged("the key is gone under which it was written"));
        }
        Ok(Forgotten::of(key, list))
    }

    /// Goes by a list from now on.
    pub(super) fn know_forgotten(&self, forgotten: Forgotten) {
        *self
            .forgotten
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner) = std::sync::Arc::new(forgotten);
    }

    /// Keeps a list: from then on whom it knows stays out.
    pub(super) fn keep_forgotten(&self, forgotten: Forgotten) -> Result<(), Error> {
        self.writable()?;
        let text = String::from_utf8_lossy(&to_json(&forgotten.list)).into_owned();
        self.folder
            .replace(FORGOTTEN_FILE, seal(&text).as_bytes())?;
        self.know_forgotten(forgotten);
        Ok(())
    }

    /// The list with one more person, kept nowhere yet: what would be erased can be told from it.
    pub fn would_forget(&self, whom: &Whom) -> Result<Forgotten, Error> {
        let key = match self.key()? {
            Some(key) => key,
            None => Key::random().map_err(super::io(&self.folder, super::KEY_FILE, "made"))?,
        };
        Ok(self.forgotten().with(key, whom))
    }

    /// Forgets somebody: says so first, then erases what is here of them.
    pub fn forget(&self, whom: &Whom) -> Result<Erased, Error> {
        let forgotten = self.forgotten().with(self.make_key()?, whom);
        self.keep_forgotten(forgotten)?;
        self.finish_forgetting()
    }

    /// Erases whatever is here of forgotten people, and says that it is done. May be cut short and called again.
    pub fn finish_forgetting(&self) -> Result<Erased, Error> {
        let forgotten = self.forgotten();
        let erased = self.erase(&forgotten)?;
        if forgotten.is_unfinished() {
            let list = List {
                is_unfinished: false,
                ..forgotten.list.clone()
            };
            self.keep_forgotten(Forgotten::of(forgotten.key.clone(), list))?;
        }
        Ok(erased)
    }
}

#[cfg(test)]
mod tests;
