//! linchpin
pub mod domain;
pub mod metrics;
pub mod register;
pub mod store;
#[path = "store/facts.rs"]
pub mod store_facts;
pub mod tables;
