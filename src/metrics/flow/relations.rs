//! Flow's part of the question as relations: what takes a replay, a calendar or a register to know.

use super::holders::ended_turns;
use super::{predictability, work_in_progress, work_mix};
use crate::tables::flow::{
    DatedEventRow, DayRow, FlowRulesRow, ReadySpanRow, TakenBackRow, TurnRow, WorkKindRow,
};
use crate::tables::relation::Relation;
use crate::work::delivery::undone;
use crate::work::pull_requests::of_product;
use crate::work::turns::lives;
use crate::work::{Question, Reading};

/// The relations, each sorted.
#[derive(Default)]
pub struct FlowRelations {
    /// Turns that are over.
    pub turns: Relation<TurnRow>,
    /// When pull requests were open and no drafts.
    pub ready_spans: Relation<ReadySpanRow>,
    /// Ends of the window's days.
    pub days: Relation<DayRow>,
    /// Kinds of work.
    pub work_kinds: Relation<WorkKindRow>,
    /// Dated changes.
    pub dated_events: Relation<DatedEventRow>,
    /// Merged pull requests that were taken back.
    pub taken_back: Relation<TakenBackRow>,
    /// The agreement: one row.
    pub rules: Relation<FlowRulesRow>,
}

impl FlowRelations {
    /// Adds what the question alone says: days, dated changes, the agreement.
    pub fn add_question(&mut self, question: &Question) {
        let days = work_in_progress::days(question).into_iter();
        self.days.extend(days.map(|(_, end_at)| DayRow { end_at }));
        let changes = predictability::changes(question).into_iter();
        self.dated_events
            .extend(changes.map(|around| DatedEventRow {
                event: around.label,
                before_at: around.before,
                on_at: around.on,
                after_at: around.after,
            }));
        self.rules.push(FlowRulesRow {
            stuck_after_working_days: Some(question.flow.stuck_after_working_days),
        });
    }

    /// Adds what happened in a product.
    pub fn add_product(&mut self, reading: &Reading<'_>) {
        let wholes = of_product(reading);
        let lives = lives(reading, &wholes);
        let kinds = work_mix::kinds(reading, &wholes);
        let aftermath = undone::of_product(reading);
        for (whole, life) in wholes.iter().zip(lives.iter()) {
            let (repository, number) = whole.key();
            let name = || reading.product.name.clone();
            if let Some((kind, because)) = kinds.get(&whole.key()) {
                self.work_kinds.push(WorkKindRow {
                    product: name(),
                    repository,
                    number,
                    kind: (*kind).to_owned(),
                    because: (*because).to_owned(),
                });
            }
            if let Some(undone) = aftermath.of(whole.key()).first() {
                self.taken_back.push(TakenBackRow {
                    product: name(),
                    repository,
                    number,
                    at: undone.reverted.at,
                });
            }
            let Ok(life) = life else {
                continue;
            };
            self.turns.extend(ended_turns(life).map(|turn| TurnRow {
                product: name(),
                repository,
                number,
                start_at: turn.since,
                end_at: turn.until,
                holder: turn.holder.word().to_owned(),
            }));
            self.ready_spans
                .extend(life.ready.iter().map(|span| ReadySpanRow {
                    product: name(),
                    repository,
                    number,
                    start_at: span.since,
                    end_at: span.until,
                }));
        }
    }
}
