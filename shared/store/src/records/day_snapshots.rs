//! Day snapshots: the counts of findings at the end of each day, a month to an item, so
//! that a year is read like a page of a list.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use domain::trend::DaySnapshot;
use jiff::civil::Date;

use crate::error::{StoreError, WriteOutcome, to_write_outcome};
use crate::records::revision::with_revision;
use crate::table::codec::{Item, number};
use crate::table::keys;
use crate::table::query::{Query, Range};
use crate::table::update::Update;
use crate::tenancy::scope::{ClientScope, Scope, Store, WorkspaceScope};

/// Months that a year's days are in, at most.
const MONTHS: i32 = 13;

impl<S: Scope> Store<S> {
    /// The recorded days from the month of `first` on, up to thirteen months.
    pub async fn list_days(&self, first: Date) -> Result<BTreeMap<Date, DaySnapshot>, StoreError> {
        let from = keys::days(&self.prefix(), first).sk;
        let range = Range::Between(from, format!("{}~", keys::DAYS));
        let found = self.query(Query::of(self.prefix(), range, MONTHS)).await?;
        Ok(found.items.iter().flat_map(days_from_item).collect())
    }

    /// Writes days of the past, for a demo.
    pub async fn restore_days(&self, days: &BTreeMap<Date, DaySnapshot>) -> Result<(), StoreError> {
        let mut months: BTreeMap<Date, Vec<(Date, DaySnapshot)>> = BTreeMap::new();
        for (date, day) in days {
            let month = months.entry(date.first_of_month()).or_default();
            month.push((*date, *day));
        }
        for (month, days) in months {
            let row = Update::upsert(keys::days(&self.prefix(), month));
            let row = days.into_iter().fold(row, |row, (date, day)| {
                row.set(&attribute_name(date), value(day))
            });
            let mut transaction = self.transaction();
            transaction.update(row);
            self.commit(transaction).await?;
        }
        Ok(())
    }

    fn day_update(&self, date: Date, day: DaySnapshot) -> Update {
        let name = attribute_name(date);
        let row = Update::upsert(keys::days(&self.prefix(), date)).set(&name, value(day));
        row.only_if(&format!("attribute_not_exists({name})"))
    }
}

impl Store<WorkspaceScope> {
    /// Records a day that is over; one that is recorded already stays as it is.
    pub async fn record_day(
        &self,
        date: Date,
        day: DaySnapshot,
    ) -> Result<WriteOutcome, StoreError> {
        let mut transaction = self.transaction();
        transaction.update(self.day_update(date, day));
        to_write_outcome(self.commit(transaction).await)
    }
}

impl Store<ClientScope> {
    /// Records a day that is over, and the number of overdue findings on the next; a day that
    /// is recorded already stays as it is.
    pub async fn record_day(
        &self,
        date: Date,
        day: DaySnapshot,
        overdue: i64,
    ) -> Result<WriteOutcome, StoreError> {
        let mut transaction = self.transaction();
        transaction.update(self.day_update(date, day));
        let row = Update::existing(keys::meta(&self.prefix())).set("overdue", number(overdue));
        transaction.update(with_revision(row, true));
        to_write_outcome(self.commit(transaction).await)
    }
}

/// `d<day of the month>`.
fn attribute_name(date: Date) -> String {
    format!("d{:02}", date.day())
}

fn value(day: DaySnapshot) -> AttributeValue {
    let parts = [day.open, day.resolved, day.closed];
    AttributeValue::L(parts.into_iter().map(number).collect())
}

/// The days of an item.
fn days_from_item(item: &Item) -> Vec<(Date, DaySnapshot)> {
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
