//! Delivery: DORA's metrics and what CI adds to them. Team level only.

pub mod change_lead_time;
pub mod deployment_frequency;
pub mod deployments;
pub mod flake_rate;
pub mod landing;
pub mod shipping;
