//! What names and addresses say about who somebody is: read the same wherever two signatures are held against each other.

/// A GitHub noreply address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Noreply {
    /// The server that gave it out: `github.com`, or the host of an enterprise server. Each has accounts of its own.
    pub site: String,
    /// The account's number, in the newer form.
    pub id: Option<u64>,
    /// The account's login when the address was used.
    pub login: String,
}

/// What a noreply address says: `ID+LOGIN@users.noreply.HOST`, or without the number in the older form.
#[must_use]
pub fn noreply(email: &str) -> Option<Noreply> {
    let lower = email.trim().to_lowercase();
    let (local, domain) = lower.rsplit_once('@')?;
    let site = domain.strip_prefix("users.noreply.")?;
    if !site.contains('.') || local.is_empty() {
        return None;
    }
    let (id, login) = match local.split_once('+') {
        Some((id, login)) => (Some(id.parse().ok()?), login),
        None => (None, local),
    };
    Some(Noreply {
        site: site.to_owned(),
        id,
        login: login.to_owned(),
    })
}

/// Whether an address belongs to one person: not empty, not a placeholder, not a machine's or a service's.
#[must_use]
pub fn is_personal(email: &str) -> bool {
    let lower = email.trim().to_lowercase();
    let Some((local, domain)) = lower.rsplit_once('@') else {
        return false;
    };
    let is_placeholder_domain = !domain.contains('.')
        || [
            "example.com",
            "example.org",
            "localhost.localdomain",
            "email.com",
            "domain.com",
        ]
        .contains(&domain)
        || [".local", ".localdomain", ".lan", ".(none)", ".invalid"]
            .iter()
            .any(|end| domain.ends_with(end));
    // `ubuntu@ip-10-0-0-7.ec2.internal`, `root@7c1f2d9e3b4a`: whoever is logged in there.
    let is_host = domain.starts_with("ip-")
        || [".internal", ".home", ".home.arpa"]
            .iter()
            .any(|end| domain.ends_with(end));
    let is_role = ROLES.contains(&local) || local.is_empty();
    !is_placeholder_domain && !is_host && !is_role && !domain.starts_with("users.noreply.")
}

/// Local parts of addresses that several people or machines write under: one of them is nobody's own.
const ROLES: &[&str] = &[
    "admin",
    "administrator",
    "automation",
    "azureuser",
    "bot",
    "bots",
    "build",
    "buildbot",
    "builder",
    "builds",
    "ci",
    "ci-bot",
    "circleci",
    "deploy",
    "deployer",
    "dev-team",
    "devops",
    "docker",
    "ec2-user",
    "git",
    "gitlab",
    "jenkins",
    "merge",
    "no-reply",
    "nobody",
    "none",
    "noreply",
    "pi",
    "postmaster",
    "release",
    "releases",
    "robot",
    "root",
    "runner",
    "svn",
    "teamcity",
    "travis",
    "ubuntu",
    "unknown",
    "vagrant",
    "vscode",
    "webmaster",
    "www-data",
];

/// The full name in a comparable form; `None` for a single word, which says too little.
#[must_use]
pub fn full_name(name: &str) -> Option<String> {
    let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    (words.len() >= 2 && words.iter().map(String::len).sum::<usize>() >= 6).then(|| words.join(" "))
}

/// The local part of a personal address, where it is distinctive.
#[must_use]
pub fn local_part(email: &str) -> Option<String> {
    const COMMON: &[&str] = &[
        "admin",
        "code",
        "contact",
        "dev",
        "developer",
        "email",
        "git",
        "github",
        "hello",
        "info",
        "mail",
        "me",
        "oss",
        "self",
        "spam",
        "user",
        "work",
    ];
    let lower = email.trim().to_lowercase();
    if let Some(found) = noreply(&lower) {
        return Some(found.login);
    }
    let local = lower.rsplit_once('@')?.0.split('+').next()?.to_owned();
    (local.len() >= 3 && !COMMON.contains(&local.as_str()) && is_personal(email)).then_some(local)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_noreply_address_names_server_number_and_login() {
        let check = |email: &str, expected: Option<(&str, Option<u64>, &str)>| {
            let found = noreply(email);
            let found = found
                .as_ref()
                .map(|found| (found.site.as_str(), found.id, found.login.as_str()));
            assert_eq!(found, expected, "{email}");
        };
        check(
            "7+Ada@users.noreply.github.com",
            Some(("github.com", Some(7), "ada")),
        );
        check(
            "ada@users.noreply.github.com",
            Some(("github.com", None, "ada")),
        );
        check(
            "7+ada@users.noreply.ghes.acme.example",
            Some(("ghes.acme.example", Some(7), "ada")),
        );
        check("ada@users.noreply.localhost", None);
        check("@users.noreply.github.com", None);
        check("x+ada@users.noreply.github.com", None);
        check("ada@noreply.github.com", None);
        check("ada", None);
    }

    #[test]
    fn an_address_of_a_role_or_a_machine_is_nobodys_own() {
        for own in [
            "ada@acme.io",
            "a.lovelace@acme.co.uk",
            "buildwell@acme.io",
            "ada+git@acme.io",
        ] {
            assert!(is_personal(own), "{own}");
        }
        for shared in [
            "jenkins@acme.io",
            "git@acme.io",
            "ubuntu@ip-10-0-0-7.eu-west-1.compute.internal",
            "ada@ip-10-0-0-7",
            "ec2-user@acme.io",
            "root@web1.acme.io",
            "ci@acme.io",
            "ada@laptop.local",
            "ada@laptop",
            "you@example.com",
            "1+ada@users.noreply.ghes.acme.example",
            "",
        ] {
            assert!(!is_personal(shared), "{shared}");
        }
    }
}
