//! Knowledge: who could take over what. Team level here: areas and numbers, nobody named.

pub mod concentration_by_kind;
pub mod decay;
pub mod files_at_risk;
pub mod holders;
pub(super) mod holdings;
pub mod orphans_if;
pub mod panel;
pub mod primary_developers;
pub mod relations;
pub mod silos;
pub mod survival;
pub mod truck_factor;
pub mod truck_factor_decayed;
pub mod unowned_lines;
