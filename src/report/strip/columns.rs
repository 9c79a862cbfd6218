//! The columns of the overview of all products: a figure that is told of none of them is no column, and is named once.

use super::{Side, Strip, StripLine};

/// Which figures stand in an overview, and which in none of its rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Columns {
    /// Titles of those that are told of one product at least.
    pub told: Vec<String>,
    /// `Not told: Cycle time, Pickup time: no GitHub token`: the others, reason by reason.
    pub untold: Vec<String>,
}

impl Columns {
    /// Of the strips of all rows.
    #[must_use]
    pub fn of(strips: &[&Strip]) -> Self {
        let all = || strips.iter().flat_map(|strip| strip.in_overview());
        let mut columns = Self::default();
        let mut untold: Vec<(Option<&str>, Vec<&str>)> = Vec::new();
        for line in strips.first().iter().flat_map(|strip| strip.in_overview()) {
            let reasons: Option<Vec<&str>> = all()
                .filter(|one| one.short == line.short)
                .map(|one| match &one.now {
                    Side::Found(_) => None,
                    Side::Missing(because) => Some(because.as_str()),
                })
                .collect();
            let Some(reasons) = reasons else {
                columns.told.push(line.short.clone());
                continue;
            };
            let first = reasons.first().copied();
            let because = first.filter(|first| reasons.iter().all(|one| one == first));
            match untold.iter_mut().find(|(known, _)| *known == because) {
                Some((_, titles)) => titles.push(&line.short),
                None => untold.push((because, vec![&line.short])),
            }
        }
        let sentence = |(because, titles): (Option<&str>, Vec<&str>)| {
            let because = because.unwrap_or("each page says why");
            format!("Not told: {}: {because}", titles.join(", "))
        };
        columns.untold = untold.into_iter().map(sentence).collect();
        columns
    }

    /// The lines of a row, column by column.
    pub fn lines_of<'a>(&'a self, strip: &'a Strip) -> impl Iterator<Item = &'a StripLine> {
        let lines = strip.in_overview();
        lines.filter(|line| self.told.contains(&line.short))
    }
}

impl Strip {
    fn in_overview(&self) -> impl Iterator<Item = &StripLine> {
        self.lines.iter().filter(|line| line.in_overview)
    }
}
