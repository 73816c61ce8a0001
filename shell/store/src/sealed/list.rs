//! Which tables of `holdings.db` decide something, and why the others are kept whole in another way.
//!
//! Guarantees: every table of the file stands in exactly one of the two lists (tested); a table that is added stands in one of
//! them or the tests fail. Does not know: how rows are counted and summed.

/// A table whose rows are counted and summed under the key of the home.
pub(crate) struct Sealed {
    /// Its name.
    pub table: &'static str,
    /// Which columns count.
    pub columns: Columns,
    /// Which rows count, as an expression over a row called `row`; every row where there is none.
    pub only: Option<&'static str>,
}

/// Which columns of a table count.
pub(crate) enum Columns {
    /// All of them.
    All,
    /// All but these, which are told whole by what counts.
    Without(&'static [&'static str]),
    /// These; the others are counts and times that change with every observation and decide nothing.
    These(&'static [&'static str]),
}

const fn whole(table: &'static str) -> Sealed {
    Sealed { table, columns: Columns::All, only: None }
}

/// The tables of decisions.
pub(crate) const SEALED: &[Sealed] = &[
    // Who may act: officers, passkeys, programs; and settings, among them quarantine, TAXII recipients and the configuration.
    whole("desk_setting"),
    whole("registry_pending"),
    whole("passkey"),
    whole("passkey_grant"),
    whole("api_token"),
    // What was agreed to leave, and what left.
    whole("public_declaration"),
    whole("public_version"),
    whole("release"),
    whole("prepared_approval"),
    // What the leak check answered, and what is not asked of the vault again.
    whole("leak_answer"),
    whole("leak_blocked"),
    whole("leak_clear"),
    whole("leak_asked"),
    whole("released_item"),
    whole("sighting_return"),
    // Partners, their suspension, and the ends of both logs.
    whole("link"),
    whole("link_act"),
    whole("link_earlier"),
    whole("link_generation"),
    whole("link_view"),
    whole("link_refusal"),
    whole("log_head"),
    // Payload and salt are what the signed header commits to, and go with a recall; an envelope is the payload once more, sealed.
    Sealed { table: "log_entry", columns: Columns::Without(&["salt", "payload", "envelope"]), only: None },
    // Under which terms what arrived is held, and what was recalled.
    whole("received_item"),
    whole("recall"),
    whole("recall_recipient"),
    whole("recall_received"),
    whole("recall_work"),
    whole("recall_dependent"),
    whole("set_aside"),
    whole("received_document"),
    whole("link_features"),
    whole("tombstone"),
    whole("tombstone_digest"),
    // How what is held is marked: by an officer, by its import, by the texts that both refer to. Rows of an import that did not
    // finish are invisible and go.
    whole("marking"),
    whole("label"),
    whole("origin"),
    Sealed { table: "import", columns: Columns::All, only: Some("row.state = 1") },
    // What is known to be harmless, what says nothing, and what officers judged.
    whole("warning_list"),
    whole("warning_list_off"),
    whole("accepted_indicator"),
    whole("stop_value"),
    Sealed {
        table: "sighting",
        columns: Columns::These(&["sid", "uuid", "oid", "judgement", "judged_by", "judged_at", "comment"]),
        only: None,
    },
];

/// The other tables, and why no sum is kept over each.
#[cfg(test)]
pub(crate) const OTHERS: &[(&str, &str)] = &[
    ("schema_section", "a newer version is refused, and what a missing section lacks is found by the list above"),
    ("table_seal", "holds the sums; its own rows are summed under the empty name"),
    ("held_count", "holds the counts of the bulk tables"),
    ("audit", "a hash chain whose end is anchored"),
    ("registry_act", "a hash chain of signed acts whose end is anchored; each is checked when a home is opened"),
    ("anchor_step", "what the anchor said one step before; compared with the anchor"),
    ("vault_commitment", "a tag under the vault's key, and anchored"),
    ("object", "bulk: counted, and derived again by verify"),
    ("version", "bulk: counted, and derived again by verify"),
    ("type_name", "read from the bytes of versions, and compared with them by verify"),
    ("reference", "read from the bytes of versions, and derived again by verify"),
    ("defect", "read from the bytes of versions, and derived again by verify"),
    ("also_received", "bulk: a further way by which a version came; its orphans are found by verify"),
    ("refused_object", "bulk: the trace of what could not be held; its number stands in the import, which is summed"),
    ("pending_current", "empty but while an import runs"),
    ("version_reread", "how far versions were read again; verify derives what was read, and that all of it was"),
    ("text_state", "how far full text follows; derived again by verify"),
    ("version_text", "full text: derived again by verify"),
    ("version_text_data", "part of version_text"),
    ("version_text_idx", "part of version_text"),
    ("version_text_docsize", "part of version_text"),
    ("version_text_config", "part of version_text"),
    ("addition_run", "the order of additions: derived again by verify"),
    ("addition_node", "an identifier of collections, that decides nothing"),
    ("print_page", "bulk: counted, and derived again by verify"),
    ("print_segment", "what the pages of prints belong to; derived again by verify"),
    ("print_state", "how far the prints of texts follow; derived again by verify"),
    ("value_key", "an index of values: derived again by verify"),
    ("value_state", "how far the index of values follows; derived again by verify"),
    ("value_stale", "what the index of values reads next"),
    ("read_mark", "what an officer has read"),
    ("read_until", "what an officer has read"),
    ("moment", "an index of times, read from versions"),
    ("moment_state", "how far the index of times follows"),
    ("moment_stale", "what the index of times reads next"),
    ("sighting_value", "bulk: what a sensor saw; the sighting is summed"),
    ("sighting_day", "bulk: how often a sensor saw it"),
    ("sighting_evidence", "bulk: where a sensor saw it"),
    ("sighting_counted", "bulk: what was counted already"),
    ("current_change", "what detection reads next"),
    ("sqlite_sequence", "SQLite's own"),
];
