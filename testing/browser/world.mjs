// What all tests share: two linked organisations with real and hostile content, and a browser. Made once a run, by the program's own verbs.
import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { Desk, launch } from "./browser.mjs";
import { Node, ROOT, remove, run, scratch } from "./node.mjs";
import { OWN, hostileBundle } from "./payloads.mjs";

const REAL = ["stix/attack-ics-18.1.json", "stix/disarm.json"];

// Set by screens.mjs: pictures for the documents show the story alone.
const CALM = Boolean(process.env.COMITY_BROWSER_CALM);

async function makeNode(folder, code, name) {
  const node = new Node(folder, code, name);
  await node.init();
  await node.officer("mira", "Mira Solveig", "analyst,desk_officer");
  await node.officer("tam", "Tam Okonjo", "releasing_officer");
  await node.officer("hal", "Hal Brandt", "source_handler,analyst");
  await node.officer("sol", "Sol Ferreira", "security_officer,analyst");
  if (code === "vsis") await node.officer("dana", "Dana Ostrowick", "data_protection_officer");
  // The leak check would find this name in the name of the partner, who is called the same.
  if (!CALM && code === "vsis") await node.officer("quill", OWN, "analyst");
  return node;
}

async function link(a, b) {
  for (const [ours, theirs] of [[a, b], [b, a]]) {
    const card = path.join(a.folder, `${theirs.code}.card`);
    await writeFile(card, await run("link", "card", "--home", theirs.home));
    await ours.verb("link", "add", card, "--key", ours.key("c1"));
    const { fingerprint } = await ours.verb("link", "approve", theirs.code, "--key", ours.key("sol"));
    for (const officer of ["c1", "sol"]) await ours.verb("link", "confirm", theirs.code, "--key", ours.key(officer), "--words", fingerprint);
  }
}

// A partner that one officer has added: it waits for the second one, and then for the words.
async function propose(node, folder) {
  const partner = new Node(folder, "tfo", "Taverne Financial Office");
  await partner.init();
  const card = path.join(folder, "tfo.card");
  await writeFile(card, await run("link", "card", "--home", partner.home));
  await node.verb("link", "add", card, "--key", node.key("c1"));
}

// Waits for what the other node does on its own; the deadline is for broken runs only.
export async function until(what, done) {
  const end = Date.now() + 60_000;
  for (;;) {
    const answer = await done();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`not within a minute: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

// A release that went out, one that waits for its second officer, and a recall: the states that pages must show.
async function exchange(node, partner) {
  const written = await node.verb("write", "report", "--key", node.key("hal"), "--title", "VR-17: travel in March", "--text",
    "Taven Orlisk will travel about 14 March via Bellacora. He met the clerk at 2026-03-01T21:40:00Z in the station cafe.", "--grading", "B2", "--label", "TLP:AMBER+STRICT");
  // A report of its own, since a recall takes back the item in every release it went out with.
  const other = await node.verb("write", "report", "--key", node.key("hal"), "--title", "VR-18: another traveller", "--text",
    "Vessarin Tull bought a ticket in the same agency.", "--grading", "C3", "--label", "TLP:AMBER+STRICT");
  const draft = (title, name = "Taven Orlisk", report = written) => node.verb("release", "draft", "--key", node.key("mira"), "--objects", report.id, "--to", partner.code, "--title", title,
    "--text", `${name} is expected to travel in mid-March via Bellacora.`, "--descriptor", "access=indirect,record=limited");
  const send = async (made) => {
    await node.verb("release", "approve", "--key", node.key("tam"), made.release);
    await node.verb("release", "send", made.release);
    return made;
  };
  const sent = await send(await draft("Expected travel"));
  const recallable = await send(await draft("Expected travel of another", "Vessarin Tull", other));
  const waiting = await draft("Expected travel, corrected");
  await until("the release arrives", async () => {
    const found = await partner.verb("search", "Vessarin").catch(() => ({}));
    return found.count > 0;
  });
  const received = await answer(partner, node);
  const documents = await greetings(node, partner);
  return { report: written.id, received, documents, sent: sent.release, recallable: recallable.release, waiting: waiting.release };
}

// A greeting each way, once both have said that they can receive one, and one that waits.
async function greetings(node, partner) {
  for (const [one, other] of [[node, partner], [partner, node]]) {
    await until("the other says what it can receive", async () => (await one.verb("partner", "features", other.code)).theirs?.forms.length > 0);
  }
  const write = (from, to, text) => from.verb("document", "draft", "--key", from.key("mira"), "--form", "hello/1", "--to", to.code, "--label", "TLP:AMBER", "--text", text);
  const send = async (from, made) => {
    await from.verb("release", "approve", "--key", from.key("tam"), made.release);
    await from.verb("release", "send", made.release);
  };
  const ours = await write(node, partner, "Good morning. Our desk is staffed from six to twenty-two.");
  await send(node, ours);
  await send(partner, await write(partner, node, "Thank you. Ours is staffed around the clock; ask for the duty officer."));
  const waiting = await write(node, partner, "From Monday on we answer within four hours.");
  const received = await until("the greeting arrives", async () => (await node.verb("document", "list")).received[0]);
  return { received: received.document, waiting: waiting.release };
}

// What the partner sends back, so that the inbox holds an item of somebody else's. Answers its id here.
async function answer(partner, node) {
  const written = await partner.verb("write", "report", "--key", partner.key("hal"), "--title", "KP-4: the travel agency", "--text",
    "The agency in Bellacora sold eleven tickets to one buyer, Ondrej Falk, on 2026-02-20T10:15:00Z.", "--grading", "A2", "--label", "TLP:AMBER");
  const made = await partner.verb("release", "draft", "--key", partner.key("mira"), "--objects", written.id, "--to", node.code, "--title", "Tickets in one hand",
    "--text", "An agency in Bellacora sold several tickets to one buyer in February.", "--descriptor", "access=direct,record=established_reliable");
  await partner.verb("release", "approve", "--key", partner.key("tam"), made.release);
  await partner.verb("release", "send", made.release);
  const found = await until("the answer arrives", async () => {
    const { hits = [] } = await node.verb("search", "tickets").catch(() => ({}));
    return hits.find((hit) => hit.origin === `link:${partner.code}`);
  });
  return found.id;
}

// Indicators of a partner and of our own, and what our sensors saw of them over three weeks.
async function watch(node, partner, hostile) {
  const stock = JSON.parse(await readFile(path.join(ROOT, "comity/demo/kps.json"), "utf8")).objects;
  const given = stock.filter((object) => ["Film evening page", "Phone shop address"].includes(object.name)).map((object) => object.id);
  const made = await partner.verb("release", "draft", "--key", partner.key("mira"), "--objects", given.join(","), "--to", node.code);
  // The partner observed these values itself, and its observations stay: its releasing officer says why the values may leave.
  const { findings } = await partner.answer("release", "check", "--key", partner.key("tam"), made.release);
  const overrides = findings.filter((finding) => finding.class === "unreleased-value").flatMap(({ finding }) => ["--override", `${finding}=the indicator is what we share of it`]);
  await partner.verb("release", "approve", "--key", partner.key("tam"), made.release, ...overrides);
  await partner.verb("release", "send", made.release);
  await until("the partner's indicators arrive", async () => {
    const { hits = [] } = await node.verb("search", "film").catch(() => ({}));
    return hits.some((hit) => hit.origin === `link:${partner.code}` && hit.type === "indicator");
  });
  const lines = [];
  const see = (type, value, day, hour) => lines.push(JSON.stringify({ type, value, time: `2026-03-${String(day).padStart(2, "0")}T${String(hour).padStart(2, "0")}:12:00Z` }));
  for (const day of [2, 3, 3, 5, 9, 10, 10, 10, 11, 16, 17, 21]) see("domain", "second-dawn.example", day, 8 + (lines.length % 9));
  for (const day of [9, 10, 11]) see("ip-dst", "192.0.2.17", day, 10);
  for (const day of [4, 10, 18]) see("domain", "film-evening.example.com", day, 19);
  see("ip-dst", "203.0.113.41", 12, 7);
  see("sha256", "9cd7a6d07a29e14f805f25a8fe654bd619183ac0fe4e9bc847faf8088bef886f", 10, 23);
  see("domain", "harmless.example", 10, 12);
  for (const payload of hostile) see("url", payload, 20, 4);
  const sensor = await node.token("proxy", "observe");
  await node.api(sensor, "POST", "/observations?mapping=simple&source=proxy-1", "application/x-ndjson", lines.join("\n"));
  const reader = await node.token("reader", "read");
  const { sightings } = await node.api(reader, "GET", "/sightings?limit=1000");
  const of = (value) => sightings.find((row) => row.values.some((one) => one.value === value))?.sighting;
  return { own: of("second-dawn.example"), partner: of("film-evening.example.com"), indicator: sightings.find((row) => row.sighting === of("second-dawn.example")).indicator,
    hostile: sightings.filter((row) => row.values.some((one) => hostile.includes(one.value))) };
}

// What the patterns of hostile indicators ask for, so that it can be seen.
function hostileValues(made) {
  const asked = (made.hostile?.objects ?? []).filter((object) => object.type === "indicator" && object.pattern_type === "stix");
  return asked.slice(0, 20).map((object) => object.pattern.slice("[url:value = '".length, -2).replaceAll("\\'", "'").replaceAll("\\\\", "\\"));
}

export const world = await (async () => {
  const folder = await scratch();
  const made = { folder, desks: [] };
  made.close = async () => {
    for (const desk of made.desks) await desk.close().catch(() => {});
    await made.browser?.close();
    await made.vsis?.stop();
    await made.kps?.stop();
    if (process.env.COMITY_BROWSER_KEEP) console.log(`kept: ${folder}`);
    else await remove(folder);
  };
  try {
    await build(made);
  } catch (error) {
    await made.close();
    throw error;
  }
  return made;
})();

async function build(made) {
  const { folder } = made;
  made.vsis = await makeNode(folder, "vsis", "Valmora State Information Service");
  made.kps = await makeNode(folder, "kps", CALM ? "Kestrian Police, Extremism Unit" : `Kestrian Police ${OWN}`);
  await link(made.vsis, made.kps);
  if (!CALM) await propose(made.vsis, folder);
  await Promise.all([made.vsis.serve(), made.kps.serve()]);
  await made.vsis.verb("import", "--origin", "vsis-stock", "--label", "TLP:AMBER", path.join(ROOT, "comity/demo/vsis.json"));
  await made.kps.verb("import", "--origin", "kps-stock", "--label", "TLP:GREEN", path.join(ROOT, "comity/demo/kps.json"));
  if (!CALM) await addContent(made);
  await made.vsis.verb("vault", "add", "--key", made.vsis.key("hal"), "--cryptonym", "GREYHERON", "--identity", "Ivo Brandtmann", "--term", "Brandtmann", "--term", "travel agency clerk");
  made.story = JSON.parse(await readFile(path.join(ROOT, "comity/demo/vsis.json"), "utf8")).objects;
  made.exchange = await exchange(made.vsis, made.kps);
  made.sightings = await watch(made.vsis, made.kps, hostileValues(made));
  made.browser = await launch();
}

// What only tests need: hostile objects, and real catalogues where they are at hand.
async function addContent(made) {
  const { folder } = made;
  made.hostile = hostileBundle();
  const hostile = path.join(folder, "hostile.json");
  await writeFile(hostile, JSON.stringify(made.hostile));
  await made.vsis.verb("import", "--origin", "hostile-feed", "--label", "TLP:GREEN", hostile);
  made.data = process.env.COMITY_TEST_DATA ?? path.join(ROOT, "../shared/data");
  made.real = REAL.filter((file) => existsSync(path.join(made.data, file)));
  if (made.real.length === 0) console.log("real data is absent: pages are tested with the story and the hostile objects only");
  for (const file of made.real) await made.vsis.verb("import", "--origin", "catalogue", "--label", "TLP:CLEAR", path.join(made.data, file));
}

const seated = new Map();

// An officer at a desk, enrolled and signed in: the one who sits there already, or, where a test ends sessions, a fresh one.
// An officer has at most 16 passkeys, so not every test gets one of its own.
export async function officer(code, { fresh = false } = {}) {
  if (!fresh && seated.has(code)) {
    const desk = seated.get(code);
    await desk.page.setViewportSize({ width: 1280, height: 900 });
    await desk.page.emulateMedia({ colorScheme: "light", media: "screen" });
    await desk.go("/");
    if (!(await signedIn(desk))) await desk.signIn();
    return desk;
  }
  const desk = await Desk.open(world.browser, world.vsis);
  world.desks.push(desk);
  await desk.enrol(code);
  if (!(await signedIn(desk))) await desk.signIn();
  if (!fresh) seated.set(code, desk);
  return desk;
}

async function signedIn(desk) {
  return (await desk.page.locator("form[action='/sign-out']").count()) > 0;
}
