//! A reader of the text format of OpenMetrics 1.0, by its grammar: gauges and infos alone.

use std::collections::BTreeMap;

/// One family as the grammar of OpenMetrics 1.0 has it.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct Family {
    pub kind: String,
    pub unit: Option<String>,
    pub help: Option<String>,
    /// By label set.
    pub samples: BTreeMap<Vec<(String, String)>, f64>,
}

/// Names and values, as they stand.
type Labels = Vec<(String, String)>;

fn is_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && letters.all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
}

/// The text up to an unescaped quote, and what follows it.
fn quoted(text: &str) -> Result<(String, &str), String> {
    let mut value = String::new();
    let mut letters = text.char_indices();
    while let Some((at, letter)) = letters.next() {
        match letter {
            '"' => return Ok((value, &text[at + 1..])),
            '\\' => match letters.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, escaped @ ('"' | '\\'))) => value.push(escaped),
                other => return Err(format!("`\\{other:?}` is no escape")),
            },
            letter => value.push(letter),
        }
    }
    Err(format!("no end of `{text}`"))
}

/// `{a="b",c="d"}`, and what follows.
fn labels(text: &str) -> Result<(Labels, &str), String> {
    let Some(mut rest) = text.strip_prefix('{') else {
        return Ok((Vec::new(), text));
    };
    let mut found: Vec<(String, String)> = Vec::new();
    loop {
        let (name, value) = rest.split_once("=\"").ok_or("a label without a value")?;
        if !is_name(name) || found.iter().any(|(known, _)| known == name) {
            return Err(format!("`{name}` is no name of a label, or is there twice"));
        }
        let (value, after) = quoted(value)?;
        found.push((name.to_owned(), value));
        match after.split_at_checked(1) {
            Some((",", next)) => rest = next,
            Some(("}", next)) => return Ok((found, next)),
            _ => return Err(format!("`{after}` after a label")),
        }
    }
}

/// An exposition: what the specification says of it, line by line. The families are those of gauges and infos alone.
pub fn parsed(text: &str) -> Result<BTreeMap<String, Family>, String> {
    let body = text.strip_suffix("# EOF\n").ok_or("it has no end")?;
    let mut families: BTreeMap<String, Family> = BTreeMap::new();
    let mut current: Option<String> = None;
    for line in body.split_inclusive('\n') {
        let line = line.strip_suffix('\n').ok_or("a line without an end")?;
        if let Some(descriptor) = line.strip_prefix("# ") {
            let mut words = descriptor.splitn(3, ' ');
            let (Some(what), Some(name), Some(said)) = (words.next(), words.next(), words.next())
            else {
                return Err(format!("`{line}` is no descriptor"));
            };
            if !is_name(name) {
                return Err(format!("`{name}` is no name"));
            }
            if current.as_deref() != Some(name) {
                if families.contains_key(name) {
                    return Err(format!("`{name}` is interleaved"));
                }
                current = Some(name.to_owned());
            }
            let family = families.entry(name.to_owned()).or_default();
            if !family.samples.is_empty() {
                return Err(format!("`{line}` after samples"));
            }
            match what {
                "TYPE" if family.kind.is_empty() && ["gauge", "info"].contains(&said) => {
                    said.clone_into(&mut family.kind);
                }
                "UNIT" if family.unit.is_none() && name.ends_with(&format!("_{said}")) => {
                    family.unit = Some(said.to_owned());
                }
                "HELP" if family.help.is_none() => {
                    let ended = format!("{said}\"");
                    let (help, rest) = quoted(&ended)?;
                    if !rest.is_empty() {
                        return Err(format!("an unescaped quote in `{said}`"));
                    }
                    family.help = Some(help);
                }
                _ => return Err(format!("`{line}` is twice, or unknown")),
            }
            continue;
        }
        let at = line.find(['{', ' ']).ok_or("a sample without a value")?;
        let (name, rest) = line.split_at(at);
        let (labels, rest) = labels(rest)?;
        let value = rest.strip_prefix(' ').ok_or("no space before the value")?;
        if value.contains(' ') {
            return Err(format!("`{line}` has a timestamp"));
        }
        let value: f64 = value
            .parse()
            .map_err(|_| format!("`{value}` is no number"))?;
        let family_name = current.clone().ok_or("a sample without a family")?;
        let family = families.get_mut(&family_name).ok_or("no family")?;
        let expected = if family.kind == "info" {
            format!("{family_name}_info")
        } else {
            family_name.clone()
        };
        if name != expected {
            return Err(format!("`{name}` is no sample of `{family_name}`"));
        }
        let mut key = labels;
        key.sort();
        if family.samples.insert(key, value).is_some() {
            return Err(format!("`{line}` is there twice"));
        }
    }
    Ok(families)
}

#[test]
fn the_parser_refuses_what_the_grammar_does_not_have() {
    let whole = "# TYPE a_seconds gauge\n# UNIT a_seconds seconds\n# HELP a_seconds A \\\"b\\\".\na_seconds{p=\"x\\\\\"} 1.5\n# EOF\n";
    let found = parsed(whole).unwrap();
    assert_eq!(found["a_seconds"].help.as_deref(), Some("A \"b\"."));
    for (from, to) in [
        ("# EOF\n", ""),
        ("# EOF\n", "# EOF\n\n"),
        ("# UNIT a_seconds seconds", "# UNIT a_seconds meters"),
        ("a_seconds{p=\"x\\\\\"} 1.5\n", "b{p=\"x\"} 1.5\n"),
        ("} 1.5\n", "} 1.5 1700000000\n"),
        ("} 1.5\n", "} many\n"),
        ("x\\\\\"}", "x\\\"}"),
        ("A \\\"b\\\".", "A \"b\"."),
        ("# HELP", "# HELPS"),
        ("# EOF\n", "# TYPE b gauge\n# TYPE a_seconds gauge\n# EOF\n"),
    ] {
        let spoiled = whole.replace(from, to);
        assert_ne!(spoiled, whole);
        assert!(parsed(&spoiled).is_err(), "{spoiled}");
    }
}
