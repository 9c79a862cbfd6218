//! One integration binary: every further one would link polars again.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    reason = "a test fails by panicking, prints what it measured, and counts little"
)]

mod about_people;
mod absence;
mod agent_figures;
mod agents;
mod agreements;
mod budgets;
mod charts;
mod cli;
mod clone_registers;
mod containment;
#[path = "../../benches/metrics/crowd.rs"]
mod crowd;
mod demo;
mod derived;
mod diff;
mod discovery;
mod drafts;
mod evidence;
mod exports;
mod facts_given;
mod feedback;
mod flow;
mod flow_effect;
mod flow_plants;
mod folder_tree;
mod folders;
mod follow_up;
mod forget;
mod fuzz;
mod gates;
mod git_as_git;
mod git_bad_input;
mod git_bombs;
mod git_fixture;
mod git_host;
mod git_mine;
mod git_owners;
mod git_patch;
mod github;
mod github_faults;
mod github_figures;
mod github_hostile;
mod github_live;
mod github_night;
mod github_resume;
mod github_retry;
mod github_schema;
mod github_settings;
mod github_shapes;
mod gone;
mod growth;
mod hidden_inputs;
mod hostile;
mod ideas;
mod import_files;
mod imports;
mod initiatives;
mod interrupted;
mod killed;
mod landed;
mod lead;
mod lead_pages;
mod lead_views;
mod logs;
mod manifest;
mod mcp;
mod metric_pages;
mod mirrors;
mod origins;
mod paper;
mod pictures;
mod pipeline;
mod private_packs;
mod project;
mod properties;
mod pseudonymous;
mod published;
mod reads;
mod reference;
mod register;
mod register_command;
mod remotes;
mod render;
mod render_given;
mod review_drafts;
mod review_work;
mod rework;
mod schemas;
mod sentences;
mod shard;
mod small_team;
mod snapshots;
mod states;
mod store;
mod store_answers;
mod strip;
mod structure;
mod team_tree;
mod templates;
mod terminal;
mod traps;
mod turns;
mod typed_incidents;
mod verify;
mod work_items;
