//! linchpin: engineering health with receipts, from GitHub and from git history.
//!
//! One line of named nouns, one module per arrow:
//!
//! ```text
//!         shell (may fail, may wait)                                core (pure, total, synchronous)
//!  GitHub ─fetch─► raw answers ─┐
//!                               ├─► Facts (+ Gaps) ─► Tables ─► work ─┬─► metrics ─► Measures ─► Report ─► bytes ─► team/
//!  .git ───mine──► history ─────┤        typed        columns         │              + ledger
//!  register (TOML) ─────────────┘                                     └─► Evidence ──────────────► bytes ─► private/<login>/
//!  clock, env, args, terminal, exit code: cli only
//! ```
//!
//! | module | turns | into |
//! |---|---|---|
//! | [`domain`] | – | the vocabulary: ids, time, people, facts, gaps |
//! | [`register`] | TOML | agreements, people, absences, delegations |
//! | [`github`] | documents, answers | raw answers, then facts and gaps |
//! | [`git`] | a repository | commits, changes, ownership; and who is who |
//! | [`folder`] | a place | a folder that linchpin made, and trees that are replaced whole |
//! | [`store`] | bytes | committed files: raw answers, mined state, facts |
//! | [`tables`] | facts | columns, and Parquet (polars) |
//! | [`mod@derive`] | raw answers and histories | facts, and how complete they are |
//! | [`analysis`] | a store and the registers | the tables and the question: what every command starts from |
//! | [`work`] | tables and the register | what happened: landings, deliveries, incidents, turns, requests, histories of files |
//! | [`metrics`] | what happened | measures with their ledgers |
//! | [`evidence`] | facts | snippets and packs about one person |
//! | [`report`] | measures | sections, figures, charts as plain data |
//! | [`render`] | reports, documents | HTML, SVG, Markdown, CSV, JSON |
//! | [`demo`] | a seed | a synthetic organisation, its clones, and a GitHub that serves it (feature `demo`, on by default) |
//! | [`cli`] | arguments | side effects and an exit code |
//!
//! Invariants, each held by a test or a lint (`tests/it/structure.rs`, `Cargo.toml`, `.clippy.toml`):
//!
//! - `domain` imports no other module; `work`, `metrics`, `evidence`, `report` and `render` do no IO and are not async.
//! - A third-party crate is named only by its owner: polars by `tables`, gix by `git` (and by `demo`, which writes the
//!   repositories it mines), octocrab and reqwest by `github`, cap-std and rustix by `folder`, plotters and the template engine
//!   by `render`, clap and indicatif by `cli`.
//! - What is written below a store or an output folder goes through [`folder`]: no link is followed, nothing is touched that
//!   linchpin did not make.
//! - Only `cli` reads the clock, the environment and the arguments, or writes to the terminal. The as-of instant is a parameter:
//!   same store, register, settings and instant, same bytes.
//! - Broken data is not an error: decoders and walks return what they could read and the gaps. A missing value is `None`.
//! - A figure is computed from its ledger rows, so included + excluded + unknown is the population by construction.
//! - Facts key people by [`domain::PersonId`]; reports never receive people, so the team tree cannot name one.
//! - Every sink has one encoder ([`render::encode`]), used by every writer to it.
//!
//! **Following one pull request**: `cli::fetch` builds the runtime and calls [`github::fetch()`], which posts the documents of
//! `queries/github/`; answers go to [`store::raw`]. `github::decode` turns them into a [`domain::PullRequest`]; [`mod@derive`]
//! resolves identity and has [`store::facts`] write it as a row; `metrics::flow::pickup_time` gives it a fate and a value;
//! [`metrics::aggregate`] groups rows into figures; [`report`] places them; [`render`] draws them; the command writes the files.

pub mod analysis;
pub mod cli;
#[cfg(feature = "demo")]
pub mod demo;
pub mod derive;
pub mod domain;
pub mod evidence;
pub mod folder;
pub mod git;
pub mod github;
pub mod metrics;
pub mod register;
pub mod render;
pub mod report;
pub mod store;
pub mod tables;
pub mod work;

#[cfg(test)]
extern crate self as linchpin;

/// The organisation that the benchmark generates, for tests that want much of everything.
#[cfg(test)]
#[path = "../benches/metrics/crowd.rs"]
mod crowd;
