//! The last gate before a page that names nobody: everything that such a page is built from passes here once, as plain text.
//!
//! What comes later (headings, anchors, file names, markup, links) is made of what left here, so that no encoding can hide a
//! name. A product and an area are keys: those that are a person's name get a number, and stay apart from each other.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use jiff::tz::TimeZone;

use super::input::{
    AcceptedFlag, AgreedLimit, MarkedDay, OwnedLine, ProductInput, RepositoryLabel, TeamInput,
    TeamScope,
};
use super::names::Names;
use super::split::ByProduct;
use super::withheld::{Told, of_stretches, without_few, without_overlap};
use crate::domain::{Gap, ImportLine, PatternLine, StreamCertificate};
use crate::metrics::agreements::{Agreement, Item, Standing};
use crate::metrics::drawn::{Drawn, Material};
use crate::metrics::measure::{Cell, Definition, LedgerRow, Measure, Measured, Note, Subject};
use crate::metrics::recent::{Recent, RecentFigure};
use crate::report::subject;

/// What a page that names nobody may be built from.
#[derive(Debug)]
pub(super) struct Public {
    pub(super) products: Vec<ProductInput>,
    pub(super) teams: Vec<TeamScope>,
    pub(super) repositories: Vec<RepositoryLabel>,
    /// The measures of each product by themselves, in the order of the products; then those of teams, and last those of none.
    pub(super) measures: Vec<Vec<Measure>>,
    pub(super) certificates: Vec<StreamCertificate>,
    pub(super) patterns: Vec<PatternLine>,
    pub(super) imports: Vec<ImportLine>,
    pub(super) gaps: Vec<Gap>,
    pub(super) accepted: Vec<AcceptedFlag>,
    pub(super) recent: Option<Recent>,
    pub(super) events: Vec<MarkedDay>,
    pub(super) agreed: Vec<AgreedLimit>,
    pub(super) agreements: Vec<Agreement>,
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    /// How many texts named somebody.
    pub(super) n_masked: u64,
}

/// The areas whose names are masked on a page that names nobody: what they are called there, by their own names.
#[must_use]
pub fn masked_areas(measures: &[Measure], names: &Names) -> BTreeMap<String, String> {
    renamed_areas(measures.iter(), names)
}

fn renamed_areas<'a>(
    measures: impl Iterator<Item = &'a Measure>,
    names: &Names,
) -> BTreeMap<String, String> {
    let areas = measures
        .flat_map(Measure::team_cells)
        .filter_map(|cell| cell.scope.area.as_deref());
    renamed(areas, "area", names)
}

/// What products are called on a page that names nobody, in their order.
pub(super) fn product_names<'a>(
    products: impl Iterator<Item = &'a str> + Clone,
    names: &Names,
) -> Vec<String> {
    let renamed = renamed(products.clone(), "product", names);
    products
        .map(|name| renamed.get(name).map_or(name, String::as_str).to_owned())
        .collect()
}

/// The figures of whole products over the window, as a page that names nobody tells them: each with its product's own name.
#[must_use]
pub fn figures_of_products(
    measures: &ByProduct,
    names: &Names,
) -> Vec<(String, &'static Definition, Measured)> {
    // Of a whole product neither area nor product has to be called anything.
    let mut mask = Mask {
        names,
        areas: BTreeMap::new(),
        products: BTreeMap::new(),
        known: HashMap::new(),
        masked: BTreeSet::new(),
    };
    let is_whole = |cell: &Cell| {
        let scope = &cell.scope;
        cell.bucket.is_none()
            && (&scope.area, scope.repository, scope.origin) == (&None, None, None)
    };
    let mut found = Vec::new();
    for measure in measures.measures() {
        let definition = measure.definition;
        let whole = measure.cells.iter().filter(|cell| is_whole(cell));
        found.extend(whole.map(|cell| {
            let cell = mask.cell(cell.clone());
            (cell.scope.product, definition, cell.measured)
        }));
    }
    found
}

/// Lets through what names nobody and tells of nobody alone.
pub(super) fn public(input: &TeamInput<'_>, measures: ByProduct) -> Public {
    // Every field is named here, so that a new one cannot be forgotten.
    let TeamInput {
        as_of: _,
        window: _,
        granularity: _,
        zone,
        products,
        teams,
        repositories,
        // They come by themselves.
        measures: _,
        certificates,
        patterns,
        imports,
        gaps,
        accepted,
        recent,
        events,
        agreed,
        agreements,
        title,
        description,
        names,
        minimum_n: _,
        minimum_people,
        version: _,
    } = input;
    let of_products = products.iter().map(|product| product.name.as_str());
    let of_teams = teams.iter().map(|team| team.scope.name.as_str());
    let mut scopes = renamed(of_products.clone(), "product", names);
    scopes.extend(renamed(of_teams.clone(), "team", names));
    let mut mask = Mask {
        names,
        areas: renamed_areas(measures.measures(), names),
        products: scopes,
        known: HashMap::new(),
        masked: BTreeSet::new(),
    };
    let ByProduct {
        of_products: mut public,
        of_none,
        shares,
    } = measures;
    let parts: Vec<&str> = parts(teams);
    // What is withheld of a team depends on what is told of the products, and of the teams before it.
    let n_products = products.len().min(public.len());
    if !parts.is_empty() {
        for (at, shares) in shares.iter().enumerate() {
            let (of_products, of_teams) = public.split_at_mut(n_products);
            let told = of_products.iter().filter_map(|own| own.get(at));
            let mut told = Told::of(shares, told, *minimum_people);
            for (team, own) in teams.iter().zip(of_teams) {
                if let Some(own) = own.get_mut(at).filter(|_| !team.is_whole) {
                    told.withhold(&team.scope.name, own);
                }
            }
        }
    }
    public.push(of_none);
    let measures = public
        .into_iter()
        .map(|own| {
            let masked = own.into_iter().map(|measure| mask.measure(measure));
            masked.collect()
        })
        .collect();
    Public {
        products: products
            .iter()
            .map(|product| mask.product(product))
            .collect(),
        teams: teams.iter().map(|team| mask.team(team)).collect(),
        // A repository's own name stays, whoever it is called after: it is its address.
        repositories: repositories.to_vec(),
        measures,
        certificates: certificates
            .iter()
            .map(|line| mask.certificate(line))
            .collect(),
        patterns: patterns.iter().map(|line| mask.pattern(line)).collect(),
        imports: imports.iter().map(|line| mask.import(line)).collect(),
        gaps: gaps.iter().map(|gap| mask.gap(gap)).collect(),
        accepted: accepted.iter().map(|flag| mask.accepted(flag)).collect(),
        recent: recent.map(|recent| mask.recent(recent, zone, *minimum_people, &parts)),
        events: events.iter().map(|day| mask.event(day)).collect(),
        agreements: agreements.iter().map(|one| mask.agreement(one)).collect(),
        title: mask.optional(*title),
        description: mask.optional(*description),
        agreed: agreed.iter().map(|limit| mask.agreed(limit)).collect(),
        n_masked: u64::try_from(mask.masked.len()).unwrap_or(u64::MAX),
    }
}

/// The teams whose figures tell more than those of the products do.
fn parts(teams: &[TeamScope]) -> Vec<&str> {
    let parts = teams.iter().filter(|team| !team.is_whole);
    parts.map(|team| team.scope.name.as_str()).collect()
}

/// What texts become, each looked at once.
struct Mask<'a> {
    names: &'a Names,
    /// Areas and products with another name, by their own.
    areas: BTreeMap<String, String>,
    products: BTreeMap<String, String>,
    known: HashMap<String, String>,
    masked: BTreeSet<String>,
}

impl Mask<'_> {
    fn text(&mut self, text: &str) -> String {
        if let Some(known) = self.known.get(text) {
            return known.clone();
        }
        let public = match self.names.masked(text) {
            Some(masked) => {
                self.masked.insert(text.to_owned());
                masked
            }
            None => text.to_owned(),
        };
        self.known.insert(text.to_owned(), public.clone());
        public
    }

    fn optional(&mut self, text: Option<&str>) -> Option<String> {
        text.map(|text| self.text(text))
    }

    fn key(&mut self, text: &str, is_product: bool) -> String {
        let renamed = if is_product {
            &self.products
        } else {
            &self.areas
        };
        match renamed.get(text) {
            Some(public) => {
                self.masked.insert(text.to_owned());
                public.clone()
            }
            None => text.to_owned(),
        }
    }

    /// A pattern is an address, as a repository's name is, but for what it says of a topic or a team.
    fn pattern(&mut self, line: &PatternLine) -> PatternLine {
        let product = line.product.as_deref();
        PatternLine {
            product: product.map(|name| self.key(name, true)),
            pattern: self.text(&line.pattern),
            reason: self.optional(line.reason.as_deref()),
            fix: self.optional(line.fix.as_deref()),
            ..line.clone()
        }
    }

    /// A file is called as whoever made it liked; what is told of its lines is linchpin's own words.
    fn import(&mut self, line: &ImportLine) -> ImportLine {
        let product = line.product.as_deref();
        ImportLine {
            product: product.map(|name| self.key(name, true)),
            file: self.text(&line.file),
            ..line.clone()
        }
    }

    fn product(&mut self, product: &ProductInput) -> ProductInput {
        let ProductInput {
            name,
            repositories,
            unmet,
            silos,
        } = product;
        ProductInput {
            name: self.key(name, true),
            repositories: repositories.clone(),
            unmet: unmet.clone(),
            silos: silos
                .iter()
                .map(|(area, on)| (self.key(area, false), *on))
                .collect(),
        }
    }

    fn team(&mut self, team: &TeamScope) -> TeamScope {
        let TeamScope {
            scope,
            is_whole,
            owns,
            shared_with,
        } = team;
        TeamScope {
            scope: self.product(scope),
            is_whole: *is_whole,
            owns: owns.iter().map(|line| self.owned(line)).collect(),
            shared_with: shared_with
                .iter()
                .map(|(team, n_files)| (self.key(team, true), *n_files))
                .collect(),
        }
    }

    /// An entry is an address, as a pattern of repositories is, or the name of an area.
    fn owned(&mut self, line: &OwnedLine) -> OwnedLine {
        let is_area = self.areas.contains_key(&line.entry);
        OwnedLine {
            team: self.key(&line.team, true),
            entry: if is_area {
                self.key(&line.entry, false)
            } else {
                self.text(&line.entry)
            },
            reason: self.optional(line.reason.as_deref()),
            fix: self.optional(line.fix.as_deref()),
            ..line.clone()
        }
    }

    /// Figures over stretches of days: each is a part of the past, and as withheld as a bucket of it.
    fn recent(
        &mut self,
        recent: &Recent,
        zone: &TimeZone,
        minimum: usize,
        teams: &[&str],
    ) -> Recent {
        let figures = recent.figures.iter().map(|figure| {
            let RecentFigure {
                now,
                before,
                months,
                around,
            } = figure;
            let pair = |[before, after]: [&Measure; 2]| {
                let mut pair = of_stretches([before, after], zone, minimum);
                for (public, measure) in pair.iter_mut().zip([before, after]) {
                    without_overlap(public, &measure.shares, teams, minimum);
                }
                pair
            };
            let [now, before] = pair([now, before]);
            let months = months.as_ref().and_then(|measure| {
                let public = without_few(std::slice::from_ref(measure), zone, minimum);
                let mut public = public.into_iter().next()?;
                without_overlap(&mut public, &measure.shares, teams, minimum);
                Some(public)
            });
            let around: Vec<[Measure; 2]> = around
                .iter()
                .map(|[before, after]| pair([before, after]))
                .map(|pair| pair.map(|measure| self.measure(measure)))
                .collect();
            RecentFigure {
                now: self.measure(now),
                before: self.measure(before),
                months: months.map(|measure| self.measure(measure)),
                around,
            }
        });
        let figures = figures.collect();
        Recent {
            figures,
            ..recent.clone()
        }
    }

    /// An agreement. What its work items are called stays behind: a page prints their numbers.
    fn agreement(&mut self, agreement: &Agreement) -> Agreement {
        Agreement {
            scope: self.scope(&agreement.scope),
            standing: match &agreement.standing {
                Standing::Accepted { reason, until } => Standing::Accepted {
                    reason: self.text(reason),
                    until: *until,
                },
                Standing::NotMeasured { because } => Standing::NotMeasured {
                    because: self.text(because),
                },
                other @ (Standing::Kept | Standing::Crossed) => other.clone(),
            },
            items: agreement
                .items
                .iter()
                .map(|item| Item {
                    subject: String::new(),
                    ..item.clone()
                })
                .collect(),
            ..agreement.clone()
        }
    }

    /// The name of a scope that a register speaks of: a product's, an area's, or any other.
    fn scope(&mut self, scope: &str) -> String {
        let is_scope = |name: &&String| name.eq_ignore_ascii_case(scope);
        let area = self.areas.keys().find(is_scope).cloned();
        let product = self.products.keys().find(is_scope).cloned();
        match (area, product) {
            (Some(area), _) => self.key(&area, false),
            (None, Some(product)) => self.key(&product, true),
            (None, None) => self.text(scope),
        }
    }

    fn measure(&mut self, measure: Measure) -> Measure {
        let Measure {
            definition,
            cells,
            strata,
            rows,
            notes,
            drawn,
            shares: _,
        } = measure;
        let cells = cells.into_iter().map(|cell| self.cell(cell)).collect();
        let strata = strata.into_iter().map(|cell| self.cell(cell)).collect();
        let notes = notes.iter().map(|note| self.note(note)).collect();
        let rows = rows
            .into_iter()
            .map(|row| LedgerRow {
                // Of a row that is neither a file nor an area a page prints a number or a commit alone.
                subject: if subject::is_place(definition, &row) {
                    self.subject(&row)
                } else {
                    row.subject.clone()
                },
                product: self.key(&row.product, true),
                areas: self.areas(&row.areas),
                ..row
            })
            .collect();
        Measure {
            definition,
            cells,
            strata,
            rows,
            notes,
            drawn: drawn.into_iter().map(|drawn| self.drawn(drawn)).collect(),
            // Who is behind them stays here.
            shares: Vec::new(),
        }
    }

    fn drawn(&mut self, drawn: Drawn) -> Drawn {
        let Drawn { product, material } = drawn;
        let material = match material {
            Material::Rows(mut rows) => {
                for cell in rows.coarser.iter_mut().flat_map(|level| &mut level.cells) {
                    *cell = self.cell(cell.clone());
                }
                Material::Rows(rows)
            }
            Material::Files(mut files) => {
                for file in &mut files {
                    file.path = self.text(&file.path);
                    file.areas = self.areas(&file.areas);
                }
                Material::Files(files)
            }
            // Numbers and days alone.
            other @ (Material::Turns(_)
            | Material::TurnsByOrigin(_)
            | Material::LivesByOrigin(_)
            | Material::Queue(_)) => other,
        };
        Drawn {
            product: self.key(&product, true),
            material,
        }
    }

    fn areas(&mut self, areas: &Arc<[String]>) -> Arc<[String]> {
        if areas.iter().all(|area| !self.areas.contains_key(area)) {
            return Arc::clone(areas);
        }
        areas.iter().map(|area| self.key(area, false)).collect()
    }

    /// The subject of a row that is a file or an area; one that begins with its area keeps doing so.
    fn subject(&mut self, row: &LedgerRow) -> Subject {
        for area in row.areas.iter() {
            if let Some(rest) = row.subject.strip_prefix(area.as_str())
                && (rest.is_empty() || rest.starts_with(": "))
            {
                let words = format!("{}{}", self.key(area, false), self.text(rest));
                return row.subject.thing.called(words);
            }
        }
        row.subject.thing.called(self.text(&row.subject))
    }

    /// A remark: one that begins with its product's name keeps doing so.
    fn note(&mut self, note: &Note) -> Note {
        let product = note.product.as_ref();
        Note {
            product: product.map(|product| self.key(product, true)),
            text: self.text(&note.text),
        }
    }

    fn cell(&mut self, mut cell: Cell) -> Cell {
        cell.scope.product = self.key(&cell.scope.product, true);
        cell.scope.area = cell.scope.area.map(|area| self.key(&area, false));
        cell.measured = match cell.measured {
            Measured::NotObserved { because, fix } => Measured::NotObserved {
                because: self.text(&because),
                fix: self.optional(fix.as_deref()),
            },
            Measured::NotApplicable { because } => Measured::NotApplicable {
                because: self.text(&because),
            },
            other @ (Measured::Value { .. }
            | Measured::TooFew { .. }
            | Measured::Withheld { .. }) => other,
        };
        cell
    }

    fn certificate(&mut self, line: &StreamCertificate) -> StreamCertificate {
        StreamCertificate {
            reason: self.optional(line.reason.as_deref()),
            fix: self.optional(line.fix.as_deref()),
            accepted: line
                .accepted
                .as_ref()
                .map(|(until, reason)| (*until, self.text(reason))),
            ..line.clone()
        }
    }

    fn gap(&mut self, gap: &Gap) -> Gap {
        Gap {
            kind: self.text(&gap.kind),
            reason: self.text(&gap.reason),
            ..gap.clone()
        }
    }

    fn agreed(&mut self, limit: &AgreedLimit) -> AgreedLimit {
        AgreedLimit {
            scope: limit.scope.as_deref().map(|scope| self.scope(scope)),
            ..limit.clone()
        }
    }

    fn event(&mut self, day: &MarkedDay) -> MarkedDay {
        let MarkedDay { on, title } = day;
        MarkedDay {
            on: *on,
            title: self.text(title),
        }
    }

    fn accepted(&mut self, flag: &AcceptedFlag) -> AcceptedFlag {
        let AcceptedFlag {
            metric,
            scope,
            reason,
            until,
        } = flag;
        AcceptedFlag {
            metric: self.text(metric),
            scope: self.scope(scope),
            reason: self.text(reason),
            until: *until,
        }
    }
}

/// New names for keys that name somebody: `area 3` where nothing else is left of one, else the rest of it, each once.
fn renamed<'a>(
    keys: impl Iterator<Item = &'a str>,
    noun: &str,
    names: &Names,
) -> BTreeMap<String, String> {
    let keys: BTreeSet<&str> = keys.collect();
    let mut taken: BTreeSet<String> = keys.iter().map(|key| (*key).to_owned()).collect();
    let mut renamed = BTreeMap::new();
    let mut n_numbered = 0;
    for key in keys {
        // A product is called after its only repository where nobody names it.
        if names.is_repository(key) {
            continue;
        }
        let (qualifier, rest) = names.after_repository(key);
        let Some(rest) = names.masked(rest) else {
            continue;
        };
        let is_said = rest.chars().any(char::is_alphanumeric);
        let mut public = format!("{qualifier}{rest}");
        let mut n = 1;
        while !is_said && n == 1 || taken.contains(&public) {
            if is_said {
                n += 1;
                public = format!("{qualifier}{rest} ({n})");
            } else {
                n_numbered += 1;
                n += 1;
                public = format!("{qualifier}{noun} {n_numbered}");
            }
        }
        taken.insert(public.clone());
        renamed.insert(key.to_owned(), public);
    }
    renamed
}
