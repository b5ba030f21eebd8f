//! The JSON Schemas of rows, as `config schema` and the description of the API print them.

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::{Map, Value, json};

/// The schema for output, in which fields that are always present are required.
pub fn written<T: JsonSchema>() -> Value {
    Value::from(
        SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<T>(),
    )
}

/// `{"<command>": [objects]}`
pub fn rows<T: JsonSchema>(command: &str) -> Value {
    let mut row = written::<T>();
    let mut take = |key: &str| {
        row.as_object_mut().and_then(|row| row.remove(key)).unwrap_or_else(|| json!({}))
    };
    let (definitions, dialect) = (take("$defs"), take("$schema"));
    json!({
        "$schema": dialect,
        "type": "object",
        "properties": { command: { "type": "array", "items": row } },
        "required": [command],
        "$defs": definitions,
    })
}

/// The schemas of one `OpenAPI` document. Each type is defined once, under `components`.
pub struct ComponentSchemas(SchemaGenerator);

impl Default for ComponentSchemas {
    fn default() -> Self {
        let settings = SchemaSettings::draft2020_12()
            .for_serialize()
            .with(|settings| settings.definitions_path = "/components/schemas".into());
        Self(settings.into_generator())
    }
}

impl ComponentSchemas {
    /// A reference to the schema of a type.
    pub fn of<T: JsonSchema>(&mut self) -> Schema {
        self.0.subschema_for::<T>()
    }

    /// The definitions of all types that were referred to.
    pub fn into_definitions(mut self) -> Map<String, Value> {
        self.0.take_definitions(true)
    }
}
