//! The operations on aliases.
//!
//! <https://docs.aws.amazon.com/step-functions/latest/dg/concepts-state-machine-alias.html>

use serde_json::{Value, json};

use super::versions::DESCRIPTION_CHARS;
use crate::api::arn::MachineArn;
use crate::api::{ApiError, Code, Input, Members, Paging};
use crate::registry::{Alias, MOST_ALIASES, Machine, Registry, RegistryContents, Route};

/// The pattern of an alias's name.
const NAME_PATTERN: &str = r"^(?=.*[a-zA-Z_\-\.])[a-zA-Z0-9_\-\.]+$";
/// The maximum length of an alias's name.
const NAME_CHARS: usize = 80;
/// The maximum number of versions that an alias points to.
const MOST_ROUTES: usize = 2;
/// The sum of an alias's weights.
const WHOLE: usize = 100;

fn is_name(name: &str) -> bool {
    name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-.".contains(&byte))
        && name.bytes().any(|byte| !byte.is_ascii_digit())
}

/// The routing in a request: the ARN and the weight of each version.
type Routing<'a> = Vec<(&'a str, usize)>;

fn read_routing<'a>(members: &mut Members<'a>) -> Routing<'a> {
    members.structures("routingConfiguration", |route| {
        let arn = route.arn("stateMachineVersionArn");
        (arn, route.required_number("weight", WHOLE))
    })
}

/// Records a violation if a routing has no version, or too many.
fn check_length(members: &mut Members<'_>, routing: &Routing<'_>) {
    let items = routing
        .iter()
        .map(|(arn, weight)| format!("RoutingConfigurationListItem(stateMachineVersionArn={arn}, weight={weight})"));
    let value = format!("'[{}]'", items.collect::<Vec<_>>().join(", "));
    members.check_length("routingConfiguration", &value, routing.len(), 1, MOST_ROUTES);
}

/// Rejects a routing that the service would reject. Returns the ARN of the state machine and the routes.
fn routes<'a>(routing: &Routing<'a>) -> Result<(MachineArn<'a>, Vec<Route>), ApiError> {
    let arns = || routing.iter().map(|(arn, _)| *arn).collect::<Vec<_>>().join(", ");
    let refuse =
        |message: String| Err(ApiError::new(Code::Validation, message).because("INVALID_ROUTING_CONFIGURATION"));
    let mut routes = Vec::with_capacity(routing.len());
    let mut machine = None;
    for (text, weight) in routing {
        let arn = MachineArn::read(text)?;
        let Some(version) = arn.version().filter(|_| arn.label.is_none()) else {
            return refuse(format!(
                "Routing configuration must contain state machine version ARNs. Received: [{}]",
                arns()
            ));
        };
        if machine.is_some_and(|machine: MachineArn<'_>| machine.machine != arn.machine) {
            return refuse(format!(
                "Routing configuration must contain versions of the same state machine. Received: [{}]",
                arns()
            ));
        }
        machine = Some(arn);
        // At most 100, by the model.
        routes.push(Route { version, weight: u32::try_from(*weight).unwrap_or(u32::MAX) });
    }
    let is_double = matches!(&*routes, [first, second] if first.version == second.version);
    if is_double {
        return refuse(format!(
            "Routing configuration must contain distinct state machine version ARNs. Received: [{}]",
            arns()
        ));
    }
    let weights: Vec<_> = routing.iter().map(|(_, weight)| weight.to_string()).collect();
    match machine {
        Some(machine) if routing.iter().map(|(_, weight)| weight).sum::<usize>() == WHOLE => Ok((machine, routes)),
        _ => refuse(format!("Sum of routing configuration weights must equal 100. Received: [{}]", weights.join(", "))),
    }
}

fn not_found() -> ApiError {
    ApiError::new(Code::ResourceNotFound, "Request references a resource that does not exist.")
}

/// Returns the state machine of a routing, after checking that all its versions exist.
fn routed<'h>(
    held: &'h mut RegistryContents,
    arn: MachineArn<'_>,
    routes: &[Route],
) -> Result<&'h mut Machine, ApiError> {
    let machine = held.machines.get_mut(arn.machine).ok_or_else(not_found)?;
    machine.check_stays()?;
    match routes.iter().all(|route| machine.versions.contains_key(&route.version)) {
        true => Ok(machine),
        false => Err(not_found()),
    }
}

/// Parses the ARN of an alias, and returns it with the alias's name.
fn alias_arn(arn: &str) -> Result<(MachineArn<'_>, &str), ApiError> {
    let arn = MachineArn::read(arn)?;
    match arn.qualifier {
        Some(name) if arn.version().is_none() => Ok((arn, name)),
        _ => Err(ApiError::invalid_arn(format_args!("Not an alias: {}", arn.text))),
    }
}

impl Registry {
    pub(crate) fn create_state_machine_alias(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let name = members.required_bounded("name", 1, NAME_CHARS);
        members.check_pattern("name", name, NAME_PATTERN, is_name(name) || name.is_empty());
        let description = members.sensitive("description", DESCRIPTION_CHARS);
        members.required_value("routingConfiguration");
        let routing = read_routing(&mut members);
        if members.value("routingConfiguration").is_some() {
            check_length(&mut members, &routing);
        }
        members.check()?;
        let (arn, routes) = routes(&routing)?;
        let now = self.clock.now();
        let mut held = self.held.lock();
        let machine = routed(&mut held, arn, &routes)?;
        if let Some(kept) = machine.aliases.get(name) {
            if kept.routes != routes || kept.description.as_deref() != description {
                let message = "Failed to create alias because an alias with the same name and a different routing \
                               configuration already exists.";
                return Err(ApiError::new(Code::Conflict, message));
            }
        } else {
            if machine.aliases.len() >= MOST_ALIASES {
                let message = format!("A state machine can have at most {MOST_ALIASES} aliases: '{}'", machine.arn);
                return Err(ApiError::new(Code::ServiceQuotaExceeded, message));
            }
            let description = description.map(str::to_owned);
            let number = self.next_number();
            let alias = Alias { description, routes, created: now, updated: now, number };
            machine.aliases.insert(name.to_owned(), alias);
            self.save_machine(machine);
        }
        let created = machine.aliases.get(name).map_or(now, |alias| alias.created);
        Ok(json!({"stateMachineAliasArn": machine.alias_arn(name), "creationDate": created.as_epoch_seconds()}))
    }

    pub(crate) fn update_state_machine_alias(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.arn("stateMachineAliasArn");
        let description = members.sensitive("description", DESCRIPTION_CHARS);
        let changes_routes = members.value("routingConfiguration").is_some();
        let routing = read_routing(&mut members);
        if changes_routes {
            check_length(&mut members, &routing);
        }
        members.check()?;
        let (arn, name) = alias_arn(arn)?;
        if description.is_none() && !changes_routes {
            let message = "Either the description or the routing configuration must be specified";
            return Err(ApiError::new(Code::Validation, message).because("MISSING_REQUIRED_PARAMETER"));
        }
        let routes = if changes_routes { Some(routes(&routing)?) } else { None };
        let now = self.clock.now();
        let mut held = self.held.lock();
        if let Some((routed_to, routes)) = &routes {
            let machine = held.machines.get(arn.machine).ok_or_else(not_found)?;
            machine.aliases.get(name).ok_or_else(not_found)?;
            if routed_to.machine != arn.machine {
                let message = "Routing configuration must contain versions of the alias's state machine.";
                return Err(ApiError::new(Code::Validation, message).because("INVALID_ROUTING_CONFIGURATION"));
            }
            routed(&mut held, *routed_to, routes)?;
        }
        let machine = held.machines.get_mut(arn.machine).ok_or_else(not_found)?;
        let alias = machine.aliases.get_mut(name).ok_or_else(not_found)?;
        if let Some((_, routes)) = routes {
            alias.routes = routes;
        }
        if let Some(description) = description {
            alias.description = Some(description.to_owned());
        }
        alias.updated = now;
        self.save_machine(machine);
        Ok(json!({"updateDate": now.as_epoch_seconds()}))
    }

    pub(crate) fn describe_state_machine_alias(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.arn("stateMachineAliasArn");
        members.check()?;
        let (arn, name) = alias_arn(arn)?;
        let held = self.held.lock();
        let machine = held.machines.get(arn.machine).ok_or_else(not_found)?;
        let alias = machine.aliases.get(name).ok_or_else(not_found)?;
        let route = |route: &Route| json!({"stateMachineVersionArn": machine.version_arn(route.version), "weight": route.weight});
        let mut answer = json!({
            "stateMachineAliasArn": machine.alias_arn(name),
            "name": name,
            "routingConfiguration": alias.routes.iter().map(route).collect::<Vec<_>>(),
            "creationDate": alias.created.as_epoch_seconds(),
            "updateDate": alias.updated.as_epoch_seconds(),
        });
        if let Some(description) = &alias.description {
            answer["description"] = json!(description);
        }
        Ok(answer)
    }

    /// Deleting an alias that does not exist is not an error. Its executions continue.
    pub(crate) fn delete_state_machine_alias(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.arn("stateMachineAliasArn");
        members.check()?;
        let (arn, name) = alias_arn(arn)?;
        if let Some(machine) = self.held.lock().machines.get_mut(arn.machine) {
            machine.aliases.shift_remove(name);
            self.save_machine(machine);
        }
        Ok(json!({}))
    }

    /// Returns the aliases of a state machine, or those that refer to a version of it.
    pub(crate) fn list_state_machine_aliases(&self, input: &Input) -> Result<Value, ApiError> {
        let mut members = input.members();
        let arn = members.arn("stateMachineArn");
        let paging = Paging::read(&mut members);
        members.check()?;
        let arn = MachineArn::read_unlabelled(arn)?;
        let held = self.held.lock();
        let machine = held.machine(arn)?;
        machine.select(arn, 0)?;
        let page = paging.page(arn.text, |after| {
            // They are sorted by number.
            let from = machine.aliases.partition_point(|_, alias| after.is_some_and(|after| alias.number <= after));
            let aliases = machine.aliases.iter().skip(from).filter(move |(_, alias)| {
                arn.version().is_none_or(|version| alias.routes.iter().any(|route| route.version == version))
            });
            aliases.map(|(name, alias)| {
                let item = json!({
                    "stateMachineAliasArn": machine.alias_arn(name),
                    "creationDate": alias.created.as_epoch_seconds(),
                });
                (alias.number, item)
            })
        })?;
        Ok(page.into_answer("stateMachineAliases"))
    }
}
