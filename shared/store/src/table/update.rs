//! Updates: changed attributes of one item, as an expression with placeholders.

use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;

use crate::table::codec::{number, string};
use crate::table::keys::{Index, IndexKey, Key};

/// An update of some attributes of one item.
#[derive(Debug)]
pub(crate) struct Update {
    key: Key,
    sets: Vec<(String, AttributeValue)>,
    adds: Vec<(String, AttributeValue)>,
    deletes: Vec<(String, AttributeValue)>,
    removes: Vec<String>,
    conditions: Vec<String>,
    values: Vec<(String, AttributeValue)>,
}

/// An update as the SDK takes it.
#[derive(Debug)]
pub(crate) struct UpdateExpression {
    pub(crate) key: Key,
    pub(crate) expression: String,
    pub(crate) condition: Option<String>,
    pub(crate) names: Option<HashMap<String, String>>,
    pub(crate) values: Option<HashMap<String, AttributeValue>>,
}

impl Update {
    /// An update of the item at `key`, which must be there.
    pub(crate) fn existing(key: Key) -> Self {
        let mut update = Self::upsert(key);
        update.conditions.push("attribute_exists(pk)".to_owned());
        update
    }

    /// An update of the item at `key`, which is created if need be.
    pub(crate) fn upsert(key: Key) -> Self {
        let (sets, adds, deletes) = (Vec::new(), Vec::new(), Vec::new());
        Self {
            key,
            sets,
            adds,
            deletes,
            removes: Vec::new(),
            conditions: Vec::new(),
            values: Vec::new(),
        }
    }

    pub(crate) fn set(mut self, name: &str, value: AttributeValue) -> Self {
        self.sets.push((name.to_owned(), value));
        self
    }

    pub(crate) fn add(mut self, name: &str, n: i64) -> Self {
        self.adds.push((name.to_owned(), number(n)));
        self
    }

    pub(crate) fn add_all(self, additions: Vec<(String, i64)>) -> Self {
        additions
            .into_iter()
            .fold(self, |update, (name, n)| update.add(&name, n))
    }

    pub(crate) fn delete_from_set(mut self, name: &str, members: Vec<String>) -> Self {
        self.deletes
            .push((name.to_owned(), AttributeValue::Ss(members)));
        self
    }

    pub(crate) fn remove(mut self, name: &str) -> Self {
        self.removes.push(name.to_owned());
        self
    }

    /// Puts the item into an index.
    pub(crate) fn set_index_key(self, key: &IndexKey) -> Self {
        let (_, pk, sk) = key.index.names();
        self.set(pk, string(&key.pk)).set(sk, string(&key.sk))
    }

    /// Moves the item to another sort key of the list in which it stands.
    pub(crate) fn set_sort_key(self, index: Index, sk: &str) -> Self {
        self.set(index.sort_attribute(), string(sk))
    }

    /// Takes the item out of an index.
    pub(crate) fn remove_from_index(self, index: Index) -> Self {
        let (_, pk, sk) = index.names();
        self.remove(pk).remove(sk)
    }

    /// Only if the item stands at the sort key `sk` of an index, as it was read.
    pub(crate) fn when_sorted_at(self, index: Index, sk: &str) -> Self {
        let condition = format!("{} = :read", index.sort_attribute());
        self.when(&condition, ":read", string(sk))
    }

    /// Only if `condition` holds, in which `:name` is `value`.
    pub(crate) fn when(mut self, condition: &str, name: &str, value: AttributeValue) -> Self {
        self.conditions.push(condition.to_owned());
        self.values.push((name.to_owned(), value));
        self
    }

    /// Only if `condition` holds.
    pub(crate) fn only_if(mut self, condition: &str) -> Self {
        self.conditions.push(condition.to_owned());
        self
    }

    pub(crate) fn into_expression(self) -> UpdateExpression {
        let mut names = HashMap::new();
        let mut values: HashMap<String, AttributeValue> = self.values.into_iter().collect();
        let mut name = |attribute: String| {
            let alias = format!("#a{}", names.len());
            names.insert(alias.clone(), attribute);
            alias
        };
        let mut clauses = Vec::new();
        for (verb, pairs, glue) in [
            ("SET", self.sets, " = "),
            ("ADD", self.adds, " "),
            ("DELETE", self.deletes, " "),
        ] {
            let mut spelled = Vec::new();
            for (attribute, value) in pairs {
                let alias = name(attribute);
                let placeholder = alias.replace('#', ":");
                spelled.push(format!("{alias}{glue}{placeholder}"));
                values.insert(placeholder, value);
            }
            if !spelled.is_empty() {
                clauses.push(format!("{verb} {}", spelled.join(", ")));
            }
        }
        let removes: Vec<String> = self.removes.into_iter().map(name).collect();
        if !removes.is_empty() {
            clauses.push(format!("REMOVE {}", removes.join(", ")));
        }
        let condition = (!self.conditions.is_empty()).then(|| self.conditions.join(" AND "));
        UpdateExpression {
            key: self.key,
            expression: clauses.join(" "),
            condition,
            names: Some(names).filter(|n| !n.is_empty()),
            values: Some(values).filter(|v| !v.is_empty()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn update_expression_uses_placeholders_only() {
        let key = Key {
            pk: "p".into(),
            sk: "s".into(),
        };
        let parts = Update::existing(key)
            .set("name", string("x"))
            .add("n", 1)
            .remove("ttl")
            .into_expression();
        assert_eq!(parts.expression, "SET #a0 = :a0 ADD #a1 :a1 REMOVE #a2");
        assert_eq!(parts.condition.as_deref(), Some("attribute_exists(pk)"));
        assert_eq!(parts.names.map(|n| n.len()), Some(3));
        assert_eq!(parts.values.map(|v| v.len()), Some(2));
    }
}
