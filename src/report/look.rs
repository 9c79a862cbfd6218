//! What to look at first: at most five lines, work items and never people, each with its rows and the next step.

/// At most so many lines are told, of a product as of all of them.
pub const MAX_LINES: usize = 5;

/// The kinds of lines, in the order in which they are told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum LookKind {
    /// The data has holes, or is old.
    Data,
    /// An account of a person answers like a machine.
    Machine,
    /// An agreement is crossed.
    Crossed,
    /// A figure moved.
    Moved,
    /// One person alone knows something.
    Silo,
    /// Requests wait.
    Queue,
}

impl LookKind {
    /// What a line of it is called.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Data => "Data",
            Self::Machine => "Account like a machine",
            Self::Crossed => "Agreement crossed",
            Self::Moved => "Moved",
            Self::Silo => "One person",
            Self::Queue => "Queue",
        }
    }
}

/// A work item of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LookItem {
    /// Its number, and what there is to say.
    pub text: String,
    /// Its page.
    pub link: Option<String>,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Look {
    /// Its kind.
    pub kind: LookKind,
    /// The product that it is about.
    pub product: String,
    /// The product's anchor.
    pub product_id: String,
    /// What there is, in one sentence; backticks set off code.
    pub text: String,
    /// The work items.
    pub items: Vec<LookItem>,
    /// Work items that are not listed.
    pub n_omitted: usize,
    /// The next step; backticks set off code.
    pub next: String,
    /// The metric whose card opens it further.
    pub metric: Option<&'static str>,
}

/// What stands out, in one sentence.
#[must_use]
pub fn verdict(looks: &[Look]) -> String {
    let kinds: [(LookKind, &str); 6] = [
        (LookKind::Data, "the data has holes"),
        (LookKind::Machine, "an account answers like a machine"),
        (LookKind::Crossed, "an agreement is crossed"),
        (LookKind::Moved, "figures moved"),
        (LookKind::Silo, "one person alone knows an area"),
        (LookKind::Queue, "requests for a review wait"),
    ];
    let found: Vec<&str> = kinds
        .iter()
        .filter(|(kind, _)| looks.iter().any(|look| look.kind == *kind))
        .map(|(_, words)| *words)
        .collect();
    let Some((last, before)) = found.split_last() else {
        return "Nothing stands out.".to_owned();
    };
    let words = if before.is_empty() {
        (*last).to_owned()
    } else {
        format!("{} and {last}", before.join(", "))
    };
    let mut letters = words.chars();
    let first = letters.next().map(|first| first.to_ascii_uppercase());
    first.into_iter().chain(letters).chain(['.']).collect()
}

/// The lines of all products: of every kind one before a second of any, in the order of kinds.
#[must_use]
pub fn of_all<'a>(products: impl Iterator<Item = &'a [Look]>) -> Vec<Look> {
    let mut lines: Vec<(usize, &Look)> = Vec::new();
    for look in products.flatten() {
        let n_before = lines.iter().filter(|(_, other)| other.kind == look.kind);
        lines.push((n_before.count(), look));
    }
    lines.sort_by_key(|(n_before, look)| (*n_before, look.kind));
    let mut chosen: Vec<Look> = lines
        .into_iter()
        .take(MAX_LINES)
        .map(|(_, look)| look.clone())
        .collect();
    chosen.sort_by_key(|look| look.kind);
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_kind_does_not_crowd_out_the_others() {
        let look = |kind, product: &str| Look {
            kind,
            product: product.to_owned(),
            product_id: product.to_owned(),
            text: String::new(),
            items: Vec::new(),
            n_omitted: 0,
            next: String::new(),
            metric: None,
        };
        let of = |product: &str| {
            vec![
                look(LookKind::Data, product),
                look(LookKind::Silo, product),
                look(LookKind::Queue, product),
            ]
        };
        let products: Vec<Vec<Look>> = ["a", "b", "c", "d"].map(of).into();
        let lines = of_all(products.iter().map(Vec::as_slice));
        let said: Vec<_> = lines
            .iter()
            .map(|look| (look.kind, look.product.as_str()))
            .collect();
        assert_eq!(
            said,
            [
                (LookKind::Data, "a"),
                (LookKind::Data, "b"),
                (LookKind::Silo, "a"),
                (LookKind::Silo, "b"),
                (LookKind::Queue, "a"),
            ]
        );
    }
}
