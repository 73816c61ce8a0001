//! Where: the locations that are held, as a list and for the picture.
//!
//! Guarantees: bounded, and says so; a location without a place is in the list. Does not know: projections, borders.

use super::banner::Banner;
use super::line::{address, counted, label_text, query, titled};
use super::shell::Shell;
use crate::desk::Desk;
use crate::identity::Officer;
use crate::problem::Problem;
use askama::Template;
use axum::Json;
use axum::extract::{Query, State};
use axum::response::{IntoResponse, Response};
use comity_node::Failure;
use comity_store::{DEGREE_MAX, LocationRow, Locations};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// The most locations in an answer.
const LOCATIONS_MAX: usize = 2_000;
/// The most locations in the page's list.
const LISTED_MAX: usize = 200;

/// What is shown, as the address says it.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Area {
    country: String,
}

#[derive(Serialize)]
struct Point {
    id: String,
    r#type: &'static str,
    name: String,
    label: String,
    href: String,
    latitude: f64,
    longitude: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    precision_km: Option<f64>,
    objects: u64,
}

#[derive(Serialize)]
struct Country {
    country: String,
    name: String,
    label: String,
    href: String,
    objects: u64,
}

#[derive(Serialize)]
struct Drawn {
    points: Vec<Point>,
    areas: Vec<Country>,
    elsewhere: usize,
    cut: bool,
}

/// ISO 3166-1 alpha-2 in upper case; `None` where it is none.
fn country(location: &LocationRow) -> Option<String> {
    let code = location.country.as_deref()?.trim();
    (code.len() == 2 && code.bytes().all(|b| b.is_ascii_alphabetic())).then(|| code.to_ascii_uppercase())
}

/// What a location is called: its name, else the narrowest place it names.
fn name(location: &LocationRow) -> String {
    let places = [&location.title, &location.city, &location.administrative_area, &location.country, &location.region];
    places
        .into_iter()
        .flatten()
        .find(|text| !text.trim().is_empty())
        .map_or_else(|| location.id.clone(), |name| titled(name))
}

async fn read(desk: &Desk, area: &Area) -> Result<Locations, Failure> {
    let wanted = area.country.trim().to_ascii_uppercase();
    let mut found = desk.readers.read(move |reader| Ok::<_, Failure>(reader.view().locations(LOCATIONS_MAX)?)).await?;
    if !wanted.is_empty() {
        found.list.retain(|location| country(location).as_deref() == Some(&wanted));
    }
    Ok(found)
}

/// Answers `GET /map.json`.
pub async fn json(State(desk): State<Arc<Desk>>, _officer: Officer, Query(area): Query<Area>) -> Response {
    let found = match read(&desk, &area).await {
        Ok(found) => found,
        Err(failure) => return Problem::from(failure).into_response(),
    };
    let mut drawn = Drawn { points: Vec::new(), areas: Vec::new(), elsewhere: 0, cut: found.cut };
    for location in &found.list {
        let (href, label) = (address(&location.id), label_text(location.label.as_ref()));
        let name = comity_text::visible_line(&name(location)).into_owned();
        if let (Some(latitude), Some(longitude)) = (location.latitude, location.longitude) {
            drawn.points.push(Point {
                id: location.id.clone(),
                r#type: "location",
                name,
                label,
                href,
                latitude,
                longitude,
                precision_km: location.precision_metres.map(|metres| metres / 1_000.0),
                objects: location.tied,
            });
        } else if let Some(country) = country(location) {
            drawn.areas.push(Country { country, name, label, href, objects: location.tied });
        } else {
            drawn.elsewhere += 1;
        }
    }
    Json(drawn).into_response()
}

struct Row {
    href: String,
    name: String,
    label: String,
    place: String,
    country: String,
    country_href: String,
    tied: String,
}

#[derive(Template)]
#[template(path = "map.html")]
struct MapPage<'a> {
    shell: &'a Shell,
    rows: Vec<Row>,
    total: String,
    all_shown: bool,
    narrowed: bool,
    /// Whether there are more locations than were looked at.
    cut: bool,
    source: String,
}

fn row(location: &LocationRow) -> Row {
    let place = match (location.latitude, location.longitude) {
        (Some(latitude), Some(longitude)) => {
            let north = if latitude < 0.0 { "S" } else { "N" };
            let east = if longitude < 0.0 { "W" } else { "E" };
            let exact = location.precision_metres.map(|m| format!(", within {m} m")).unwrap_or_default();
            format!("{:.4}° {north}, {:.4}° {east}{exact}", latitude.abs(), longitude.abs())
        }
        _ => location.region.as_deref().unwrap_or_default().replace('-', " "),
    };
    let code = country(location).unwrap_or_default();
    Row {
        href: address(&location.id),
        name: name(location),
        label: label_text(location.label.as_ref()),
        place,
        country_href: format!("/map{}", query(&[("country", &code)])),
        country: code,
        tied: if location.tied >= DEGREE_MAX { format!("{}+", counted(DEGREE_MAX)) } else { counted(location.tied) },
    }
}

/// Answers `GET /map`.
pub async fn page(State(desk): State<Arc<Desk>>, officer: Officer, Query(area): Query<Area>) -> Response {
    let shell = Shell::new(&desk, &officer, "map");
    let found = match read(&desk, &area).await {
        Ok(found) => found,
        Err(failure) => return shell.failure(&failure),
    };
    let shell = shell.banner(Banner::of(found.list.iter().map(|location| location.label.as_ref())));
    let total = found.list.len();
    let code = area.country.trim();
    shell.answer(Ok(MapPage {
        shell: &shell,
        rows: found.list.iter().take(LISTED_MAX).map(row).collect(),
        total: format!("{}{}", counted(total as u64), if found.cut { "+" } else { "" }),
        all_shown: total <= LISTED_MAX && !found.cut,
        narrowed: !code.is_empty(),
        cut: found.cut,
        source: format!("/map.json{}", query(&[("country", code)])),
    }))
}
