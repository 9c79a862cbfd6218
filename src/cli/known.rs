//! Whom a text of GitHub's could name.

use std::collections::BTreeSet;

use super::workspace::Workspace;
use crate::report::KnownPerson;
use crate::tables::Tables;

/// People as a text could name them: humans of the store, members, and whoever else the registers, CODEOWNERS and environments
/// speak of.
pub fn known_people(tables: &Tables, workspace: &Workspace) -> Vec<KnownPerson> {
    let mut known: Vec<KnownPerson> = tables
        .people
        .iter()
        .filter(|person| person.can_be_named())
        .map(|person| {
            let mut names = person.names.clone();
            if !names.contains(&person.display_name) {
                names.push(person.display_name.clone());
            }
            KnownPerson {
                logins: person.logins.iter().map(|login| login.0.clone()).collect(),
                names,
                emails: person.emails.iter().map(|email| email.0.clone()).collect(),
                registered: None,
            }
        })
        .collect();
    for member in &workspace.register.members {
        let (emails, mut logins): (Vec<String>, Vec<String>) = member
            .aliases
            .iter()
            .cloned()
            .partition(|alias| alias.contains('@'));
        logins.push(member.login.clone());
        known.push(KnownPerson {
            logins,
            names: Vec::new(),
            emails,
            registered: member.name.clone(),
        });
    }
    // `@login` or an address; `@organisation/team` is nobody.
    let automation = tables.people.iter().filter(|person| !person.is_human());
    let automation: BTreeSet<&str> = automation
        .flat_map(|person| &person.logins)
        .map(|login| login.0.as_str())
        .collect();
    let declared = tables.codeowners.iter().flat_map(|line| &line.owners);
    let approving = tables.facts.environments.iter();
    let declared: BTreeSet<&String> = declared
        .chain(approving.flat_map(|environment| &environment.reviewers))
        .filter(|owner| !owner.contains('/'))
        .collect();
    for owner in declared {
        let (logins, emails) = match owner.strip_prefix('@') {
            Some(login) if automation.contains(login) => continue,
            Some(login) => (vec![login.to_owned()], Vec::new()),
            None => (Vec::new(), vec![owner.clone()]),
        };
        known.push(KnownPerson {
            logins,
            emails,
            ..KnownPerson::default()
        });
    }
    let named = workspace.register.logins().map(|(_, login)| login);
    known.push(KnownPerson {
        logins: named
            .chain(workspace.private_register.logins())
            .map(str::to_owned)
            .collect(),
        ..KnownPerson::default()
    });
    known
}
