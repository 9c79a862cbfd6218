//! Knowledge: who could take over what. Team level here: areas and numbers, nobody named.

pub mod decay;
pub mod lineage;
pub mod silos;
pub mod touches;
pub mod truck_factor;
