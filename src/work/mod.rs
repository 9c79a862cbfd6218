//! What happened: read once from the tables and the register, and told from there by figures and by sentences alike.

pub mod absences;
pub mod activity;
pub(crate) mod agents_at_work;
pub mod areas;
pub mod beside_code;
pub mod commits;
pub mod delivery;
pub mod documents;
pub mod fate;
pub mod file_areas;
pub mod flow_rules;
pub mod history;
pub mod initiatives;
pub mod kinds;
pub mod machine_like;
pub mod need;
pub mod origins;
pub mod pages;
pub mod pattern;
pub mod pull_requests;
pub mod pushes;
pub mod quarters;
pub mod question;
pub mod reading;
pub mod requests;
pub mod roster;
pub mod stretches;
pub mod threads;
pub mod turns;
pub mod unknown;
pub mod writers;
pub mod written;

pub use fate::Fate;
pub use need::{Missing, Need};
pub use question::{Product, Question};
pub use reading::{Past, Reading};
