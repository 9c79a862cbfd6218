//! The process that is measured: it mines a repository into a store.

use std::path::Path;

use linchpin::domain::RepositoryId;
use linchpin::git::identity::{Evidence, resolve};
use linchpin::git::{MineOptions, Silent, is_current, mine};
use linchpin::store::facts::{Mined, write_mined};
use linchpin::store::{Mode, Store};

/// The argument by which the benchmark starts itself as the process to be measured.
pub const OURS: &str = "--ours";
const STATE: &str = "mined/0.state";

/// What one of our processes does.
#[derive(Clone, Copy)]
pub struct Work {
    pub ownership: bool,
    pub all_refs: bool,
}

pub const COUNTS: Work = Work {
    ownership: false,
    all_refs: false,
};
pub const BOTH: Work = Work {
    ownership: true,
    ..COUNTS
};

/// Mines into a store, then prints the peak memory in KiB: the process that is measured.
pub fn ours(arguments: &[String]) {
    let [repository, store, ownership, all_refs] = arguments else {
        panic!("called by the benchmark itself");
    };
    let options = MineOptions {
        ownership: ownership == "true",
        all_refs: all_refs == "true",
        ..MineOptions::default()
    };
    let repository = Path::new(repository);
    let store = Store::open(Path::new(store), Mode::Write).unwrap();
    let previous = store.read(STATE).unwrap();
    let is_done = |state: &Vec<u8>| is_current(repository, &options, state).unwrap();
    if !previous.as_ref().is_some_and(is_done) {
        let mined = mine(repository, &options, previous.as_deref(), &Silent).unwrap();
        let (state, history) = (mined.state, mined.history);
        // As the program does it: the state is on its way to the disk while facts are derived.
        std::thread::scope(|scope| {
            scope.spawn(|| store.commit_file(STATE, &state).unwrap());
            let identity = resolve(&Evidence {
                accounts: &[],
                signatures: &history.signatures,
                commits: &[],
                site: None,
                links: &[],
                aliases: &[],
                bots: &[],
                agents: linchpin::domain::Agents::known(),
                ai_reviewers: &[],
                merge_same_names: true,
            });
            let part = Mined {
                repository: RepositoryId(0),
                history: &history,
                person_of: &identity.person_of_signature,
                origins: &linchpin::tables::commits::CommitOrigins::default(),
                patches: &[],
                side: &[],
            };
            write_mined(&store, &[], &identity.people, &[part]).unwrap();
        });
        println!("commits {}", history.commits.len());
        println!("files {}", history.changes.len());
    }
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let peak = peak.and_then(|line| line.split_whitespace().next());
    println!("peak {}", peak.unwrap_or("0"));
}
