//! TAXII pages: ours, the same bytes from memory behind the same HTTP stack, OpenTAXII and medallion.

mod desk;
mod load;
mod peers;

use crate::figure::{Figure, short};
use crate::home::{self, Held};
use crate::report::{Row, Section};
use crate::{Outcome, Setting};
use comity_store::{Holdings, Mode};
use load::{Connection, Load, Script};
use peers::Peer;
use std::time::Duration;

/// Sizes of our collections.
const OURS: [usize; 3] = [5_000, 50_000, 1_000_000];
/// Objects on a page.
const PAGES: [usize; 2] = [100, 1_000];
/// Connections at once.
const CONNECTIONS: [usize; 3] = [1, 8, 64];
/// How long one run lasts, and one of a peer.
const RUN: Duration = Duration::from_millis(1_500);
const PEER_RUN: Duration = Duration::from_secs(4);
/// Places in a collection that pages are asked for at.
const PLACES: u64 = 4_000;
/// Distinct pages that the limit serves from memory.
const FROM_MEMORY: usize = 64;

/// What one combination gave, run by run.
#[derive(Default)]
struct Taken {
    objects_per_second: Vec<f64>,
    p50: Vec<f64>,
    p99: Vec<f64>,
}

impl Taken {
    fn add(&mut self, load: &Load, page: usize) {
        self.objects_per_second.push((load.answers * page) as f64 / load.seconds);
        self.p50.extend(Figure::share(&load.millis, 0.5));
        self.p99.extend(Figure::share(&load.millis, 0.99));
    }

    fn rate(&self) -> Option<Figure> {
        Figure::of(&self.objects_per_second)
    }

    fn p99(&self) -> f64 {
        Figure::of(&self.p99).map_or(f64::NAN, |figure| figure.median)
    }
}

/// Measures pages of three sizes of collection, and the peers where they are installed.
///
/// # Errors
/// Where something failed, not where it was slow.
pub fn measure(setting: &Setting) -> Outcome<Section> {
    let mut section = Section::new(
        "TAXII pages",
        "ours: GET of a page at a random place of the collection, on kept-alive connections over loopback, the client in the same \
         process; limit: the same bytes from memory behind the same HTTP stack; peer: OpenTAXII 0.9.3 (gunicorn, 2 workers, SQLite) \
         with as many objects, or medallion 3.0.0 (its own server, memory backend) where it is named. Ours and the limit in turns.",
    );
    let held: Vec<Held> = OURS.iter().map(|objects| home::of(setting, *objects)).collect::<Outcome<_>>()?;
    let servers: Vec<desk::Serving> = held.iter().map(desk::ours).collect::<Outcome<_>>()?;
    for page in PAGES {
        let scripts: Vec<Script> = held
            .iter()
            .zip(&servers)
            .zip(OURS)
            .map(|((held, server), objects)| script(held, &server.address, objects, page))
            .collect::<Outcome<_>>()?;
        let memory = desk::limit(bodies(scripts.get(1).ok_or("no collection")?, page)?)?;
        let from_memory = Script {
            address: memory.address.clone(),
            requests: vec![format!("GET / HTTP/1.1\r\nHost: {}\r\n\r\n", memory.address).into_bytes()],
        };
        for connections in CONNECTIONS {
            let mut ours: Vec<Taken> = OURS.iter().map(|_| Taken::default()).collect();
            let mut limit = Taken::default();
            for _ in 0..setting.runs {
                for (taken, script) in ours.iter_mut().zip(&scripts) {
                    taken.add(&load::run(script, connections, RUN)?, page);
                }
                limit.add(&load::run(&from_memory, connections, RUN)?, page);
            }
            rows(&mut section, page, connections, &ours, &limit);
        }
    }
    drop(servers);
    for (name, variable, script, sizes) in [
        ("OpenTAXII", "COMITY_BENCH_OPENTAXII", "serve_opentaxii.py", &[5_000, 50_000][..]),
        ("medallion", "COMITY_BENCH_MEDALLION", "serve_medallion.py", &[5_000][..]),
    ] {
        for objects in sizes {
            if let Err(error) = beside(setting, &mut section, (name, variable, script), *objects, &held) {
                section.absent.push(format!("{name} with {objects} objects: {error}"));
            }
        }
    }
    Ok(section)
}

fn rows(section: &mut Section, page: usize, connections: usize, ours: &[Taken], limit: &Taken) {
    let smallest = ours.first().map_or(f64::NAN, Taken::p99);
    for (taken, objects) in ours.iter().zip(OURS) {
        let p99 = taken.p99();
        let what = format!("{} objects, pages of {page}, {connections} connections", short(objects as f64));
        let note = format!(
            "p50 {} ms, p99 {} ms; from memory p99 {} ms",
            short(Figure::of(&taken.p50).map_or(f64::NAN, |figure| figure.median)),
            short(p99),
            short(limit.p99())
        );
        let mut row = Row::new(what, "objects/s", taken.rate()).limit(limit.rate()).note(note);
        if objects == 1_000_000 && page == 1_000 && connections == 8 {
            row = row.goal("p99 below 20 ms", p99 < 20.0);
        } else if objects == 1_000_000 {
            row = row
                .goal(format!("p99 at most 1.5 times that at 5,000 ({} ms)", short(smallest)), p99 <= 1.5 * smallest);
        } else if objects == 50_000 && page == 100 {
            let third = row.of_limit().is_some_and(|part| part >= 1.0 / 3.0);
            row = row.goal("a third of the limit", third);
        }
        section.rows.push(row);
    }
}

/// Asks one peer and puts its figures beside those of ours with as many objects.
fn beside(
    setting: &Setting,
    section: &mut Section,
    (name, variable, script): (&str, &str, &str),
    objects: usize,
    held: &[Held],
) -> Outcome<()> {
    let python = peers::environment(variable)?;
    let bundle = &held.iter().zip(OURS).find(|(_, size)| *size == objects).ok_or("no such collection")?.0.bundle;
    eprintln!("measuring {name} with {objects} objects …");
    let peer = Peer::start(setting, &python, script, bundle)?;
    for page in PAGES {
        let script = peer.script(page);
        for connections in CONNECTIONS {
            let mut taken = Taken::default();
            let load = load::run(&script, connections, PEER_RUN)?;
            taken.add(&load, page);
            let what = format!("{} objects, pages of {page}, {connections} connections", short(objects as f64));
            let ours = section.rows.iter().find(|row| row.what == what).and_then(|row| row.ours.clone());
            let mut row = Row::new(format!("{what}, beside {name}"), "objects/s", ours)
                .peer(taken.rate())
                .note(format!("{} answers, p99 {} ms", load.answers, short(taken.p99())));
            if name == "OpenTAXII" && objects == 50_000 && page == 100 {
                let times = row.of_peer().unwrap_or_default();
                row = row.goal("1,000 times the peer", times >= 1_000.0);
            }
            section.rows.push(row);
        }
    }
    Ok(())
}

/// Returns requests for full pages at places that are spread over the whole collection without order.
fn script(held: &Held, address: &str, objects: usize, page: usize) -> Outcome<Script> {
    let holdings = Holdings::open(&held.home.file("holdings/holdings.db"), Mode::ReadOnly)?;
    let view = holdings.view();
    let range = (objects - page) as u64;
    let mut requests = Vec::new();
    for n in 1..=PLACES {
        // Golden ratio hashing: every place is far from the ones before it.
        let place = 1 + (n.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 20) % range;
        let date = view.date_added(place as i64)?;
        requests.push(
            format!(
                "GET /taxii2/desk/collections/everything/objects/?limit={page}&added_after={date} HTTP/1.1\r\nHost: {address}\r\nAccept: application/taxii+json;version=2.1\r\nAuthorization: Bearer {}\r\n\r\n",
                held.token
            )
            .into_bytes(),
        );
    }
    Ok(Script { address: address.to_owned(), requests })
}

/// Returns some pages as they are answered, and makes sure that they are full.
fn bodies(script: &Script, page: usize) -> Outcome<Vec<Vec<u8>>> {
    let mut connection = Connection::new(&script.address);
    let mut bodies = Vec::new();
    for request in script.requests.iter().take(FROM_MEMORY) {
        let answer = connection.ask(request)?;
        let body: serde_json::Value = serde_json::from_slice(answer.body)?;
        let objects = body.get("objects").and_then(serde_json::Value::as_array).map_or(0, Vec::len);
        if answer.status != 200 || objects != page {
            return Err(format!("a page of {objects} instead of {page} objects, status {}", answer.status).into());
        }
        bodies.push(answer.body.to_vec());
    }
    Ok(bodies)
}
