//! How changes reached production, and what went wrong there.

pub mod ancestry;
pub mod attribution;
pub mod conclusions;
pub mod deployments;
pub mod incident_body;
pub mod incidents;
pub mod landing;
pub mod reverts;
pub mod rollbacks;
pub mod rules;
pub mod shipping;
pub mod undone;
