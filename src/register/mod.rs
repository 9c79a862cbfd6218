//! The register: what a team has agreed and declared, as validated TOML. Owns the `toml` crate.
//!
//! `linchpin.toml` is the team's and may be public. `linchpin.private.toml` holds absences, delegations, feedback and manual
//! entries and stays with the lead. Unknown keys are refused with the nearest known one; an error names file, line and key.

pub mod edit;
mod error;
mod expectations;
mod feedback;
mod imports;
mod incidents;
mod initiatives;
pub mod keys;
mod measure;
mod mining;
mod owns;
pub mod page;
mod private;
mod selection;
mod shape;
mod team;
mod work;

pub use error::{Error, nearest, slip_of};
pub use expectations::{Expectation, Level, is_same, parse_ladder};
pub use feedback::{Aim, Feedback, FeedbackKind, FollowUp, PersonMeasure};
pub use imports::{Import, ImportText, Imported};
pub use incidents::{AttributionBound, IncidentEntry, IncidentFields};
pub use initiatives::{Direction, Goal, Initiative};
pub use measure::Measuring;
pub use mining::{Merges, Mining, Refs};
pub use owns::{DeclaredTeam, Meaning, Owns};
pub use private::{Absence, Buddy, Delegation, DelegationStyle, ManualEntry, PrivateRegister};
pub use team::{
    Accepted, Agreements, Area, Calendar, DeclaredProduct, DeploymentSource, FileKind, Limit,
    Member, MemberCalendar, Register,
};
pub use work::{DatedEvent, WorkMix, WorkRules};

/// Reads the team register from its text. `file` is only used to name it in errors.
pub fn parse(text: &str, file: &str) -> Result<Register, Error> {
    let mut register: Register = decode(text, file)?;
    register.validate(file)?;
    let keys: toml::Table = decode(text, file)?;
    register.declares_incident_labels = keys.contains_key("incident_labels");
    register.declares_incident_types = keys.contains_key("incident_types");
    register.take_names();
    register.take_teams();
    Ok(register)
}

/// Reads the private register from its text. `file` is only used to name it in errors. Where it names ladders, its levels are known
/// once they are read: [`PrivateRegister::with_ladders`].
pub fn parse_private(text: &str, file: &str) -> Result<PrivateRegister, Error> {
    let register: PrivateRegister = decode(text, file)?;
    register.validate(file)?;
    if register.ladders.is_empty() {
        return register.with_ladders(Vec::new(), file);
    }
    Ok(register)
}

fn decode<T: serde::de::DeserializeOwned>(text: &str, file: &str) -> Result<T, Error> {
    toml::from_str(text).map_err(|source| shape::mistakes::<T>(text, file, &source))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(text: &str) -> String {
        parse(text, "linchpin.toml").unwrap_err().to_string()
    }

    #[test]
    fn an_empty_register_is_a_register() {
        let register = parse("", "linchpin.toml").unwrap();
        assert!(register.products.is_empty());
        assert_eq!(register.incident_labels, ["incident"]);
        assert_eq!(register.minimum_n, 5);
    }

    #[test]
    fn an_unknown_key_is_refused_with_its_line_and_the_nearest_known_key() {
        let message = refusal("minimum_n = 5\nincident_label = [\"incident\"]\n");
        assert!(message.contains("linchpin.toml:2"), "{message}");
        assert!(message.contains("`incident_label`"), "{message}");
        assert!(
            message.contains("did you mean `incident_labels`"),
            "{message}"
        );
    }

    #[test]
    fn a_wrong_type_names_the_place() {
        let message = refusal("minimum_n = \"five\"\n");
        assert!(message.contains("linchpin.toml:1"), "{message}");
        assert!(message.contains("expected"), "{message}");
    }

    #[test]
    fn an_agreement_is_a_number_that_a_figure_can_be_held_against() {
        for value in ["nan", "-nan", "inf", "-inf", "-1", "-0.001", "1e999"] {
            for (key, before) in [
                ("first_review_within_working_days", "[agreements]\n"),
                ("stuck_after_working_days", "[agreements]\n"),
                (
                    "at_most",
                    "[[agreements.limit]] # x\nmetric = \"ci.duration\"\n",
                ),
                (
                    "at_least",
                    "[[agreements.limit]] # x\nmetric = \"ci.duration\"\n",
                ),
            ] {
                let message = refusal(&format!("{before}{key} = {value}\n"));
                let line = before.lines().count() + 1;
                let place = format!("linchpin.toml:{line}: ");
                assert!(message.starts_with(&place), "{value}: {message}");
                assert!(message.contains(&format!("`{key}`")), "{message}");
            }
        }
        for value in ["0", "-0.0", "1", "0.5", "1e6"] {
            let text = format!("[agreements]\nstuck_after_working_days = {value}\n");
            assert!(parse(&text, "linchpin.toml").is_ok(), "{value}");
        }
    }

    #[test]
    fn a_pattern_that_is_no_pattern_names_its_key() {
        let message = refusal(
            "[[product]]\nname = \"lamp\"\nrepositories = [\"acme/lamp\"]\nproduction_pattern = \"(\"\n",
        );
        assert!(message.contains("production_pattern"), "{message}");
        let message = refusal("[calendar]\ntime_zone = \"Mars/Olympus\"\n");
        assert!(
            message.contains("`Mars/Olympus`") && message.contains("calendar.time_zone"),
            "{message}"
        );
    }

    #[test]
    fn one_repository_belongs_to_one_product() {
        let message = refusal(
            "[[product]]\nname=\"a\"\nrepositories=[\"acme/lamp\"]\n[[product]]\nname=\"b\"\nrepositories=[\"Acme/Lamp\"]\n",
        );
        assert!(
            message.contains("acme/lamp") && message.contains("two products"),
            "{message}"
        );
    }

    #[test]
    fn one_person_is_no_group() {
        assert_eq!(parse("", "linchpin.toml").unwrap().minimum_people, 3);
        let message = refusal("minimum_people = 1\n");
        assert!(
            message.contains("minimum_people") && message.contains("one person"),
            "{message}"
        );
        let message = refusal("minimum_peple = 4\n");
        assert!(
            message.contains("did you mean `minimum_people`"),
            "{message}"
        );
    }

    #[test]
    fn a_buddy_is_there_for_somebody_else_from_a_day_to_a_later_one() {
        let buddy = |login: &str, to: &str| {
            let text = format!(
                "[[buddy]]\nlogin = \"{login}\"\njoiner = \"ada\"\nfrom = \"2026-01-05\"\nto = \"{to}\"\n"
            );
            parse_private(&text, "linchpin.private.toml")
        };
        assert_eq!(buddy("grace", "2026-03-27").unwrap().buddies.len(), 1);
        let said = buddy("Ada", "2026-03-27").unwrap_err().to_string();
        assert!(said.contains("buddy"), "{said}");
        let said = buddy("grace", "2026-01-01").unwrap_err().to_string();
        assert!(said.contains("2026-01-01"), "{said}");
    }

    #[test]
    fn an_absence_ends_after_it_starts() {
        let text = "[[absence]]\nlogin = \"ada\"\nfrom = \"2026-03-10\"\nto = \"2026-03-01\"\n";
        let message = parse_private(text, "linchpin.private.toml")
            .unwrap_err()
            .to_string();
        assert!(
            message.contains("absence") && message.contains("2026-03-01"),
            "{message}"
        );
    }

    #[test]
    fn a_date_without_quotes_is_told_how_to_be_written() {
        for text in [
            "[calendar]\nholidays = [2026-02-28]\n",
            "[[event]]\non = 2026-02-28\ntitle = \"x\"\n",
        ] {
            let error = parse(text, "linchpin.toml").unwrap_err().to_string();
            assert!(error.contains("written in quotes"), "{error}");
            assert!(error.starts_with("linchpin.toml:2: "), "{error}");
        }
    }
}
