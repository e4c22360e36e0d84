//! Resources by ARN, listed by region and account in the order of their creation.

use indexmap::IndexMap;

use super::order::Order;
use crate::api::arn::{self, Scope};

/// State machines, or activities.
pub(crate) struct Resources<T> {
    by_arn: IndexMap<String, (u64, T)>,
    /// The ARNs by their prefixes.
    of_scope: IndexMap<String, Order<String>>,
}

impl<T> Default for Resources<T> {
    fn default() -> Self {
        Self { by_arn: IndexMap::new(), of_scope: IndexMap::new() }
    }
}

impl<T> Resources<T> {
    pub(crate) fn contains(&self, arn: &str) -> bool {
        self.by_arn.contains_key(arn)
    }

    pub(crate) fn get(&self, arn: &str) -> Option<&T> {
        self.by_arn.get(arn).map(|(_, resource)| resource)
    }

    pub(crate) fn get_mut(&mut self, arn: &str) -> Option<&mut T> {
        self.by_arn.get_mut(arn).map(|(_, resource)| resource)
    }

    /// Adds a resource. Its number is its position in lists.
    pub(crate) fn insert(&mut self, arn: String, number: u64, resource: T) {
        self.remove(&arn);
        self.of_scope.entry(arn::scope_prefix(&arn).to_owned()).or_default().insert(number, arn.clone());
        self.by_arn.insert(arn, (number, resource));
    }

    pub(crate) fn remove(&mut self, arn: &str) -> Option<T> {
        let (number, resource) = self.by_arn.swap_remove(arn)?;
        let prefix = arn::scope_prefix(arn);
        if let Some(order) = self.of_scope.get_mut(prefix) {
            order.remove(number);
            if order.is_empty() {
                self.of_scope.swap_remove(prefix);
            }
        }
        Some(resource)
    }

    /// Returns all resources, in no particular order.
    pub(crate) fn all(&self) -> impl Iterator<Item = &T> {
        self.by_arn.values().map(|(_, resource)| resource)
    }

    /// Returns the resources of a scope after a number, with their numbers and ARNs.
    pub(crate) fn of(&self, scope: &Scope, after: Option<u64>) -> impl Iterator<Item = (u64, &str, &T)> {
        let arns = self.of_scope.get(&scope.prefix()).into_iter().flat_map(move |order| order.after(after));
        arns.filter_map(|(number, arn)| Some((number, arn.as_str(), self.get(arn)?)))
    }
}
