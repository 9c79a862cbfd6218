//! A line added to the private register without an editor: everything that is in the file stays as it is.

use std::fmt::Write as _;

use super::error::{Error, nearest};
use super::keys::{Key, Table, private_tables};
use super::parse_private;

/// The text of a private register with one more entry at its end. What would not load is refused.
///
/// `values` are keys with their values as somebody types them: lists are separated by commas.
///
/// # Errors
/// A table, key or value that is none, or a register that would not load with it.
pub fn add(
    text: &str,
    file: &str,
    table: &str,
    values: &[(String, String)],
) -> Result<String, Error> {
    let tables = private_tables();
    let table = table_of(&tables, file, table)?;
    let mut entry = format!("{}\n", table.header());
    for (key, value) in values {
        let known = table.keys.iter();
        let Some(known) = known.clone().find(|known| known.name == *key) else {
            let names = known.map(|known| known.name.as_str());
            let near = near(key, names);
            let message = format!("`{}` has no key `{key}`{near}", table.header());
            return Err(Error::content(file, table.name.clone(), message));
        };
        let value = typed(known, value)
            .map_err(|message| Error::content(file, format!("{}.{key}", table.name), message))?;
        let _ = writeln!(entry, "{key} = {value}");
    }
    let gap = match text {
        "" => "",
        text if text.ends_with('\n') => "\n",
        _ => "\n\n",
    };
    let whole = format!("{text}{gap}{entry}");
    parse_private(&whole, file)?;
    Ok(whole)
}

fn table_of<'a>(tables: &'a [Table], file: &str, name: &str) -> Result<&'a Table, Error> {
    // What people call it is understood too.
    let name = match name {
        "follow-up" => "feedback",
        "entry" | "manual-entry" => "manual_entry",
        name => name,
    };
    let mut lists = tables.iter().filter(|table| table.is_list);
    if let Some(found) = lists.clone().find(|table| table.name == name) {
        return Ok(found);
    }
    let known: Vec<&str> = lists.by_ref().map(|table| table.name.as_str()).collect();
    let near = near(name, known.iter().copied());
    let message = format!("is none of `{}`{near}", known.join("`, `"));
    Err(Error::content(file, name, message))
}

fn near<'a>(wrong: &str, known: impl Iterator<Item = &'a str>) -> String {
    nearest(wrong, known).map_or_else(String::new, |near| format!("; did you mean `{near}`?"))
}

/// A value as TOML writes it, by the kind of its key.
fn typed(key: &Key, value: &str) -> Result<String, String> {
    let text = |value: &str| toml::Value::String(value.to_owned()).to_string();
    if key.kind.starts_with("list of: ") {
        let items = value
            .split(',')
            .map(str::trim)
            .filter(|item| !item.is_empty());
        let items: Vec<String> = items.map(text).collect();
        return Ok(format!("[{}]", items.join(", ")));
    }
    let is_number = key.kind.starts_with("number") || key.kind.starts_with("whole number");
    if is_number {
        let number: f64 = value
            .parse()
            .ok()
            .filter(|number: &f64| number.is_finite())
            .ok_or_else(|| format!("`{value}` is no number"))?;
        return Ok(number.to_string());
    }
    if key.kind == "`true`, `false`" {
        let flag: bool = value
            .parse()
            .map_err(|_| format!("`{value}` is neither `true` nor `false`"))?;
        return Ok(flag.to_string());
    }
    Ok(text(value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let owned = |(key, value): &(&str, &str)| ((*key).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn what_is_in_the_file_stays_and_the_entry_is_at_its_end() {
        let before = "# Mine: do not tidy.\n[[absence]]\nlogin = 'ada'   # twice a year\nfrom = \"2026-07-06\"\nto = \"2026-07-17\"";
        let pairs = values(&[
            ("login", "grace"),
            ("topic", "comments \"inline\""),
            ("given_on", "2026-03-02"),
            ("measure", "reviews.commented"),
            ("target", "2"),
            ("situation", "acme/widgets#1, acme/widgets#2"),
        ]);
        let after = add(before, "it", "feedback", &pairs).unwrap();
        let added = after.strip_prefix(before).unwrap();
        assert_eq!(
            added,
            "\n\n[[feedback]]\nlogin = \"grace\"\ntopic = 'comments \"inline\"'\ngiven_on = \"2026-03-02\"\n\
             measure = \"reviews.commented\"\ntarget = 2\nsituation = [\"acme/widgets#1\", \"acme/widgets#2\"]\n"
        );
        let register = parse_private(&after, "it").unwrap();
        assert_eq!(register.feedback[0].situation.len(), 2);
        // Once more, to what has been added to.
        let pairs = values(&[
            ("login", "ada"),
            ("from", "2026-08-01"),
            ("to", "2026-08-02"),
        ]);
        let again = add(&after, "it", "absence", &pairs).unwrap();
        assert!(again.starts_with(&after));
    }

    #[test]
    fn what_would_not_load_is_refused_with_the_nearest_word() {
        let check = |table: &str, pairs: &[(&str, &str)], expected: &str| {
            let said = add("", "it", table, &values(pairs))
                .unwrap_err()
                .to_string();
            assert!(said.contains(expected), "{said}");
        };
        check("abscence", &[], "did you mean `absence`");
        check("absence", &[("logn", "ada")], "did you mean `login`");
        check("absence", &[("login", "ada")], "missing field");
        check(
            "absence",
            &[
                ("login", "ada"),
                ("from", "2026-07-06"),
                ("to", "2026-07-01"),
            ],
            "is before `from`",
        );
        check(
            "feedback",
            &[
                ("login", "ada"),
                ("topic", "x"),
                ("given_on", "2026-07-06"),
                ("measure", "reviews.anserwed"),
            ],
            "did you mean `reviews.answered`",
        );
        check("feedback", &[("target", "lots")], "`lots` is no number");
        check(
            "manual_entry",
            &[("noted_by_lead", "perhaps")],
            "neither `true` nor `false`",
        );
    }
}
