//! How one field of a row becomes a column, and back.
//!
//! Only types that every Parquet reader understands are used: `Int64`, `Utf8`, `Boolean`, timestamps in microseconds (UTC,
//! stored without a zone so that no reader's session setting moves them) and lists of `Int64` and `Utf8`.

use std::borrow::Cow;
use std::sync::Arc;

use foldhash::HashMap;
use jiff::Timestamp;
use polars::prelude::*;

use super::Error;
use crate::domain::provenance::Rung;
use crate::domain::{
    Account, ChangeKind, CommentKind, CommitId, Exclusion, FieldKind, IssueRelation, LineEnd,
    Origin, Outcome, PatchId, PersonId, PrNumber, ProvenanceKind, PullRequestState, RepositoryId,
    RequestAction, ReviewState,
};

mod lists;

/// A field type that has a column form.
pub trait Field: Sized {
    /// Values to a column named `name`.
    fn column(name: &str, values: Vec<&Self>) -> Column;
    /// A column back to values.
    fn values(frame: &DataFrame, name: &str) -> Result<Vec<Self>, Error>;
}

fn wrong(name: &str, message: impl std::fmt::Display) -> Error {
    Error::Column {
        column: name.to_owned(),
        message: message.to_string(),
    }
}

fn find<'a>(frame: &'a DataFrame, name: &str) -> Result<&'a Column, Error> {
    frame.column(name).map_err(|error| wrong(name, error))
}

fn without_nulls(name: &str, n_nulls: usize) -> Result<(), Error> {
    if n_nulls > 0 {
        return Err(wrong(name, "has a null where none may be"));
    }
    Ok(())
}

fn out_of_range(name: &str, number: i64) -> Error {
    wrong(name, format!("{number} is out of range"))
}

fn required<T>(name: &str, values: Vec<Option<T>>) -> Result<Vec<T>, Error> {
    let refused = || wrong(name, "has a null where none may be");
    let n = values.len();
    let values = values.into_iter();
    all(n, values.map(|value| value.ok_or_else(refused)))
}

/// Whole numbers as a column.
pub(super) fn int_column(name: &str, values: impl Iterator<Item = Option<i64>>) -> Column {
    let mut array: Int64Chunked = values.collect();
    array.rename(name.into());
    array.into_series().into_column()
}

/// The same whole number in every row.
pub(super) fn constant_column(name: &str, number: i64, n_rows: usize) -> Column {
    if n_rows == 0 {
        // Made as below, a column without rows asks for megabytes of zeros first.
        return int_column(name, std::iter::empty());
    }
    Column::new_scalar(name.into(), Scalar::from(number), n_rows)
}

/// Texts as a column.
pub(super) fn text_column<'a>(name: &str, values: impl Iterator<Item = Option<&'a str>>) -> Column {
    let mut array: StringChunked = values.collect();
    array.rename(name.into());
    array.into_series().into_column()
}

/// The same of texts that are made here, each forgotten once it is in the column.
fn made_text_column<'a>(
    name: &str,
    values: impl ExactSizeIterator<Item = Option<Cow<'a, str>>>,
) -> Column {
    let mut builder = StringChunkedBuilder::new(name.into(), values.len());
    for value in values {
        builder.append_option(value);
    }
    builder.finish().into_series().into_column()
}

/// Values or the first error among them: there is room for all from the start, since it is known how many there are.
fn all<T>(n: usize, values: impl Iterator<Item = Result<T, Error>>) -> Result<Vec<T>, Error> {
    let mut found = Vec::with_capacity(n);
    for value in values {
        found.push(value?);
    }
    Ok(found)
}

/// The texts of a column, each parsed where it lies.
fn texts<T>(
    frame: &DataFrame,
    name: &str,
    parse: fn(&str) -> Option<T>,
) -> Result<Vec<Option<T>>, Error> {
    let column = find(frame, name)?.as_materialized_series();
    let texts = column.str().map_err(|error| wrong(name, error))?;
    let parse = |text| parse(text).ok_or_else(|| refused(name, text));
    let parsed = texts.iter().map(|text| text.map(parse).transpose());
    all(texts.len(), parsed)
}

/// The same where none may be missing.
fn required_texts<T>(
    frame: &DataFrame,
    name: &str,
    parse: fn(&str) -> Option<T>,
) -> Result<Vec<T>, Error> {
    let column = find(frame, name)?.as_materialized_series();
    let texts = column.str().map_err(|error| wrong(name, error))?;
    without_nulls(name, texts.null_count())?;
    let parse = |text| parse(text).ok_or_else(|| refused(name, text));
    all(texts.len(), texts.no_null_iter().map(parse))
}

/// The message is made where it is needed: millions of values are right.
fn refused(name: &str, text: &str) -> Error {
    let text = text.escape_debug();
    wrong(name, format!("`{text}` is not one of its values"))
}

/// Texts that a column names by their place: kept once, however often it does.
pub(super) struct Texts(StringChunked);

impl Texts {
    pub(super) fn new<'a>(texts: impl IntoIterator<Item = &'a str>) -> Self {
        Self(texts.into_iter().map(Some).collect())
    }

    /// The column of the texts at some places.
    pub(super) fn column(
        &self,
        name: &str,
        places: impl Iterator<Item = Option<u32>>,
    ) -> Result<Column, Error> {
        let places: IdxCa = places.collect();
        let mut column = self.0.take(&places).map_err(|error| wrong(name, error))?;
        column.rename(name.into());
        Ok(column.into_series().into_column())
    }
}

/// Instants, in microseconds, as a column.
pub(super) fn instant_column(name: &str, micros: impl Iterator<Item = Option<i64>>) -> Column {
    let mut array: Int64Chunked = micros.collect();
    array.rename(name.into());
    array
        .into_datetime(TimeUnit::Microseconds, None)
        .into_series()
        .into_column()
}

/// Whole numbers: `to` and `from` an `i64`.
macro_rules! whole {
    ($type:ty, $to:expr, $from:expr) => {
        impl Field for $type {
            fn column(name: &str, values: Vec<&Self>) -> Column {
                let to: fn(&$type) -> i64 = $to;
                int_column(name, values.into_iter().map(|value| Some(to(value))))
            }
            fn values(frame: &DataFrame, name: &str) -> Result<Vec<Self>, Error> {
                let from: fn(i64) -> Option<$type> = $from;
                let column = find(frame, name)?.as_materialized_series();
                let numbers = column.i64().map_err(|error| wrong(name, error))?;
                without_nulls(name, numbers.null_count())?;
                let parse = |number| from(number).ok_or_else(|| out_of_range(name, number));
                all(numbers.len(), numbers.no_null_iter().map(parse))
            }
        }
        impl Field for Option<$type> {
            fn column(name: &str, values: Vec<&Self>) -> Column {
                let to: fn(&$type) -> i64 = $to;
                int_column(name, values.into_iter().map(|value| value.as_ref().map(to)))
            }
            fn values(frame: &DataFrame, name: &str) -> Result<Vec<Self>, Error> {
                let from: fn(i64) -> Option<$type> = $from;
                let column = find(frame, name)?.as_materialized_series();
                let numbers = column.i64().map_err(|error| wrong(name, error))?;
                let parse = |number| from(number).ok_or_else(|| out_of_range(name, number));
                let parsed = numbers.iter().map(|value| value.map(parse).transpose());
                all(numbers.len(), parsed)
            }
        }
    };
}

whole!(u64, |n| i64::try_from(*n).unwrap_or(i64::MAX), |n| {
    u64::try_from(n).ok()
});
whole!(u32, |n| i64::from(*n), |n| u32::try_from(n).ok());
whole!(i32, |n| i64::from(*n), |n| i32::try_from(n).ok());
whole!(RepositoryId, |id| i64::from(id.0), |n| u32::try_from(n)
    .ok()
    .map(RepositoryId));
whole!(PersonId, |id| i64::from(id.0), |n| u32::try_from(n)
    .ok()
    .map(PersonId));
whole!(
    PrNumber,
    |id| i64::try_from(id.0).unwrap_or(i64::MAX),
    |n| u64::try_from(n).ok().map(PrNumber)
);

/// Texts: `to` and `from` a string.
macro_rules! text {
    ($type:ty, $to:expr, $from:expr) => {
        impl Field for $type {
            fn column(name: &str, values: Vec<&Self>) -> Column {
                let to: fn(&$type) -> Cow<'_, str> = $to;
                made_text_column(name, values.into_iter().map(|value| Some(to(value))))
            }
            fn values(frame: &DataFrame, name: &str) -> Result<Vec<Self>, Error> {
                required_texts(frame, name, $from)
            }
        }
        impl Field for Option<$type> {
            fn column(name: &str, values: Vec<&Self>) -> Column {
                let to: fn(&$type) -> Cow<'_, str> = $to;
                made_text_column(name, values.into_iter().map(|value| value.as_ref().map(to)))
            }
            fn values(frame: &DataFrame, name: &str) -> Result<Vec<Self>, Error> {
                texts(frame, name, $from)
            }
        }
    };
}

text!(String, |text| text.as_str().into(), |text| Some(
    text.to_owned()
));
text!(Box<str>, |text| text.as_ref().into(), |text| Some(
    text.into()
));
impl Field for Arc<str> {
    fn column(name: &str, values: Vec<&Self>) -> Column {
        text_column(name, values.into_iter().map(|text| Some(text.as_ref())))
    }
    fn values(frame: &DataFrame, name: &str) -> Result<Vec<Self>, Error> {
        let column = find(frame, name)?.as_materialized_series();
        let texts = column.str().map_err(|error| wrong(name, error))?;
        without_nulls(name, texts.null_count())?;
        // Each text is kept once, however often the column has it.
        let mut kept: HashMap<&str, Self> = HashMap::default();
        let mut keep = |text| Self::clone(kept.entry(text).or_insert_with(|| Self::from(text)));
        Ok(texts.no_null_iter().map(&mut keep).collect())
    }
}
text!(CommitId, |id| id.to_string().into(), |text| text
    .parse()
    .ok());
// Few commits name another one, and there are millions: the others keep no room for it.
text!(Box<CommitId>, |id| id.to_string().into(), |text| text
    .parse()
    .ok()
    .map(Box::new));
text!(PatchId, |id| id.to_string().into(), |text| text
    .parse()
    .ok()
    .map(PatchId));
text!(Account, |account| account.word().into(), |text| {
    Account::from_word(text)
});
text!(Exclusion, |reason| reason.word().into(), |text| {
    Exclusion::from_word(text)
});
text!(LineEnd, |end| end.word().into(), LineEnd::from_word);
text!(Origin, |origin| origin.word().into(), |text| {
    Origin::from_word(text)
});
text!(Rung, |rung| rung.word().into(), Rung::from_word);
text!(ProvenanceKind, |kind| kind.word().into(), |text| {
    ProvenanceKind::from_word(text)
});
text!(ChangeKind, |kind| kind.word().into(), |text| {
    ChangeKind::from_word(text)
});

/// Enums whose words only tables know.
macro_rules! words {
    ($type:ty { $($variant:ident = $word:literal),* $(,)? }) => {
        text!(
            $type,
            |value| match value { $(<$type>::$variant => $word),* }.into(),
            |text| match text { $($word => Some(<$type>::$variant),)* _ => None }
        );
    };
}

words!(PullRequestState { Open = "open", Merged = "merged", Closed = "closed" });
words!(ReviewState {
    Approved = "approved",
    ChangesRequested = "changes_requested",
    Commented = "commented",
    Dismissed = "dismissed",
});
words!(CommentKind { Inline = "inline", Conversation = "conversation" });
words!(RequestAction { Requested = "requested", Removed = "removed" });
words!(IssueRelation { Parent = "parent", SubIssue = "sub_issue", BlockedBy = "blocked_by" });
words!(FieldKind {
    Text = "text",
    Date = "date",
    Number = "number",
    SingleSelect = "single_select",
    MultiSelect = "multi_select",
});
words!(Outcome { Success = "success", Failure = "failure", Pending = "pending", Skipped = "skipped" });

impl Field for Option<Timestamp> {
    fn column(name: &str, values: Vec<&Self>) -> Column {
        instant_column(
            name,
            values
                .into_iter()
                .map(|at| at.map(Timestamp::as_microsecond)),
        )
    }
    fn values(frame: &DataFrame, name: &str) -> Result<Vec<Self>, Error> {
        let column = find(frame, name)?.as_materialized_series().clone();
        let micros = column.datetime().map_err(|error| wrong(name, error))?;
        let parse = |at: i64| Timestamp::from_microsecond(at).map_err(|error| wrong(name, error));
        let micros = micros.physical();
        let parsed = micros.iter().map(|at| at.map(parse).transpose());
        all(micros.len(), parsed)
    }
}

impl Field for Timestamp {
    fn column(name: &str, values: Vec<&Self>) -> Column {
        instant_column(name, values.into_iter().map(|at| Some(at.as_microsecond())))
    }
    fn values(frame: &DataFrame, name: &str) -> Result<Vec<Self>, Error> {
        let column = find(frame, name)?.as_materialized_series();
        let micros = column.datetime().map_err(|error| wrong(name, error))?;
        let micros = micros.physical();
        without_nulls(name, micros.null_count())?;
        let parse = |at: i64| Timestamp::from_microsecond(at).map_err(|error| wrong(name, error));
        all(micros.len(), micros.no_null_iter().map(parse))
    }
}

impl Field for Option<f64> {
    fn column(name: &str, values: Vec<&Self>) -> Column {
        let mut array: Float64Chunked = values.into_iter().copied().collect();
        array.rename(name.into());
        array.into_series().into_column()
    }
    fn values(frame: &DataFrame, name: &str) -> Result<Vec<Self>, Error> {
        let column = find(frame, name)?.as_materialized_series().clone();
        Ok(column
            .f64()
            .map_err(|error| wrong(name, error))?
            .iter()
            .collect())
    }
}

impl Field for Option<bool> {
    fn column(name: &str, values: Vec<&Self>) -> Column {
        let mut array: BooleanChunked = values.into_iter().copied().collect();
        array.rename(name.into());
        array.into_series().into_column()
    }
    fn values(frame: &DataFrame, name: &str) -> Result<Vec<Self>, Error> {
        let column = find(frame, name)?.as_materialized_series().clone();
        Ok(column
            .bool()
            .map_err(|error| wrong(name, error))?
            .iter()
            .collect())
    }
}

impl Field for bool {
    fn column(name: &str, values: Vec<&Self>) -> Column {
        let owned: Vec<Option<Self>> = values.into_iter().map(|value| Some(*value)).collect();
        Option::<Self>::column(name, owned.iter().collect())
    }
    fn values(frame: &DataFrame, name: &str) -> Result<Vec<Self>, Error> {
        required(name, Option::<Self>::values(frame, name)?)
    }
}
