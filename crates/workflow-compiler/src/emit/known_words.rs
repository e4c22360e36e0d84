//! The words of AWS's APIs as Rust items for an editor: services, actions, patterns, members of requests, errors; and
//! the functions. Each list is a module, which a workflow has once, and only if it uses a word of the list.

use std::collections::{BTreeMap, BTreeSet};

use proc_macro2::{Ident, TokenStream};
use quote::quote;
use workflow_asl::error_name;
use workflow_asl::jsonata::{FUNCTIONS, Origin};
use workflow_services::{Integration, MachineType, Pattern, Service, Shape, Support, TaskResource};

use super::name::rust_ident;
use crate::syntax::ast::{integration, plain};
use crate::syntax::word::Role;

/// The first word of a resource of the SDK.
const SDK: &str = "aws_sdk";

/// The lists that the words of one workflow are in.
#[derive(Default)]
pub(super) struct KnownWords {
    /// The words of each module, with what they mean.
    modules: BTreeMap<String, BTreeMap<String, String>>,
    /// The resources whose errors the workflow may name.
    resources: BTreeSet<String>,
    names_errors: bool,
}

impl KnownWords {
    /// Returns the module with the words that may be where a word with this role is.
    pub(super) fn module(&mut self, role: &Role) -> Option<Ident> {
        let name = match role {
            Role::Resource(before) => joined("__resource", before.iter().map(plain)),
            Role::RequestMember(resource, steps) => {
                joined("__request", resource.iter().map(plain).chain(steps.iter().cloned()))
            }
            Role::ErrorName(before) => {
                self.names_errors = true;
                return syn::parse_str(&errors_after(&before.join("_"))).ok();
            }
            Role::Function => "__functions".to_owned(),
            _ => return None,
        };
        let words = self.modules.entry(name.clone()).or_insert_with(|| match role {
            Role::Resource(before) => after(&before.iter().map(plain).collect::<Vec<_>>()),
            Role::RequestMember(resource, steps) => {
                let name = integration(resource, None);
                let shape = TaskResource::parse(&name).ok().and_then(|task| inside(task.input(), steps));
                self.resources.insert(name);
                shape.map(members).unwrap_or_default()
            }
            _ => functions(),
        });
        if words.is_empty() { None } else { syn::parse_str(&name).ok() }
    }

    /// Returns the modules.
    pub(super) fn declare(&self) -> TokenStream {
        let mut modules = self.modules.clone();
        if self.names_errors {
            let of_tasks =
                self.resources.iter().filter_map(|name| TaskResource::parse(name).ok()).flat_map(TaskResource::errors);
            let reserved = error_name::RESERVED.iter().map(|name| (*name).to_owned());
            for name in of_tasks.map(|error| error.to_string()).chain(reserved) {
                let Some((prefix, error)) = name.split_once('.') else { continue };
                let doc = error_name::doc(&name).map_or_else(|| format!("The error `{name}`."), str::to_owned);
                modules.entry(errors_after(prefix)).or_default().insert(error.to_owned(), doc);
                let doc = format!("The errors `{prefix}.…`.");
                modules.entry(errors_after("")).or_default().insert(prefix.to_owned(), doc);
            }
        }
        // A key around a member may be any text: no word refers to such a module.
        let modules = modules.iter().filter_map(|(module, words)| {
            let module: Ident = syn::parse_str(module).ok()?;
            let words = words.iter().filter_map(|(word, doc)| {
                let word = rust_ident(&syn::parse_str(word).ok()?)?;
                Some(quote! { #[doc = #doc] pub const #word: () = (); })
            });
            Some(quote! { mod #module { #(#words)* } })
        });
        quote! { #(#modules)* }
    }
}

fn joined(first: &str, words: impl Iterator<Item = String>) -> String {
    words.fold(first.to_owned(), |name, word| format!("{name}_{word}"))
}

fn errors_after(words: &str) -> String {
    format!("__errors_{words}")
}

/// Returns the words that may follow these words of a resource.
fn after(before: &[String]) -> BTreeMap<String, String> {
    let before: Vec<&str> = before.iter().map(String::as_str).collect();
    match before[..] {
        [] => {
            let own = [
                (SDK, "Any action of AWS's APIs: `aws_sdk::s3::listObjectsV2`."),
                ("activity", "An activity, by its ARN: `activity(\"arn…\")`."),
                ("workflow", "Starts another workflow: `workflow::<Other>`."),
            ];
            let services = Integration::all().map(|one| word(one.service()));
            let services = services.map(|name| (name.clone(), format!("The optimised integrations of `{name}`.")));
            services.chain(own.map(|(name, doc)| (name.to_owned(), doc.to_owned()))).collect()
        }
        [SDK] => Service::all()
            .filter(|service| !service.is_retired())
            .map(|service| (service.name().to_owned(), format!("The API of `{}`.", service.name())))
            .collect(),
        [SDK, service] => {
            let operations = Service::find(service).into_iter().flat_map(Service::operations);
            let operations = operations.filter(|operation| operation.is_supported());
            operations.map(|operation| (operation.name().to_owned(), calls(operation.name(), service))).collect()
        }
        [service] => Integration::all()
            .filter(|one| word(one.service()) == service)
            .map(|one| (one.action().to_owned(), calls(one.action(), service)))
            .collect(),
        _ => patterns(&before),
    }
}

/// Returns the patterns that a call with these words supports.
fn patterns(call: &[&str]) -> BTreeMap<String, String> {
    let supports = |pattern| match *call {
        [SDK, service, operation] => {
            let found = Service::find(service).and_then(|service| service.operation(operation));
            found.map(|operation| operation.support(pattern, MachineType::Standard))
        }
        [service, action] => Integration::all()
            .find(|one| word(one.service()) == service && one.action() == action)
            .map(|one| one.support(pattern, MachineType::Standard)),
        _ => None,
    };
    let known = [
        (Pattern::Sync, "The state waits until the job is done."),
        (Pattern::WaitForTaskToken, "The state waits until its task token is returned."),
    ];
    let known = known.into_iter().filter(|(pattern, _)| supports(*pattern).is_some_and(|one| one != Support::Refused));
    known.map(|(pattern, doc)| (pattern.suffix().trim_start_matches('.').to_owned(), doc.to_owned())).collect()
}

fn calls(action: &str, service: &str) -> String {
    format!("Calls `{action}` of `{service}`.")
}

/// Returns the name of a service as a word of the language.
fn word(service: &str) -> String {
    service.replace('-', "_")
}

/// Returns the shape of the object that these keys lead to, through lists.
fn inside(shape: Shape, steps: &[String]) -> Option<Shape> {
    let shape = match shape {
        Shape::List(list) => return inside(list.element(), steps),
        shape => shape,
    };
    let Some((first, rest)) = steps.split_first() else {
        return Some(shape).filter(|shape| shape.structure().is_some());
    };
    match shape {
        Shape::Map(map) => inside(map.value(), rest),
        shape => inside(shape.member(first)?.shape, rest),
    }
}

fn members(shape: Shape) -> BTreeMap<String, String> {
    let members = shape.structure().into_iter().flat_map(|structure| structure.members());
    let doc = |required, kind| format!("{kind}{}", if required { ", required" } else { "" });
    members.map(|member| (member.name.to_owned(), doc(member.required, member.shape.kind()))).collect()
}

fn functions() -> BTreeMap<String, String> {
    let functions = FUNCTIONS.iter().filter(|row| row.origin != Origin::Removed);
    functions.map(|row| (row.name.to_owned(), format!("{}. Signature: `{}`", row.summary, row.signature))).collect()
}
