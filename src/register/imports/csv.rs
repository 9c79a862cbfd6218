//! Comma-separated values as [RFC 4180](https://www.rfc-editor.org/rfc/rfc4180) has them: fields in quotation marks may hold commas,
//! line ends and doubled quotation marks. Line ends are `\n` or `\r\n`.

/// One row: the line that it begins in, from 1, and its fields, or why they cannot be told.
pub(super) type CsvRow = (u64, Result<Vec<String>, &'static str>);

/// The rows of a text, without empty lines.
pub(super) fn rows(text: &str) -> impl Iterator<Item = CsvRow> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    Rows {
        rest: text,
        line: 1,
    }
}

struct Rows<'a> {
    rest: &'a str,
    line: u64,
}

impl Iterator for Rows<'_> {
    type Item = CsvRow;

    fn next(&mut self) -> Option<CsvRow> {
        loop {
            if self.rest.is_empty() {
                return None;
            }
            let began = self.line;
            let row = self.row();
            let is_empty = matches!(row.as_deref(), Ok([only]) if only.trim().is_empty());
            if !is_empty {
                return Some((began, row));
            }
        }
    }
}

impl Rows<'_> {
    /// Reads up to the end of the row.
    fn row(&mut self) -> Result<Vec<String>, &'static str> {
        let mut fields = Vec::new();
        loop {
            let (field, is_last) = if self.rest.starts_with('"') {
                self.quoted()?
            } else {
                self.bare()
            };
            fields.push(field);
            if is_last {
                return Ok(fields);
            }
        }
    }

    /// A field without quotation marks around it, and whether the row ends with it.
    fn bare(&mut self) -> (String, bool) {
        let end = self.rest.find([',', '\n']);
        let (field, after) = self.rest.split_at(end.unwrap_or(self.rest.len()));
        let is_last = !after.starts_with(',');
        self.rest = after.get(1..).unwrap_or_default();
        if is_last {
            self.line += 1;
        }
        let field = if is_last {
            field.strip_suffix('\r').unwrap_or(field)
        } else {
            field
        };
        (field.to_owned(), is_last)
    }

    /// The same of a field in quotation marks.
    fn quoted(&mut self) -> Result<(String, bool), &'static str> {
        let mut field = String::new();
        let mut rest = self.rest.get(1..).unwrap_or_default();
        loop {
            let Some(end) = rest.find('"') else {
                self.rest = "";
                return Err("a quotation that does not end: nothing after it is read");
            };
            let (part, after) = rest.split_at(end);
            field.push_str(part);
            self.line += u64::try_from(part.matches('\n').count()).unwrap_or_default();
            rest = after.get(1..).unwrap_or_default();
            match rest.strip_prefix('"') {
                Some(more) => {
                    field.push('"');
                    rest = more;
                }
                None => break,
            }
        }
        self.rest = rest;
        // What stands behind the quotation is of the same field only by mistake.
        let (behind, is_last) = self.bare();
        if behind.trim().is_empty() {
            return Ok((field, is_last));
        }
        if !is_last {
            let line = self.rest.find('\n').map_or(self.rest.len(), |at| at + 1);
            self.rest = self.rest.get(line..).unwrap_or_default();
            self.line += 1;
        }
        Err("a quotation with something behind it")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u64, Result<Vec<String>, &'static str>)> {
        rows(text).collect()
    }

    fn told(text: &str) -> Vec<(u64, String)> {
        let rows = read(text).into_iter();
        rows.map(|(line, row)| (line, row.unwrap().join("|")))
            .collect()
    }

    #[test]
    fn fields_may_hold_commas_line_ends_and_quotation_marks() {
        let row = |line, text: &str| (line, text.to_owned());
        assert_eq!(
            told("\u{feff}a,b\r\n1,\"x, \"\"y\"\"\nz\"\n\n2,\n\r\n,3"),
            [
                row(1, "a|b"),
                row(2, "1|x, \"y\"\nz"),
                row(5, "2|"),
                row(7, "|3"),
            ]
        );
        assert_eq!(told(""), []);
        assert_eq!(told("a"), [row(1, "a")]);
        assert_eq!(told("a\"b,c"), [row(1, "a\"b|c")]);
    }

    #[test]
    fn a_quotation_that_goes_wrong_takes_its_row_and_is_told() {
        let rows = read("a,b\n1,\"x\"y,3\n2,z\n3,\"open\n4,w\n");
        assert_eq!(rows.len(), 4);
        assert!(rows[1].1.is_err() && rows[1].0 == 2, "{rows:?}");
        assert_eq!(rows[2], (3, Ok(vec!["2".to_owned(), "z".to_owned()])));
        assert!(rows[3].1.is_err() && rows[3].0 == 4, "{rows:?}");
    }
}
