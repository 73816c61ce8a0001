// Hostile content is text and nothing else, wherever it is shown.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ABSENT, PAGES } from "./pages.mjs";
import { OWN, PAYLOADS } from "./payloads.mjs";
import { officer, world } from "./world.mjs";

// What a page of ours may hold. Reads the page as it was sent, before any script has touched it.
function strangers(html) {
  const sent = new DOMParser().parseFromString(html, "text/html");
  const bad = [];
  for (const element of sent.querySelectorAll("*")) {
    const name = element.localName;
    if (name === "xss-probe" || ["iframe", "object", "embed", "base", "style", "template", "math", "video", "audio", "frame"].includes(name)) bad.push(`<${name}>`);
    if (name === "script" && (!element.getAttribute("src")?.startsWith("/assets/") || element.textContent !== "")) bad.push("<script> of somebody");
    if (name === "meta" && element.hasAttribute("http-equiv")) bad.push("<meta http-equiv>");
    for (const { name: attribute, value } of element.attributes) {
      if (attribute.startsWith("on") || attribute === "style" || attribute === "srcdoc") bad.push(`${name}[${attribute}]`);
      if (["href", "src", "action", "formaction", "data-src", "data-begin", "data-finish", "data-page"].includes(attribute) && !/^(\/(?!\/)|#|\?|$)/.test(value)) bad.push(`${name}[${attribute}=${value}]`);
    }
  }
  return bad;
}

async function visit(desk, address) {
  const status = await desk.go(address);
  await desk.settled();
  // As one text, because the page's own policy refuses functions made from text within it.
  const found = await desk.page.evaluate(`(async () => {
    const check = ${strangers};
    const read = () => { const copy = document.documentElement.cloneNode(true); copy.querySelectorAll("textarea").forEach((field) => field.remove()); return copy.textContent; };
    const html = await (await fetch(${JSON.stringify(address)})).text();
    return { bad: check(html), ran: globalThis.__ran, probes: document.querySelectorAll("xss-probe").length, text: read() };
  })()`);
  assert.deepEqual(found.bad, [], `${address}: elements that are not ours`);
  assert.equal(found.ran, undefined, `${address}: script ran`);
  assert.equal(found.probes, 0, `${address}: an element was made from data`);
  assert.ok(!UNSEEN.test(found.text), `${address}: ${JSON.stringify(found.text.match(UNSEEN))} is not seen and not marked`);
  return { status, text: found.text };
}

// What a person does not see. A page shows each as a mark such as ⟨U+202E⟩ (core/text); the space, tabs, line ends and the blanks of French,
// Chinese and Japanese stay.
const UNSEEN = /(?![\n\t])[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}\u2000-\u200A\u205F\u1680\u2800]/u;
const MARK = /⟨(?:U\+[0-9A-F]{4,6}|\+\d+ marks)⟩/gu;

// White space is not what is compared; nor are marks and what they stand for.
const plain = (text) => text.replaceAll(MARK, "").replaceAll(new RegExp(`\\s|\uFFFD|${UNSEEN.source}`, "gu"), "");

// The marks that a text must be shown with.
const marks = (text) => [...text].filter((one) => UNSEEN.test(one) && one !== "\r").map((one) => `⟨U+${one.codePointAt(0).toString(16).toUpperCase().padStart(4, "0")}⟩`);

let desk;
const reader = async () => (desk ??= await officer("mira"));

test("the payloads are what they claim to be", () => {
  assert.equal(new Set(PAYLOADS).size, 500);
});

test("the check finds what it looks for", async () => {
  await reader();
  const found = await desk.page.evaluate(`(${strangers})(${JSON.stringify('<p onclick=x style="a:b">t<xss-probe></xss-probe><script>1</script><a href="javascript:x">y</a><img src="//evil.example/x">')})`);
  assert.equal(found.length, 6, JSON.stringify(found));
  // A browser may or may not report what it refuses in a document that is only parsed, and newer ones report more of it. So each
  // report must be a refusal by our policy, and their number says nothing.
  for (const complaint of desk.complaints.splice(0)) assert.match(complaint, /Content Security Policy/);
});

test("what the page's policy refuses is reported to us", async () => {
  await reader();
  // In the page that is shown, every browser must refuse this and say so: without this report, silence elsewhere would mean nothing.
  const reported = desk.page.waitForEvent("console", { predicate: (message) => message.type() === "error" });
  const refused = await desk.page.evaluate(`new Promise((resolve) => {
    document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective), { once: true });
    const element = document.createElement("p");
    element.setAttribute("style", "color: red");
    document.body.append(element);
  })`);
  assert.match(refused, /^style-src/);
  await reported;
  const complaints = desk.complaints.splice(0);
  assert.ok(complaints.some((complaint) => complaint.includes("directive 'style-src")), JSON.stringify(complaints));
  // One about the sample of the test before may come late.
  for (const complaint of complaints) assert.match(complaint, /Content Security Policy/);
});

for (const object of world.hostile.objects) {
  test(`hostile ${object.type} ${object.id}`, async () => {
    await reader();
    const { status, text } = await visit(desk, `/objects/${object.id}`);
    assert.equal(status, 200);
    for (const shown of [object.name, object.description, object.abstract, object.content, object.value, object.explanation].filter(Boolean)) {
      assert.ok(plain(text).includes(plain(shown).slice(0, 200)), `not shown literally: ${JSON.stringify(shown.slice(0, 120))}`);
      for (const mark of marks(shown)) assert.ok(text.includes(mark), `${mark} is not shown of ${JSON.stringify(shown.slice(0, 120))}`);
    }
  });
}

test("hostile names in every list and picture", async () => {
  await reader();
  for (const [address] of PAGES.filter(([, code]) => code === "mira")) {
    const { status } = await visit(desk, address);
    assert.equal(status, ABSENT.includes(address) ? 404 : 200, address);
  }
  for (const origin of ["/search?origin=hostile-feed", "/timeline?origin=hostile-feed", "/map?origin=hostile-feed"]) await visit(desk, origin);
});

test("hostile relations in the graph", async () => {
  await reader();
  for (const object of world.hostile.objects.filter((object) => object.type === "report").slice(0, 3)) await visit(desk, `/objects/${object.id}/graph`);
});

test("hostile values that were sighted", async () => {
  await reader();
  assert.ok(world.sightings.hostile.length > 5, "the hostile indicators were not sighted");
  for (const row of world.sightings.hostile) {
    const { status, text } = await visit(desk, `/sightings/${row.sighting}`);
    assert.equal(status, 200);
    for (const { value } of row.values) assert.ok(plain(text).includes(plain(value).slice(0, 200)), `not shown literally: ${JSON.stringify(value.slice(0, 120))}`);
    await visit(desk, `/sightings?value=${encodeURIComponent(row.values[0].value)}`);
  }
});

test("search words come back as text", async () => {
  await reader();
  for (const payload of PAYLOADS.filter((_, index) => index % 10 === 0)) {
    const { status } = await visit(desk, `/search?q=${encodeURIComponent(payload)}`);
    assert.equal(status, 200, payload);
  }
});

test("what officers write comes back as text", async () => {
  await reader();
  await desk.go("/write/report");
  await desk.page.locator("main [name=title]").fill(OWN);
  await desk.page.locator("main [name=text]").fill(PAYLOADS.slice(0, 60).join("\n"));
  await desk.page.locator("main form button.primary").click();
  await desk.page.waitForLoadState("load");
  await visit(desk, new URL(desk.page.url()).pathname);
  await desk.page.goto(`${world.vsis.url}/releases/new`);
  await desk.page.locator("main [name=title]").fill(OWN);
  await desk.page.locator("main [name=text]").fill(PAYLOADS.slice(60, 90).join("\n"));
  await desk.page.locator("main [name=object]").fill(world.exchange.report);
  await desk.page.locator("main [name=to]").first().check();
  await desk.page.locator("main form button.primary").click();
  await desk.page.waitForLoadState("load");
  await visit(desk, new URL(desk.page.url()).pathname);
});

test("a hostile name of an officer is text on every page that officer sees", async () => {
  const quill = await officer("quill");
  for (const address of ["/", "/account", "/officers", "/audit", "/partners", "/partners/kps", "/releases"]) {
    const { text } = await visit(quill, address);
    assert.ok(plain(text).includes(plain(OWN)), address);
  }
  assert.deepEqual(quill.dialogs, []);
});

test("nothing opened, ran or was asked of others", async () => {
  await reader();
  assert.deepEqual(desk.dialogs, []);
  assert.deepEqual(desk.foreign, []);
  assert.deepEqual(desk.complaints, []);
});
