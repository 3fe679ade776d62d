//! Where findings stood when each day ended: a month to an item, so that a year
//! is read like a page of a list.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::trend::DaySnapshot;
use jiff::civil::Date;

use crate::codec::{Item, number};
use crate::engagements::bump;
use crate::error::{StoreError, WriteOutcome, once};
use crate::keys;
use crate::scope::{ClientScope, Scope, Store, WorkspaceScope};
use crate::table::{Query, Range};
use crate::transact::Update;

/// Months of which a year's days are, at most.
const MONTHS: i32 = 13;

impl<S: Scope> Store<S> {
    /// The days that were noted, from those of the month of `first` on: at most
    /// thirteen months.
    pub async fn days(&self, first: Date) -> Result<BTreeMap<Date, DaySnapshot>, StoreError> {
        let from = keys::days(&self.prefix(), first).sk;
        let range = Range::Between(from, format!("{}~", keys::DAYS));
        let found = self.query(Query::of(self.prefix(), range, MONTHS)).await?;
        Ok(found.items.iter().flat_map(read).collect())
    }

    /// Notes days of the past that were never noted, as those of a demo.
    pub async fn fill_days(&self, days: &BTreeMap<Date, DaySnapshot>) -> Result<(), StoreError> {
        let mut months: BTreeMap<Date, Vec<(Date, DaySnapshot)>> = BTreeMap::new();
        for (date, day) in days {
            let month = months.entry(date.first_of_month()).or_default();
            month.push((*date, *day));
        }
        for (month, days) in months {
            let row = Update::upsert(keys::days(&self.prefix(), month));
            let row = days
                .into_iter()
                .fold(row, |row, (date, day)| row.set(&name(date), value(day)));
            let mut transaction = self.transaction();
            transaction.update(row);
            self.commit(transaction).await?;
        }
        Ok(())
    }

    fn note(&self, date: Date, day: DaySnapshot) -> Update {
        let name = name(date);
        let row = Update::upsert(keys::days(&self.prefix(), date)).set(&name, value(day));
        row.only_if(&format!("attribute_not_exists({name})"))
    }
}

impl Store<WorkspaceScope> {
    /// Notes a day that is over. One that was noted stays as it is.
    pub async fn note_day(&self, date: Date, day: DaySnapshot) -> Result<WriteOutcome, StoreError> {
        let mut transaction = self.transaction();
        transaction.update(self.note(date, day));
        once(self.commit(transaction).await)
    }
}

impl Store<ClientScope> {
    /// Notes a day that is over, and what is overdue on the next. One that was
    /// noted stays as it is.
    pub async fn note_day(
        &self,
        date: Date,
        day: DaySnapshot,
        overdue: i64,
    ) -> Result<WriteOutcome, StoreError> {
        let mut transaction = self.transaction();
        transaction.update(self.note(date, day));
        let row = Update::existing(keys::meta(&self.prefix())).set("overdue", number(overdue));
        transaction.update(bump(row, true));
        once(self.commit(transaction).await)
    }
}

/// `d<day of the month>`.
fn name(date: Date) -> String {
    format!("d{:02}", date.day())
}

fn value(day: DaySnapshot) -> AttributeValue {
    let parts = [day.open, day.resolved, day.closed];
    AttributeValue::L(parts.into_iter().map(number).collect())
}

/// The days that an item holds.
fn read(item: &Item) -> Vec<(Date, DaySnapshot)> {
    let month = item.get("sk").and_then(|sk| sk.as_s().ok());
    let month = month.and_then(|sk| sk.strip_prefix(keys::DAYS));
    let days = item.iter().filter_map(|(name, value)| {
        let date = format!("{}-{}", month?, name.strip_prefix('d')?);
        Some((date.parse().ok()?, day(value)?))
    });
    days.collect()
}

fn day(value: &AttributeValue) -> Option<DaySnapshot> {
    let parts = value.as_l().ok()?.iter();
    let mut parts = parts.map(|part| part.as_n().ok()?.parse().ok());
    let mut next = || parts.next().flatten();
    Some(DaySnapshot {
        open: next()?,
        resolved: next()?,
        closed: next()?,
    })
}
