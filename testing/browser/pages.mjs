// Every page of the workbench, with the officer who may see it. A page that is added is added here.
import { world } from "./world.mjs";

const actor = world.story.find((object) => object.type === "threat-actor").id;
const text = world.story.find((object) => object.type === "report").id;
const { exchange, sightings } = world;

// Addresses that rightly answer 404, with a page.
export const ABSENT = ["/objects/report--00000000-0000-4000-8000-000000000000", "/no-such-page"];

export const OUTSIDE = ["/sign-in", "/enrol"];

export const PAGES = [
  ["/", "mira"], ["/tour", "mira"], ["/inbox", "mira"], ["/search", "mira"], ["/search?q=the", "mira"], ["/search?q=nothing-of-the-kind", "mira"],
  ["/timeline", "mira"], ["/map", "mira"], [`/objects/${actor}`, "mira"], [`/objects/${actor}/graph`, "mira"],
  [`/objects/${actor}/relations`, "mira"], [`/objects/${actor}/versions`, "mira"], [`/objects/${text}/text`, "mira"], [`/objects/${exchange.received}`, "mira"], ["/inbox?unread=1", "mira"],
  ["/timeline?by=arrived", "mira"], ["/public", "mira"], ["/no-such-page", "mira"],
  [`/objects/${exchange.report}`, "mira"],
  ["/sightings", "mira"], ["/sightings?state=all&judgement=unreviewed", "mira"], ["/sightings?state=recalled", "mira"], [`/sightings?indicator=${sightings.indicator}`, "mira"],
  [`/sightings/${sightings.own}`, "mira"], [`/sightings/${sightings.partner}`, "mira"], [`/objects/${sightings.indicator}`, "mira"], ["/warning-lists", "mira"], ["/warning-lists", "tam"],
  ["/correlations", "mira"], ["/correlations?kind=domain-name&origin=own", "mira"], ["/correlations?value=not%20a%20value&kind=md5", "mira"],
  ["/write/report", "mira"], [`/write/note?object=${actor}`, "mira"], [`/write/mark?object=${actor}`, "mira"],
  ["/releases", "mira"], ["/releases/new", "mira"], [`/releases/${exchange.sent}`, "mira"], [`/releases/${exchange.waiting}`, "mira"],
  ["/documents", "mira"], ["/documents", "sol"], [`/documents/${exchange.documents.received}`, "mira"], [`/releases/${exchange.documents.waiting}`, "mira"],
  ["/recalls", "mira"], ["/recalls/new", "mira"], [`/recalls/new?item=${exchange.report}`, "mira"], ["/partners", "mira"], ["/partners/kps", "mira"], ["/partners/tfo", "sol"], ["/sources", "mira"], ["/audit", "mira"], ["/officers", "mira"],
  ["/account", "mira"], ["/objects/report--00000000-0000-4000-8000-000000000000", "mira"], [`/releases/${exchange.waiting}`, "tam"], ["/sources", "hal"],
];
