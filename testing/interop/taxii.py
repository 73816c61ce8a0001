"""Reads a desk with the TAXII client of OASIS and compares all of it with the bundle that was imported.

usage: taxii.py URL TOKEN BUNDLE
  URL     the discovery address, such as http://localhost:8080/taxii2/
  TOKEN   a token with the scope taxii:read
  BUNDLE  the STIX bundle that is all that the desk holds

Prints what was compared; ends with 1 at the first difference.
"""

import json
import sys

import requests
from taxii2client.v21 import Server, as_pages


def differ(what):
    print(f"DIFFERENT: {what}")
    sys.exit(1)


def same(what, found, expected):
    if found != expected:
        differ(f"{what}: found {str(found)[:200]}, expected {str(expected)[:200]}")


def read(collection, per_request, **filters):
    objects, pages = [], 0
    for page in as_pages(collection.get_objects, per_request=per_request, **filters):
        objects += page.get("objects", [])
        pages += 1
        if pages > 100_000:
            differ("the pages never end")
    return objects, pages


def main(url, token, path):
    with open(path, encoding="utf-8") as file:
        sent = json.load(file)["objects"]
    server = Server(url, user="anybody", password=token)
    root = server.default
    same("versions of the API root", root.versions, ["application/taxii+json;version=2.1"])
    collections = {collection.title: collection for collection in root.collections}
    everything = collections["Everything held"]
    same("writing", [c.can_write for c in root.collections], [False] * len(root.collections))

    for per_request in (100, 0, 1_000, 7):
        objects, pages = read(everything, per_request)
        same(f"objects in pages of {per_request or 'the default size'}", len(objects), len(sent))
        for found, expected in zip(objects, sent):
            same(expected["id"], found, expected)
        print(f"equal: {len(objects)} objects in {pages} pages of {per_request or 'the default size'}")

    by_id = {thing["id"]: thing for thing in sent}
    kinds = sorted({thing["type"] for thing in sent})
    for kind in kinds:
        objects, _ = read(everything, 100, type=kind)
        same(f"objects of type {kind}", objects, [thing for thing in sent if thing["type"] == kind])
    print(f"equal: {len(kinds)} types, each on its own")

    records = []
    for page in as_pages(everything.get_manifest, per_request=500):
        records += page.get("objects", [])
    same("identifiers in the manifest", [record["id"] for record in records], [thing["id"] for thing in sent])
    dates = [record["date_added"] for record in records]
    if any(earlier >= later for earlier, later in zip(dates, dates[1:])):
        differ("two additions have one time")
    middle = len(records) // 2
    objects, _ = read(everything, 100, added_after=dates[middle])
    same("objects added after the middle one", objects, sent[middle + 1 :])
    print(f"equal: manifest of {len(records)} records; added_after is exact")

    for record in records[:: max(1, len(records) // 20)]:
        thing = by_id[record["id"]]
        same(record["id"], everything.get_object(record["id"])["objects"], [thing])
        version = thing.get("modified", thing.get("created", record["date_added"]))
        same(f"versions of {record['id']}", everything.object_versions(record["id"])["versions"], [version])
        same(f"{record['id']} by version", everything.get_object(record["id"], version=version)["objects"], [thing])
        same(f"{record['id']} by filter", everything.get_objects(id=record["id"])["objects"], [thing])
    print("equal: single objects, their versions, match[id], match[version]")

    for title, collection in collections.items():
        objects, _ = read(collection, 1_000)
        same(f"collection {title}", len(objects), len(sent))
    for method, call in (
        ("POST", lambda: everything.add_objects({"objects": sent[:1]})),
        ("DELETE", lambda: everything.delete_object(sent[0]["id"])),
    ):
        try:
            call()
            differ(f"{method} was taken")
        except requests.exceptions.HTTPError as error:
            same(f"answer to {method}", error.response.status_code, 403)
        except Exception as error:  # The client itself refuses to write into a collection that says it is read-only.
            if type(error).__name__ != "AccessError":
                raise
    try:
        Server(url, user="anybody", password="not a token").title
        differ("a stranger was let in")
    except requests.exceptions.HTTPError as error:
        same("answer to a stranger", error.response.status_code, 401)
    print("ok")


if __name__ == "__main__":
    if len(sys.argv) != 4:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    main(*sys.argv[1:])
