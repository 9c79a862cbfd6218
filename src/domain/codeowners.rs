//! CODEOWNERS: from text to lines, and from a path to its owners. The last matching line wins, as on GitHub.

use super::governance::CodeownersLine;

/// Where GitHub looks for the file, in its order: the first that exists counts, the others do not.
pub const CODEOWNERS_PLACES: [&str; 3] = [".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"];

/// GitHub does not read a larger file, in bytes.
pub const CODEOWNERS_MAX_BYTES: usize = 3 << 20;

/// The lines of a CODEOWNERS file that name a pattern.
///
/// As GitHub does, it skips a line that it does not understand: a pattern with `!` or `[`, one that begins with `\\#`, and any owner
/// that is neither `@login` nor `@organisation/team` nor an address. The line before it decides then.
#[must_use]
pub fn parse_codeowners(file: &str, text: &str) -> Vec<CodeownersLine> {
    let mut lines = Vec::new();
    for (number, line) in (1_u64..).zip(text.lines()) {
        let mut words = words(line).into_iter();
        let Some(pattern) = words.next() else {
            continue;
        };
        let is_odd = line
            .trim_start_matches('\u{feff}')
            .trim_start()
            .starts_with("\\#");
        let owners: Vec<String> = words.collect();
        if is_odd
            || pattern.starts_with('!')
            || pattern.contains('[')
            || !owners.iter().all(|owner| is_owner(owner))
        {
            continue;
        }
        lines.push(CodeownersLine {
            file: file.to_owned(),
            line: number,
            pattern,
            owners,
        });
    }
    lines
}

/// The words of a line up to its comment. A backslash keeps a space in the pattern.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut characters = line.trim_start_matches('\u{feff}').chars();
    while let Some(character) = characters.next() {
        match character {
            '\\' => word.extend(characters.next()),
            '#' if word.is_empty() => break,
            character if character.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            character => word.push(character),
        }
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// `@login`, `@organisation/team` or an address.
fn is_owner(word: &str) -> bool {
    let is_name = |name: &str, more: &[char]| {
        let fits = |one: char| one.is_ascii_alphanumeric() || more.contains(&one);
        !name.is_empty() && name.chars().all(fits)
    };
    match word.strip_prefix('@') {
        Some(name) => match name.split_once('/') {
            Some((organisation, team)) => {
                is_name(organisation, &['-', '_']) && is_name(team, &['-', '_', '.'])
            }
            None => is_name(name, &['-', '_']),
        },
        None => word.split_once('@').is_some_and(|(user, host)| {
            !user.is_empty() && !host.is_empty() && !host.contains(['@', ','])
        }),
    }
}

/// Whether a word names a team as CODEOWNERS does: `@organisation/team`.
#[must_use]
pub fn is_owning_team(word: &str) -> bool {
    word.starts_with('@') && word.contains('/') && is_owner(word)
}

/// Lines of one CODEOWNERS file, ready to be asked for the owners of a path.
#[derive(Debug, Clone)]
pub struct Codeowners<'a> {
    /// The last line first.
    lines: Vec<(Pattern, &'a CodeownersLine)>,
}

impl<'a> Codeowners<'a> {
    /// Takes the lines of one repository, in any order.
    pub fn new(lines: impl IntoIterator<Item = &'a CodeownersLine>) -> Self {
        let mut lines: Vec<_> = lines
            .into_iter()
            .map(|line| (Pattern::new(&line.pattern), line))
            .collect();
        lines.sort_by_key(|(_, line)| std::cmp::Reverse(line.line));
        Self { lines }
    }

    /// The line that decides about a path: the last that matches. `None`: no line does, and nobody owns it.
    ///
    /// A line without owners takes a path away from the owners that an earlier line gave it.
    #[must_use]
    pub fn line_of(&self, path: &str) -> Option<&'a CodeownersLine> {
        let parts: Vec<&str> = path.split('/').collect();
        self.lines
            .iter()
            .find(|(pattern, _)| pattern.matches(&parts))
            .map(|(_, line)| *line)
    }

    /// The owners of a path; empty where nobody owns it.
    #[must_use]
    pub fn owners_of(&self, path: &str) -> &'a [String] {
        self.line_of(path).map_or(&[], |line| &line.owners)
    }
}

/// Which paths one owner has by the lines of one repository's CODEOWNERS.
#[derive(Debug, Clone, Default)]
pub struct OwnedBy {
    /// The last line first, and whether it names the owner.
    lines: Vec<(Pattern, bool)>,
}

impl OwnedBy {
    /// Takes the lines of one repository, in any order. An owner is named whatever its case, as on GitHub.
    pub fn new<'a>(lines: impl IntoIterator<Item = &'a CodeownersLine>, owner: &str) -> Self {
        let lines = Codeowners::new(lines).lines.into_iter();
        let names = |line: &CodeownersLine| {
            let mut owners = line.owners.iter();
            owners.any(|one| one.eq_ignore_ascii_case(owner))
        };
        Self {
            lines: lines
                .map(|(pattern, line)| (pattern, names(line)))
                .collect(),
        }
    }

    /// Whether any line names the owner.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.lines.iter().any(|(_, is_its)| *is_its)
    }

    /// Whether the line that decides about a path names the owner.
    #[must_use]
    pub fn has(&self, path: &str) -> bool {
        let parts: Vec<&str> = path.split('/').collect();
        let mut lines = self.lines.iter();
        lines
            .find(|(pattern, _)| pattern.matches(&parts))
            .is_some_and(|(_, is_its)| *is_its)
    }
}

/// A pattern cut at its slashes.
#[derive(Debug, Clone)]
struct Pattern {
    parts: Vec<String>,
    /// Whether it may only match what lies below it: it ended in a slash.
    is_directory: bool,
    /// Whether it matches what lies below a directory of its name: not so where it ends in a bare `*`.
    is_deep: bool,
}

impl Pattern {
    fn new(text: &str) -> Self {
        let is_directory = text.ends_with('/');
        let inner = text.trim_end_matches('/');
        // A slash at the start or inside ties the pattern to the root; without one it matches at any depth.
        let is_tied = inner.contains('/') || (inner.is_empty() && is_directory);
        let inner = inner.trim_start_matches('/');
        let mut parts: Vec<String> = inner
            .split('/')
            .filter(|part| !part.is_empty())
            .map(str::to_owned)
            .collect();
        // `docs/*` owns the files in `docs` and not those in its directories.
        let is_deep = !(is_tied && parts.last().is_some_and(|last| last == "*"));
        if parts.last().is_some_and(|last| last == "**") {
            // What lies below a directory, not the directory itself.
            parts.push("*".to_owned());
        }
        if !is_tied {
            parts.insert(0, "**".to_owned());
        }
        Self {
            parts,
            is_directory,
            is_deep,
        }
    }

    fn matches(&self, path: &[&str]) -> bool {
        // Where the pattern names a directory, everything below it matches too.
        let longest = if self.is_directory {
            path.len().saturating_sub(1)
        } else {
            path.len()
        };
        let shortest = if self.is_deep { 1 } else { longest.max(1) };
        !self.parts.is_empty()
            && (shortest..=longest)
                .any(|end| matches_parts(&self.parts, path.get(..end).unwrap_or_default()))
    }
}

/// Whether a path's parts match a pattern's, where `**` stands for any number of them.
fn matches_parts(pattern: &[String], path: &[&str]) -> bool {
    // The rows of a table instead of recursion: hostile patterns must not take exponential time.
    let mut reached = vec![false; path.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for part in pattern {
        let mut next = vec![false; path.len() + 1];
        let mut is_open = false;
        for (at, slot) in next.iter_mut().enumerate() {
            let is_reached = |at: usize| reached.get(at).copied().unwrap_or(false);
            if part == "**" {
                is_open |= is_reached(at);
                *slot = is_open;
            } else if at > 0 {
                *slot = is_reached(at - 1)
                    && path
                        .get(at - 1)
                        .is_some_and(|name| matches_name(part, name));
            }
        }
        reached = next;
    }
    reached.last().copied().unwrap_or(false)
}

/// Whether a name matches a part of a pattern, where `*` stands for any characters and `?` for one.
fn matches_name(pattern: &str, name: &str) -> bool {
    let name: Vec<char> = name.chars().collect();
    let mut reached = vec![false; name.len() + 1];
    if let Some(start) = reached.first_mut() {
        *start = true;
    }
    for wanted in pattern.chars() {
        let mut next = vec![false; name.len() + 1];
        let mut is_open = false;
        for (at, slot) in next.iter_mut().enumerate() {
            let is_reached = |at: usize| reached.get(at).copied().unwrap_or(false);
            if wanted == '*' {
                is_open |= is_reached(at);
                *slot = is_open;
            } else if at > 0 {
                *slot = is_reached(at - 1) && (wanted == '?' || name.get(at - 1) == Some(&wanted));
            }
        }
        reached = next;
    }
    reached.last().copied().unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_what_github_says_it_matches() {
        let check = |pattern: &str, path: &str, expected: bool| {
            let lines = parse_codeowners("CODEOWNERS", &format!("{pattern} @a"));
            let is_owned = !Codeowners::new(&lines).owners_of(path).is_empty();
            assert_eq!(is_owned, expected, "`{pattern}` and `{path}`");
        };
        // The examples of GitHub's documentation, and their borders.
        check("*", "a/b/c.rs", true);
        check("*.js", "deep/down/a.js", true);
        check("*.js", "a.jsx", false);
        check("/build/logs/", "build/logs/a/b.txt", true);
        check("/build/logs/", "x/build/logs/a", false);
        check("docs/*", "docs/getting-started.md", true);
        check("docs/*", "docs/build-app/troubleshooting.md", false);
        check("apps/", "x/apps/y/z.rs", true);
        check("apps/", "apps", false);
        check("/docs/", "docs/a/b.md", true);
        check("/docs/", "x/docs/a.md", false);
        check("/scripts/", "scripts/a.sh", true);
        check("**/logs", "build/logs/a.txt", true);
        check("**/logs", "deep/x/logs/b", true);
        check("/apps/github", "apps/github/a", true);
        check("/apps/github", "apps/github", true);
        check("/apps/github", "apps/githubs", false);
        check("src", "x/src/y", true);
        check("src/lib", "x/src/lib", false);
        check("a/**/b", "a/b", true);
        check("a/**/b", "a/x/y/b", true);
        check("a/**", "a/x/y", true);
        check("a/**", "a", false);
        check("**/", "x/y", true);
        check("**/", "x", false);
        check("**", "x", true);
        check("fil?.rs", "x/file.rs", true);
        check("fil?.rs", "x/fil.rs", false);
        check("a*b*c", "axxbyyc", true);
        check("Src/", "src/a", false);
        check("/", "a", false);
        check("a\\ b.rs", "a b.rs", true);
        // GitHub says that this does not work.
        check("\\#x", "#x", false);
    }

    #[test]
    fn the_last_matching_line_wins_even_without_owners() {
        let text = "\
# everybody
*           @acme/everybody
/src/       @ann   ops@example.com  # and a comment
/src/api/   @bob
/src/api/generated/
";
        let lines = parse_codeowners(".github/CODEOWNERS", text);
        let owners = Codeowners::new(&lines);
        let check = |path: &str, expected: &[&str]| {
            assert_eq!(owners.owners_of(path), expected, "{path}");
        };
        check("README.md", &["@acme/everybody"]);
        check("src/main.rs", &["@ann", "ops@example.com"]);
        check("src/api/a.rs", &["@bob"]);
        check("src/api/generated/b.rs", &[]);
        assert_eq!(
            owners.line_of("src/api/a.rs").map(|line| line.line),
            Some(4)
        );
    }

    #[test]
    fn a_path_is_whose_the_last_matching_line_names() {
        let text = "*  @acme/everybody\n/src/ @Acme/Web @ann\n/src/api/ @bob\n";
        let lines = parse_codeowners("CODEOWNERS", text);
        let web = OwnedBy::new(&lines, "@acme/web");
        assert!(web.is_named());
        assert!(web.has("src/a.rs"));
        assert!(!web.has("src/api/a.rs"), "a later line takes it away");
        assert!(!web.has("README.md"));
        assert!(!OwnedBy::new(&lines, "@acme/webs").is_named());
    }

    #[test]
    fn what_github_does_not_understand_is_left_out() {
        let text = "!a @x\n[ab] @x\n\n  # c\nb nobody @y\nc @\nd @a/\ne @a, @b\nf nobody\n\\#g @y\nh @org/a-team.x o@example.com\ni\n";
        let lines = parse_codeowners("CODEOWNERS", text);
        let found: Vec<_> = lines
            .iter()
            .map(|line| (line.line, line.pattern.as_str(), line.owners.len()))
            .collect();
        assert_eq!(found, [(11, "h", 2), (12, "i", 0)]);
        // The line before the one that is skipped decides.
        let lines = parse_codeowners("CODEOWNERS", "/docs/ @ann\n/docs/legal.md nobody\n");
        assert_eq!(Codeowners::new(&lines).owners_of("docs/legal.md"), ["@ann"]);
    }

    #[test]
    fn a_hostile_pattern_takes_no_time() {
        let pattern = format!("{}b", "*a".repeat(2_000));
        let lines = parse_codeowners(
            "CODEOWNERS",
            &format!("{pattern} @x\n{} @x", "**/".repeat(2_000)),
        );
        assert!(
            Codeowners::new(&lines)
                .line_of(&"a".repeat(2_000))
                .is_none()
        );
    }
}
