//! Delivery: DORA's metrics and what CI adds to them. Team level only.

pub mod change_fail_rate;
pub mod change_lead_time;
pub mod change_points;
pub mod ci_duration;
pub mod deployment_frequency;
pub mod deployment_rework_rate;
pub mod failed_deployment_recovery_time;
pub mod flake_rate;
