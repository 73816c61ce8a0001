"""Fills an OpenTAXII with a bundle and serves it until it is ended.

usage: serve_opentaxii.py FOLDER BUNDLE PORT
Says on one line, as JSON, which pages can be asked for; then becomes gunicorn.
"""

import datetime
import json
import os
import sys

WORKERS = 2
BATCH = 5_000


def main(folder, bundle, port):
    config = os.path.join(folder, "opentaxii.yml")
    with open(config, "w", encoding="utf-8") as file:
        json.dump(
            {
                "domain": f"127.0.0.1:{port}",
                "support_basic_auth": True,
                "auth_api": {
                    "class": "opentaxii.auth.sqldb.SQLDatabaseAPI",
                    "parameters": {
                        "db_connection": f"sqlite:///{folder}/auth.db",
                        "create_tables": True,
                        "secret": "a benchmark, on loopback, of generated objects",
                    },
                },
                "taxii1": None,
                "taxii2": {
                    "title": "A benchmark",
                    "contact": "none@example.org",
                    "description": "A benchmark",
                    "max_content_length": 100_000_000,
                    "public_discovery": True,
                    "persistence_api": {
                        "class": "opentaxii.persistence.sqldb.Taxii2SQLDatabaseAPI",
                        "parameters": {"db_connection": f"sqlite:///{folder}/data.db", "create_tables": True},
                    },
                },
                "logging": {"opentaxii": "error", "root": "error"},
            },
            file,
        )
    os.environ["OPENTAXII_CONFIG"] = config

    from opentaxii.cli import app
    from opentaxii.persistence.sqldb import taxii2models

    with open(bundle, encoding="utf-8") as file:
        objects = json.load(file)["objects"]
    first = datetime.datetime(2026, 1, 1, tzinfo=datetime.timezone.utc)
    with app.app_context():
        api = app.taxii_server.servers.taxii2.persistence.api
        root = api.add_api_root(title="bench", default=True, is_public=True)
        collection = api.add_collection(root.id, "bench", alias="bench", is_public=True)
        rows = []
        for n, thing in enumerate(objects):
            added = first + datetime.timedelta(milliseconds=n)
            version = thing.get("modified") or thing.get("created")
            rows.append(
                taxii2models.STIXObject(
                    id=thing["id"],
                    collection_id=collection.id,
                    type=thing["type"],
                    spec_version=thing.get("spec_version", "2.1"),
                    date_added=added,
                    version=datetime.datetime.fromisoformat(version.replace("Z", "+00:00")) if version else added,
                    serialized_data={k: v for k, v in thing.items() if k not in ("id", "type", "spec_version")},
                )
            )
            if len(rows) == BATCH:
                api.db.session.bulk_save_objects(rows)
                api.db.session.commit()
                rows = []
        api.db.session.bulk_save_objects(rows)
        api.db.session.commit()
    places = [len(objects) * n // 16 for n in range(12)]
    dates = [(first + datetime.timedelta(milliseconds=n)).strftime("%Y-%m-%dT%H:%M:%S.%fZ") for n in places]
    path = f"/taxii2/{root.id}/collections/{collection.id}/objects/"
    print(json.dumps({"pages": [f"{path}?added_after={date}" for date in dates], "authorization": ""}), flush=True)
    # Nobody reads on: what the server says from here on goes where errors go.
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    gunicorn = os.path.join(os.path.dirname(sys.executable), "gunicorn")
    os.execv(
        gunicorn,
        [gunicorn, "--workers", str(WORKERS), "--bind", f"127.0.0.1:{port}", "--log-level", "error", "opentaxii.http:app"],
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
