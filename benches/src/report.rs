//! The answer of a run: machine, sections and rows, as a table for people or as JSON.

use crate::figure::{Figure, short};
use serde::Serialize;
use std::fmt::Write;

/// One thing measured.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Row {
    /// What it is.
    pub what: String,
    /// Its unit.
    pub unit: &'static str,
    /// Our figure.
    pub ours: Option<Figure>,
    /// The limit's: what this machine gives at best for the same work.
    pub limit: Option<Figure>,
    /// The peer's: what a user would take instead.
    pub peer: Option<Figure>,
    /// The goal in words, and whether our median meets it.
    pub goal: Option<(String, bool)>,
    /// How to read it.
    pub note: String,
}

impl Row {
    /// Begins a row.
    pub fn new(what: impl Into<String>, unit: &'static str, ours: Option<Figure>) -> Self {
        Self { what: what.into(), unit, ours, ..Self::default() }
    }

    /// Adds the limit's figure.
    pub fn limit(self, limit: Option<Figure>) -> Self {
        Self { limit, ..self }
    }

    /// Adds the peer's figure.
    pub fn peer(self, peer: Option<Figure>) -> Self {
        Self { peer, ..self }
    }

    /// Adds the goal.
    pub fn goal(self, text: impl Into<String>, met: bool) -> Self {
        Self { goal: Some((text.into(), met)), ..self }
    }

    /// Adds a note.
    pub fn note(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }

    /// Returns our median over the limit's.
    pub fn of_limit(&self) -> Option<f64> {
        Some(self.ours.as_ref()?.median / self.limit.as_ref()?.median)
    }

    /// Returns our median over the peer's.
    pub fn of_peer(&self) -> Option<f64> {
        Some(self.ours.as_ref()?.median / self.peer.as_ref()?.median)
    }
}

/// Rows that belong together.
#[derive(Clone, Debug, Serialize)]
pub struct Section {
    /// Its name.
    pub name: String,
    /// What stands in the columns.
    pub columns: String,
    /// Its rows.
    pub rows: Vec<Row>,
    /// What was left out, and why.
    pub absent: Vec<String>,
}

impl Section {
    /// Begins a section.
    pub fn new(name: impl Into<String>, columns: impl Into<String>) -> Self {
        Self { name: name.into(), columns: columns.into(), rows: Vec::new(), absent: Vec::new() }
    }
}

/// A whole run.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Facts about the machine, the build and the moment.
    pub machine: Vec<(String, String)>,
    /// What was measured.
    pub sections: Vec<Section>,
}

impl Report {
    /// Writes the report for people, as Markdown that also reads well on a terminal.
    pub fn text(&self) -> String {
        let mut out = String::new();
        for (name, value) in &self.machine {
            let _ = writeln!(out, "{name:<12} {value}");
        }
        for section in &self.sections {
            let _ = writeln!(out, "\n## {}\n{}\n", section.name, section.columns);
            out.push_str(&table(&section.rows));
            for absent in &section.absent {
                let _ = writeln!(out, "absent: {absent}");
            }
        }
        out
    }
}

const HEADS: [&str; 8] = ["what", "unit", "ours", "limit", "peer", "ours/limit", "ours/peer", "goal"];

fn table(rows: &[Row]) -> String {
    let figure = |figure: &Option<Figure>| figure.as_ref().map_or_else(|| "–".to_owned(), Figure::to_string);
    let ratio = |ratio: Option<f64>| ratio.map_or_else(|| "–".to_owned(), short);
    let mut lines: Vec<[String; 8]> = vec![HEADS.map(str::to_owned)];
    for row in rows {
        let goal = row
            .goal
            .as_ref()
            .map_or_else(|| "–".to_owned(), |(text, met)| format!("{text}: {}", if *met { "met" } else { "NOT met" }));
        lines.push([
            row.what.clone(),
            row.unit.to_owned(),
            figure(&row.ours),
            figure(&row.limit),
            figure(&row.peer),
            ratio(row.of_limit()),
            ratio(row.of_peer()),
            goal,
        ]);
    }
    let mut widths = [0usize; 8];
    for line in &lines {
        for (width, cell) in widths.iter_mut().zip(line) {
            *width = (*width).max(cell.chars().count());
        }
    }
    let mut out = String::new();
    for (n, line) in lines.iter().enumerate() {
        for (cell, width) in line.iter().zip(widths) {
            let _ = write!(out, "| {cell}{} ", " ".repeat(width.saturating_sub(cell.chars().count())));
        }
        out.push_str("|\n");
        if n == 0 {
            for width in widths {
                let _ = write!(out, "|{}", "-".repeat(width + 2));
            }
            out.push_str("|\n");
        }
    }
    for row in rows.iter().filter(|row| !row.note.is_empty()) {
        let _ = writeln!(out, "\n{}: {}", row.what, row.note);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_show_ratios_and_goals() {
        let row = Row::new("import", "objects/s", Figure::of(&[50.0]))
            .limit(Figure::of(&[100.0]))
            .peer(Figure::of(&[0.5]))
            .goal("half of the limit", true);
        assert_eq!((row.of_limit(), row.of_peer()), (Some(0.5), Some(100.0)));
        let shown = table(&[row]);
        assert!(shown.contains("half of the limit: met") && shown.contains("| 0.50"), "{shown}");
    }
}
