//! Tables in which nobody and nothing is called by its name: for tools and people that need the numbers and not who it was.
//!
//! Pseudonymous, not anonymous: instants and numbers stay, and whoever has the repository can join by them.
//!
//! The rule is a list of what stays. A text of a column that is in no list becomes a token, so a new column cannot tell anything.
//! People and repositories are numbered in the order of their names, and rows follow numbers and names: so both have other numbers,
//! and rows are put in the order of what they hold then.

mod rule;
mod stand_ins;

use polars::prelude::*;

use super::Error;
use super::column::Field;
use super::sheet::Sheet;
use rule::{Fate, fate, is_word};
use stand_ins::identities;

pub use rule::{IDS, KEPT, LEFT_OUT, PATHS, PEOPLE, PERSON, REPOSITORIES};
pub use stand_ins::Pseudonyms;

/// A table with its rows, columns, instants and numbers, and without what names anybody or anything.
pub fn pseudonymous(
    table: &str,
    sheet: &Sheet,
    pseudonyms: &mut Pseudonyms<'_>,
) -> Result<Sheet, Error> {
    let frame = &sheet.frame;
    // By row of `people`: the pseudonym.
    let rows: Vec<String> = match table {
        "people" => identities(frame)?
            .iter()
            .map(|(_, known_by)| pseudonyms.person(known_by))
            .collect(),
        _ => Vec::new(),
    };
    let mut columns = Vec::with_capacity(frame.width());
    for column in frame.columns() {
        let told = match column.dtype() {
            DataType::String | DataType::List(_) if is_text(column.dtype()) => {
                texts(table, frame, column, &rows, pseudonyms)?
            }
            _ => numbers(frame, column, pseudonyms)?,
        };
        columns.push(told);
    }
    let frame = DataFrame::new(frame.height(), columns).map_err(wrong(table))?;
    Ok(Sheet { frame })
}

fn wrong(name: &str) -> impl Fn(PolarsError) -> Error + '_ {
    move |error| Error::Column {
        column: name.to_owned(),
        message: error.to_string(),
    }
}

fn is_text(form: &DataType) -> bool {
    match form {
        DataType::List(inner) => **inner == DataType::String,
        other => *other == DataType::String,
    }
}

/// A column of texts, or of lists of them.
fn texts(
    table: &str,
    frame: &DataFrame,
    column: &Column,
    rows: &[String],
    pseudonyms: &mut Pseudonyms<'_>,
) -> Result<Column, Error> {
    let name = column.name().as_str();
    let fate = fate(table, name);
    if fate == Fate::LeftOut {
        return Ok(Column::full_null(name.into(), column.len(), column.dtype()));
    }
    let mut told = |text: &str, at: usize| match fate {
        Fate::Kept if is_word(text) => text.to_owned(),
        Fate::Person => rows.get(at).cloned().unwrap_or_default(),
        Fate::Path => pseudonyms.path(text),
        Fate::Kept | Fate::Token | Fate::LeftOut => pseudonyms.token(text),
    };
    if *column.dtype() == DataType::String {
        let series = column.as_materialized_series();
        let texts = series.str().map_err(wrong(name))?.iter().enumerate();
        let texts: Vec<Option<String>> = texts
            .map(|(at, text)| text.map(|text| told(text, at)))
            .collect();
        return Ok(Field::column(name, texts.iter().collect()));
    }
    let lists: Vec<Vec<String>> = Field::values(frame, name)?;
    let lists = lists.iter().enumerate().map(|(at, list)| {
        let mut list: Vec<String> = list.iter().map(|text| told(text, at)).collect();
        if fate == Fate::Person {
            list.dedup();
        }
        list
    });
    let lists: Vec<Vec<String>> = lists.collect();
    Ok(Field::column(name, lists.iter().collect()))
}

/// A column of anything else.
fn numbers(
    frame: &DataFrame,
    column: &Column,
    pseudonyms: &Pseudonyms<'_>,
) -> Result<Column, Error> {
    let name = column.name().as_str();
    match column.dtype() {
        DataType::Int64 => {
            let series = column.as_materialized_series();
            let numbers = series.i64().map_err(wrong(name))?.iter();
            let numbers: Vec<Option<i64>> = numbers
                .map(|number| number.and_then(|number| pseudonyms.whole(name, number)))
                .collect();
            Ok(super::column::int_column(name, numbers.into_iter()))
        }
        DataType::List(inner) if **inner == DataType::Int64 => {
            let lists: Vec<Vec<u64>> = Field::values(frame, name)?;
            let told = |number: &u64| {
                let number = i64::try_from(*number).unwrap_or(i64::MAX);
                u64::try_from(pseudonyms.whole(name, number)?).ok()
            };
            let lists: Vec<Vec<u64>> = lists
                .iter()
                .map(|list| {
                    let mut list: Vec<u64> = list.iter().filter_map(told).collect();
                    // In the order of names otherwise.
                    if PEOPLE.contains(&name) {
                        list.sort_unstable();
                    }
                    list
                })
                .collect();
            Ok(Field::column(name, lists.iter().collect()))
        }
        DataType::Float64 | DataType::Boolean | DataType::Datetime(..) => Ok(column.clone()),
        // Of a form that no table has today: nobody knows what it would tell.
        other => Ok(Column::full_null(name.into(), column.len(), other)),
    }
}

/// The rows of a table in the order of what they hold, the first column first: so that the order of names is told by nothing.
pub fn in_order(sheet: &Sheet) -> Result<Sheet, Error> {
    let frame = &sheet.frame;
    let columns = frame.columns().iter();
    let sortable = columns.filter(|column| !matches!(column.dtype(), DataType::List(_)));
    let by: Vec<PlSmallStr> = sortable.map(|column| column.name().clone()).collect();
    if by.is_empty() || frame.height() < 2 {
        return Ok(sheet.clone());
    }
    let how = SortMultipleOptions::default().with_maintain_order(true);
    let frame = frame.sort(by, how).map_err(wrong("rows"))?;
    Ok(Sheet { frame })
}

#[cfg(test)]
mod tests {
    use super::stand_ins::TOKEN;
    use super::*;
    use crate::domain::{Account, EmailAddress, Login, Person, PersonId, RepositoryId};
    use crate::tables::sheet::Cell;
    use crate::tables::{Repository, TagRow};

    /// Stands in for a keyed digest: other digits for other texts.
    fn digest(text: &str) -> String {
        let sum = text.bytes().fold(7_u64, |sum, byte| {
            sum.wrapping_mul(1_000_003) ^ u64::from(byte)
        });
        format!("{sum:016x}{sum:016x}")
    }

    /// Pseudonyms of these people and of the repository 3.
    fn of(people: &[Person]) -> Pseudonyms<'static> {
        let repository = Repository {
            repository: RepositoryId(3),
            name: "acme/engine".into(),
            url: None,
            default_branch: None,
            former_names: Vec::new(),
        };
        let (people, repositories) = (Sheet::of_rows(people), Sheet::of_rows(&[repository]));
        Pseudonyms::new(&digest, &people.unwrap(), &repositories.unwrap()).unwrap()
    }

    fn cell(sheet: &Sheet, at: usize, name: &str) -> Cell {
        let column = sheet.names().iter().position(|own| own == name).unwrap();
        sheet.row(at)[column].clone()
    }

    #[test]
    fn a_path_keeps_its_shape_and_known_endings_alone() {
        let mut pseudonyms = of(&[]);
        let path = pseudonyms.path("src/ada/notes.rs");
        let parts: Vec<&str> = path.split('/').collect();
        let [src, ada, notes] = parts.as_slice() else {
            panic!("{path}");
        };
        assert_eq!(*src, pseudonyms.token("src"));
        assert_eq!(*ada, pseudonyms.token("ada"));
        assert_eq!(notes.strip_suffix(".rs").map(str::len), Some(TOKEN));
        for path in ["notes.ada", "a.rs/ada", ".ada", "Makefile"] {
            assert!(!pseudonyms.path(path).contains('.'), "{path}");
        }
        assert_eq!(pseudonyms.token(""), "");
    }

    #[test]
    fn a_person_has_one_pseudonym_whatever_the_name_becomes() {
        let person = |id, name: &str, logins: &[&str], emails: &[&str]| Person {
            is_known: true,
            id: PersonId(id),
            display_name: name.into(),
            logins: logins.iter().map(|text| Login((*text).into())).collect(),
            emails: emails
                .iter()
                .map(|text| EmailAddress((*text).into()))
                .collect(),
            names: vec![name.into()],
            account: Account::Human,
        };
        let rows = [
            person(0, "Ada", &["ada", "countess"], &["a@x.example"]),
            person(1, "Ada Byron", &["Ada"], &[]),
            person(2, "Ada", &[], &["a@x.example"]),
            person(3, "", &[], &[]),
        ];
        let sheet = Sheet::of_rows(&rows).unwrap();
        let sheet = pseudonymous("people", &sheet, &mut of(&rows)).unwrap();
        let cell = |at: usize, name: &str| cell(&sheet, at, name);
        assert_eq!(cell(0, "display_name"), cell(1, "display_name"));
        assert_ne!(cell(0, "display_name"), cell(2, "display_name"));
        assert_eq!(
            cell(0, "logins"),
            Cell::List(vec![cell(0, "display_name")]),
            "two logins are one person"
        );
        assert_eq!(cell(2, "logins"), Cell::List(vec![]));
        assert_eq!(cell(0, "account"), Cell::Text("human".into()));
        for missing in ["names", "emails"] {
            assert_eq!(cell(0, missing), Cell::Missing, "{missing}");
        }
        // Two rows of one pseudonym have one number, which is not the one that follows the order of names.
        assert_eq!(cell(0, "person"), cell(1, "person"));
        let numbers = [0, 2, 3].map(|at| cell(at, "person"));
        assert!(
            numbers
                .iter()
                .all(|number| matches!(number, Cell::Whole(100..0x10_0000_0000_0000))),
            "{numbers:?}"
        );
        assert!(numbers[0] != numbers[1] && numbers[1] != numbers[2]);
    }

    #[test]
    fn a_column_that_nobody_listed_tells_nothing() {
        let row = TagRow {
            repository: RepositoryId(3),
            name: "ada's".into(),
            commit: "ab".repeat(20).parse().unwrap(),
            tagged_at: "2026-01-02T03:04:05Z".parse().unwrap(),
        };
        let sheet = Sheet::of_rows(&[row.clone(), row]).unwrap();
        let told = pseudonymous("a_new_table", &sheet, &mut of(&[])).unwrap();
        assert_eq!(told.row(0), told.row(1));
        let cells = told.row(0);
        for at in [1, 2] {
            assert!(
                matches!(&cells[at], Cell::Text(text) if text.len() == TOKEN && text.bytes().all(|byte| byte.is_ascii_hexdigit())),
                "{cells:?}"
            );
        }
        assert_eq!(cells[3], sheet.row(0)[3]);
        assert!(
            matches!(&cells[0], Cell::Whole(number) if *number > 100),
            "{cells:?}"
        );
    }

    #[test]
    fn rows_follow_what_they_hold_and_no_longer_the_order_of_names() {
        let rows: Vec<TagRow> = (0..40)
            .map(|at| TagRow {
                repository: RepositoryId(3),
                name: format!("v{at:02}"),
                commit: format!("{at:040x}").parse().unwrap(),
                tagged_at: "2026-01-02T03:04:05Z".parse().unwrap(),
            })
            .collect();
        let mut pseudonyms = of(&[]);
        let told = pseudonymous("tags", &Sheet::of_rows(&rows).unwrap(), &mut pseudonyms);
        let told = told.unwrap();
        let names = |sheet: &Sheet| -> Vec<String> {
            let names = (0..sheet.height()).map(|at| format!("{:?}", cell(sheet, at, "name")));
            names.collect()
        };
        let mut sorted = names(&told);
        sorted.sort();
        assert_ne!(names(&told), sorted);
        assert_eq!(names(&in_order(&told).unwrap()), sorted);
        // The same rows in another order are the same bytes.
        let backwards: Vec<TagRow> = rows.into_iter().rev().collect();
        let other = pseudonymous(
            "tags",
            &Sheet::of_rows(&backwards).unwrap(),
            &mut pseudonyms,
        );
        let bytes = |sheet: &Sheet| in_order(sheet).unwrap().to_parquet().unwrap();
        assert_eq!(bytes(&told), bytes(&other.unwrap()));
    }
}
