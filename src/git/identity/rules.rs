//! What names and addresses say about who somebody is.

/// A GitHub noreply address: its numeric id, where it has one, and its login.
pub(super) fn noreply(email: &str) -> Option<(Option<u64>, String)> {
    let lower = email.trim().to_lowercase();
    let local = lower.strip_suffix("@users.noreply.github.com")?;
    match local.split_once('+') {
        Some((id, login)) => Some((Some(id.parse().ok()?), login.to_owned())),
        None => Some((None, local.to_owned())),
    }
}

/// Whether an address belongs to one person: not empty, not a placeholder, not a machine's or a service's.
pub(super) fn is_personal(email: &str) -> bool {
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
    let is_shared = [
        "", "noreply", "no-reply", "root", "nobody", "none", "unknown",
    ]
    .contains(&local);
    !is_placeholder_domain && !is_shared && domain != "users.noreply.github.com"
}

/// The full name in a comparable form; `None` for a single word, which says too little.
pub(super) fn full_name(name: &str) -> Option<String> {
    let words: Vec<String> = name.split_whitespace().map(str::to_lowercase).collect();
    (words.len() >= 2 && words.iter().map(String::len).sum::<usize>() >= 6).then(|| words.join(" "))
}

/// The local part of a personal address, where it is distinctive.
pub(super) fn local_part(email: &str) -> Option<String> {
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
    if let Some((_, login)) = noreply(&lower) {
        return Some(login);
    }
    let local = lower.rsplit_once('@')?.0.split('+').next()?.to_owned();
    (local.len() >= 3 && !COMMON.contains(&local.as_str()) && is_personal(email)).then_some(local)
}
