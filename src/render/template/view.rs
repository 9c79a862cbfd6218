//! A report as templates of the user's own see it: words to print, and numbers to compare. Names nobody.

use schemars::JsonSchema;
use serde::Serialize;

use super::super::{CHARTS, chart_place, encode, json, minute, product_page};
use crate::domain::Window;
use crate::report::look::{self, Look};
use crate::report::quantity;
use crate::report::strip::{Found, Side, Strip, StripLine};
use crate::report::team::Shortcoming;
use crate::report::{Figure, Headline, ProductReport, Section, TeamReport};

/// What a template's variables are.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct ReportView {
    /// The report's title, from the register.
    title: String,
    /// What the register says of it, or none.
    description: Option<String>,
    /// The instant that it speaks of, to the minute, in its time zone.
    as_of: String,
    /// The window's first day.
    since: String,
    /// The window's last day.
    until: String,
    /// The time zone of its days.
    zone: String,
    /// The program's version.
    version: String,
    /// Whether some data has a hole in it.
    is_partial: bool,
    /// What stands out, in one sentence.
    verdict: String,
    /// What the data lacks, worst first.
    shortcomings: Vec<ShortcomingView>,
    /// What to look at first, over all products.
    looks: Vec<LookView>,
    /// The products, in their order.
    products: Vec<ProductView>,
}

/// A hole in the data.
#[derive(Debug, Serialize, JsonSchema)]
struct ShortcomingView {
    /// What is concerned, such as `pull requests of acme/web`.
    what: String,
    /// How it stands, such as `partial` or `forbidden`.
    state: String,
    /// Why, or none; backticks set off code: print it with the filter `prose`.
    reason: Option<String>,
    /// The step that would complete it, or none; with the filter `prose`.
    fix: Option<String>,
    /// Whether there is data with a hole in it; else nothing was asked for.
    is_partial: bool,
}

/// Something to look at first.
#[derive(Debug, Serialize, JsonSchema)]
struct LookView {
    /// The product.
    product: String,
    /// Its kind, such as `Agreement crossed`.
    kind: String,
    /// What there is, in one sentence without a full stop; with the filter `prose`.
    text: String,
    /// The work items.
    items: Vec<ItemView>,
    /// How many work items are not listed.
    n_omitted: usize,
    /// The next step; with the filter `prose`.
    next: String,
}

/// A work item.
#[derive(Debug, Serialize, JsonSchema)]
struct ItemView {
    /// Its number, and what there is to say.
    text: String,
    /// Its address, or none: `{{ item.text | link(item.link) }}`.
    link: Option<String>,
}

/// One product.
#[derive(Debug, Serialize, JsonSchema)]
struct ProductView {
    /// Its name.
    name: String,
    /// Its page, beside the file that is made.
    page: String,
    /// Its repositories.
    repositories: Vec<ItemView>,
    /// What moved, in one sentence; none where nothing is compared.
    moved: Option<String>,
    /// The last days, such as `2026-04-02 to 2026-06-30`; none where nothing is compared.
    now: Option<String>,
    /// As many days before them; none where nothing is compared.
    before: Option<String>,
    /// Now against before, a figure each, those of which nothing is told included.
    strip: Vec<LineView>,
    /// What to look at first.
    looks: Vec<LookView>,
    /// The sections, with every figure.
    sections: Vec<SectionView>,
}

/// A figure now and before.
#[derive(Debug, Serialize, JsonSchema)]
struct LineView {
    /// The metric's id, with the number's name behind a dot where it is not the headline.
    id: String,
    /// The metric's id.
    metric: String,
    /// What it is called, with its clock.
    title: String,
    /// What it is called where there is little room.
    short: String,
    /// In the last days.
    now: SideView,
    /// In as many before them.
    before: SideView,
    /// `longer`, `shorter`, `more`, `fewer`, `the same`, `not told apart` or `not compared`.
    change: String,
    /// The same as one sign.
    mark: String,
    /// Whether something moved: the intervals lie apart, or all were counted.
    is_move: bool,
    /// What the team has agreed about it, or none.
    agreed: Option<String>,
    /// The months, oldest first.
    months: Vec<MonthView>,
}

/// A month of a figure.
#[derive(Debug, Serialize, JsonSchema)]
struct MonthView {
    /// Its year and number.
    month: String,
    /// Its number, or none where there are too few rows.
    number: Option<f64>,
}

/// A figure of some days.
#[derive(Debug, Serialize, JsonSchema)]
struct SideView {
    /// The figure in words, such as `3.2 h`; none where there is none.
    text: Option<String>,
    /// The number, or none.
    number: Option<f64>,
    /// How many rows are behind it, or none.
    n: Option<u64>,
    /// Its 80 % interval in words, or none.
    interval: Option<String>,
    /// Why there is no figure, or none; with the filter `prose`.
    because: Option<String>,
}

/// A section of a product.
#[derive(Debug, Serialize, JsonSchema)]
struct SectionView {
    /// Its title.
    title: String,
    /// The question that it answers; with the filter `prose`.
    question: String,
    /// Its figures.
    figures: Vec<FigureView>,
    /// What has no figure, and why.
    absences: Vec<AbsenceView>,
}

/// A metric over the whole window.
#[derive(Debug, Serialize, JsonSchema)]
struct FigureView {
    /// The metric's id.
    metric: String,
    /// What it is called.
    title: String,
    /// The question that it answers; with the filter `prose`.
    question: String,
    /// The figure in words; none where there are too few rows to summarise.
    amount: Option<String>,
    /// What the amount is, such as `median`; none without one.
    label: Option<String>,
    /// How many rows are behind it, as a number.
    n: u64,
    /// Its 80 % interval in words, or none.
    interval: Option<String>,
    /// Its other numbers: what each is called, and its words.
    others: Vec<[String; 2]>,
    /// How many of the rows that belong here were measured, in words.
    measured: String,
    /// The chart's file beside the file that is made, or none.
    chart: Option<String>,
    /// The chart's numbers, or none.
    csv: Option<String>,
}

/// Metrics without a figure, for one reason.
#[derive(Debug, Serialize, JsonSchema)]
struct AbsenceView {
    /// `not observed`, `not applicable` or `not told here`.
    kind: String,
    /// What the metrics are called.
    titles: Vec<String>,
    /// Why; with the filter `prose`.
    because: String,
    /// The step that would provide them, or none; with the filter `prose`.
    fix: Option<String>,
}

/// What templates see, as a JSON Schema.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(ReportView)
}

impl ReportView {
    pub(super) fn of(report: &TeamReport) -> Self {
        let day = |at| report.zone.to_datetime(at).date().to_string();
        let Window { since, until } = report.window;
        Self {
            title: report.title.clone(),
            description: report.description.clone(),
            as_of: minute(report),
            since: day(since),
            until: day(until),
            zone: json::zone_name(report),
            version: report.version.clone(),
            is_partial: report.is_partial(),
            verdict: look::verdict(&report.looks),
            shortcomings: report.shortcomings.iter().map(shortcoming).collect(),
            looks: report.looks.iter().map(look_view).collect(),
            products: report.products.iter().map(product).collect(),
        }
    }
}

fn shortcoming(found: &Shortcoming) -> ShortcomingView {
    ShortcomingView {
        what: found.what.clone(),
        state: found.state.to_owned(),
        reason: found.reason.clone(),
        fix: found.fix.clone(),
        is_partial: found.is_partial,
    }
}

fn look_view(look: &Look) -> LookView {
    let items = look.items.iter().map(|item| ItemView {
        text: item.text.clone(),
        link: item.link.as_deref().and_then(encode::url),
    });
    LookView {
        product: look.product.clone(),
        kind: look.kind.words().to_owned(),
        text: look.text.clone(),
        items: items.collect(),
        n_omitted: look.n_omitted,
        next: look.next.clone(),
    }
}

fn product(product: &ProductReport) -> ProductView {
    let strip = product.strip.as_ref();
    let repositories = product.repositories.iter().map(|face| ItemView {
        text: face.name.clone(),
        link: face.url.as_deref().and_then(encode::url),
    });
    ProductView {
        name: product.name.clone(),
        page: product_page(product),
        repositories: repositories.collect(),
        moved: strip.map(|strip| strip.moved.clone()),
        now: strip.map(|strip| strip.now.words()),
        before: strip.map(|strip| strip.before.words()),
        strip: strip.map_or_else(Vec::new, lines),
        looks: product.looks.iter().map(look_view).collect(),
        sections: product.sections.iter().map(section).collect(),
    }
}

fn lines(strip: &Strip) -> Vec<LineView> {
    strip.lines.iter().map(line).collect()
}

fn line(line: &StripLine) -> LineView {
    let months = line.spark.points.iter();
    LineView {
        id: line.id.clone(),
        metric: line.metric.to_owned(),
        title: line.title.clone(),
        short: line.short.clone(),
        now: side(&line.now),
        before: side(&line.before),
        change: line.change.words().to_owned(),
        mark: line.change.mark().to_owned(),
        is_move: line.change.is_move(),
        agreed: line.agreed.clone(),
        months: months
            .map(|(month, number)| MonthView {
                month: month.clone(),
                number: number.filter(|number| number.is_finite()),
            })
            .collect(),
    }
}

fn side(side: &Side) -> SideView {
    match side {
        Side::Found(found) => SideView {
            text: Some(found.text.clone()),
            number: Some(found.number).filter(|number| number.is_finite()),
            n: Some(found.n),
            interval: Found::interval(found).map(|[low, high]| format!("{low} – {high}")),
            because: None,
        },
        Side::Missing(because) => SideView {
            text: None,
            number: None,
            n: None,
            interval: None,
            because: Some(because.clone()),
        },
    }
}

fn section(section: &Section) -> SectionView {
    let absences = section.absences.iter().map(|absence| AbsenceView {
        kind: absence.kind.words().to_owned(),
        titles: absence
            .metrics
            .iter()
            .map(|metric| metric.title.to_owned())
            .collect(),
        because: absence.because.clone(),
        fix: absence.fix.clone(),
    });
    SectionView {
        title: section.title.clone(),
        question: section.question.clone(),
        figures: section.figures.iter().map(figure).collect(),
        absences: absences.collect(),
    }
}

fn figure(figure: &Figure) -> FigureView {
    let chart = figure.chart.as_ref();
    let whole = FigureView {
        metric: figure.definition.id.to_owned(),
        title: figure.definition.title.to_owned(),
        question: figure.definition.question.to_owned(),
        amount: None,
        label: None,
        n: 0,
        interval: None,
        others: Vec::new(),
        measured: quantity::ratio(figure.ledger.coverage()),
        chart: chart.map(|chart| chart_place(CHARTS, chart, "svg")),
        csv: chart.map(|chart| chart_place(CHARTS, chart, "csv")),
    };
    match &figure.headline {
        Headline::Value {
            amount,
            label,
            interval,
            others,
            n,
        } => FigureView {
            amount: Some(amount.clone()),
            label: Some(label.clone()),
            n: *n,
            interval: interval
                .as_ref()
                .map(|[low, high]| format!("{low} – {high}")),
            others: others
                .iter()
                .map(|(title, words)| [title.clone(), words.clone()])
                .collect(),
            ..whole
        },
        Headline::TooFew { n } => FigureView { n: *n, ..whole },
    }
}
