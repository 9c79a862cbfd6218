//! How changes reached production, and what went wrong there.

pub mod actions;
pub mod ancestry;
pub mod attribution;
pub mod carriers;
pub mod checklist;
pub mod conclusions;
pub mod declared;
pub mod deployments;
pub mod incident_body;
pub mod incident_fields;
pub mod incidents;
pub mod landing;
pub mod red_spells;
pub mod response;
pub mod reverts;
pub mod rules;
pub mod runs;
pub mod shipping;
pub mod undone;
