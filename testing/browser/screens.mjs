// Takes the pictures for the documents from the real program: node screens.mjs [folder]
import { mkdir } from "node:fs/promises";
import path from "node:path";
import { ROOT } from "./node.mjs";

// The story only: no hostile texts, no catalogues.
process.env.COMITY_BROWSER_CALM = "1";
const { officer, world } = await import("./world.mjs");

const folder = process.argv[2] ?? path.join(ROOT, "docs/screens");
await mkdir(folder, { recursive: true });
const of = (type) => world.story.find((object) => object.type === type).id;

const PICTURES = [
  ["home", "/"], ["inbox", "/inbox"], ["search", "/search?q=travel"], ["object", `/objects/${of("threat-actor")}`], ["graph", `/objects/${of("threat-actor")}/graph`],
  ["timeline", "/timeline"], ["sightings", "/sightings"], ["sighting", `/sightings/${world.sightings.own}`], ["sighting-partner", `/sightings/${world.sightings.partner}`], ["warning-lists", "/warning-lists"], ["correlations", "/correlations"], ["map", "/map"], ["report", "/write/report"], ["releases", "/releases"], ["release", `/releases/${world.exchange.waiting}`],
  ["compose", "/releases/new"], ["documents", "/documents"], ["document", `/documents/${world.exchange.documents.received}`], ["recalls", "/recalls"], ["partners", "/partners"], ["partner", "/partners/kps"], ["sources", "/sources"], ["audit", "/audit"],
  ["officers", "/officers"], ["account", "/account"], ["tour", "/tour"],
];

const only = process.env.COMITY_SCREENS?.split(",");
const wanted = PICTURES.filter(([name]) => !only || only.includes(name));
const looks = process.env.COMITY_SCREENS_ALL ? [[1280, false, ""], [1280, true, "-dark"], [400, false, "-narrow"], [400, true, "-narrow-dark"], [3000, false, "-wide"]] : [[1280, false, ""]];
const desk = await officer("mira");
// A list as MISP publishes them, shortened.
await desk.go("/warning-lists");
await desk.page.locator("main [name=text]").fill(JSON.stringify({ name: "List of known public DNS resolvers", version: 20260301, description: "Resolvers that many ask; an address of theirs in a log says little.",
  type: "string", matching_attributes: ["ip-src", "ip-dst", "domain|ip"], list: ["1.1.1.1", "8.8.4.4", "8.8.8.8", "9.9.9.9", "2606:4700:4700::1111"] }));
await desk.press("form[action='/warning-lists'] button");
for (const [width, dark, suffix] of looks) {
  await desk.page.setViewportSize({ width, height: width < 500 ? 800 : Math.round(width * 0.7) });
  await desk.page.emulateMedia({ colorScheme: dark ? "dark" : "light", reducedMotion: "reduce" });
  for (const [name, address] of wanted) {
    await desk.go(address);
    await desk.settled();
    await desk.page.screenshot({ path: path.join(folder, `${name}${suffix}.png`), fullPage: Boolean(process.env.COMITY_SCREENS_ALL) });
    console.log(`${name}${suffix}`);
  }
}
await world.close();
