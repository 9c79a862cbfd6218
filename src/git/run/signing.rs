//! Who signed, as it is kept: of somebody whom the store has forgotten a stand-in alone.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use crate::domain::{Account, Agents, Forgetting, History, Signature, StandIn};
use crate::git::MineOptions;
use crate::git::objects::decode::quoted;

/// What a signature becomes before it is numbered.
pub(super) struct Signing<'a> {
    mailmap: &'a gix::mailmap::Snapshot,
    agents: &'a Agents,
    forgotten: Option<Arc<dyn Forgetting>>,
    /// Whose the signatures are that were looked up.
    looked_up: Mutex<HashMap<(String, String), Option<StandIn>>>,
}

impl<'a> Signing<'a> {
    pub(super) fn new(mailmap: &'a gix::mailmap::Snapshot, options: &'a MineOptions) -> Self {
        Self {
            mailmap,
            agents: &options.agents,
            forgotten: options.forgotten.clone(),
            looked_up: Mutex::default(),
        }
    }

    /// A signature after `.mailmap`. A map must not make a tool's work somebody's own.
    pub(super) fn mapped(&self, name: &str, email: &str) -> Signature {
        if self.agents.class_of_signature(name, email) != Account::Human {
            return Signature {
                name: name.to_owned(),
                email: email.to_owned(),
            };
        }
        let resolved = self.mailmap.resolve_cow(gix::actor::SignatureRef {
            name: name.into(),
            email: email.into(),
            time: "",
        });
        let text = |bytes: &[u8]| quoted(bytes).into_owned();
        Signature {
            name: text(&resolved.name),
            email: text(&resolved.email),
        }
    }

    /// The stand-in of whoever signed, under what was written or under what `.mailmap` makes of it.
    fn stand_in(&self, name: &str, email: &str) -> Option<StandIn> {
        let forgotten = self.forgotten.as_ref()?;
        forgotten.signature(name, email).or_else(|| {
            let mapped = self.mapped(name, email);
            forgotten.signature(&mapped.name, &mapped.email)
        })
    }

    /// A signature as it is kept from run to run: before `.mailmap`.
    pub(super) fn kept(&self, person: (String, String)) -> (String, String) {
        if self.forgotten.is_none() {
            return person;
        }
        let mut looked_up = self
            .looked_up
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        let known = looked_up.get(&person).copied();
        let stand_in = known.unwrap_or_else(|| {
            let found = self.stand_in(&person.0, &person.1);
            looked_up.insert(person.clone(), found);
            found
        });
        let kept = stand_in.map(StandIn::signature);
        kept.map_or(person, |kept| (kept.name, kept.email))
    }

    /// Signatures of an earlier run as they are kept now: a new line of `.mailmap` may say that an old one is theirs.
    pub(super) fn sign_anew(&self, signatures: &mut [(String, String)]) {
        for signature in signatures {
            *signature = self.kept(std::mem::take(signature));
        }
    }

    /// Takes the names out of tags and of the owners in CODEOWNERS.
    pub(super) fn name_nobody(&self, history: &mut History) {
        for tag in &mut history.tags {
            tag.name = self.text(std::mem::take(&mut tag.name));
        }
        for line in &mut history.codeowners {
            let owners = std::mem::take(&mut line.owners).into_iter();
            line.owners = owners.map(|owner| self.owner(owner)).collect();
        }
    }

    /// What somebody wrote, as it is kept.
    pub(super) fn text(&self, text: String) -> String {
        match &self.forgotten {
            Some(forgotten) => forgotten.text(&text).into_owned(),
            None => text,
        }
    }

    /// An owner of CODEOWNERS: `@login` or an address.
    fn owner(&self, owner: String) -> String {
        let Some(forgotten) = &self.forgotten else {
            return owner;
        };
        let found = match owner.strip_prefix('@') {
            Some(login) => forgotten.login(login),
            None => forgotten.signature("", &owner),
        };
        found.map_or(owner, |stand_in| format!("@{}", stand_in.login()))
    }
}
