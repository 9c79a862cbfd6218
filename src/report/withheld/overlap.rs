//! What of a team is not told, since something of few people could be told from it and from what is told of the products.
//!
//! A team owns what products have too, and other teams may. Whoever reads a product's figure and a team's can subtract: so each
//! figure of a team is held against all that is told already. Its rows are taken apart into shares that every scope has all of or
//! none. What is told is a sum of shares, and all that can be told from several sums is what can be had by adding and subtracting them.
//! A figure goes where it makes a sum known that fewer people than the minimum are behind.
//!
//! Sums are whole numbers, and so is the arithmetic: ranks are taken modulo a prime that is larger than anything that stands there.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::{Bucket, PersonId};
use crate::metrics::drawn::Material;
use crate::metrics::measure::{Cell, Ledger, Measure, Measured, Scope};
use crate::metrics::share::Share;

/// Who stands behind a share.
type People = fn(&Share) -> &[PersonId];

/// Where more shares than these are of few people, the figure goes without a further look.
const MOST_FEW: usize = 24;

/// What is told of one metric, and what its rows are made of.
pub struct Told<'a> {
    /// The shares of all products.
    pub shares: &'a [Share],
    /// Figures that are told already: of products, and of teams that came before.
    pub cells: Vec<(Scope, Option<Bucket>)>,
    /// Fewer people are few.
    pub minimum: usize,
}

impl<'a> Told<'a> {
    /// What some public measures of one metric tell.
    pub fn of<'b>(
        shares: &'a [Share],
        public: impl Iterator<Item = &'b Measure>,
        minimum: usize,
    ) -> Self {
        let mut told = Self {
            shares,
            cells: Vec::new(),
            minimum,
        };
        for measure in public {
            told.add(measure);
        }
        told
    }

    fn add(&mut self, measure: &Measure) {
        let cells = measure.cells.iter().chain(&measure.strata);
        let told = cells.filter(|cell| super::has_figure(cell));
        self.cells
            .extend(told.map(|cell| (cell.scope.clone(), cell.bucket)));
    }

    /// Withholds what of a team's public figures would tell of few people, and takes up the others among what is told.
    pub fn withhold(&mut self, team: &str, public: &mut Measure) {
        if public.definition.about.counted().is_none() {
            return;
        }
        // What is drawn is told over other days than the figures are.
        public
            .drawn
            .retain(|drawn| matches!(drawn.material, Material::Files(_)));
        let is_unsure = |share: &Share| share.place.unsure.iter().any(|one| one == team);
        if self.shares.iter().any(is_unsure) {
            let all = public.cells.iter_mut().chain(&mut public.strata);
            all.for_each(hide);
        }
        self.withhold_wholes(team, public);
        self.withhold_sums(team, public);
        self.withhold_parts(team, public);
        let whole = public
            .cells
            .iter()
            .find(|cell| is_whole(cell) && cell.bucket.is_none());
        if whole.is_none_or(|cell| matches!(cell.measured, Measured::Withheld { .. })) {
            public.rows = Vec::new();
            public.notes.retain(|note| note.product.is_none());
        }
        self.add(public);
    }

    /// The figures of the whole team, each by itself.
    fn withhold_wholes(&self, team: &str, public: &mut Measure) {
        for cell in public.cells.iter_mut().filter(|cell| is_whole(cell)) {
            if !super::has_figure(cell) {
                continue;
            }
            let board = self.board(
                &|bucket| cell.bucket.is_none() || bucket == cell.bucket,
                cell.bucket,
            );
            if !board.adds_up(team, cell) || board.tells(&board.of(&cell.scope, team), self.minimum)
            {
                hide(cell);
            }
        }
    }

    /// The buckets that are withheld together are what the window has beside the others: they must not tell of few people either.
    fn withhold_sums(&self, team: &str, public: &mut Measure) {
        loop {
            let window = |cell: &&mut Cell| is_whole(cell) && cell.bucket.is_none();
            let is_told = public
                .cells
                .iter_mut()
                .find(window)
                .is_some_and(|cell| super::has_figure(cell));
            let of_buckets = || {
                public
                    .cells
                    .iter()
                    .filter(|cell| is_whole(cell) && cell.bucket.is_some())
            };
            let hidden: BTreeSet<Option<Bucket>> = of_buckets()
                .filter(|cell| matches!(cell.measured, Measured::Withheld { .. }))
                .map(|cell| cell.bucket)
                .collect();
            if !is_told || hidden.is_empty() {
                return;
            }
            let board = self.board(&|bucket| hidden.contains(&bucket), None);
            let scope = Scope {
                product: team.to_owned(),
                repository: None,
                area: None,
                person: None,
                origin: None,
            };
            if !board.tells(&board.of(&scope, team), self.minimum) {
                return;
            }
            let fewest = public
                .cells
                .iter_mut()
                .filter(|cell| is_whole(cell) && cell.bucket.is_some() && super::has_figure(cell))
                .min_by_key(|cell| (cell.ledger.population(), cell.bucket));
            if let Some(cell) = fewest {
                hide(cell);
            } else {
                public.cells.iter_mut().filter(window).for_each(hide);
                return;
            }
        }
    }

    /// Figures of the team's repositories, areas and origins: told where the others tell them anyway.
    fn withhold_parts(&self, team: &str, public: &mut Measure) {
        let wholes: Vec<(Scope, Option<Bucket>)> = public
            .cells
            .iter()
            .filter(|cell| is_whole(cell) && super::has_figure(cell))
            .map(|cell| (cell.scope.clone(), cell.bucket))
            .collect();
        let mut boards: BTreeMap<Option<Bucket>, Board> = BTreeMap::new();
        let parts = public.cells.iter_mut().filter(|cell| !is_whole(cell));
        for cell in parts.chain(&mut public.strata) {
            if !super::has_figure(cell) {
                continue;
            }
            let bucket = cell.bucket;
            let board = boards.entry(bucket).or_insert_with(|| {
                let mut board = self.board(&|of| bucket.is_none() || of == bucket, bucket);
                for (scope, at) in &wholes {
                    if *at == bucket {
                        let row = board.of(scope, team);
                        board.told.push(row);
                    }
                }
                board
            });
            if !board.adds_up(team, cell) || !board.is_known(&board.of(&cell.scope, team)) {
                hide(cell);
            }
        }
    }

    /// The shares of some buckets, and what is told of one.
    fn board(&self, is_in: &dyn Fn(Option<Bucket>) -> bool, bucket: Option<Bucket>) -> Board<'a> {
        let shares = self.shares.iter().filter(|share| is_in(share.place.bucket));
        let mut board = Board {
            shares: shares.collect(),
            told: Vec::new(),
        };
        let told = self.cells.iter().filter(|(_, at)| *at == bucket);
        board.told = told
            .map(|(scope, _)| board.of(scope, &scope.product))
            .collect();
        board
    }
}

/// The same of a measure in which the figures of products and of some teams stand together.
pub fn without_overlap(public: &mut Measure, shares: &[Share], teams: &[&str], minimum: usize) {
    if teams.is_empty() {
        return;
    }
    let is_of = |cell: &Cell, team: &str| cell.scope.product == team;
    let figures = |public: &Measure, is_in: &dyn Fn(&Cell) -> bool| Measure {
        cells: public
            .cells
            .iter()
            .filter(|cell| is_in(cell))
            .cloned()
            .collect(),
        strata: public
            .strata
            .iter()
            .filter(|cell| is_in(cell))
            .cloned()
            .collect(),
        ..Measure::of(public.definition)
    };
    let of_products = figures(public, &|cell| !teams.iter().any(|team| is_of(cell, team)));
    let mut told = Told::of(shares, std::iter::once(&of_products), minimum);
    for team in teams {
        let mut own = figures(public, &|cell| is_of(cell, team));
        told.withhold(team, &mut own);
        // They come back in the order in which they were taken.
        let (mut cells, mut strata) = (own.cells.into_iter(), own.strata.into_iter());
        let places = public.cells.iter_mut().filter(|cell| is_of(cell, team));
        places
            .zip(&mut cells)
            .for_each(|(place, cell)| *place = cell);
        let places = public.strata.iter_mut().filter(|cell| is_of(cell, team));
        places
            .zip(&mut strata)
            .for_each(|(place, cell)| *place = cell);
    }
}

fn is_whole(cell: &Cell) -> bool {
    let scope = &cell.scope;
    scope.repository.is_none() && scope.area.is_none() && scope.origin.is_none()
}

fn hide(cell: &mut Cell) {
    if super::has_figure(cell) {
        cell.measured = Measured::Withheld { people: None };
        cell.ledger = Ledger::default();
    }
}

/// Shares, and sums of them that are told: by share, whether it is in the sum.
struct Board<'a> {
    shares: Vec<&'a Share>,
    told: Vec<Vec<bool>>,
}

impl Board<'_> {
    /// The shares that a figure is made of; `name` is a product's, or a team's.
    fn of(&self, scope: &Scope, name: &str) -> Vec<bool> {
        let has = |share: &&Share| {
            let place = &share.place;
            (place.product == name || place.teams.iter().any(|team| team == name))
                && scope
                    .repository
                    .is_none_or(|only| place.repository == Some(only))
                && scope.origin.is_none_or(|only| place.origin == Some(only))
                && scope
                    .area
                    .as_ref()
                    .is_none_or(|only| place.areas.contains(only))
        };
        self.shares.iter().map(has).collect()
    }

    /// Whether a figure counts the rows that the shares say it should: else nobody knows what it tells.
    fn adds_up(&self, team: &str, cell: &Cell) -> bool {
        let row = self.of(&cell.scope, team);
        let n = self.shares.iter().zip(row);
        n.filter(|(_, is_in)| *is_in)
            .map(|(share, _)| share.n)
            .sum::<u64>()
            == cell.ledger.included
    }

    /// Whether a sum can be had from those that are told.
    fn is_known(&self, sum: &[bool]) -> bool {
        let rows: Vec<Vec<u64>> = self.told.iter().map(|row| numbers(row)).collect();
        let before = rank(rows.clone());
        rank(rows.into_iter().chain([numbers(sum)]).collect()) == before
    }

    /// Whether a further sum makes one known that few people are behind.
    fn tells(&self, sum: &[bool], minimum: usize) -> bool {
        let wrote: People = |share| &share.wrote;
        let reviewed: People = |share| &share.reviewed;
        self.tells_of(sum, minimum, wrote) || self.tells_of(sum, minimum, reviewed)
    }

    /// The same by who stands behind the shares: those who wrote, or those who reviewed.
    fn tells_of(&self, sum: &[bool], minimum: usize, people: People) -> bool {
        // Shares that are in the same sums are one: nothing that is told tells them apart. Of nobody known nothing is told.
        let mut columns: BTreeMap<Vec<bool>, BTreeSet<PersonId>> = BTreeMap::new();
        for (at, share) in self.shares.iter().enumerate() {
            let is_in = |row: &[bool]| row.get(at).copied().unwrap_or(false);
            let mut pattern: Vec<bool> = self.told.iter().map(|row| is_in(row)).collect();
            pattern.push(is_in(sum));
            columns.entry(pattern).or_default().extend(people(share));
        }
        columns.retain(|pattern, people| !people.is_empty() && pattern.contains(&true));
        let few: BTreeSet<&BTreeSet<PersonId>> = columns
            .values()
            .filter(|people| people.len() < minimum)
            .collect();
        if few.is_empty() {
            return false;
        }
        // By told sum, last the new one: its columns.
        let rows = |outside: Option<&BTreeSet<PersonId>>| -> Vec<Vec<u64>> {
            let kept: Vec<&Vec<bool>> = columns
                .iter()
                .filter(|(_, people)| outside.is_none_or(|few| !people.is_subset(few)))
                .map(|(pattern, _)| pattern)
                .collect();
            let n = self.told.len() + 1;
            let row = |at: usize| {
                let bits = kept.iter();
                bits.map(|bits| u64::from(bits.get(at).copied().unwrap_or(false)))
                    .collect()
            };
            (0..n).map(row).collect()
        };
        let ranks = |rows: Vec<Vec<u64>>| {
            let before = rank(
                rows.iter()
                    .take(rows.len().saturating_sub(1))
                    .cloned()
                    .collect(),
            );
            (before, rank(rows))
        };
        let (before, after) = ranks(rows(None));
        if before == after {
            return false;
        }
        if few.len() > MOST_FEW {
            return true;
        }
        groups(&few, minimum).iter().any(|people| {
            let (before_outside, after_outside) = ranks(rows(Some(people)));
            after - after_outside > before - before_outside
        })
    }
}

/// Every group of few people that is behind one or several shares.
fn groups(few: &BTreeSet<&BTreeSet<PersonId>>, minimum: usize) -> BTreeSet<BTreeSet<PersonId>> {
    let mut groups: BTreeSet<BTreeSet<PersonId>> = BTreeSet::new();
    for people in few {
        let joined: Vec<BTreeSet<PersonId>> = groups
            .iter()
            .map(|group| group.union(people).copied().collect())
            .filter(|group: &BTreeSet<PersonId>| group.len() < minimum)
            .collect();
        groups.extend(joined);
        groups.insert((*people).clone());
    }
    groups
}

fn numbers(row: &[bool]) -> Vec<u64> {
    row.iter().map(|is_in| u64::from(*is_in)).collect()
}

/// A prime below 2³¹: products of two residues stay in 64 bits.
const PRIME: u64 = 2_147_483_647;

/// The rank of some rows.
fn rank(mut rows: Vec<Vec<u64>>) -> usize {
    let width = rows.first().map_or(0, Vec::len);
    let mut rank = 0;
    for column in 0..width {
        let at = |row: &Vec<u64>| row.get(column).copied().unwrap_or(0);
        let Some(found) = rows.iter().skip(rank).position(|row| at(row) != 0) else {
            continue;
        };
        rows.swap(rank, rank + found);
        let (done, rest) = rows.split_at_mut(rank + 1);
        let Some(pivot) = done.last() else { break };
        let inverse = power(at(pivot), PRIME - 2);
        for row in rest.iter_mut().filter(|row| at(row) != 0) {
            let factor = at(row) * inverse % PRIME;
            for (slot, own) in row.iter_mut().zip(pivot) {
                *slot = (*slot + PRIME - factor * own % PRIME) % PRIME;
            }
        }
        rank += 1;
    }
    rank
}

fn power(base: u64, mut exponent: u64) -> u64 {
    let (mut base, mut found) = (base % PRIME, 1);
    while exponent > 0 {
        if exponent & 1 == 1 {
            found = found * base % PRIME;
        }
        base = base * base % PRIME;
        exponent >>= 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::share::SharePlace;

    fn share(repository: u32, teams: &[&str], people: &[u32]) -> Share {
        Share {
            place: SharePlace {
                product: "shop".to_owned(),
                bucket: None,
                repository: Some(crate::domain::RepositoryId(repository)),
                areas: [].into(),
                origin: None,
                teams: teams.iter().map(|team| (*team).to_owned()).collect(),
                unsure: Vec::new(),
            },
            n: 1,
            wrote: people.iter().copied().map(PersonId).collect(),
            reviewed: Vec::new(),
        }
    }

    fn scope(product: &str, repository: Option<u32>) -> Scope {
        Scope {
            product: product.to_owned(),
            repository: repository.map(crate::domain::RepositoryId),
            area: None,
            person: None,
            origin: None,
        }
    }

    /// Whether a team's figure goes, beside some that are told.
    fn goes(shares: &[Share], told: &[(&str, Option<u32>)], team: &str) -> bool {
        let told = Told {
            shares,
            cells: told
                .iter()
                .map(|(name, repository)| (scope(name, *repository), None))
                .collect(),
            minimum: 3,
        };
        let board = told.board(&|_| true, None);
        board.tells(&board.of(&scope(team, None), team), 3)
    }

    #[test]
    fn what_a_product_has_beside_a_team_is_the_doing_of_enough() {
        let own = share(1, &["web"], &[1, 2, 3]);
        let shop = &[("shop", None)];
        assert!(goes(&[own.clone(), share(2, &[], &[4])], shop, "web"));
        assert!(goes(&[own.clone(), share(2, &[], &[4, 5])], shop, "web"));
        assert!(!goes(
            &[own.clone(), share(2, &[], &[4, 5, 6])],
            shop,
            "web"
        ));
        // Nobody known, or nothing at all, is nobody.
        assert!(!goes(&[own.clone(), share(2, &[], &[])], shop, "web"));
        assert!(!goes(&[own], shop, "web"));
    }

    #[test]
    fn a_team_of_few_is_told_only_where_it_is_what_is_told_anyway() {
        let shares = [share(1, &["web"], &[1]), share(2, &[], &[4, 5, 6])];
        assert!(goes(&shares, &[("shop", None)], "web"));
        assert!(!goes(&shares, &[("shop", None), ("shop", Some(1))], "web"));
        let all = [share(1, &["web"], &[1])];
        assert!(
            !goes(&all, &[("shop", None)], "web"),
            "a product is nobody's part of one"
        );
    }

    #[test]
    fn what_is_withheld_of_a_repository_cannot_be_had_through_a_team() {
        // The second repository is of one person, the third is withheld so that nobody subtracts.
        let shares = [
            share(1, &["web"], &[1, 2, 3]),
            share(2, &[], &[4]),
            share(3, &["web"], &[5, 6, 7]),
            share(4, &[], &[8, 9, 10]),
        ];
        let told = &[("shop", None), ("shop", Some(1)), ("shop", Some(4))];
        assert!(goes(&shares, told, "web"));
        assert!(!goes(&shares, &[("shop", None)], "web"));
    }

    #[test]
    fn teams_that_leave_little_to_others_do_not_tell_it_together() {
        let shares = [
            share(1, &["web"], &[1, 2, 3]),
            share(2, &["api"], &[4, 5, 6]),
            share(3, &[], &[7]),
        ];
        assert!(
            !goes(&shares, &[("shop", None)], "web"),
            "the rest is of four"
        );
        assert!(goes(&shares, &[("shop", None), ("web", None)], "api"));
        let overlapping = [
            share(1, &["web", "api"], &[1, 2, 3]),
            share(2, &["api"], &[4]),
            share(3, &[], &[5, 6, 7]),
        ];
        assert!(goes(&overlapping, &[("shop", None), ("web", None)], "api"));
    }

    #[test]
    fn a_rank_is_how_many_rows_say_something_new() {
        assert_eq!(rank(vec![vec![1, 0, 1], vec![0, 1, 1], vec![1, 1, 2]]), 2);
        assert_eq!(rank(vec![vec![0, 0], vec![0, 3]]), 1);
        assert_eq!(rank(Vec::new()), 0);
    }
}
