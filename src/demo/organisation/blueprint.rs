//! The shape of the organisation: products, repositories, areas, and who works where in which quarter.

use super::cast::{Actor, INES, MARA, OSKAR, TEAM, TOMAS, YUKI};
use super::text::Language;
use super::truths::Plants;

/// How pull requests land.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum MergeStyle {
    Merge,
    Squash,
    Rebase,
}

/// A repository's shape.
#[derive(Debug)]
pub(super) struct Blueprint {
    pub(super) name: &'static str,
    pub(super) product: &'static str,
    pub(super) former_name: Option<&'static str>,
    pub(super) style: MergeStyle,
    pub(super) language: Language,
    pub(super) lock_file: &'static str,
    pub(super) manifest: &'static str,
    pub(super) team: &'static str,
    pub(super) areas: &'static [AreaPlan],
}

/// What is written in an area.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Craft {
    Code,
    Documents,
    Pipeline,
}

/// One area: a top-level directory.
#[derive(Debug)]
pub(super) struct AreaPlan {
    pub(super) name: &'static str,
    pub(super) craft: Craft,
    /// Headings of the nouns that it speaks of.
    pub(super) words: &'static [&'static str],
    /// Human pull requests a quarter.
    pub(super) n_a_quarter: usize,
    /// Who writes them, by weight.
    pub(super) authors: &'static [(Actor, u32)],
    /// Whether migrations are written here.
    pub(super) has_migrations: bool,
}

const EVERYONE: &[(Actor, u32)] = &[(MARA, 1), (TOMAS, 1), (INES, 1), (YUKI, 1), (OSKAR, 1)];

const fn code(
    name: &'static str,
    words: &'static [&'static str],
    n_a_quarter: usize,
    authors: &'static [(Actor, u32)],
) -> AreaPlan {
    AreaPlan {
        name,
        craft: Craft::Code,
        words,
        n_a_quarter,
        authors,
        has_migrations: false,
    }
}

const fn documents(words: &'static [&'static str]) -> AreaPlan {
    AreaPlan {
        name: "docs",
        craft: Craft::Documents,
        words,
        n_a_quarter: 5,
        authors: EVERYONE,
        has_migrations: false,
    }
}

const fn pipeline(words: &'static [&'static str]) -> AreaPlan {
    AreaPlan {
        name: ".github",
        craft: Craft::Pipeline,
        words,
        n_a_quarter: 5,
        authors: EVERYONE,
        has_migrations: false,
    }
}

/// The three repositories in two products.
pub(super) const REPOSITORIES: [Blueprint; 3] = [
    Blueprint {
        name: "parcel-api",
        product: "parcels",
        former_name: Some("parcel-backend"),
        style: MergeStyle::Merge,
        language: Language::Rust,
        lock_file: "Cargo.lock",
        manifest: "Cargo.toml",
        team: "parcels",
        areas: &[
            AreaPlan {
                name: "booking",
                craft: Craft::Code,
                words: &["booking"],
                n_a_quarter: 15,
                authors: &[(TOMAS, 5), (INES, 5), (OSKAR, 5)],
                has_migrations: true,
            },
            code(
                "pricing",
                &["pricing"],
                10,
                &[(INES, 4), (MARA, 3), (OSKAR, 3)],
            ),
            code(
                "labels",
                &["labels"],
                8,
                &[(TOMAS, 4), (MARA, 2), (INES, 2)],
            ),
            documents(&["booking", "pricing", "labels"]),
            pipeline(&["booking", "labels"]),
        ],
    },
    Blueprint {
        name: "parcel-web",
        product: "parcels",
        former_name: None,
        style: MergeStyle::Squash,
        language: Language::TypeScript,
        lock_file: "package-lock.json",
        manifest: "package.json",
        team: "parcels",
        areas: &[
            code(
                "checkout",
                &["checkout"],
                10,
                &[(INES, 4), (OSKAR, 4), (YUKI, 2)],
            ),
            code(
                "tracking",
                &["tracking"],
                8,
                &[(OSKAR, 4), (TOMAS, 2), (INES, 2)],
            ),
            code(
                "components",
                &["components"],
                8,
                &[(INES, 3), (OSKAR, 3), (MARA, 2)],
            ),
            documents(&["checkout", "tracking"]),
            pipeline(&["checkout", "components"]),
        ],
    },
    Blueprint {
        name: "timetable",
        product: "timetable",
        former_name: None,
        style: MergeStyle::Rebase,
        language: Language::Python,
        lock_file: "uv.lock",
        manifest: "pyproject.toml",
        team: "timetable",
        areas: &[
            code(
                "solver",
                &["solver"],
                8,
                &[(YUKI, 4), (OSKAR, 2), (MARA, 2)],
            ),
            code(
                "feeds",
                &["feeds"],
                10,
                &[(TOMAS, 4), (OSKAR, 3), (YUKI, 3)],
            ),
            code(
                "departures",
                &["departures"],
                10,
                &[(YUKI, 3), (MARA, 3), (TOMAS, 2), (OSKAR, 2)],
            ),
            documents(&["feeds", "departures"]),
            pipeline(&["feeds", "solver"]),
            code(AGENT_AREA, &["departures"], 0, &[]),
        ],
    },
];

/// The index of `timetable`, where the silo and the hand-over are.
pub(super) const TIMETABLE: usize = 2;
/// The index of `parcel-api`, where the rollback and the flaky workflow are.
pub(super) const PARCEL_API: usize = 0;
/// The silo's area.
pub(super) const SILO: &str = "solver";
/// The handed-over area.
pub(super) const HANDED_OVER: &str = "feeds";

/// The area of `timetable` that agents write: nobody's turn comes there otherwise.
pub(super) const AGENT_AREA: &str = "notices";

/// The index of `parcel-web`, where one person alone approves an area and CI becomes slow.
pub(super) const PARCEL_WEB: usize = 1;
/// The area with one approver. Its approver writes nothing there.
pub(super) const APPROVED_BY_ONE: &str = "tracking";

/// Who writes in an area in a quarter (0 = 2025-Q1), by weight.
pub(super) fn authors(
    repository: usize,
    area: &AreaPlan,
    quarter: usize,
    plants: &Plants,
) -> Vec<(Actor, u32)> {
    if repository == TIMETABLE && area.name == SILO && plants.silo {
        // One outsider at the very start: the last outside touch that the private view names.
        return if quarter == 0 {
            vec![(YUKI, 7), (TOMAS, 1)]
        } else {
            vec![(YUKI, 8)]
        };
    }
    if repository == TIMETABLE && area.name == HANDED_OVER && plants.hand_over {
        return match quarter {
            0..=2 => vec![(TOMAS, 7), (OSKAR, 1), (YUKI, 2)],
            3 => vec![(TOMAS, 4), (OSKAR, 4), (YUKI, 2)],
            _ => vec![(TOMAS, 1), (OSKAR, 7), (YUKI, 2)],
        };
    }
    area.authors.to_vec()
}

/// Whether there is an area: that of the agents only with them.
pub(super) fn is_there(area: &AreaPlan, plants: &Plants) -> bool {
    area.n_a_quarter > 0 || plants.agents
}

/// Whether nobody reviews an area's changes: the silo's author merges alone.
pub(super) fn is_unreviewed(repository: usize, area: &AreaPlan, plants: &Plants) -> bool {
    repository == TIMETABLE && area.name == SILO && plants.silo
}

/// Who may review an area's changes.
pub(super) fn reviewers() -> [Actor; 5] {
    TEAM
}
