//! Source files that grow as source files do: functions come, change and go, line by line.

use std::fmt::Write as _;

use super::dice::Dice;
use super::vocabulary::{Words, capital, plural, with_articles};

/// What a file is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    Rust,
    TypeScript,
    Python,
    Markdown,
    Yaml,
    Sql,
}

impl Language {
    /// The file name's ending.
    pub(super) fn extension(self) -> &'static str {
        match self {
            Self::Rust => "rs",
            Self::TypeScript => "ts",
            Self::Python => "py",
            Self::Markdown => "md",
            Self::Yaml => "yml",
            Self::Sql => "sql",
        }
    }

    /// The language of a path.
    pub(super) fn of(path: &str) -> Self {
        match path.rsplit('.').next() {
            Some("rs") => Self::Rust,
            Some("ts") => Self::TypeScript,
            Some("py") => Self::Python,
            Some("yml") => Self::Yaml,
            Some("sql") => Self::Sql,
            _ => Self::Markdown,
        }
    }
}

/// A new file's text.
pub(super) fn new_file(
    language: Language,
    subject: &str,
    words: &Words,
    dice: &mut Dice,
) -> String {
    let mut text = match language {
        Language::Rust => {
            format!("//! Everything about one {subject}.\n\nuse crate::fault::Fault;\n")
        }
        Language::TypeScript => {
            format!("// Everything about one {subject}.\nimport {{ fail }} from \"../fault\";\n")
        }
        Language::Python => {
            format!("\"\"\"Everything about one {subject}.\"\"\"\n\nfrom timetable import fault\n")
        }
        Language::Markdown => format!("# {}\n", capital(subject)),
        Language::Yaml => format!("name: {subject}\non: [push, pull_request]\njobs:\n"),
        Language::Sql => format!("-- {}\n", capital(subject)),
    };
    let n_blocks = if language == Language::Sql {
        1
    } else {
        dice.between(2, 4)
    };
    for _ in 0..n_blocks {
        text.push_str(&block(language, words, dice));
    }
    text
}

/// One function, section, job or statement, with a blank line before it.
fn block(language: Language, words: &Words, dice: &mut Dice) -> String {
    let (verb, noun, field) = (
        dice.word(&words.verbs),
        dice.word(&words.nouns),
        dice.word(&words.fields),
    );
    let other = dice.word(&words.nouns);
    let mut text = String::from("\n");
    match language {
        Language::Rust => {
            let _ = writeln!(
                text,
                "/// {} a {noun} by the {field} of its {other}.",
                capital(&plural(verb))
            );
            let _ = writeln!(
                text,
                "pub fn {verb}_{noun}_by_{field}({noun}: &{}) -> Result<u64, Fault> {{",
                capital(noun)
            );
            text += &statements(language, "    ", words, dice);
            let _ = writeln!(text, "    Ok({noun}.{field}())\n}}");
        }
        Language::TypeScript => {
            let _ = writeln!(
                text,
                "/** {} a {noun} by the {field} of its {other}. */",
                capital(&plural(verb))
            );
            let _ = writeln!(
                text,
                "export function {verb}{}By{}({noun}: {}): number {{",
                capital(noun),
                capital(field),
                capital(noun)
            );
            text += &statements(language, "  ", words, dice);
            let _ = writeln!(text, "  return {noun}.{field};\n}}");
        }
        Language::Python => {
            let _ = writeln!(text, "\ndef {verb}_{noun}_by_{field}({noun}):");
            let _ = writeln!(
                text,
                "    \"\"\"{} a {noun} by the {field} of its {other}.\"\"\"",
                capital(&plural(verb))
            );
            text += &statements(language, "    ", words, dice);
            let _ = writeln!(text, "    return {noun}.{field}");
        }
        Language::Markdown => {
            let _ = write!(text, "## {} and {other}\n\n", capital(noun));
            for _ in 0..dice.between(3, 6) {
                text += &words.sentence("sentences", dice);
                text.push('\n');
            }
        }
        Language::Yaml => {
            text = format!(
                "  {verb}-{noun}:\n    runs-on: ubuntu-24.04\n    timeout-minutes: {}\n    steps:\n",
                dice.between(5, 40)
            );
            let _ = writeln!(
                text,
                "      - uses: actions/checkout@v{}",
                dice.between(3, 5)
            );
            for _ in 0..dice.between(2, 4) {
                let _ = writeln!(
                    text,
                    "      - run: make {}-{}",
                    dice.word(&words.verbs),
                    dice.word(&words.nouns)
                );
            }
        }
        Language::Sql => {
            let _ = writeln!(
                text,
                "alter table {noun} add column {field}_{other} bigint;"
            );
            let _ = writeln!(
                text,
                "update {noun} set {field}_{other} = {};",
                dice.between(0, 99)
            );
            let _ = writeln!(
                text,
                "create index {noun}_{field}_{other} on {noun} ({field}_{other});"
            );
        }
    }
    with_articles(&text)
}

fn statements(language: Language, indent: &str, words: &Words, dice: &mut Dice) -> String {
    let mut text = String::new();
    for _ in 0..dice.between(3, 9) {
        let _ = writeln!(text, "{indent}{}", statement(language, words, dice));
    }
    text
}

fn statement(language: Language, words: &Words, dice: &mut Dice) -> String {
    let (noun, field) = (dice.word(&words.nouns), dice.word(&words.fields));
    let (verb, number) = (dice.word(&words.verbs), dice.between(2, 480));
    match (language, dice.below(4)) {
        (Language::Rust, 0) => format!("let {field} = {noun}.{field}().min({number});"),
        (Language::Rust, 1) => format!(
            "if {noun}.{field}() > {number} {{ return Err(Fault::{}({number})); }}",
            capital(field)
        ),
        (Language::Rust, 2) => format!("{noun}.{verb}(&mut {field}, {number})?;"),
        (Language::Rust, _) => format!("let {noun}_{field} = {noun}.{verb}({number})?;"),
        (Language::TypeScript, 0) => format!("const {field} = Math.min({noun}.{field}, {number});"),
        (Language::TypeScript, 1) => {
            format!("if ({noun}.{field} > {number}) fail(\"{field}\", {number});")
        }
        (Language::TypeScript, 2) => format!("{noun}.{verb}({field}, {number});"),
        (Language::TypeScript, _) => {
            format!("const {noun}{} = {noun}.{verb}({number});", capital(field))
        }
        (_, 0) => format!("{field} = min({noun}.{field}, {number})"),
        (_, 1) => format!("fault.unless({noun}.{field} <= {number}, \"{field}\")"),
        (_, 2) => format!("{noun}.{verb}({field}, limit={number})"),
        _ => format!("{noun}_{field} = {noun}.{verb}({number})"),
    }
}

/// The text after one sitting of work on it: additions mostly, some changed lines, now and then a block less.
pub(super) fn edit(
    language: Language,
    text: &str,
    size: i64,
    words: &Words,
    dice: &mut Dice,
) -> String {
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    for _ in 0..size {
        match dice.below(10) {
            0..=3 => change_numbers(&mut lines, words, dice),
            4..=6 => insert_statements(language, &mut lines, words, dice),
            7 if lines.len() > 140 => remove_block(&mut lines, dice),
            _ => insert_block(language, &mut lines, words, dice),
        }
    }
    let mut text = lines.join("\n");
    text.push('\n');
    text
}

fn change_numbers(lines: &mut [String], words: &Words, dice: &mut Dice) {
    let candidates: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| line.starts_with("  ") && line.chars().any(|c| c.is_ascii_digit()))
        .map(|(at, _)| at)
        .collect();
    for _ in 0..dice.between(1, 4) {
        let number = dice.between(2, 960);
        let line = dice.pick(&candidates).and_then(|at| lines.get_mut(*at));
        if let Some(line) = line {
            let digits = |c: char| c.is_ascii_digit();
            let start = line.find(digits).unwrap_or(0);
            let end = line[start..]
                .find(|c: char| !c.is_ascii_digit())
                .map_or(line.len(), |end| start + end);
            line.replace_range(start..end, &number.to_string());
        }
    }
    if candidates.is_empty() {
        // Prose has no numbers: say one sentence differently.
        let at = dice.below(lines.len());
        let sentence = words.sentence("sentences", dice);
        if let Some(line) = lines.get_mut(at).filter(|line| line.ends_with('.')) {
            *line = sentence;
        }
    }
}

fn insert_statements(language: Language, lines: &mut Vec<String>, words: &Words, dice: &mut Dice) {
    let inside: Vec<usize> = lines
        .iter()
        .enumerate()
        .filter(|(_, line)| match language {
            Language::Markdown => line.ends_with('.'),
            Language::Yaml => line.trim_start().starts_with("- "),
            Language::Python => {
                line.starts_with("    ") && line.ends_with(')') && !line.contains("return")
            }
            _ => line.starts_with("  ") && line.ends_with(';') && !line.contains("return "),
        })
        .map(|(at, _)| at)
        .collect();
    let Some(at) = dice.pick(&inside).copied() else {
        return insert_block(language, lines, words, dice);
    };
    let indent: String = lines
        .get(at)
        .map(|line| line.chars().take_while(|c| *c == ' ').collect())
        .unwrap_or_default();
    for _ in 0..dice.between(1, 4) {
        let line = match language {
            Language::Markdown => words.sentence("sentences", dice),
            Language::Yaml => format!(
                "      - run: make {}-{}",
                dice.word(&words.verbs),
                dice.word(&words.nouns)
            ),
            _ => format!("{indent}{}", statement(language, words, dice)),
        };
        lines.insert(at + 1, line);
    }
}

fn insert_block(language: Language, lines: &mut Vec<String>, words: &Words, dice: &mut Dice) {
    let ends = block_ends(lines);
    let at = dice.pick(&ends).copied().unwrap_or(lines.len());
    let block = block(language, words, dice);
    for (offset, line) in block.lines().enumerate() {
        lines.insert(at + offset, line.to_owned());
    }
}

fn remove_block(lines: &mut Vec<String>, dice: &mut Dice) {
    let ends = block_ends(lines);
    let from = dice.below(ends.len().saturating_sub(1));
    if let (Some(start), Some(end)) = (ends.get(from), ends.get(from + 1)) {
        lines.drain(*start..*end);
    }
}

/// Where blocks end: before each blank line after the heading, and at the end.
fn block_ends(lines: &[String]) -> Vec<usize> {
    let blank = |at: usize| lines.get(at).is_some_and(String::is_empty);
    let mut ends: Vec<usize> = (3..lines.len())
        .filter(|at| blank(*at) && !blank(at - 1))
        .collect();
    ends.push(lines.len());
    ends
}

/// Lines added and deleted between two texts, by a longest common subsequence.
pub(super) fn difference(old: &str, new: &str) -> (u64, u64) {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[head..]
        .iter()
        .rev()
        .zip(new[head..].iter().rev())
        .take_while(|(a, b)| a == b)
        .count();
    let (old, new) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    let mut row = vec![0_u64; new.len() + 1];
    for a in old {
        let mut diagonal = 0;
        for (at, b) in new.iter().enumerate() {
            let above = row[at + 1];
            row[at + 1] = if a == b {
                diagonal + 1
            } else {
                above.max(row[at])
            };
            diagonal = above;
        }
    }
    let common = row.last().copied().unwrap_or_default();
    let count = |lines: &[&str]| u64::try_from(lines.len()).unwrap_or_default();
    (count(new) - common, count(old) - common)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_counts_lines_as_git_does() {
        let check =
            |old, new, expected| assert_eq!(difference(old, new), expected, "{old:?} {new:?}");
        check("", "a\nb\n", (2, 0));
        check("a\nb\nc\n", "a\nc\n", (0, 1));
        check("a\nb\nc\n", "a\nx\nc\nd\n", (2, 1));
        check("a\n", "a\n", (0, 0));
    }
}
