//! One encoder per sink. Text from GitHub, git and registers is hostile: nothing reaches a sink but through here.

use std::borrow::Cow;
use std::fmt::Write as _;

/// What stands for a character that a sink must not carry.
const REPLACEMENT: char = '\u{FFFD}';

/// Whether a character can change what a reader sees without being seen: controls, and marks that reorder text.
fn is_treacherous(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{2028}' | '\u{2029}' | '\u{202A}'..='\u{202E}'
            | '\u{2066}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}' | '\u{FFFE}' | '\u{FFFF}'
            | '\u{E0000}'..='\u{E007F}')
}

/// One line of visible text: line breaks and tabs become spaces, treacherous characters become `�`.
#[must_use]
pub fn line(text: &str) -> String {
    text.chars()
        .map(|letter| match letter {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => ' ',
            letter if is_treacherous(letter) => REPLACEMENT,
            letter => letter,
        })
        .collect()
}

/// Visible text with its line breaks.
#[must_use]
pub fn lines(text: &str) -> String {
    text.replace("\r\n", "\n")
        .split(['\n', '\r'])
        .map(line)
        .collect::<Vec<_>>()
        .join("\n")
}

fn markup(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for letter in lines(text).chars() {
        match letter {
            '&' => encoded.push_str("&amp;"),
            '<' => encoded.push_str("&lt;"),
            '>' => encoded.push_str("&gt;"),
            '"' => encoded.push_str("&quot;"),
            '\'' => encoded.push_str("&#39;"),
            '`' => encoded.push_str("&#96;"),
            letter => encoded.push(letter),
        }
    }
    encoded
}

/// HTML text, and the value of a quoted HTML attribute.
#[must_use]
pub fn html(text: &str) -> String {
    markup(text)
}

/// SVG (XML 1.0) text, and the value of a quoted attribute.
#[must_use]
pub fn svg(text: &str) -> String {
    markup(text)
}

/// An address that may stand behind a link: http or https, no credentials, nothing that ends an attribute or a Markdown link.
#[must_use]
pub fn url(address: &str) -> Option<String> {
    let rest = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"))?;
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let is_host = !host.is_empty()
        && host.chars().all(|letter| {
            letter.is_ascii_alphanumeric() || matches!(letter, '.' | '-' | ':' | '[' | ']')
        });
    let is_safe = |letter: char| {
        letter.is_ascii_graphic()
            && !matches!(
                letter,
                '"' | '\'' | '<' | '>' | '`' | '\\' | '(' | ')' | '|'
            )
    };
    (is_host && rest.chars().all(is_safe)).then(|| address.to_owned())
}

/// Markdown text inside a line or a table cell: GitHub Flavored Markdown sees no markup, link, mention or HTML in it.
#[must_use]
pub fn markdown(text: &str) -> String {
    let text = line(text);
    let text = text.trim();
    let mut encoded = String::with_capacity(text.len());
    let mut before = String::new();
    for (at, letter) in text.char_indices() {
        let rest = text.get(at + letter.len_utf8()..).unwrap_or_default();
        let ends_marker = rest.is_empty() || rest.starts_with(' ');
        let at_start = before.is_empty();
        let after_number = !at_start && before.bytes().all(|byte| byte.is_ascii_digit());
        match letter {
            '&' => encoded.push_str("&amp;"),
            '<' => encoded.push_str("&lt;"),
            '>' => encoded.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '$' => encoded.extend(['\\', letter]),
            '#' if at_start
                && matches!(
                    rest.trim_start_matches('#').chars().next(),
                    None | Some(' ')
                ) =>
            {
                encoded.push_str("\\#");
            }
            '-' | '+' | '=' if at_start => encoded.extend(['\\', letter]),
            '.' | ')' if after_number && ends_marker => encoded.extend(['\\', letter]),
            // A word joiner keeps GitHub from notifying whoever is named, and from making an address a link.
            '@' => encoded.push_str("@\u{2060}"),
            ':' if before.to_ascii_lowercase().ends_with("http")
                || before.to_ascii_lowercase().ends_with("https") =>
            {
                encoded.push_str("\\:");
            }
            '.' if before.to_ascii_lowercase().ends_with("www") => encoded.push_str("\\."),
            letter => encoded.push(letter),
        }
        before.push(letter);
        if before.len() > 64 {
            // Only the last word matters from here on; a letter in front keeps it from looking like a list number.
            let tail: Vec<char> = before.chars().rev().take(8).collect();
            before = std::iter::once('x').chain(tail.into_iter().rev()).collect();
        }
    }
    encoded
}

/// Text inside an element of HTML in Markdown, where no markup of Markdown counts: nobody is notified.
#[must_use]
pub fn markdown_markup(text: &str) -> String {
    let text = line(text);
    html(text.trim()).replace('@', "@\u{2060}")
}

/// A Markdown code span: a fence longer than any run of backticks inside.
#[must_use]
pub fn markdown_code(text: &str) -> String {
    let text = line(text);
    let longest = text
        .split(|letter| letter != '`')
        .map(str::len)
        .max()
        .unwrap_or_default();
    let fence = "`".repeat(longest + 1);
    let padded = if text.starts_with('`') || text.ends_with('`') || text.trim().is_empty() {
        format!(" {text} ")
    } else {
        text
    };
    format!("{fence}{}{fence}", padded.replace('|', "\\|"))
}

/// A Markdown link; text alone where the address may not be linked.
#[must_use]
pub fn markdown_link(text: &str, address: &str) -> String {
    let text = markdown(text);
    url(address).map_or_else(|| text.clone(), |address| format!("[{text}]({address})"))
}

/// One field of a CSV file of text: quoted where needed, and never a formula for a spreadsheet.
#[must_use]
pub fn csv(text: &str) -> String {
    let text = lines(text);
    let first = text.trim_start().chars().next();
    let is_formula = matches!(
        first,
        Some('=' | '+' | '-' | '@' | '＝' | '＋' | '－' | '＠')
    ) || matches!(text.chars().next(), Some('\t' | '\r' | '\n'));
    let guarded = if is_formula { format!("'{text}") } else { text };
    // A quote before `::` keeps a first field from being a command where the file is printed into a log.
    if guarded.contains([',', '"', '\n', ';'])
        || guarded.trim_start().starts_with("::")
        || guarded.starts_with(' ')
        || guarded.ends_with(' ')
    {
        format!("\"{}\"", guarded.replace('"', "\"\""))
    } else {
        guarded
    }
}

/// Text in a message for a chat: nobody is notified, nothing is formatted, and no address of others becomes a link.
///
/// Slack takes `<!channel>`, `<@id>` and `*bold*`; Teams and Discord `@name`, `**bold**` and `||hidden||`; all of them addresses.
#[must_use]
pub fn chat(text: &str) -> String {
    let text = line(text);
    let mut encoded = String::with_capacity(text.len());
    for letter in text.trim().chars() {
        match letter {
            '<' => encoded.push('‹'),
            '>' => encoded.push('›'),
            '`' => encoded.push('\''),
            '*' | '_' | '~' | '|' => encoded.extend([letter, '\u{2060}']),
            '@' => encoded.push_str("@\u{2060}"),
            '/' if encoded.ends_with(":/") => encoded.push_str("\u{2060}/"),
            letter => encoded.push(letter),
        }
    }
    encoded
}

/// One line for a terminal: no escape sequence, no control, no reordering.
#[must_use]
pub fn terminal(text: &str) -> String {
    line(text)
}

/// Lines of a CI log or a terminal that no runner takes for a workflow command, and no terminal obeys. Line feeds and tabs stay.
///
/// GitHub's runner takes `::word` where a line begins, white space before it or not, and `##[word]` anywhere in a line;
/// others take `##vso[…]` and `##teamcity[…]`.
#[must_use]
pub fn log_lines(text: &str) -> Cow<'_, str> {
    let is_plain = text
        .bytes()
        .all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t'))
        && !text.contains("::")
        && !text.contains("##");
    if is_plain {
        return Cow::Borrowed(text);
    }
    let mut encoded = String::with_capacity(text.len() + 16);
    for (at, row) in text.split('\n').enumerate() {
        if at > 0 {
            encoded.push('\n');
        }
        let start = encoded.len();
        for letter in row.strip_suffix('\r').unwrap_or(row).chars() {
            match letter {
                '\t' => encoded.push(letter),
                '\r' | '\u{2028}' | '\u{2029}' => encoded.push(' '),
                '[' if is_after_hashes(encoded.get(start..).unwrap_or_default()) => {
                    encoded.push_str(" [");
                }
                letter if is_treacherous(letter) => encoded.push(REPLACEMENT),
                letter => encoded.push(letter),
            }
        }
        let is_command = |row: &str| row.trim_start().starts_with("::");
        if encoded.get(start..).is_some_and(is_command) {
            encoded.insert_str(start, "| ");
        }
    }
    Cow::Owned(encoded)
}

/// One such line, whatever line breaks the text has.
#[must_use]
pub fn ci_log(text: &str) -> String {
    log_lines(&line(text)).into_owned()
}

/// Whether a row ends in `##`, or in `##` and a word: a bracket after it would open a command.
fn is_after_hashes(row: &str) -> bool {
    row.trim_end_matches(|letter: char| letter.is_ascii_alphabetic())
        .ends_with("##")
}

/// A JSON text in which no character reorders, hides or commands: those stand as `\\uXXXX`, and its value stays the same.
#[must_use]
pub fn json(text: String) -> String {
    if text.is_ascii() && !text.contains("##") && !text.contains('\u{7f}') {
        return text;
    }
    let mut encoded = String::with_capacity(text.len() + 16);
    for letter in text.chars() {
        // Outside of texts JSON has neither `#` nor any of the treacherous but line feeds and tabs.
        let is_command = letter == '[' && is_after_hashes(&encoded);
        if is_command || (is_treacherous(letter) && !matches!(letter, '\n' | '\t' | '\r')) {
            for unit in letter.encode_utf16(&mut [0; 2]) {
                let _ = write!(encoded, "\\u{unit:04x}");
            }
        } else {
            encoded.push(letter);
        }
    }
    encoded
}

/// A TOML basic string of any text, quotes included (TOML 1.0, "String"): nothing in it reorders, hides or commands.
#[must_use]
pub fn toml(text: &str) -> String {
    let mut string = String::from("\"");
    for letter in text.chars() {
        match letter {
            '"' => string.push_str("\\\""),
            '\\' => string.push_str("\\\\"),
            letter if is_treacherous(letter) || letter == '[' && is_after_hashes(&string) => {
                let _ = write!(string, "\\U{:08X}", u32::from(letter));
            }
            letter => string.push(letter),
        }
    }
    string.push('"');
    string
}

/// The message of a workflow command (`::warning::…`): percent, line breaks and separators as GitHub reads them back.
#[must_use]
pub fn ci_command(text: &str) -> String {
    lines(text)
        .replace('%', "%25")
        .replace('\n', "%0A")
        .replace("##[", "## [")
}

/// A file or folder name on every system: letters, digits, `-`, `_` and `.`; never empty, hidden, reserved or too long.
///
/// Two different texts may give one name: callers that need them apart keep them apart.
#[must_use]
pub fn file_name(text: &str) -> String {
    let mut name = String::new();
    for letter in text.chars() {
        if letter.is_ascii_alphanumeric() || matches!(letter, '_' | '.' | '-') {
            name.push(letter);
        } else if !name.ends_with('-') {
            name.push('-');
        }
    }
    let name: String = name.trim_matches(['.', '-']).chars().take(100).collect();
    let name = name.trim_end_matches(['.', '-']).replace("..", "-");
    let stem = name
        .split('.')
        .next()
        .unwrap_or_default()
        .to_ascii_lowercase();
    let is_device = matches!(stem.as_str(), "con" | "prn" | "aux" | "nul")
        || stem.len() == 4
            && (stem.starts_with("com") || stem.starts_with("lpt"))
            && stem.ends_with(|c: char| c.is_ascii_digit());
    if name.is_empty() || is_device {
        format!("_{name}")
    } else {
        name
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_formula_is_text_in_a_spreadsheet() {
        let check = |text: &str, expected: &str| assert_eq!(csv(text), expected);
        check(
            "=HYPERLINK(\"http://x\")",
            "\"'=HYPERLINK(\"\"http://x\"\")\"",
        );
        check("+1", "'+1");
        check("-1+1", "'-1+1");
        check("@SUM(A1)", "'@SUM(A1)");
        check("  =1", "'  =1");
        check("\t=1", "' =1");
        check("\r=1", "\"'\n=1\"");
        check("a,b", "\"a,b\"");
        check("plain", "plain");
    }

    #[test]
    fn a_log_line_is_never_a_command() {
        let check = |text: &str, expected: &str| assert_eq!(log_lines(text), expected);
        check("::set-output name=x::y", "| ::set-output name=x::y");
        check("  ::add-mask::y", "|   ::add-mask::y");
        check("\u{a0}\t::add-mask::y", "| \u{a0}\t::add-mask::y");
        check("a\n::error::b\n", "a\n| ::error::b\n");
        check("a\r::error::b\r\nc", "a ::error::b\nc");
        check("\u{1b}::error::b", "�::error::b");
        check("\u{2028}::error::b", "|  ::error::b");
        check("##[error]b", "## [error]b");
        check("x ###[add-mask]b", "x ### [add-mask]b");
        check("##vso[task.complete]", "##vso [task.complete]");
        check("a::b ## c #[d]", "a::b ## c #[d]");
        check("two\tcolumns", "two\tcolumns");
        check("é\u{202e}", "é�");
        assert_eq!(ci_log("a\n::error::b"), "a ::error::b");
        assert_eq!(ci_command("50 %\n::error::x"), "50 %25%0A::error::x");
    }

    #[test]
    fn json_and_toml_keep_their_value_and_carry_nothing_treacherous() {
        for text in [
            "plain",
            "##[error]a\u{85}b\u{9b}31m\u{7f}",
            "abc\u{202e}\u{2066}\u{e0041}\u{feff}",
            "##vso[x] :: \"quoted\" \\ \u{1b}\r\n\t",
            "é 名前 👩‍💻",
            "",
        ] {
            let is_clean = |encoded: &str| {
                !encoded.chars().any(is_treacherous) && log_lines(encoded) == encoded
            };
            let encoded = json(serde_json::to_string(&[text]).unwrap());
            assert!(is_clean(&encoded), "{encoded}");
            assert_eq!(
                serde_json::from_str::<[String; 1]>(&encoded).unwrap(),
                [text]
            );
            let encoded = toml(text);
            assert!(is_clean(&encoded), "{encoded}");
            let parsed: ::toml::Table = format!("key = {encoded}").parse().unwrap();
            assert_eq!(parsed["key"].as_str(), Some(text));
        }
    }

    #[test]
    fn markdown_text_has_no_markup() {
        let check = |text: &str, expected: &str| assert_eq!(markdown(text), expected);
        check("[x](javascript:1)", "\\[x\\](javascript:1)");
        check("<img src=x>", "&lt;img src=x&gt;");
        check("# big", "\\# big");
        check("fix #12", "fix #12");
        check("1. one", "1\\. one");
        check("1.2", "1.2");
        check("#12 fix", "#12 fix");
        check("## big", "\\## big");
        check("#", "\\#");
        check("- item", "\\- item");
        check("a-b", "a-b");
        check("a|b", "a\\|b");
        check("@acme/all", "@\u{2060}acme/all");
        check("see https://x.example", "see https\\://x.example");
        check("see www.x.example", "see www\\.x.example");
        check("a\n\n# b", "a  # b");
        assert_eq!(markdown_code("a`b``c"), "```a`b``c```");
        assert_eq!(markdown_code("`"), "`` ` ``");
    }

    #[test]
    fn a_chat_takes_nothing_for_a_command() {
        let check = |text: &str, expected: &str| assert_eq!(chat(text), expected);
        check("<!channel> hi", "‹!channel› hi");
        check("@here", "@\u{2060}here");
        check("*a* _b_", "*\u{2060}a*\u{2060} _\u{2060}b_\u{2060}");
        check("https://x.example", "https:/\u{2060}/x.example");
        check("`solver`\n::error::", "'solver' ::error::");
    }

    #[test]
    fn a_link_goes_to_http_or_nowhere() {
        let check =
            |address: &str, kept: bool| assert_eq!(url(address).is_some(), kept, "{address}");
        check("https://github.example/acme/web/pull/1#discussion_r2", true);
        check("http://127.0.0.1:8080/x?y=1", true);
        check("javascript:alert(1)", false);
        check("https://a\"onclick=", false);
        check("https://user:password@x.example/", false);
        check("https://x.example/a b", false);
        check("https://x.example/)](y", false);
        check("https://", false);
        check("//x.example", false);
        check("https://x.example/\u{202e}", false);
    }

    #[test]
    fn a_file_name_stays_inside_its_folder() {
        let check = |text: &str, expected: &str| assert_eq!(file_name(text), expected);
        check("flow.cycle_time", "flow.cycle_time");
        check("../../etc/passwd", "etc-passwd");
        check("a/../b", "a---b");
        check("..", "_");
        check("", "_");
        check("nul.txt", "_nul.txt");
        check("COM1", "_COM1");
        check("ünïcode", "n-code");
        assert!(file_name(&"x".repeat(500)).len() <= 101);
    }

    #[test]
    fn text_cannot_hide_or_reorder_what_a_reader_sees() {
        let check = |text: &str, expected: &str| assert_eq!(terminal(text), expected);
        check("\u{1b}[31mred\u{7}", "�[31mred�");
        check("abc\u{202e}txt.exe", "abc�txt.exe");
        check("a\r\nb", "a  b");
        check("👩‍💻 名前 é", "👩‍💻 名前 é");
    }
}
