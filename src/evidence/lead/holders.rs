//! The knowledge map by holder, and the same in small once a person: what nobody active would know if they left.

use std::collections::BTreeMap;

use super::names::Names;
use super::{LeadSources, ProductSources};
use crate::domain::{PersonId, RepoName};
use crate::evidence::blocks::counted;
use crate::metrics::knowledge::files_at_risk::HeldFile;
use crate::report::Picture;
use crate::report::picture::{
    Drawing, Look, Loss, Losses, MOST_TILES, Map, MapArea, MapClass, area_of, tiles,
};
use crate::report::quantity;
use crate::report::table::{Column, Table, TableCell};

/// Who knows a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Known {
    /// One person, who has a class of their own: its place.
    To(usize),
    ToAnother,
    ToMore,
    ToNobody,
}

/// The files of a product by area and class.
struct Held<'a> {
    product: &'a str,
    /// People with a class of their own, by name.
    holders: Vec<PersonId>,
    classes: Vec<Known>,
    /// By area: each file with the place of its class.
    areas: BTreeMap<String, Vec<(&'a HeldFile, usize)>>,
    n_files: usize,
}

/// Both pictures of a product; `None` where no file has lines that survive.
pub(super) fn pictures(
    sources: &LeadSources<'_>,
    names: &Names<'_>,
    product: &ProductSources,
    number: usize,
) -> Option<(Picture, Option<Picture>)> {
    let held = Held::of(sources, names, product)?;
    let map = held.map(names);
    let losses = held.losses(names, &map, number);
    let picture = Picture {
        id: format!("holders-{number}-{}", held.product),
        title: format!(
            "Knowledge map by holder: {}, n {}",
            held.product,
            quantity::counted(real(held.n_files), "files")
        ),
        alternative: held.alternative(names),
        table: held.table(names),
        drawing: Drawing::Map(map),
    };
    Some((picture, losses))
}

#[expect(clippy::cast_precision_loss, reason = "counts stay far below 2^53")]
const fn real(n: usize) -> f64 {
    n as f64
}

/// Files and lines of a class, everywhere or in some files.
fn sums<'a>(files: impl Iterator<Item = &'a (&'a HeldFile, usize)>, class: usize) -> (u64, u64) {
    let of_class = files.filter(|(_, of)| *of == class);
    of_class.fold((0, 0), |(n, lines), (file, _)| (n + 1, lines + file.lines))
}

impl<'a> Held<'a> {
    fn of(
        sources: &LeadSources<'_>,
        names: &Names<'_>,
        product: &'a ProductSources,
    ) -> Option<Self> {
        let files = &product.files;
        let mut lines: BTreeMap<PersonId, u64> = BTreeMap::new();
        for file in files {
            if let [only] = file.people.as_slice() {
                *lines.entry(*only).or_default() += file.lines;
            }
        }
        let mut holders: Vec<PersonId> = lines.keys().copied().collect();
        let n_alone = holders.len();
        holders.sort_by_key(|person| (std::cmp::Reverse(lines.get(person)), *person));
        holders.truncate(Look::HOLDERS);
        names.sort(&mut holders);
        let mut classes: Vec<Known> = (0..holders.len()).map(Known::To).collect();
        classes.extend((n_alone > holders.len()).then_some(Known::ToAnother));
        classes.extend([Known::ToMore, Known::ToNobody]);
        let known = |file: &HeldFile| match file.people.as_slice() {
            [] => Known::ToNobody,
            [only] => {
                let place = holders.iter().position(|holder| holder == only);
                place.map_or(Known::ToAnother, Known::To)
            }
            _ => Known::ToMore,
        };
        let repositories: std::collections::BTreeSet<_> =
            files.iter().map(|file| file.repository).collect();
        let mut areas: BTreeMap<String, Vec<(&HeldFile, usize)>> = BTreeMap::new();
        for file in files {
            let name = sources.repositories.get(&file.repository);
            let name = name.map(RepoName::name).filter(|_| repositories.len() > 1);
            let area = area_of(&file.areas, &file.path, name);
            let class = classes.iter().position(|class| *class == known(file));
            areas.entry(area).or_default().push((file, class?));
        }
        (!files.is_empty()).then_some(Self {
            product: &product.name,
            holders,
            classes,
            areas,
            n_files: files.len(),
        })
    }

    fn title(&self, names: &Names<'_>, class: Known) -> String {
        match class {
            Known::To(at) => {
                let holder = self.holders.get(at);
                holder.map_or_else(String::new, |holder| names.name(*holder))
            }
            Known::ToAnother => "another".to_owned(),
            Known::ToMore => "more than one".to_owned(),
            Known::ToNobody => "nobody active".to_owned(),
        }
    }

    fn map(&self, names: &Names<'_>) -> Map {
        let class = |class: &Known| MapClass {
            title: self.title(names, *class),
            look: match class {
                Known::To(at) => Look::Holder(u8::try_from(*at).unwrap_or(u8::MAX)),
                Known::ToAnother => Look::Another,
                Known::ToMore => Look::Many,
                Known::ToNobody => Look::Nobody,
            },
        };
        let placed = self.areas.iter().flat_map(|(area, files)| {
            files.iter().map(|(file, class)| {
                let class = u8::try_from(*class).unwrap_or(u8::MAX);
                (area.as_str(), file.path.as_str(), class, file.lines)
            })
        });
        let mut tiles = tiles(placed);
        let mut areas: Vec<(u64, MapArea)> = self
            .areas
            .iter()
            .map(|(title, files)| {
                let lines = files.iter().map(|(file, _)| file.lines).sum();
                let area = MapArea {
                    title: title.clone(),
                    words: format!(
                        "{}, {} known to one",
                        quantity::counted(real(files.len()), "files"),
                        files
                            .iter()
                            .filter(|(file, _)| file.people.len() == 1)
                            .count()
                    ),
                    tiles: tiles.remove(title.as_str()).unwrap_or_default(),
                };
                (lines, area)
            })
            .collect();
        areas.sort_by(|a, b| (b.0, &a.1.title).cmp(&(a.0, &b.1.title)));
        Map {
            classes: self.classes.iter().map(class).collect(),
            areas: areas.into_iter().map(|(_, area)| area).collect(),
        }
    }

    fn alternative(&self, names: &Names<'_>) -> String {
        let all = || self.areas.values().flatten();
        let told = self.classes.iter().enumerate().map(|(at, class)| {
            let (n, lines) = sums(all(), at);
            format!(
                "{} {} ({})",
                self.title(names, *class),
                quantity::count(n),
                counted(lines, "lines")
            )
        });
        let told: Vec<String> = told.collect();
        let folded = if self.n_files > MOST_TILES {
            "Every rectangle is a file, or the small files of a directory that the same people know"
        } else {
            "Every rectangle is a file"
        };
        format!(
            "{folded}, its area the lines that survive, its colour and hatching who of those active in the last 90 days ever changed \
             or reviewed it. Files known to one person alone, by name, then to more than one and to nobody: {}.",
            told.join(", ")
        )
    }

    fn table(&self, names: &Names<'_>) -> Table {
        let mut columns = vec![Column::text("Area"), Column::number("n, files")];
        let classes = self.classes.iter();
        columns.extend(classes.map(|class| Column::number(&self.title(names, *class))));
        columns.push(Column::number("Lines"));
        let row = |(area, files): (&String, &Vec<(&HeldFile, usize)>)| {
            let mut row = vec![
                TableCell::Text(area.clone()),
                TableCell::Number(quantity::count(files.len() as u64)),
            ];
            row.extend((0..self.classes.len()).map(|class| {
                let (n, _) = sums(files.iter(), class);
                TableCell::Number(quantity::count(n))
            }));
            let lines = files.iter().map(|(file, _)| file.lines).sum();
            row.push(TableCell::Number(quantity::count(lines)));
            row
        };
        Table {
            title: format!("Files of {} by who knows them, by area", self.product),
            columns,
            rows: self.areas.iter().map(row).collect(),
            n_omitted: 0,
        }
    }

    /// The map once a person; `None` where no file is known to one active person alone.
    fn losses(&self, names: &Names<'_>, map: &Map, number: usize) -> Option<Picture> {
        let all = || self.areas.values().flatten();
        let of = |(at, holder): (usize, &PersonId)| {
            let (n, lines) = sums(all(), at);
            (names.name(*holder), n, lines)
        };
        let lost: Vec<(String, u64, u64)> = self.holders.iter().enumerate().map(of).collect();
        if lost.is_empty() {
            return None;
        }
        let words = |n: u64, lines: u64| {
            format!(
                "{} of {}, {}",
                quantity::count(n),
                counted(self.n_files as u64, "files"),
                counted(lines, "lines")
            )
        };
        let people = (0..).zip(&lost).map(|(class, (name, n, lines))| Loss {
            title: name.clone(),
            words: words(*n, *lines),
            class,
        });
        let told = lost.iter();
        let told = told.map(|(name, n, lines)| format!("{name}: {}", words(*n, *lines)));
        let has_others = self.classes.contains(&Known::ToAnother);
        let others = if has_others {
            format!(
                " Shown are the {} people who alone know most lines, by name; the table below has everybody.",
                Look::HOLDERS
            )
        } else {
            String::new()
        };
        // Area by area, so that nobody's counts stand below somebody else's as their own row.
        let row = |(area, files): (&String, &Vec<(&'a HeldFile, usize)>)| {
            let here = (0..).zip(&self.holders).map(|(at, holder)| {
                let (n, lines) = sums(files.iter(), at);
                (names.name(*holder), n, lines)
            });
            let here = here.filter(|(_, n, _)| *n > 0);
            here.map(|(name, n, lines)| {
                vec![
                    TableCell::Text(area.clone()),
                    TableCell::Text(name),
                    TableCell::Number(quantity::count(n)),
                    TableCell::Number(quantity::count(files.len() as u64)),
                    TableCell::Number(quantity::count(lines)),
                ]
            })
            .collect::<Vec<_>>()
        };
        Some(Picture {
            id: format!("left-{number}-{}", self.product),
            title: format!("If this person left: {}", self.product),
            alternative: format!(
                "The same map once for each person; filled are the files that nobody active would know any more without them. {}.{others}",
                told.collect::<Vec<_>>().join("; ")
            ),
            table: Table {
                title: format!("Files of {} that nobody active would know", self.product),
                columns: vec![
                    Column::text("Area"),
                    Column::text("If this person left"),
                    Column::number("Files"),
                    Column::number("n, files of the area"),
                    Column::number("Lines"),
                ],
                rows: self.areas.iter().flat_map(row).collect(),
                n_omitted: 0,
            },
            drawing: Drawing::Losses(Losses {
                map: map.clone(),
                people: people.collect(),
            }),
        })
    }
}
