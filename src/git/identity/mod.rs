//! Which accounts and signatures are one person: a merge graph in which every edge has a reason.
//!
//! Pure. Strong evidence merges transitively. Weak evidence (the same full name under unrelated addresses) merges last, and only
//! where it cannot chain: everybody in such a group bears that very name, nobody in it is in a second group, and at most one has
//! a GitHub account. The rest are suspects: who they are is for a human to say, in `.mailmap` or in the register.

mod evidence;
mod graph;
mod names;
mod people;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::domain::{AccountSeen, Agents, Person, PersonId, Signature};
use graph::Graph;

/// Everything that identity is resolved from.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// GitHub accounts as streams showed them; the same one may occur several times.
    pub accounts: &'a [AccountSeen],
    /// Signatures after `.mailmap`; the same one may occur several times.
    pub signatures: &'a [Signature],
    /// By index of `signatures`: how many commits they are the author of, and when the newest was committed, in seconds since
    /// 1970. May be shorter: none, then.
    pub commits: &'a [(u64, i64)],
    /// The host whose accounts these are, such as `github.com`; `None` where it is not known.
    pub site: Option<&'a str>,
    /// Address and index into `accounts`: GitHub says that commits with the address are the account's.
    pub links: &'a [(String, usize)],
    /// Login of a member, and a further login or address of the same person: from the register.
    pub aliases: &'a [(String, String)],
    /// Further logins that are automation.
    pub bots: &'a [String],
    /// Further logins that are AI reviewers.
    pub ai_reviewers: &'a [String],
    /// The signatures and logins that are tools'.
    pub agents: &'a Agents,
    /// Whether the same full name may merge; else it only makes suspects.
    pub merge_same_names: bool,
}

/// An account or a signature, as text: `@login` or `name <address>`.
pub type Node = String;

/// Why two nodes are one person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// One account seen twice: the same node id, numeric id or login.
    SameAccount,
    /// The same name and address.
    SameSignature,
    /// The same personal address.
    SameAddress,
    /// A GitHub noreply address carries the account's id or login.
    NoreplyAddress,
    /// GitHub links commits with the address to the account.
    LinkedByGitHub,
    /// The register says so.
    Register,
    /// The same full name and the same distinctive local part of the address.
    SameNameAndLocalPart,
    /// The same full name only: weak.
    SameName,
}

impl Reason {
    /// In words.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::SameAccount => "same account",
            Self::SameSignature => "same name and address",
            Self::SameAddress => "same address",
            Self::NoreplyAddress => "GitHub noreply address",
            Self::LinkedByGitHub => "linked by GitHub",
            Self::Register => "register",
            Self::SameNameAndLocalPart => "same full name and local part",
            Self::SameName => "same full name",
        }
    }

    /// Whether it merges transitively.
    #[must_use]
    pub const fn is_strong(self) -> bool {
        !matches!(self, Self::SameName)
    }
}

/// An edge of the merge graph.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Edge {
    /// One end; the smaller text.
    pub a: Node,
    /// The other end.
    pub b: Node,
    /// Why.
    pub reason: Reason,
}

/// Evidence that contradicts itself: nothing was merged on it, or only on its stronger half (an id against a login).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Conflict {
    /// What is claimed.
    pub subject: Node,
    /// By whom.
    pub claimed_by: Vec<Node>,
}

/// Who is who.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Identity {
    /// People; `people[id.0].id == id`.
    pub people: Vec<Person>,
    /// By account index.
    pub person_of_account: Vec<PersonId>,
    /// By signature index.
    pub person_of_signature: Vec<PersonId>,
    /// Edges that merged, sorted.
    pub edges: Vec<Edge>,
    /// Weak edges between different people, sorted: not merged.
    pub suspects: Vec<Edge>,
    /// Contradictions, sorted: not merged.
    pub conflicts: Vec<Conflict>,
    /// What looks like a machine's and counts as a person's, sorted.
    #[serde(default)]
    pub machine_like: Vec<Node>,
}

/// Resolves identity. The order of the evidence does not matter, and adding what it found changes nothing.
#[must_use]
pub fn resolve(evidence: &Evidence<'_>) -> Identity {
    let mut graph = Graph::new(evidence);
    graph.forgotten();
    graph.same_accounts();
    graph.same_signatures();
    graph.noreply();
    graph.linked();
    graph.register();
    graph.same_name_and_local_part();
    if evidence.merge_same_names {
        graph.same_names();
    }
    graph.finish()
}

/// A `.mailmap` that says what was merged: every further address of a person, mapped to the first.
///
/// Lines that would break the format (a line break or an angle bracket in a name or an address) are left out.
#[must_use]
pub fn export_mailmap(identity: &Identity) -> String {
    // Nothing that would end a name, hide in it, or be a command where the lines are printed into a log.
    let is_hidden = |letter: char| {
        letter.is_control()
            || matches!(letter, '\u{200e}' | '\u{200f}' | '\u{061c}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}' | '\u{feff}')
    };
    let is_plain = |text: &str| {
        !text.contains(['<', '>', '#'])
            && !text.contains(is_hidden)
            && !text.trim().starts_with("::")
    };
    let mut lines = BTreeSet::new();
    for person in &identity.people {
        let mut emails = person.emails.iter().filter(|email| is_plain(&email.0));
        let Some(proper) = emails.next() else {
            continue;
        };
        // Without a name a line maps the address alone, and every commit keeps the name that it bears.
        let name = match person.display_name.trim() {
            name if !name.is_empty() && is_plain(name) => format!("{name} "),
            _ => String::new(),
        };
        lines.extend(emails.map(|email| format!("{name}<{}> <{}>\n", proper.0, email.0)));
    }
    lines.into_iter().collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::domain::{Account, Login};

    fn account(login: &str, id: Option<u64>, name: Option<&str>) -> AccountSeen {
        AccountSeen {
            login: Login(login.into()),
            node: id.map(|id| format!("U_{id}")),
            database_id: id,
            name: name.map(str::to_owned),
            is_bot: false,
        }
    }

    fn signature(text: &str) -> Signature {
        let (name, email) = text.split_once(" <").unwrap();
        Signature {
            name: name.into(),
            email: email.trim_end_matches('>').into(),
        }
    }

    fn evidence<'a>(
        accounts: &'a [AccountSeen],
        signatures: &'a [Signature],
        links: &'a [(String, usize)],
    ) -> Evidence<'a> {
        Evidence {
            accounts,
            signatures,
            commits: &[],
            site: None,
            links,
            aliases: &[],
            bots: &[],
            ai_reviewers: &[],
            agents: Agents::known(),
            merge_same_names: true,
        }
    }

    /// Groups of signatures that are one person, as sorted lists of indices.
    fn groups(identity: &Identity) -> Vec<Vec<usize>> {
        let mut groups: BTreeMap<PersonId, Vec<usize>> = BTreeMap::new();
        for (at, person) in identity.person_of_signature.iter().enumerate() {
            groups.entry(*person).or_default().push(at);
        }
        let mut groups: Vec<_> = groups.into_values().collect();
        groups.sort();
        groups
    }

    #[test]
    fn evidence_merges_by_its_strength() {
        let check = |texts: &[&str], expected: &[&[usize]]| {
            let signatures: Vec<_> = texts.iter().map(|text| signature(text)).collect();
            assert_eq!(
                groups(&resolve(&evidence(&[], &signatures, &[]))),
                expected,
                "{texts:?}"
            );
        };
        check(&["Ada L <ada@acme.io>", "ada <ADA@acme.io>"], &[&[0, 1]]);
        check(
            &[
                "Ada Lovelace <ada@acme.io>",
                "Ada Lovelace <countess@home.uk>",
            ],
            &[&[0, 1]],
        );
        check(
            &["Ada Lovelace <ada@acme.io>", "Ada Lovelace <ada@home.uk>"],
            &[&[0, 1]],
        );
        check(
            &["Ada Lovelace <ada@acme.io>", "Ada <countess@home.uk>"],
            &[&[0], &[1]],
        );
        check(&["Ada <ada@acme.io>", "Ada <ada@home.uk>"], &[&[0], &[1]]);
        check(
            &["Ada <root@localhost>", "Bob <root@localhost>"],
            &[&[0], &[1]],
        );
        check(&["Ada < >", "Bob <>"], &[&[0], &[1]]);
        check(
            &[
                "A <1+ada@users.noreply.github.com>",
                "B <1+countess@users.noreply.github.com>",
            ],
            &[&[0, 1]],
        );
        check(
            &[
                "A <1+ada@users.noreply.github.com>",
                "B <2+ada@users.noreply.github.com>",
            ],
            &[&[0], &[1]],
        );
    }

    #[test]
    fn weak_edges_never_merge_transitively() {
        // The middle one bears both names: on each name alone, three people would become one.
        let texts = [
            "Ann Other <ann@a.io>",
            "Ann Other <other@b.io>",
            "Bo Berg <other@b.io>",
            "Bo Berg <bo@c.io>",
        ];
        let signatures: Vec<_> = texts.iter().map(|text| signature(text)).collect();
        let identity = resolve(&evidence(&[], &signatures, &[]));
        assert_eq!(groups(&identity), [vec![0], vec![1, 2], vec![3]]);
        assert_eq!(identity.suspects.len(), 2);
        assert!(
            identity
                .suspects
                .iter()
                .all(|edge| !edge.reason.is_strong())
        );
    }

    #[test]
    fn a_name_does_not_overrule_two_accounts_and_can_be_told_not_to_merge() {
        let accounts = [
            account("wei-a", Some(1), Some("Wei Zhang")),
            account("wei-b", Some(2), Some("Wei Zhang")),
        ];
        let signatures = [signature("Wei Zhang <w@x.io>")];
        let identity = resolve(&evidence(&accounts, &signatures, &[]));
        assert_eq!((identity.people.len(), identity.suspects.len()), (3, 2));
        let cautious = Evidence {
            merge_same_names: false,
            ..evidence(&accounts[..1], &signatures, &[])
        };
        assert_eq!(resolve(&cautious).people.len(), 2);
        assert_eq!(
            resolve(&Evidence {
                merge_same_names: true,
                ..cautious
            })
            .people
            .len(),
            1
        );
    }

    #[test]
    fn a_noreply_address_finds_its_account_by_id_before_login() {
        let accounts = [
            account("new-name", Some(7), Some("Ada Lovelace")),
            account("old-name", Some(8), None),
        ];
        let signatures = [
            signature("Ada <7+old-name@users.noreply.github.com>"),
            signature("x <old-name@users.noreply.github.com>"),
        ];
        let identity = resolve(&evidence(&accounts, &signatures, &[]));
        assert_eq!(
            identity.person_of_signature[0],
            identity.person_of_account[0]
        );
        assert_eq!(
            identity.person_of_signature[1],
            identity.person_of_account[1]
        );
        assert_ne!(identity.person_of_account[0], identity.person_of_account[1]);
    }

    #[test]
    fn a_noreply_address_gives_its_login_where_github_was_not_asked() {
        let check = |texts: &[&str], expected: &[&[&str]]| {
            let signatures: Vec<_> = texts.iter().map(|text| signature(text)).collect();
            let identity = resolve(&evidence(&[], &signatures, &[]));
            let logins: Vec<Vec<&str>> = identity
                .people
                .iter()
                .map(|person| person.logins.iter().map(|login| login.0.as_str()).collect())
                .collect();
            assert_eq!(logins, expected, "{texts:?}");
        };
        check(
            &[
                "Ada L <ada@acme.io>",
                "Ada L <7+Ada@users.noreply.github.com>",
                "Ada L <ada@acme.io>",
            ],
            &[&["ada"], &[]],
        );
        check(
            &[
                "A <ada@users.noreply.github.com>",
                "B <7+ada@users.noreply.github.com>",
            ],
            &[&["ada"]],
        );
        // Two accounts had the login, one after the other: whose the old form is, nobody knows.
        check(
            &[
                "A <ada@users.noreply.github.com>",
                "B <7+ada@users.noreply.github.com>",
                "C <8+ada@users.noreply.github.com>",
            ],
            &[&["ada"], &["ada"], &["ada"]],
        );
        check(
            &["B <bot@users.noreply.github.com>", "C <c@c.io>"],
            &[&["bot"], &[]],
        );
    }

    #[test]
    fn a_login_that_somebody_else_has_now_is_a_conflict() {
        let accounts = [
            account("ada", Some(8), None),
            account("countess", Some(7), None),
        ];
        let signatures = [signature("Ada <7+ada@users.noreply.github.com>")];
        let identity = resolve(&evidence(&accounts, &signatures, &[]));
        assert_eq!(
            identity.person_of_signature[0],
            identity.person_of_account[1]
        );
        assert_eq!(
            identity.conflicts,
            [Conflict {
                subject: "7+ada@users.noreply.github.com".into(),
                claimed_by: vec!["@ada".into(), "@countess".into()],
            }]
        );
    }

    #[test]
    fn an_address_that_github_links_to_two_accounts_merges_neither() {
        let accounts = [account("ada", Some(1), None), account("bob", Some(2), None)];
        let signatures = [signature("Pair <pair@acme.io>")];
        let links = [
            ("pair@acme.io".to_owned(), 0),
            ("PAIR@acme.io".to_owned(), 1),
        ];
        let identity = resolve(&evidence(&accounts, &signatures, &links));
        assert_eq!(identity.people.len(), 3);
        assert_eq!(identity.conflicts.len(), 1);
        let one = resolve(&evidence(&accounts, &signatures, &links[..1]));
        assert_eq!(one.person_of_signature[0], one.person_of_account[0]);
    }

    #[test]
    fn no_name_makes_two_accounts_or_two_members_one() {
        let people = |texts: &[&str], site, aliases: &[(&str, &str)]| {
            let signatures: Vec<_> = texts.iter().map(|text| signature(text)).collect();
            let aliases: Vec<_> = aliases
                .iter()
                .map(|(login, alias)| ((*login).to_owned(), (*alias).to_owned()))
                .collect();
            let identity = resolve(&Evidence {
                aliases: &aliases,
                site,
                ..evidence(&[], &signatures, &[])
            });
            (identity.people.len(), identity.suspects.len())
        };
        // Two numbers of one server are two accounts, whether GitHub was asked or not; of two servers they may be one person's.
        let numbered = [
            "Jan Novak <111+jan1@users.noreply.github.com>",
            "Jan Novak <222+jan2@users.noreply.github.com>",
        ];
        assert_eq!(people(&numbered, None, &[]), (2, 1));
        let elsewhere = [
            numbered[0],
            "Jan Novak <222+jan2@users.noreply.ghe.example>",
        ];
        assert_eq!(people(&elsewhere, None, &[]).0, 1);
        // Two members who bear one name are two, though one has written from an address like the other's.
        let members = [
            "Jan Novak <jan.novak@acme.io>",
            "Jan Novak <jan.novak@home.cz>",
        ];
        let own = [("jan1", "jan.novak@acme.io"), ("jan2", "jan.novak@home.cz")];
        assert_eq!(people(&members, None, &[]).0, 1);
        assert_eq!(people(&members, None, &own), (2, 1));
        assert_eq!(people(&members, None, &own[..1]).0, 1);
        assert_eq!(people(&[members[0], numbered[1]], None, &own[..1]), (2, 1));
        // A member's own noreply address is the login's, and so is what the register adds to it.
        assert_eq!(people(&[members[0], numbered[0]], None, &own[..1]).0, 1);
        let renamed = [
            "J <jan.novak@acme.io>",
            "K <111+jan1@users.noreply.github.com>",
        ];
        assert_eq!(people(&renamed, Some("github.com"), &own[..1]).0, 1);
    }

    #[test]
    fn the_register_merges_and_a_contradicting_one_does_not() {
        let accounts = [account("ada", Some(1), None), account("bob", Some(2), None)];
        let signatures = [signature("A <a@old.io>")];
        let alias = |login: &str| (login.to_owned(), "a@old.io".to_owned());
        let (one, two) = ([alias("ada")], [alias("ada"), alias("bob")]);
        let resolved = |aliases| {
            resolve(&Evidence {
                aliases,
                ..evidence(&accounts, &signatures, &[])
            })
        };
        assert_eq!(resolved(&one).people.len(), 2);
        assert_eq!(resolved(&two).people.len(), 3);
        assert_eq!(resolved(&two).conflicts.len(), 1);
    }

    #[test]
    fn the_name_shown_is_the_one_on_most_commits_and_of_two_as_frequent_the_newer() {
        let texts = [
            "Ada Byron <ada@acme.io>",
            "Ada Lovelace <ada@acme.io>",
            "Ada Lovelace and Bob B <ada@acme.io>",
        ];
        let signatures: Vec<_> = texts.iter().map(|text| signature(text)).collect();
        let shown = |commits: &[(u64, i64)], accounts: &[AccountSeen]| {
            let links = [("ada@acme.io".to_owned(), 0)];
            let identity = resolve(&Evidence {
                commits,
                ..evidence(accounts, &signatures, &links[..accounts.len()])
            });
            assert_eq!(identity.people.len(), 1);
            identity.people[0].display_name.clone()
        };
        assert_eq!(shown(&[(9, 0), (10, 0), (1, 99)], &[]), "Ada Lovelace");
        assert_eq!(shown(&[(10, 5), (10, 6), (0, 99)], &[]), "Ada Lovelace");
        assert_eq!(shown(&[(10, 7), (10, 6), (0, 99)], &[]), "Ada Byron");
        // A profile's name speaks for who has signed nothing.
        let profile = [account("ada", Some(1), Some("countess"))];
        assert_eq!(shown(&[(1, 0), (2, 0), (0, 0)], &profile), "Ada Lovelace");
        assert_eq!(shown(&[], &profile), "countess");
    }

    #[test]
    fn what_github_says_of_an_address_holds_whatever_the_address_looks_like() {
        let accounts = [account("ada", Some(1), None)];
        for email in [
            "ada@example.com",
            "ada@laptop",
            "build@acme.io",
            "ada@x.invalid",
        ] {
            let texts = [format!("Ada <{email}>"), format!("ada lovelace <{email}>")];
            let signatures: Vec<_> = texts.iter().map(|text| signature(text)).collect();
            let links = [(email.to_owned(), 0)];
            let identity = resolve(&evidence(&accounts, &signatures, &links));
            assert_eq!(identity.people.len(), 1, "{email}");
            // Without its word such an address makes nobody one.
            let identity = resolve(&evidence(&accounts, &signatures, &[]));
            assert_eq!(identity.people.len(), 3, "{email}");
        }
    }

    #[test]
    fn an_enterprise_servers_noreply_address_is_its_own_accounts_and_no_other_servers() {
        let accounts = [account("ada", Some(7), None)];
        let signatures = [
            signature("A <7+ada@users.noreply.ghes.acme.example>"),
            signature("B <ada@users.noreply.ghes.acme.example>"),
            signature("C <7+ada@users.noreply.github.com>"),
        ];
        let resolved = |site| {
            let identity = resolve(&Evidence {
                site,
                ..evidence(&accounts, &signatures, &[])
            });
            let own = identity.person_of_account[0];
            let is_own = |person: &PersonId| *person == own;
            let of: Vec<bool> = identity.person_of_signature.iter().map(is_own).collect();
            of
        };
        assert_eq!(resolved(Some("ghes.acme.example")), [true, true, false]);
        assert_eq!(resolved(Some("github.com")), [false, false, true]);
    }

    #[test]
    fn who_has_no_account_is_unknown_where_others_have_one_and_known_where_nobody_has() {
        let signatures = [
            signature("Ada <ada@acme.io>"),
            signature("x <other@home.uk>"),
        ];
        let known = |accounts: &[AccountSeen], links: &[(String, usize)]| {
            let identity = resolve(&evidence(accounts, &signatures, links));
            let is_known = |person: &PersonId| identity.people[person.0 as usize].is_known;
            let of: Vec<bool> = identity.person_of_signature.iter().map(is_known).collect();
            of
        };
        assert_eq!(known(&[], &[]), [true, true]);
        let accounts = [account("ada", Some(1), None)];
        let links = [("ada@acme.io".to_owned(), 0)];
        assert_eq!(known(&accounts, &links), [true, false]);
        // A bot's account says nothing of people.
        assert_eq!(
            known(&[account("dependabot[bot]", Some(2), None)], &[]),
            [true, true]
        );
    }

    #[test]
    fn a_member_whose_address_the_register_knows_has_the_login_without_github() {
        let signatures = [signature("A <ada@acme.io>"), signature("B <b@acme.io>")];
        let aliases = [("ada".to_owned(), "ada@acme.io".to_owned())];
        let identity = resolve(&Evidence {
            aliases: &aliases,
            ..evidence(&[], &signatures, &[])
        });
        let logins: Vec<_> = identity
            .people
            .iter()
            .map(|person| person.logins.len())
            .collect();
        assert_eq!(logins, [1, 0]);
        assert_eq!(identity.people[0].logins[0].0, "ada");
    }

    #[test]
    fn the_order_of_the_evidence_does_not_matter() {
        let texts = [
            "Ada Lovelace <ada@acme.io>",
            "Ada Lovelace <ada@home.uk>",
            "ada <1+ada@users.noreply.github.com>",
            "Bob B <bob@acme.io>",
            "dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>",
        ];
        let signatures: Vec<_> = texts.iter().map(|text| signature(text)).collect();
        let accounts = [
            account("ada", Some(1), Some("Ada")),
            account("bob", Some(2), None),
        ];
        let links = [("ada@acme.io".to_owned(), 0)];
        let forward = resolve(&evidence(&accounts, &signatures, &links));
        let reversed_signatures: Vec<_> = signatures.iter().rev().cloned().collect();
        let reversed_accounts: Vec<_> = accounts.iter().rev().cloned().collect();
        let backward = resolve(&evidence(
            &reversed_accounts,
            &reversed_signatures,
            &[("ada@acme.io".to_owned(), 1)],
        ));
        assert_eq!(forward.people, backward.people);
        assert_eq!(forward.suspects, backward.suspects);
        let classes: Vec<_> = forward.people.iter().map(|person| person.account).collect();
        assert_eq!(
            classes
                .iter()
                .filter(|class| **class == Account::Automation)
                .count(),
            1
        );
    }

    #[test]
    fn a_tools_signature_is_never_made_a_persons() {
        let accounts = [account("ada", Some(1), None)];
        let signatures = [
            signature("Ada Lovelace <ada@acme.io>"),
            signature("Claude Opus 4.5 <ada@acme.io>"),
            signature("Ada L <ada@acme.io>"),
            signature("Copilot <copilot@github.com>"),
            signature("Claude Opus 4.5 <1+ada@users.noreply.github.com>"),
            signature("Ada <1+ada@users.noreply.github.com>"),
        ];
        // GitHub links the tool's address to whoever claimed it, and the register says that it is hers.
        let links = [
            ("copilot@github.com".to_owned(), 0),
            ("ada@acme.io".to_owned(), 0),
        ];
        let aliases = [("ada".to_owned(), "copilot@github.com".to_owned())];
        let identity = resolve(&Evidence {
            aliases: &aliases,
            ..evidence(&accounts, &signatures, &links)
        });
        let ada = identity.person_of_account[0];
        let is_ada = |person: &PersonId| *person == ada;
        let of: Vec<bool> = identity.person_of_signature.iter().map(is_ada).collect();
        assert_eq!(of, [true, false, true, false, false, true]);
        let class =
            |at: usize| identity.people[identity.person_of_signature[at].0 as usize].account;
        assert_eq!(class(0), Account::Human);
        for tool in [1, 3, 4] {
            assert_eq!(class(tool), Account::AiReviewer, "{tool}");
        }
        // Who claims it is told.
        assert_eq!(identity.conflicts.len(), 1);
        assert_eq!(identity.conflicts[0].subject, "copilot@github.com");
    }

    #[test]
    fn a_declared_agent_is_one_and_what_looks_like_one_is_told() {
        let signatures = [
            signature("House Agent <agent@acme.io>"),
            signature("Ada Lovelace <ada@acme.io>"),
        ];
        let plain = resolve(&evidence(&[], &signatures, &[]));
        assert_eq!(plain.machine_like, ["House Agent <agent@acme.io>"]);
        let declared = crate::domain::DeclaredAgent {
            name: "house".into(),
            addresses: vec!["agent@acme.io".into()],
            ..crate::domain::DeclaredAgent::default()
        };
        let agents = Agents::known().and(&[declared]);
        let identity = resolve(&Evidence {
            agents: &agents,
            ..evidence(&[], &signatures, &[])
        });
        let person = identity.person_of_signature[0];
        let account = identity.people[person.0 as usize].account;
        assert_eq!(
            (account, identity.machine_like.len()),
            (Account::AiReviewer, 0)
        );
    }

    #[test]
    fn resolving_twice_changes_nothing() {
        let texts = [
            "Ada L <ada@acme.io>",
            "Ada L <ada@acme.io>",
            "A L <ada@acme.io>",
        ];
        let signatures: Vec<_> = texts.iter().map(|text| signature(text)).collect();
        let once = resolve(&evidence(&[], &signatures, &[]));
        let again = resolve(&evidence(&[], &signatures[..1], &[]));
        assert_eq!((once.people.len(), again.people.len()), (1, 1));
    }

    #[test]
    fn an_exported_mailmap_maps_every_further_address() {
        let texts = [
            "Ada Lovelace <ada@acme.io>",
            "Ada Lovelace <ada@home.uk>",
            "E\nvil Name <x@y.io>",
            "E\nvil Name <x@z.io>",
            "::add-mask::Eve Name <c@y.io>",
            "::add-mask::Eve Name <c@z.io>",
            "##[error]Dan Name <d@y.io>",
            "##[error]Dan Name <d@z.io>",
        ];
        let signatures: Vec<_> = texts.iter().map(|text| signature(text)).collect();
        let map = export_mailmap(&resolve(&evidence(&[], &signatures, &[])));
        assert_eq!(
            map,
            "<c@y.io> <c@z.io>\n<d@y.io> <d@z.io>\n<x@y.io> <x@z.io>\nAda Lovelace <ada@acme.io> <ada@home.uk>\n"
        );
    }
}
