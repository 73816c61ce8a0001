//! Showing a release: exactly the bytes that would leave, beside the originals.

use crate::failure::Failure;
use crate::node::Node;
use serde_json::{Value, json};

impl Node {
    pub(crate) fn release_show(&self, release: &str) -> Result<Value, Failure> {
        let row = self.release_row(release)?;
        let draft = self.open_draft(&row)?;
        let view = self.holdings.view();
        let mut items = Vec::new();
        for item in &draft.items {
            let original = view.get(&item.original_id)?.map(|o| String::from_utf8_lossy(&o.bytes).into_owned());
            items.push(json!({
                "released_id": item.released_id,
                "released_version": item.released_version,
                "original_id": item.original_id,
                "original_version": item.original_version,
                "original": original,
            }));
        }
        let parts: Vec<Value> = draft
            .parts
            .iter()
            .enumerate()
            .map(|(number, part)| {
                json!({ "part": number, "length": part.len(), "bytes": String::from_utf8_lossy(part) })
            })
            .collect();
        let mut shown: Value = serde_json::from_str(&row.summary)?;
        if let Value::Object(fields) = &mut shown {
            fields.insert("state".into(), row.state.into());
            fields.insert("author".into(), row.author.into());
            fields.insert("digest".into(), json!(row.digest));
            fields.insert("statement".into(), String::from_utf8_lossy(&draft.statement()).into());
            fields.insert("parts".into(), parts.into());
            fields.insert("items".into(), items.into());
            fields.insert("dropped".into(), serde_json::to_value(&draft.dropped)?);
            fields.insert("changed".into(), serde_json::to_value(&draft.sanitisation)?);
        }
        Ok(shown)
    }

    pub(crate) fn release_list(&self) -> Result<Value, Failure> {
        let mut releases = Vec::new();
        for row in self.holdings.view().desk().releases(1_000)? {
            let mut summary: Value = serde_json::from_str(&row.summary)?;
            if let Value::Object(fields) = &mut summary {
                fields.insert("state".into(), row.state.into());
                fields.insert("author".into(), row.author.into());
                fields.insert("digest".into(), json!(row.digest));
                fields.insert("created".into(), row.created.into());
            }
            releases.push(summary);
        }
        Ok(json!({ "releases": releases }))
    }
}
