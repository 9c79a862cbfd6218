//! linchpin
pub mod domain;
pub mod metrics {
    pub mod measure;
}
