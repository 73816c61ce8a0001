"""Gives a medallion a bundle and serves it until it is ended.

usage: serve_medallion.py FOLDER BUNDLE PORT
Says on one line, as JSON, which pages can be asked for; then becomes medallion.
"""

import base64
import datetime
import json
import os
import sys

MEDIA = "application/stix+json;version=2.1"
COLLECTION = "5ab0a3c4-7d0c-4c3d-9a38-8f8d4b6b9d10"


def main(folder, bundle, port):
    with open(bundle, encoding="utf-8") as file:
        objects = json.load(file)["objects"]
    first = datetime.datetime(2026, 1, 1)

    def added(n):
        return (first + datetime.timedelta(milliseconds=n)).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    manifest = []
    for n, thing in enumerate(objects):
        version = thing.get("modified") or thing.get("created")
        if version is None:
            thing["_date_added"] = version = added(n)
        manifest.append({"id": thing["id"], "date_added": added(n), "version": version, "media_type": MEDIA})
    root = f"http://127.0.0.1:{port}/bench/"
    data = {
        "/discovery": {"title": "A benchmark", "default": root, "api_roots": [root]},
        "bench": {
            "information": {
                "title": "A benchmark",
                "versions": ["application/taxii+json;version=2.1"],
                "max_content_length": 100_000_000,
            },
            "status": [],
            "collections": [
                {
                    "id": COLLECTION,
                    "title": "bench",
                    "can_read": True,
                    "can_write": False,
                    "media_types": [MEDIA],
                    "objects": objects,
                    "manifest": manifest,
                }
            ],
        },
    }
    stock = os.path.join(folder, "data.json")
    with open(stock, "w", encoding="utf-8") as file:
        json.dump(data, file)
    config = os.path.join(folder, "medallion.json")
    with open(config, "w", encoding="utf-8") as file:
        json.dump(
            {
                "backend": {
                    "module": "medallion.backends.memory_backend",
                    "module_class": "MemoryBackend",
                    "filename": stock,
                },
                "users": {"bench": "bench"},
                "taxii": {"max_page_size": 1_000},
            },
            file,
        )
    path = f"/bench/collections/{COLLECTION}/objects/"
    # medallion keeps what follows a page in memory until it is asked for: pages are asked for by time.
    pages = [f"{path}?added_after={added(len(objects) * n // 16)}" for n in range(12)]
    word = base64.b64encode(b"bench:bench").decode()
    print(json.dumps({"pages": pages, "authorization": f"Basic {word}"}), flush=True)
    # Nobody reads on: what the server says from here on goes where errors go.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    medallion = os.path.join(os.path.dirname(sys.executable), "medallion")
    os.execv(medallion, [medallion, "--host", "127.0.0.1", "--port", str(port), config])


if __name__ == "__main__":
    main(*sys.argv[1:])
