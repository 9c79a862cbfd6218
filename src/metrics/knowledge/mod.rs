//! Knowledge: who could take over what. Team level here: areas and numbers, nobody named.

mod cast;
pub mod chronicle;
pub mod concentration_by_kind;
pub mod decay;
pub mod files_at_risk;
mod ground;
pub mod holders;
pub(super) mod holdings;
pub mod lineage;
pub mod orphans_if;
pub mod panel;
pub mod primary_developers;
mod replay;
pub mod silos;
pub mod survival;
pub mod surviving;
pub mod touches;
pub mod truck_factor;
pub mod truck_factor_decayed;
