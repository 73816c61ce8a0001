//! What the browser loads beside pages: styles, scripts, pictures; all of it inside the program.
//!
//! Guarantees: nothing is read from disk or fetched at run time; each file has the media type that its name says. Third-party files
//! are listed with version and licence in `assets/VENDORED.md`.

use crate::problem::Problem;
use axum::extract::Path;
use axum::http::header;
use axum::response::{IntoResponse, Response};

macro_rules! assets {
    ($($name:literal),* $(,)?) => {
        /// Every asset by its path below `/assets/`.
        const ASSETS: &[(&str, &[u8])] = &[$(($name, include_bytes!(concat!("../assets/", $name)))),*];
    };
}

// One line a file, in the order of the alphabet.
assets! {
    "comity.css",
    "countries.js",
    "elements.js",
    "graph.js",
    "keys.js",
    "map.js",
    "mark.svg",
    "passkey.js",
    "theme.js",
    "timeline.js",
    "vendor/countries-110m.json",
    "vendor/cytoscape.esm.min.mjs",
    "vendor/d3-array.min.js",
    "vendor/d3-geo.min.js",
    "vendor/topojson-client.min.js",
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit_once('.').map(|(_, ending)| ending) {
        Some("css") => "text/css; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("svg") => "image/svg+xml",
        Some("png") => "image/png",
        Some("json") => "application/json",
        Some("ico") => "image/x-icon",
        _ => "application/octet-stream",
    }
}

/// Answers `GET /assets/{path}`.
pub async fn asset(Path(path): Path<String>) -> Response {
    match ASSETS.iter().find(|(name, _)| *name == path) {
        Some((name, bytes)) => (
            // Assets hold no intelligence; a program that is updated is restarted, and browsers ask again after an hour.
            [(header::CONTENT_TYPE, media_type(name)), (header::CACHE_CONTROL, "private, max-age=3600")],
            *bytes,
        )
            .into_response(),
        None => Problem::not_released().into_response(),
    }
}
