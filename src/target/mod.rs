//! What an engine takes: versions, mapping dialects, and the table of value rules. Pure: knows no file, no SQLite, no clock.

mod action;
mod create;
mod dialect;
mod growth;
mod kind;
mod limit;
mod name;
mod object_id;
mod pattern;
pub(crate) mod rule;
pub(crate) mod span;
mod terms;
mod valid;
mod version;

use serde_json::{Map, Value};

pub(crate) use self::action::{Meta, action_key, version_type_fault};
pub(crate) use self::create::{Around, create_index_body};
pub(crate) use self::dialect::truth;
pub(crate) use self::growth::{Growth, Matched};
pub(crate) use self::name::{alias_name_fault, index_name_fault, type_name_fault};
pub(crate) use self::object_id::IdKind;
pub(crate) use self::pattern::Search;
use crate::error::Fault;

/// Who built the engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Engine {
    /// Elasticsearch, 1.x to 9.x, and Elastic's serverless offering.
    Elasticsearch,
    /// OpenSearch, 1.x to 3.x.
    OpenSearch,
}

/// The engine and version that files are made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// Who built it.
    pub engine: Engine,
    /// Major version.
    pub major: u16,
    /// Minor version; a target named without one stands for the last minor that was measured.
    pub minor: u16,
    /// Elastic's serverless offering: no shard and replica settings.
    pub serverless: bool,
}

/// A mapping as the target takes it, with what had to be changed on the way.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mapping {
    /// The root mapping in the target's dialect (`{"properties": …, "dynamic": …}`), order kept, without the type's name.
    pub(crate) body: Map<String, Value>,
    /// The root's properties, in the user's order.
    pub(crate) properties: Vec<Property>,
    /// What was translated, one line each, for the user to read once.
    pub(crate) notices: Vec<String>,
    /// The type's name, where the user wrapped the mapping in one; the index's own `type` goes first.
    pub(crate) type_name: Option<String>,
    /// Whether the target refuses a document whose action line has no `routing`.
    pub(crate) routing_required: bool,
    /// Settings without which the target does not take the translated mapping (`index.knn`).
    pub(crate) settings: Map<String, Value>,
    /// JSON pointer of the root mapping in the model (or in the mapping file).
    pointer: String,
    /// JSON pointer, in the same file, of what each dynamic template of the body was there.
    templates: Vec<String>,
    /// What the dynamic templates of the body map, each as a field of no name.
    pub(crate) template_fields: Vec<Property>,
    /// Parameters that the index's settings give to fields of these types which lack them.
    assumed: Vec<(&'static str, Value, &'static [&'static str])>,
}

/// One property of a mapping, after translation into the target's dialect.
#[derive(Clone, Debug)]
pub(crate) struct Property {
    /// Name as in the mapping.
    pub(crate) name: String,
    /// JSON pointer of the property in the model (or in the mapping file).
    pub(crate) pointer: String,
    /// Mapping type in the target's dialect; `object` where `properties` stand without a type.
    pub(crate) kind: String,
    /// Every other parameter in the target's dialect, `properties` and `fields` (multi-fields) left out.
    pub(crate) params: Map<String, Value>,
    /// Multi-fields in the target's dialect: they get no value, but their rules hold for the same value.
    pub(crate) multi_fields: Vec<Property>,
    /// Properties of an object or nested property.
    pub(crate) properties: Vec<Property>,
    /// Keys that a document must lose because the target no longer knows them (`output`, `payload` of a completion).
    pub(crate) dropped_keys: &'static [&'static str],
    /// Keys of a value that the target calls otherwise, old name first (`context` of a completion is `contexts`).
    pub(crate) renamed_keys: &'static [(&'static str, &'static str)],
}

impl Property {
    /// Whether names with dots are names in this object, and nothing in it is an object.
    pub(crate) fn has_flat_names(&self) -> bool {
        self.kind == "passthrough"
            || self.params.get("subobjects").and_then(dialect::truth) == Some(false)
    }

    /// Whether the first vector says how many dimensions all have (Elasticsearch 8.11 and later).
    pub(crate) fn is_measured(&self) -> bool {
        self.kind == "dense_vector" && !self.params.contains_key("dims")
    }
}

/// Stands among the parameters of a `join` in an index without routing; no mapping can say it.
pub(crate) const UNROUTED: &str = "(no routing)";

/// Stands among the parameters of an object whose `dynamic` is that of an object above; no mapping can say it.
pub(crate) const INHERITED: &str = "(dynamic of an object above)";

/// Stands among the parameters of an object right below a root with `subobjects: false`; no mapping can say it.
pub(crate) const BELOW_FLAT_ROOT: &str = "(subobjects of the root)";

/// Stands among the parameters of an object: names of its members that are runtime fields; no mapping can say it.
pub(crate) const RUNTIME: &str = "(runtime fields)";

/// The type of a field that stands under `derived` of the root; no mapping can say it.
pub(crate) const DERIVED: &str = "derived field";

/// Stands among the parameters of a text whose terms are not those of its type's default; no mapping can say it.
pub(crate) const TERMS: &str = "(terms)";

/// Stands among the parameters of a field whose values are spared whatever its type says; no mapping can say it.
pub(crate) const SPARED: &str = "(ignore_malformed of the index)";

/// Stands among the parameters of a date without which, or with two of which, a document is refused; no mapping can say it.
pub(crate) const TIMED: &str = "(one time)";

/// Stands among the parameters of a `percolator`: the types of the fields that queries may ask for; no mapping can say it.
pub(crate) const QUERIED: &str = "(fields)";

/// Types of numbers but `unsigned_long`: those whose default `index.mapping.coerce` sets, too (measured on Elasticsearch 5 to 9
/// and OpenSearch 3).
pub(crate) const NUMBERS: &[&str] =
    &["byte", "short", "integer", "long", "half_float", "float", "double", "scaled_float"];
/// Types whose default `index.mapping.ignore_malformed` sets, and on which lines they know the parameter: measured on
/// Elasticsearch 5 to 9 and OpenSearch 2 and 3 (`unsigned_long` of Elasticsearch by its source).
const MALFORMED: &[(&[&str], &[span::Span])] = &[
    (NUMBERS, span::ALWAYS),
    (SINGLE, span::ALWAYS),
    (&["geo_point"], span::ALWAYS),
    (&["boolean"], &[span::es(8, 0)]),
    (&["geo_shape"], &[span::es(6, 1), span::os(1, 0)]),
    (RANGES, &[span::os(1, 0)]),
];
const SINGLE: &[&str] = &["unsigned_long", "date", "date_nanos", "ip"];
const RANGES: &[&str] =
    &["integer_range", "long_range", "float_range", "double_range", "date_range", "ip_range"];

/// Types that refuse what that setting spares all the same, since OpenSearch 2.4 (#4494), whatever they say themselves; since
/// 3.2 (#18706) those alone that know no parameter. Measured on 2.19 and 3.8.
const SPARED_BY_SETTING: &[(&[&str], &[span::Span])] = &[
    (
        &[
            "binary",
            "boolean",
            "constant_keyword",
            "flat_object",
            "keyword",
            "match_only_text",
            "rank_feature",
            "search_as_you_type",
            "text",
            "token_count",
            "version",
            "wildcard",
        ],
        &[span::os(2, 4)],
    ),
    (NUMBERS, &[span::os_until((2, 4), (3, 2))]),
    (SINGLE, &[span::os_until((2, 4), (3, 2))]),
    (RANGES, &[span::os_until((2, 4), (3, 2))]),
];

/// Types whose default `index.mapping.ignore_above` sets, and since when (measured on Elasticsearch 8.19 and 9.2); and what
/// `index.mode: logsdb` sets it to, by its documentation.
const SHORTENED: &[&str] = &["keyword", "flattened", "wildcard"];
const IGNORE_ABOVE_BY_SETTING: &[span::Span] = &[span::es(8, 15)];
const LOGS_IGNORE_ABOVE: u64 = 8191;

/// The field that holds the time of each document where `index.mode` is `logsdb`, one and no more: measured on Elasticsearch
/// 8.19 and 9.2.
const TIME: &str = "@timestamp";

/// Gives a parameter to all properties of these types that lack it, their multi-fields too.
fn assume(properties: &mut [Property], parameter: &str, value: &Value, kinds: &[&str]) {
    for property in properties {
        if kinds.contains(&property.kind.as_str()) && !property.params.contains_key(parameter) {
            property.params.insert(parameter.to_owned(), value.clone());
        }
        assume(&mut property.properties, parameter, value, kinds);
        assume(&mut property.multi_fields, parameter, value, kinds);
    }
}

impl Mapping {
    /// Every dynamic template as the target takes it, its name first, and where it stands in the model.
    fn templates(&self) -> impl Iterator<Item = (&Value, &str)> {
        let list = self.body.get("dynamic_templates").and_then(Value::as_array);
        list.into_iter().flatten().zip(self.templates.iter().map(String::as_str))
    }

    /// Reads the root mapping `body` (any dialect) found at `pointer`, and translates it for `target`.
    ///
    /// Every fault is pushed to `faults`; the result is usable for further checking even then.
    pub(crate) fn translate(
        body: &Value,
        pointer: &str,
        target: &Target,
        faults: &mut Vec<Fault>,
    ) -> Mapping {
        let mut mapping = dialect::translate(body, pointer, target, faults);
        let by_root = target.engine == Engine::Elasticsearch && target.major < 5;
        mapping.inherit_dynamic(by_root);
        mapping.join_below_root();
        mapping.name_runtime();
        mapping.place_derived();
        mapping.follow_copies();
        mapping
    }

    /// The field from which 1.x takes the routing of a document: what the action line says must be the same.
    pub(crate) fn routing_path(&self, target: &Target) -> Option<&str> {
        let is_1 = target.within(&[span::es_until((1, 0), (2, 0))]);
        self.body.get("_routing").filter(|_| is_1)?.get("path")?.as_str()
    }

    /// How many objects of `nested` fields the line takes in a document, all fields together: 10,000 since 7.0 (6.8 takes
    /// more), unless the settings say otherwise. `None` where it counts none.
    pub(crate) fn nested_max(&self, settings: Option<&Value>, target: &Target) -> Option<u64> {
        let is_read = self.body.get("enabled").and_then(dialect::truth) != Some(false);
        (is_read && target.within(&[span::es(7, 0), span::os(1, 0)])).then(|| {
            let wished = settings.and_then(|s| limit::setting(s, "mapping.nested_objects.limit"));
            wished.and_then(limit::as_number).unwrap_or(10_000)
        })
    }

    /// What the settings say of `coerce`, `ignore_malformed` and `ignore_above` holds for each field that says nothing
    /// itself, and what they say of analyzers for all that name them.
    pub(crate) fn follow_settings(&mut self, settings: Option<&Value>, target: &Target) {
        let wish = |parameter: &str| {
            settings.and_then(|s| limit::setting(s, &format!("mapping.{parameter}"))).cloned()
        };
        let shortens = target.within(IGNORE_ABOVE_BY_SETTING);
        let mode = settings.and_then(|s| limit::setting(s, "mode")).and_then(Value::as_str);
        let is_logs = shortens && mode.is_some_and(|mode| mode.eq_ignore_ascii_case("logsdb"));
        let above = wish("ignore_above").or_else(|| is_logs.then(|| LOGS_IGNORE_ABOVE.into()));
        let malformed = wish("ignore_malformed");
        let by_type = MALFORMED.iter().map(|row| ("ignore_malformed", row));
        let by_index = SPARED_BY_SETTING.iter().map(|row| (SPARED, row));
        let spared = by_type.chain(by_index).filter(|(_, (_, spans))| target.within(spans));
        let spared = spared.map(|(parameter, (takes, _))| (parameter, malformed.clone(), *takes));
        let others = [
            ("coerce", wish("coerce"), NUMBERS),
            ("ignore_above", above.filter(|_| shortens), SHORTENED),
        ];
        for (parameter, wished, takes) in others.into_iter().chain(spared) {
            if let Some(wished) = wished {
                assume(&mut self.properties, parameter, &wished, takes);
                self.assumed.push((parameter, wished, takes));
            }
        }
        terms::resolve(&mut self.properties, settings);
        self.name_queried(settings);
        if is_logs && !self.has_any_times() {
            let time = self.properties.iter_mut().find(|property| property.name == TIME);
            time.into_iter().for_each(|time| drop(time.params.insert(TIMED.into(), true.into())));
        }
    }

    /// Whether documents of logs may have no time, or several.
    fn has_any_times(&self) -> bool {
        let stamp = self.body.get("_data_stream_timestamp").and_then(|stamp| stamp.get("enabled"));
        stamp.and_then(dialect::truth) == Some(false)
    }

    /// Says to every `percolator` which fields there are, where no others can come at the root.
    fn name_queried(&mut self, settings: Option<&Value>) {
        let is_on =
            |name| settings.and_then(|s| limit::setting(s, name)).is_some_and(|on| on != false);
        let lends_names = |property: &Property| property.kind == "passthrough";
        if self.body.contains_key("runtime")
            || self.properties.iter().any(lends_names)
            || is_on("percolator.map_unmapped_fields_as_text")
            || is_on("percolator.map_unmapped_fields_as_string")
        {
            return;
        }
        let mut copies = Vec::new();
        collect_copies(&self.properties, &mut Vec::new(), &mut copies);
        // What comes of a copy depends on the values.
        let copies = copies.into_iter().map(|(_, target)| (target, Value::Null));
        let mut names: Map<String, Value> = copies.collect();
        name_fields(&self.properties, "", &mut names);
        assume(&mut self.properties, QUERIED, &Value::Object(names), &["percolator"]);
    }

    /// Says to every `join` that its index gives no routing.
    pub(crate) fn leave_unrouted(&mut self) {
        for property in self.properties.iter_mut().filter(|property| property.kind == "join") {
            property.params.insert(UNROUTED.to_owned(), Value::Bool(true));
        }
    }

    /// Says that documents are queries (the type `.percolator` of 1.x and 2.x), which stand in `query`; whether there is one.
    pub(crate) fn hold_queries(&mut self) -> bool {
        let query = self.properties.iter_mut().find(|property| property.name == "query");
        let Some(query) = query else { return false };
        if query.properties.is_empty() {
            query.kind = "percolator".to_owned();
            query.params.clear();
        }
        true
    }

    /// An object that says nothing of `dynamic` takes what the one around it says; on 1.x and 2.x, the root.
    fn inherit_dynamic(&mut self, by_root: bool) {
        inherit(&mut self.properties, self.body.get("dynamic"), by_root);
    }

    /// What `subobjects` of the root says of the objects right below.
    fn join_below_root(&mut self) {
        if self.body.get("subobjects").and_then(dialect::truth) == Some(false) {
            for property in self.properties.iter_mut().filter(|property| property.kind == "object")
            {
                property.params.insert(BELOW_FLAT_ROOT.to_owned(), Value::Bool(true));
            }
        }
    }

    /// Says to every object which of its members are runtime fields: these it takes whatever its `dynamic` is.
    fn name_runtime(&mut self) {
        let names: Vec<String> = runtime_names(&self.body).map(str::to_owned).collect();
        if !names.is_empty() {
            name_runtime(&mut self.properties, &names);
        }
    }

    /// Puts the fields under `derived` of the root where they stand: none takes a value of a document.
    fn place_derived(&mut self) {
        let Some(derived) = self.body.get("derived").and_then(Value::as_object) else { return };
        for name in derived.keys().filter(|name| !name.is_empty()) {
            let pointer = format!("{}/derived/{name}", self.pointer);
            place_derived(&mut self.properties, name, pointer);
        }
    }

    /// A value that `copy_to` carries to another field must be one that this field takes: its rules are added as those
    /// of a multi-field are. Copies are not copied on.
    fn follow_copies(&mut self) {
        let mut sources = Vec::new();
        collect_copies(&self.properties, &mut Vec::new(), &mut sources);
        let find = |(place, target): (Vec<usize>, String)| {
            find_path(&self.properties, &target).map(|copied| (place, copied.clone()))
        };
        // All are found before any is added, so that a chain of copies ends after its first step.
        let copies: Vec<(Vec<usize>, Property)> = sources.into_iter().filter_map(find).collect();
        for (place, copied) in copies {
            let mut properties = &mut self.properties;
            for &at in &place[..place.len() - 1] {
                properties = &mut properties[at].properties;
            }
            properties[place[place.len() - 1]].multi_fields.push(copied);
        }
    }
}

fn inherit(properties: &mut [Property], dynamic: Option<&Value>, by_root: bool) {
    for property in properties {
        let is_object = matches!(property.kind.as_str(), "object" | "nested" | "passthrough");
        let own = property.params.get("dynamic").filter(|own| !own.is_null()).cloned();
        if let (true, None, Some(dynamic)) = (is_object, &own, dynamic) {
            property.params.insert("dynamic".to_owned(), dynamic.clone());
            property.params.insert(INHERITED.to_owned(), Value::Bool(true));
        }
        let below = own.as_ref().filter(|_| !by_root).or(dynamic);
        inherit(&mut property.properties, below, by_root);
    }
}

/// The types of all fields by their full names; `true` for an object whose members the mapping may not name.
fn name_fields(properties: &[Property], above: &str, names: &mut Map<String, Value>) {
    for property in properties {
        let name = format!("{above}{}", property.name);
        for (dot, _) in name.match_indices('.') {
            names.entry(&name[..dot]).or_insert(Value::Bool(true));
        }
        let says = |parameter: &str| property.params.get(parameter).and_then(dialect::truth);
        let is_closed = says("enabled") == Some(false)
            || says("dynamic") == Some(false)
            || property.params.get("dynamic").is_some_and(|dynamic| dynamic == "strict");
        let is_object = matches!(&*property.kind, "object" | "nested");
        let below = format!("{name}.");
        let own = format!("{}/fields/", property.pointer);
        let fields = property.multi_fields.iter().filter(|field| field.pointer.starts_with(&own));
        name_fields(&fields.cloned().collect::<Vec<_>>(), &below, names);
        name_fields(&property.properties, &below, names);
        let open = if property.kind == "nested" { "nested".into() } else { Value::Bool(true) };
        let kind = if is_object && !is_closed { open } else { property.kind.clone().into() };
        names.insert(name, kind);
    }
}

/// What follows the dot in a name that begins with `above` and one.
pub(crate) fn name_below<'n>(name: &'n str, above: &str) -> Option<&'n str> {
    name.strip_prefix(above)?.strip_prefix('.')
}

fn name_runtime(properties: &mut [Property], names: &[String]) {
    for property in properties {
        let own = |name: &String| name_below(name, &property.name).map(str::to_owned);
        let names: Vec<String> = names.iter().filter_map(own).collect();
        if names.is_empty() {
            continue;
        }
        name_runtime(&mut property.properties, &names);
        property.params.insert(RUNTIME.to_owned(), names.into());
    }
}

fn place_derived(properties: &mut Vec<Property>, name: &str, pointer: String) {
    let object = properties.iter_mut().find(|object| name_below(name, &object.name).is_some());
    if let Some(object) = object {
        let rest = name[object.name.len() + 1..].to_owned();
        return place_derived(&mut object.properties, &rest, pointer);
    }
    properties.push(Property {
        name: name.to_owned(),
        pointer,
        kind: DERIVED.to_owned(),
        params: Map::new(),
        multi_fields: Vec::new(),
        properties: Vec::new(),
        dropped_keys: &[],
        renamed_keys: &[],
    });
}

/// The names of the fields under `runtime` of a root mapping.
fn runtime_names(body: &Map<String, Value>) -> impl Iterator<Item = &str> {
    let runtime = body.get("runtime").and_then(Value::as_object);
    runtime.into_iter().flat_map(Map::keys).map(String::as_str)
}

/// The place of every property with `copy_to`, and the full path of each field that it fills.
fn collect_copies(
    properties: &[Property],
    above: &mut Vec<usize>,
    sources: &mut Vec<(Vec<usize>, String)>,
) {
    for (at, property) in properties.iter().enumerate() {
        above.push(at);
        match property.params.get("copy_to") {
            Some(Value::String(target)) => sources.push((above.clone(), target.clone())),
            Some(Value::Array(targets)) => {
                let targets = targets.iter().filter_map(Value::as_str);
                sources.extend(targets.map(|target| (above.clone(), target.to_owned())));
            }
            _ => {}
        }
        collect_copies(&property.properties, above, sources);
        above.pop();
    }
}

/// The field of that full path; names may have dots themselves.
fn find_path<'p>(properties: &'p [Property], path: &str) -> Option<&'p Property> {
    properties.iter().find_map(|property| {
        let rest = path.strip_prefix(property.name.as_str())?;
        match rest.strip_prefix('.') {
            None if rest.is_empty() => Some(property),
            None => None,
            Some(rest) => find_path(&property.properties, rest),
        }
    })
}

#[cfg(test)]
mod tests;
