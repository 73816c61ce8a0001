//! What is read is what is held: byte for byte, once each, in order.

use crate::world::{Answer, World, malware, malware_id, now};
use comity_vocab::Timestamp;
use serde_json::value::RawValue;
use std::path::PathBuf;

/// The objects of an envelope as the texts they are.
fn texts(answer: &Answer) -> Vec<String> {
    #[derive(serde::Deserialize)]
    struct Page<'p> {
        #[serde(borrow, default)]
        objects: Vec<&'p RawValue>,
    }
    let page: Page<'_> = serde_json::from_slice(&answer.body).unwrap();
    page.objects.iter().map(|object| object.get().to_owned()).collect()
}

/// Reads a collection page by page with `next`.
fn by_next(world: &World, query: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut next = String::new();
    loop {
        let answer = world.objects(&format!("{query}{next}"));
        all.extend(texts(&answer));
        let json = answer.json();
        match json["next"].as_str() {
            Some(cursor) => next = format!("&next={cursor}"),
            None => {
                assert_eq!(json["more"], serde_json::Value::Null);
                return all;
            }
        }
        assert_eq!(json["more"], true);
    }
}

/// Reads it page by page with nothing but the time of the last addition.
fn by_time(world: &World, query: &str) -> Vec<String> {
    let mut all = Vec::new();
    let mut after = String::new();
    loop {
        let answer = world.objects(&format!("{query}{after}"));
        let Some(last) = answer.header("x-taxii-date-added-last") else { return all };
        assert_eq!(last.len(), "2026-11-24T12:00:00.000000Z".len());
        assert!(
            Timestamp::parse(answer.header("x-taxii-date-added-first").unwrap()).unwrap()
                <= Timestamp::parse(last).unwrap()
        );
        after = format!("&added_after={last}");
        all.extend(texts(&answer));
    }
}

fn strings(objects: &[Vec<u8>]) -> Vec<String> {
    objects.iter().map(|object| String::from_utf8(object.clone()).unwrap()).collect()
}

#[test]
fn a_thousand_of_one_moment_over_pages() {
    let world = World::new();
    let objects: Vec<_> = (0..1000).map(|n| malware(n, 1)).collect();
    world.import("feed", &objects);
    let expected = strings(&objects);
    for limit in [1, 7, 100, 1000] {
        assert_eq!(by_next(&world, &format!("limit={limit}")), expected, "limit {limit}");
        assert_eq!(by_time(&world, &format!("limit={limit}")), expected, "limit {limit}, by time");
    }
    assert_eq!(by_next(&world, "limit=7&match[type]=malware"), expected);
    // Written meanwhile: the reader goes on and sees it.
    let first = world.objects("limit=600").json();
    world.import("feed", &[malware(5_000, 1)]);
    let rest = world.objects(&format!("limit=600&next={}", first["next"].as_str().unwrap()));
    assert_eq!(texts(&rest).len(), 401);
}

#[test]
fn bytes_are_those_that_came() {
    let world = World::new();
    let odd = format!(
        "{{ \"type\" : \"malware\",\n \"id\":\"{}\" , \"x_n\":1.0e2, \"name\":\"\\u00fc ü\",\"is_family\":false }}",
        malware_id(1)
    );
    world.import("feed", &[odd.clone().into_bytes()]);
    assert_eq!(world.objects("").body, format!(r#"{{"objects":[{odd}]}}"#).into_bytes());
}

#[test]
fn resources() {
    let world = World::new();
    assert_eq!(world.objects("").body, b"{}", "nothing held");
    world.import("one", &[malware(1, 1), malware(2, 1)]);
    world.import("two", &[malware(1, 3), malware(3, 1)]);
    let discovery = world.get("").json();
    assert_eq!(discovery["api_roots"], serde_json::json!(["/taxii2/desk/"]));
    assert_eq!(discovery["default"], "/taxii2/desk/");
    let root = world.get("desk/").json();
    assert_eq!(root["versions"], serde_json::json!(["application/taxii+json;version=2.1"]));
    assert!(root["max_content_length"].as_u64().unwrap() > 0);
    let list = world.get("desk/collections/").json();
    let collections = list["collections"].as_array().unwrap();
    let titles: Vec<_> = collections.iter().map(|c| c["title"].as_str().unwrap()).collect();
    assert_eq!(titles, ["Everything held", "Imported: one", "Imported: two"]);
    for collection in collections {
        let id = collection["id"].as_str().unwrap();
        assert_eq!(world.get(&format!("desk/collections/{id}/")).json(), *collection);
        assert_eq!((&collection["can_read"], &collection["can_write"]), (&true.into(), &false.into()));
    }
    let of = |n: usize, what: &str| {
        world.get(&format!("desk/collections/{}/{what}", collections[n]["id"].as_str().unwrap()))
    };
    let (v1, m2, v3, m3) = (malware(1, 1), malware(2, 1), malware(1, 3), malware(3, 1));
    assert_eq!(texts(&of(0, "objects/")), strings(&[m2.clone(), v3.clone(), m3.clone()]));
    assert_eq!(texts(&of(1, "objects/")), strings(&[m2.clone(), v3.clone()]));
    assert_eq!(texts(&of(2, "objects/")), strings(std::slice::from_ref(&m3)));
    let one = format!("objects/{}/", malware_id(1));
    assert_eq!(texts(&of(0, &one)), strings(std::slice::from_ref(&v3)));
    assert_eq!(texts(&of(1, &format!("{one}?match[version]=all"))), strings(&[v1.clone(), v3.clone()]));
    assert_eq!(texts(&of(1, &format!("{one}?match[version]=first"))), strings(std::slice::from_ref(&v1)));
    assert_eq!(
        texts(&of(1, &format!("{one}?match[version]=2020-01-03T00:00:00Z"))),
        strings(std::slice::from_ref(&v3))
    );
    assert_eq!(texts(&of(1, &format!("{one}?match[version]=2020-01-04T00:00:00Z"))), Vec::<String>::new());
    assert_eq!(of(2, &one).status, 404, "not in this collection");
    let versions = of(0, &format!("{one}versions/")).json();
    assert_eq!(versions, serde_json::json!({ "versions": ["2020-01-01T00:00:00.000Z", "2020-01-03T00:00:00.000Z"] }));
    let paged = of(0, &format!("{one}versions/?limit=1")).json();
    assert_eq!((paged["versions"].as_array().unwrap().len(), &paged["more"]), (1, &true.into()));
    let next = paged["next"].as_str().unwrap();
    let rest = of(0, &format!("{one}versions/?limit=1&next={next}")).json();
    assert_eq!(rest, serde_json::json!({ "versions": ["2020-01-03T00:00:00.000Z"] }));
    let manifest = of(0, "manifest/?match[version]=all").json();
    let records = manifest["objects"].as_array().unwrap();
    assert_eq!(records.len(), 4);
    assert_eq!(records[0]["id"], malware_id(1));
    assert_eq!(records[0]["version"], "2020-01-01T00:00:00.000Z");
    assert_eq!(records[0]["media_type"], "application/stix+json;version=2.1");
    let dates: Vec<_> = records.iter().map(|record| record["date_added"].as_str().unwrap()).collect();
    assert!(dates.is_sorted_by(|a, b| a < b) && Timestamp::parse(dates[0]).unwrap() >= now(), "{dates:?}");
    assert_eq!(texts(&of(0, "objects/?match[spec_version]=2.1")).len(), 3);
    assert_eq!(texts(&of(0, "objects/?match[spec_version]=2.0")).len(), 0);
    assert_eq!(texts(&of(0, &format!("objects/?match[id]={},{}", malware_id(3), malware_id(2)))), strings(&[m2, m3]));
    // A date out of the manifest asks exactly for what came after it.
    assert_eq!(
        texts(&of(0, &format!("objects/?match[version]=all&added_after={}", dates[1]))),
        strings(&[v3, malware(3, 1)])
    );
}

#[test]
fn what_was_recalled_is_gone() {
    let world = World::new();
    world.import("feed", &[malware(1, 1), malware(2, 1)]);
    let mut holdings = world.holdings();
    let tx = holdings.transaction().unwrap();
    tx.erase_object(&malware_id(1), "r-1", now()).unwrap();
    tx.commit().unwrap();
    assert_eq!(by_next(&world, "match[version]=all"), strings(&[malware(2, 1)]));
    let gone = world.get(&format!("desk/collections/everything/objects/{}/", malware_id(1)));
    let never = world.get(&format!("desk/collections/everything/objects/{}/", malware_id(9)));
    assert_eq!((gone.status, gone.body), (404, never.body));
}

#[test]
fn real_data_comes_back_as_it_went_in() {
    let folder = std::env::var_os("COMITY_TEST_DATA")
        .map_or_else(|| PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/data")), PathBuf::from);
    let path = folder.join("stix/attack-ics-18.1.json");
    let Ok(file) = std::fs::read(&path) else { return eprintln!("absent: {}", path.display()) };
    let world = World::new();
    world.import_path("attack", &path);
    #[derive(serde::Deserialize)]
    struct Bundle<'b> {
        #[serde(borrow)]
        objects: Vec<&'b RawValue>,
    }
    let bundle: Bundle<'_> = serde_json::from_slice(&file).unwrap();
    let sent: Vec<String> = bundle.objects.iter().map(|object| object.get().to_owned()).collect();
    let all = by_next(&world, "limit=1000&match[version]=all");
    assert_eq!(all.len(), sent.len());
    assert!(all == sent, "byte for byte, in the order of the file");
    assert_eq!(by_next(&world, "limit=1000"), sent);
}

#[test]
fn a_store_that_was_emptied_answers_503_and_no_shorter_page() {
    let world = World::new();
    world.import("feed", &(0..3).map(|n| malware(n, 1)).collect::<Vec<_>>());
    assert_eq!(world.objects("").json()["objects"].as_array().unwrap().len(), 3);
    assert_ne!(world.send("GET", "/healthz", &[]).json()["state"], "store fails");
    let file = world.holdings_file();
    std::fs::rename(&file, file.with_extension("away")).unwrap();
    std::fs::write(&file, b"").unwrap();
    std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
    for path in ["objects/", "manifest/"] {
        let answer = world.get(&format!("desk/collections/everything/{path}"));
        assert_eq!(answer.status, 503, "{path}");
    }
    let health = world.send("GET", "/healthz", &[]);
    assert_eq!((health.status, health.json()["state"].as_str()), (503, Some("store fails")));
}
