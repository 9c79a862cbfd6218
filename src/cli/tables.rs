//! Answers in the form that was asked for: the one writer of tables of all commands.

use serde_json::Value;

use super::args::{Form, Format};
use super::console;
use super::error::{CliError, ErrorKind};
use crate::render::{csv, encode, markdown, terminal};
use crate::report::Table;

/// What a command answers.
pub struct Answer {
    /// What people read before the table: lines, encoded.
    pub before: String,
    /// The rows.
    pub table: Table,
    /// What people read after it: lines, encoded.
    pub after: String,
    /// The same for programs.
    pub json: Value,
    /// The list in it whose entries are the rows.
    pub rows: &'static str,
}

impl Answer {
    /// Shows it. In a table for people a number of rows is listed; files have all of them, unless a number was asked for.
    pub fn show(self, form: Form) -> Result<(), CliError> {
        console::show(&self.text(form, console::width())?);
        Ok(())
    }

    fn text(mut self, form: Form, width: Option<usize>) -> Result<String, CliError> {
        let table = self.table.first(form.most());
        Ok(match form.format {
            Format::Table => {
                // Headings over nothing say nothing.
                let listed = if table.rows.is_empty() && table.n_omitted == 0 {
                    String::new()
                } else {
                    terminal::table(&table, width)
                };
                format!("{}{listed}{}", self.before, self.after)
            }
            Format::Markdown => markdown::table(&table),
            Format::Csv => csv::table(&table),
            Format::Json => {
                if let Some(rows) = self.json.get_mut(self.rows).and_then(Value::as_array_mut) {
                    let n_omitted = rows.len().saturating_sub(form.most());
                    rows.truncate(form.most());
                    if let (Some(object), true) = (self.json.as_object_mut(), n_omitted > 0) {
                        object.insert("n_omitted".to_owned(), n_omitted.into());
                    }
                }
                json(&self.json)?
            }
        })
    }
}

/// A document for programs.
pub fn json(document: &Value) -> Result<String, CliError> {
    let mut text = serde_json::to_string_pretty(document)
        .map_err(|error| CliError::new(ErrorKind::Defect, error))?;
    text.push('\n');
    Ok(encode::json(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::{Column, TableCell};

    fn answer() -> Answer {
        let row = |n: u32| vec![TableCell::Text(format!("row {n}"))];
        Answer {
            before: "before\n".to_owned(),
            table: Table {
                title: String::new(),
                columns: vec![Column::text("what")],
                rows: (1..=50).map(row).collect(),
                n_omitted: 0,
            },
            after: "after\n".to_owned(),
            json: serde_json::json!({"format": 1, "rows": (1..=50).collect::<Vec<_>>()}),
            rows: "rows",
        }
    }

    fn text(format: Format, limit: Option<usize>) -> String {
        answer().text(Form { format, limit }, None).unwrap()
    }

    #[test]
    fn people_get_forty_rows_and_programs_all() {
        let told = text(Format::Table, None);
        assert!(told.starts_with("before\nwhat\nrow 1\n"), "{told}");
        assert!(
            told.ends_with("row 40\nand 10 more (`--limit 0` lists all)\nafter\n"),
            "{told}"
        );
        assert!(text(Format::Table, Some(0)).contains("row 50\nafter\n"));
        assert!(text(Format::Table, Some(2)).contains("row 2\nand 48 more"));
        for format in [Format::Csv, Format::Markdown, Format::Json] {
            assert!(text(format, None).contains("50"));
            assert!(!text(format, None).contains("before"));
        }
    }

    #[test]
    fn a_number_of_rows_that_was_asked_for_holds_for_programs_too() {
        let read: Value = serde_json::from_str(&text(Format::Json, Some(3))).unwrap();
        assert_eq!(read["rows"].as_array().unwrap().len(), 3);
        assert_eq!(read["n_omitted"], 47);
        assert_eq!(text(Format::Csv, Some(3)), "what\nrow 1\nrow 2\nrow 3\n");
        assert!(text(Format::Markdown, Some(3)).contains("47 further rows"));
    }
}
