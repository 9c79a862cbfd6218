//! Lists of whole numbers and of texts as columns, and back.

use polars::prelude::*;

use super::{Field, all, find, wrong};
use crate::domain::{CommitId, EmailAddress, IssuePart, Login, PersonId};
use crate::tables::Error;
use crate::tables::commits::Parents;

fn int_lists(name: &str, values: &[Vec<i64>]) -> Column {
    let total = values.iter().map(Vec::len).sum();
    let mut builder = ListPrimitiveChunkedBuilder::<Int64Type>::new(
        name.into(),
        values.len(),
        total,
        DataType::Int64,
    );
    for list in values {
        builder.append_slice(list);
    }
    builder.finish().into_series().into_column()
}

/// The lists of a column: all their values are read at once, then cut.
fn lists<T, L: FromIterator<T>>(
    frame: &DataFrame,
    name: &str,
    read: impl Fn(&Series) -> Result<Vec<T>, Error>,
) -> Result<Vec<L>, Error> {
    let column = find(frame, name)?.as_materialized_series().clone();
    let array = column.list().map_err(|error| wrong(name, error))?;
    if array.null_count() > 0 {
        return Err(wrong(name, "has a null where none may be"));
    }
    let array = array.rechunk();
    let Some(chunk) = array.downcast_iter().next() else {
        return Ok(Vec::new());
    };
    let lengths = chunk.offsets().lengths();
    let from = usize::try_from(*chunk.offsets().first()).map_err(|error| wrong(name, error))?;
    let mut values = read(&array.get_inner())?.into_iter().skip(from);
    let n_lists = lengths.len();
    let cut = |length| Ok(values.by_ref().take(length).collect());
    all(n_lists, lengths.map(cut))
}

/// Lists of a type with an `i64` form.
macro_rules! whole_list {
    ($list:ty, $type:ty, $to:expr, $from:expr) => {
        impl Field for $list {
            fn column(name: &str, values: Vec<&Self>) -> Column {
                let to: fn(&$type) -> i64 = $to;
                {
                    let lists: Vec<Vec<i64>> = values
                        .into_iter()
                        .map(|list| list.iter().map(to).collect())
                        .collect();
                    int_lists(name, &lists)
                }
            }
            fn values(frame: &DataFrame, name: &str) -> Result<Vec<Self>, Error> {
                let from: fn(i64) -> Option<$type> = $from;
                lists(frame, name, |inner| {
                    let array = inner.i64().map_err(|error| wrong(name, error))?;
                    let refused = || wrong(name, "is out of range");
                    let values = array.iter();
                    let values = values.map(|n| n.and_then(from).ok_or_else(refused));
                    all(array.len(), values)
                })
            }
        }
    };
}

whole_list!(
    Vec<u64>,
    u64,
    |n| i64::try_from(*n).unwrap_or(i64::MAX),
    |n| { u64::try_from(n).ok() }
);
whole_list!(Vec<PersonId>, PersonId, |id| i64::from(id.0), |n| {
    u32::try_from(n).ok().map(PersonId)
});
whole_list!(Box<[PersonId]>, PersonId, |id| i64::from(id.0), |n| {
    u32::try_from(n).ok().map(PersonId)
});

/// Lists of a type with a text form.
macro_rules! text_list {
    ($list:ty, $type:ty, $to:expr, $from:expr) => {
        impl Field for $list {
            fn column(name: &str, values: Vec<&Self>) -> Column {
                let to: fn(&$type) -> String = $to;
                let total = values.iter().map(|list| list.len()).sum();
                let mut lists = ListStringChunkedBuilder::new(name.into(), values.len(), total);
                let mut texts: Vec<String> = Vec::new();
                for list in values {
                    texts.clear();
                    texts.extend(list.iter().map(to));
                    lists.append_values_iter(texts.iter().map(String::as_str));
                }
                lists.finish().into_series().into_column()
            }
            fn values(frame: &DataFrame, name: &str) -> Result<Vec<Self>, Error> {
                let from: fn(&str) -> Option<$type> = $from;
                lists(frame, name, |inner| {
                    let array = inner.str().map_err(|error| wrong(name, error))?;
                    let refused = || wrong(name, "is not one of its values");
                    let values = array.iter();
                    let values = values.map(|t| t.and_then(from).ok_or_else(refused));
                    all(array.len(), values)
                })
            }
        }
    };
}

text_list!(Vec<String>, String, Clone::clone, |text| Some(
    text.to_owned()
));
text_list!(
    Vec<IssuePart>,
    IssuePart,
    |part| match part {
        IssuePart::Type => "type",
        IssuePart::Parent => "parent",
        IssuePart::SubIssues => "sub_issues",
        IssuePart::BlockedBy => "blocked_by",
        IssuePart::Fields => "fields",
    }
    .to_owned(),
    |text| match text {
        "type" => Some(IssuePart::Type),
        "parent" => Some(IssuePart::Parent),
        "sub_issues" => Some(IssuePart::SubIssues),
        "blocked_by" => Some(IssuePart::BlockedBy),
        "fields" => Some(IssuePart::Fields),
        _ => None,
    }
);
text_list!(Vec<CommitId>, CommitId, ToString::to_string, |text| text
    .parse()
    .ok());
text_list!(Parents, CommitId, ToString::to_string, |text| text
    .parse()
    .ok());
text_list!(Vec<Login>, Login, |login| login.0.clone(), |text| Some(
    Login(text.to_owned())
));
text_list!(
    Vec<EmailAddress>,
    EmailAddress,
    |email| email.0.clone(),
    |text| Some(EmailAddress(text.to_owned()))
);
