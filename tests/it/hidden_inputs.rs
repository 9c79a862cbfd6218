//! What a figure depends on beside its data is told by the register, not by the host and not by a constant.

use std::fs;
use std::path::Path;

use linchpin::metrics::REGISTRY;

use crate::cli::{AS_OF, ran_with};
use crate::git_fixture::Fixture;

/// Two commits in one area.
fn fixture() -> Fixture {
    let mut fixture = Fixture::new();
    fixture.write("core/a.txt", "1\n");
    fixture.commit("Add a");
    fixture.write("core/a.txt", "2\n");
    fixture.commit("Change a");
    fixture
}

/// A time zone file that says UTC+12 all year, as `zic` would write it.
fn far_east() -> Vec<u8> {
    let block = |version: u8| {
        let mut bytes = b"TZif".to_vec();
        bytes.push(version);
        bytes.extend([0; 15]);
        // No UT and standard indicators, leap seconds or transitions; one type with a designation of four bytes.
        for count in [0_u32, 0, 0, 0, 1, 4] {
            bytes.extend(count.to_be_bytes());
        }
        bytes.extend((12 * 3600_i32).to_be_bytes());
        bytes.extend([0, 0]);
        bytes.extend(b"+12\0");
        bytes
    };
    [block(b'2'), block(b'2'), b"\n<+12>-12\n".to_vec()].concat()
}

/// The team tree's figures of a clone whose team works in Lisbon, on a host with these zone files.
fn figures(clone: &Path, zones: &Path) -> String {
    let place = tempfile::tempdir().unwrap();
    let register = place.path().join("linchpin.toml");
    fs::write(&register, "[calendar]\ntime_zone = \"Europe/Lisbon\"\n").unwrap();
    let (clone, zones) = (clone.display().to_string(), zones.display().to_string());
    let arguments = [
        "run",
        "--offline",
        "--repo",
        &clone,
        AS_OF,
        "--since=8w",
        "--by=week",
    ];
    let ran = ran_with(place.path(), &arguments, &[("TZDIR", &zones)]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    fs::read_to_string(place.path().join("linchpin-report/team/metrics.json")).unwrap()
}

#[test]
fn a_container_without_tzdata_knows_its_zone() {
    let fixture = fixture();
    let host = tempfile::tempdir().unwrap();
    // One file, so that the folder is a database of zones, and the only one that a host could be asked for.
    fs::write(host.path().join("Elsewhere"), far_east()).unwrap();
    assert!(figures(fixture.path(), host.path()).contains("\"since\": \"2023-12-07T00:00:00Z\""));
}

#[test]
fn a_host_with_other_zone_files_tells_the_same_figures() {
    let fixture = fixture();
    let (without, with) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    fs::write(without.path().join("Elsewhere"), far_east()).unwrap();
    fs::create_dir(with.path().join("Europe")).unwrap();
    fs::write(with.path().join("Europe/Lisbon"), far_east()).unwrap();
    assert_eq!(
        figures(fixture.path(), without.path()),
        figures(fixture.path(), with.path())
    );
}

#[test]
fn a_reason_names_the_configured_minimum() {
    let fixture = fixture();
    fs::write(fixture.path().join("linchpin.toml"), "minimum_n = 2000\n").unwrap();
    let ran = ran_with(
        fixture.path(),
        &["run", "--offline", AS_OF, "--since=8w"],
        &[],
    );
    assert_eq!(ran.code, 0, "{}", ran.err);
    let explain = ["explain", "knowledge.silos", AS_OF, "--since=8w"];
    let explained = ran_with(fixture.path(), &explain, &[]);
    let words = "unknown: fewer than 2000 contributions";
    assert!(explained.out.contains(words), "{}", explained.out);
    let page = fs::read_to_string(fixture.path().join("linchpin-report/team/index.html")).unwrap();
    assert!(page.contains("below 2000 rows nothing is summarised"));
    assert!(!page.contains("five rows") && !page.contains("fewer than five"));
}

#[test]
fn no_definition_writes_out_a_number_that_a_team_configures() {
    for metric in REGISTRY {
        let definition = metric.definition;
        for text in [
            definition.definition,
            definition.formula,
            definition.exclusions,
            definition.how_to_read,
            definition.can_mislead,
        ] {
            for fixed in [
                "fewer than five",
                "at least five",
                "below five",
                "fewer than 5 ",
            ] {
                assert!(!text.contains(fixed), "{}: {fixed}", definition.id);
            }
        }
    }
}
