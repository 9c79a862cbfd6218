//! `kill -9`, for real: the program dies at each of its requests, is started again, and ends with the store of one that was
//! never disturbed. (That it may also die between any two writes is `github_resume`'s matter.)

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};

use linchpin::demo::fake::{FakeGitHub, Faults};
use linchpin::domain::RepositoryId;
use linchpin::github::Decoded;
use linchpin::store::{Mode, Store};

use crate::github::{NOW, TOKEN, at, directory, host};

/// What the program needs to fetch from the fake into `directory`, and nothing of the user's environment.
fn fetching(directory: &Path, url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_linchpin"));
    command
        .args(["fetch", "--no-clone", "--github", "acme/widgets"])
        .args(["--api-url", url])
        .current_dir(directory)
        .env_clear()
        .env("GH_ENTERPRISE_TOKEN", TOKEN)
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command
}

fn decoded(directory: &Path) -> Decoded {
    let store = Store::open(&directory.join(".linchpin"), Mode::Read).unwrap();
    let (decoded, gaps) = linchpin::github::facts(&store, RepositoryId(0)).unwrap();
    assert_eq!(gaps, []);
    decoded
}

/// Every table as the user gets it.
fn exported(directory: &Path) -> BTreeMap<String, String> {
    let ended = Command::new(env!("CARGO_BIN_EXE_linchpin"))
        .args(["export", "--format", "csv", "--as-of", "2026-03-01"])
        .current_dir(directory)
        .env_clear()
        .output()
        .unwrap();
    assert!(ended.status.success(), "{ended:?}");
    std::fs::read_dir(directory.join("linchpin-report/export"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "csv"))
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect()
}

#[test]
fn a_program_killed_at_any_request_goes_on_to_the_store_of_an_undisturbed_one() {
    let start = || FakeGitHub::start(host(60), Faults::none(at(NOW))).unwrap();
    let whole = directory();
    let undisturbed = start();
    assert!(
        fetching(whole.path(), &undisturbed.base_url())
            .status()
            .unwrap()
            .success()
    );
    let n_requests = undisturbed.log().len() as u64;
    let expected = (decoded(whole.path()), exported(whole.path()));
    assert!(n_requests > 8 && expected.1.len() > 10, "{n_requests}");
    for last in 1..=n_requests {
        let killed = directory();
        let github = start();
        let victim: Arc<Mutex<Option<Child>>> = Arc::default();
        let target = Arc::clone(&victim);
        github.set_script(Some(Box::new(move |asked| {
            if asked.n == last {
                target.lock().unwrap().as_mut().unwrap().kill().unwrap();
            }
            None
        })));
        // The script waits until it knows whom to kill.
        let mut slot = victim.lock().unwrap();
        *slot = Some(fetching(killed.path(), &github.base_url()).spawn().unwrap());
        drop(slot);
        // Waiting without the lock: the script needs it.
        let status = loop {
            if let Some(status) = victim.lock().unwrap().as_mut().unwrap().try_wait().unwrap() {
                break status;
            }
            std::thread::yield_now();
        };
        assert_eq!(status.code(), None, "killed at request {last}: {status}");
        github.set_script(None);
        let before = github.log().len();
        let again = fetching(killed.path(), &github.base_url())
            .status()
            .unwrap();
        assert!(again.success(), "after request {last}: {again}");
        assert!(
            decoded(killed.path()) == expected.0,
            "killed at request {last}"
        );
        let tables = exported(killed.path());
        let other: Vec<_> = expected
            .1
            .iter()
            .filter(|(name, rows)| tables.get(*name) != Some(rows))
            .map(|(name, _)| name)
            .collect();
        assert!(
            other.is_empty() && tables.len() == expected.1.len(),
            "killed at request {last}: {other:?}"
        );
        let asked = (github.log().len() - before) as u64;
        assert!(
            asked <= n_requests + 3,
            "{asked} requests to go on after {last}"
        );
    }
    println!("killed at each of {n_requests} requests");
}
