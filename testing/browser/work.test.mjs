// What officers do: signing in and out, moving by keyboard, releasing together, recalling.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { test } from "node:test";
import { Desk } from "./browser.mjs";
import { officer, until, world } from "./world.mjs";

test("a stranger gets to the sign-in and nowhere else", async () => {
  const desk = await Desk.open(world.browser, world.vsis);
  for (const address of ["/", "/inbox", "/search?q=orlisk", "/releases", "/audit", "/account", `/objects/${world.exchange.report}`]) {
    await desk.go(address);
    assert.equal(new URL(desk.page.url()).pathname, "/sign-in", address);
  }
  await desk.close();
});

test("signing out ends the session, and its cookie is worth nothing", async () => {
  const desk = await officer("mira", { fresh: true });
  const cookies = await desk.context.cookies(world.vsis.url);
  assert.equal(cookies.length, 1);
  const [cookie] = cookies;
  assert.ok(cookie.httpOnly && cookie.secure && cookie.sameSite === "Strict" && cookie.name.startsWith("__Host-"), JSON.stringify({ ...cookie, value: "" }));
  await desk.page.locator("form[action='/sign-out'] button").click();
  await desk.page.waitForURL(/sign-in/);
  await desk.context.addCookies([cookie]);
  await desk.go("/releases");
  assert.equal(new URL(desk.page.url()).pathname, "/sign-in");
});

test("after signing in one comes to where one wanted to go", async () => {
  const desk = await officer("mira", { fresh: true });
  await desk.page.locator("form[action='/sign-out'] button").click();
  await desk.page.waitForURL(/sign-in/);
  await desk.go("/audit");
  await desk.page.locator("main form[data-passkey] button").first().click();
  await desk.page.waitForURL((url) => url.pathname === "/audit");
});

test("the keyboard alone goes through a list and between pages", async () => {
  const desk = await officer("mira");
  await desk.go("/search?q=the");
  await desk.page.keyboard.press("j");
  await desk.page.keyboard.press("j");
  assert.equal(await desk.page.locator(".at").count(), 1);
  await desk.page.keyboard.press("o");
  await desk.page.waitForURL(/\/objects\//);
  await desk.page.keyboard.press("g");
  await desk.page.keyboard.press("r");
  await desk.page.waitForURL(/\/releases$/);
  await desk.page.keyboard.press("?");
  assert.equal(await desk.page.locator("dialog[open] kbd").first().isVisible(), true);
  await desk.page.keyboard.press("Escape");
  await desk.page.keyboard.press("/");
  await desk.page.keyboard.type("jorlisk");
  assert.equal(await desk.page.locator("input[data-key='/']").inputValue(), "jorlisk");
});

test("the first stop of the tab key leads past the navigation", async () => {
  const desk = await officer("mira");
  await desk.go("/releases");
  await desk.page.keyboard.press("Tab");
  assert.equal(await desk.page.evaluate(() => document.activeElement.className), "skip");
  await desk.page.keyboard.press("Enter");
  assert.equal(await desk.page.evaluate(() => document.activeElement.id), "main");
});

test("the choice of colours is kept", async () => {
  const desk = await officer("mira", { fresh: true });
  await desk.go("/");
  const ground = () => desk.page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  const before = await ground();
  await desk.page.locator("[data-theme-switch]").click();
  assert.notEqual(await ground(), before);
  const chosen = await ground();
  await desk.go("/releases");
  assert.equal(await ground(), chosen);
});

test("every printed sheet carries the label", async () => {
  const desk = await officer("mira");
  await desk.go(`/objects/${world.exchange.report}`);
  await desk.page.emulateMedia({ media: "print" });
  const marks = await desk.page.locator(".sheet").allTextContents();
  assert.equal(marks.length, 2);
  for (const mark of marks) assert.match(mark, /TLP:AMBER\+STRICT/);
  // What browsers repeat on each sheet.
  const shown = await desk.page.locator(".sheet").evaluateAll((all) => all.map((one) => getComputedStyle(one).display));
  assert.deepEqual(shown, ["table-header-group", "table-footer-group"]);
});

test("two officers release with passkeys, and the partner has it", async () => {
  const author = await officer("mira");
  const second = await officer("tam");
  await author.go("/releases/new");
  await author.page.locator("main [name=title]").fill("Travel of a person");
  await author.page.locator("main [name=text]").fill("A person is expected to travel by rail in the middle of March.");
  await author.page.locator("main [name=object]").fill(world.exchange.report);
  await author.page.locator("main [name=to][value=kps]").check();
  await author.page.locator("main form button.primary").click();
  await author.page.waitForURL(/\/releases\/[0-9a-f-]{36}$/);
  const address = new URL(author.page.url()).pathname;
  await author.press("form[data-begin$='/sign/begin'] button");
  assert.equal(await author.page.locator("form[data-begin$='/sign/begin']").count(), 0, "the author has signed");
  await second.go(address);
  await second.press("form[data-begin$='/approve/begin'] button.primary");
  await second.pressAgain("form[action$='/send'] button");
  await until("the partner's receipt", async () => {
    await second.go(address);
    return (await second.page.textContent("main")).includes("receipted");
  });
});

test("a person is released once it is said why, and a data protection officer answered", async () => {
  const author = await officer("mira");
  const second = await officer("tam");
  const protecting = await officer("dana");
  const person = world.story.find((object) => object.identity_class === "individual").id;
  await author.go("/releases/new");
  const fill = (name, text) => author.page.locator(`main [name=${name}]`).fill(text);
  await fill("object", person);
  await fill("title", "A traveller");
  await fill("text", "A practising believer of the hill faith is expected to travel in March.");
  await author.page.locator("main [name=to][value=kps]").check();
  await author.press("main form button.primary");
  assert.match(await author.page.locator("[role=alert]").textContent(), /what it is for, the legal basis, why just this is needed, by when/);
  assert.equal(await author.page.locator("main [aria-invalid=true]").count(), 4);
  assert.match(await author.page.locator("main [name=text]").inputValue(), /hill faith/, "what was typed is kept");
  await fill("purpose", "finding a person who may travel to join a terrorist organisation");
  await fill("basis", "Information Service Act, section 21");
  await fill("necessity", "the partner must recognise the traveller");
  await fill("erase_by", "2099-03-14");
  await author.press("main form button.primary");
  const address = new URL(author.page.url()).pathname;
  assert.match(address, /^\/releases\/[0-9a-f-]{36}$/);
  const page = await author.page.textContent("main");
  for (const word of ["for the data protection officer", "Legal basis", "section 21"]) assert.ok(page.includes(word), word);
  await author.press("form[data-begin$='/sign/begin'] button");
  assert.equal(await author.page.locator("form[data-begin$='/answer/begin']").count(), 0, "the author does not answer");
  // It stands on the page of who must act, and of nobody else.
  await second.go("/");
  assert.equal(await second.page.locator(`main a[href='${address}']`).count(), 0);
  await protecting.go("/");
  await protecting.press(`main a[href='${address}']`);
  await protecting.page.locator("main [name^='override ']").first().fill("the partner must know why the traveller is of interest");
  await protecting.press("form[data-begin$='/answer/begin'] button.primary");
  assert.match(await protecting.page.textContent("main"), /dana answered as data protection officer/);
  await second.go(address);
  await second.press("form[data-begin$='/approve/begin'] button.primary");
  await second.pressAgain("form[action$='/send'] button");
  await until("the partner's receipt", async () => {
    await second.go(address);
    return (await second.page.textContent("main")).includes("receipted");
  });
});

test("a recall by passkeys is confirmed by the partner", async () => {
  const author = await officer("mira");
  const second = await officer("tam");
  await author.go("/recalls/new");
  await author.page.locator("main [name=kind]").selectOption("withdraw_error");
  await author.page.locator("main textarea[name=release]").fill(world.exchange.recallable);
  await author.press("main form button[value=look]");
  assert.match(await author.page.textContent("main table"), /\(kps\).*has it/s, "whom it reaches stands there before the draft");
  await author.press("main form button[value=draft]");
  const card = "section.card:has([data-begin*='/recalls/'])";
  await author.press(`${card} form:has([name=role][value=desk_officer]) button`);
  await second.go("/recalls");
  await second.press(`${card} form:has([name=role][value=releasing_officer]) button`);
  await second.pressAgain("form[action$='/send'] button");
  await until("the partner confirms", async () => {
    await second.go("/recalls");
    return /applied|confirmed|acknowledged|erased/.test(await second.page.locator("main table").first().textContent());
  });
  await author.go(`/releases/${world.exchange.recallable}`);
  assert.match(await author.page.textContent("main"), /recalled/);
  const gone = await world.kps.verb("search", "Vessarin").catch(() => ({ count: 0 }));
  assert.equal(gone.count, 0);
});

test("an object's page leads to its recall, by the keyboard alone", async () => {
  const author = await officer("mira");
  await author.go(`/objects/${world.exchange.report}`);
  await author.page.locator("main a", { hasText: "Recall…" }).focus();
  await Promise.all([author.page.waitForURL(/\/recalls\/new/), author.page.keyboard.press("Enter")]);
  const shown = await author.page.textContent("main");
  assert.match(shown, /VR-17: travel in March/);
  assert.match(shown, /the whole release of \d{4}-\d\d-\d\d to .+ \(kps\)/);
  await author.page.locator("main [name=kind]").focus();
  const reached = new Set();
  for (let step = 0; step < 6; step += 1) {
    reached.add(await author.page.evaluate(() => document.activeElement.value ?? document.activeElement.tagName));
    await author.page.keyboard.press("Tab");
  }
  for (const stop of ["look", "draft"]) assert.ok(reached.has(stop), `${stop} is not reached: ${[...reached]}`);
  // Nothing is drafted by looking.
  await author.go("/recalls");
  assert.doesNotMatch(await author.page.textContent("main"), /VR-17/);
});

test("a sighting is judged and goes back to whoever gave the indicator", async () => {
  const author = await officer("mira");
  const second = await officer("tam");
  await author.go("/sightings");
  await author.press(`main .rows a[href='/sightings/${world.sightings.partner}']`);
  await author.page.locator("main [name=judgement][value=true_positive]").check();
  await author.page.locator("main [name=comment]").fill("the page of the film evening, from one desk");
  await author.press("form[action$='/judgement'] button");
  assert.match(await author.page.textContent("main aside"), /true positive by mira/);
  await author.press("form[action$='/return'] button");
  assert.equal(new URL(author.page.url()).pathname, "/releases/new");
  assert.match(await author.page.locator("main [name=object]").inputValue(), /sighting--.*opinion--/s);
  assert.ok(await author.page.locator("main [name=to][value=kps]").isChecked());
  await author.page.locator("main form button.primary").click();
  await author.page.waitForURL(/\/releases\/[0-9a-f-]{36}$/);
  const address = new URL(author.page.url()).pathname;
  const leaving = await author.page.textContent("main");
  assert.ok(!leaving.includes("film-evening.example.com") && !leaving.includes("one desk"), "a value or the comment would leave");
  await author.press("form[data-begin$='/sign/begin'] button");
  await second.go(address);
  await second.press("form[data-begin$='/approve/begin'] button.primary");
  await second.pressAgain("form[action$='/send'] button");
  await until("the partner has the sighting", async () => {
    const { hits = [] } = await world.kps.verb("search", "--type", "sighting").catch(() => ({}));
    return hits.some((hit) => hit.origin === "link:vsis");
  });
});

test("a warning list is added and removed", async () => {
  const desk = await officer("sol");
  await desk.go("/warning-lists");
  await desk.page.locator("main [name=text]").fill(JSON.stringify({ name: "Resolvers of the browser test", version: 1, description: "Everybody asks them", type: "cidr", matching_attributes: ["ip-src", "ip-dst"], list: ["198.51.100.0/24"] }));
  await desk.press("form[action='/warning-lists'] button");
  assert.match(await desk.page.textContent("main .rows"), /Resolvers of the browser test/);
  for (const width of [400, 1280]) {
    await desk.page.setViewportSize({ width, height: 900 });
    assert.deepEqual(await desk.unfit(), [], "accessibility");
    assert.deepEqual(await desk.overflow(), [], "wider than the window");
  }
  await desk.page.locator("main .rows summary").click();
  await desk.press("form[action='/warning-lists/remove'] button");
  assert.doesNotMatch(await desk.page.textContent("main"), /Resolvers of the browser test/, "the program's own lists stay");
});

test("a token is made with a second touch, serves a program, and ends when it is revoked", async () => {
  const desk = await officer("sol");
  await desk.go("/account");
  await desk.page.locator("form[action='/account/tokens'] [name=name]").fill("monitoring");
  await desk.page.locator("form[action='/account/tokens'] [name=scope][value=read]").check();
  await desk.pressAgain("form[action='/account/tokens'] button");
  const token = await desk.page.locator("[role=status] code").textContent();
  assert.match(token, /^comity_/);
  // Node's own fetch names another Host than the desk's, so the browser asks, without its cookies.
  const ask = () => desk.page.evaluate(async (secret) => (await fetch("/api/v1/objects?limit=1", { headers: { authorization: `Bearer ${secret}` }, credentials: "omit" })).status, token);
  assert.equal(await ask(), 200);
  await desk.press("form[action='/account/tokens/revoke'] button");
  assert.equal(await ask(), 401);
});

test("a source is read by its handler with a reason, and by nobody else", async () => {
  const handler = await officer("hal");
  await handler.go("/sources");
  await handler.page.locator("main table a").first().click();
  await handler.page.locator("main [name=reason]").fill("preparing a meeting");
  await handler.pressAgain("main form button.primary");
  await handler.page.getByText("Ivo Brandtmann").waitFor();
  const source = new URL(handler.page.url()).pathname;
  const other = await officer("mira");
  await other.go("/sources");
  assert.ok(!(await other.page.content()).includes("GREYHERON"));
  await other.go(source);
  assert.ok(!(await other.page.content()).includes("Brandtmann"));
});

test("an enrolment link serves once", async () => {
  const first = await Desk.open(world.browser, world.vsis);
  const link = await world.vsis.enrolLink("quill");
  const use = async (desk) => {
    await desk.page.goto(link, { waitUntil: "load" });
    await desk.page.locator("main input[name=name]").fill("Key");
    await desk.page.locator("main form[data-passkey] button").first().click();
  };
  await use(first);
  await first.page.waitForURL(/\/sign-in/);
  await first.close();
  const second = await Desk.open(world.browser, world.vsis);
  await use(second);
  await second.page.locator("[role=alert]:not(:empty)").waitFor();
  assert.match(second.page.url(), /\/enrol/);
  await second.close();
});

test("a source's page leaves its content off the paper until its button is pressed", async () => {
  const desk = await officer("hal");
  await desk.go("/sources");
  await desk.press("main table a");
  await desk.page.locator("main [name=reason]").fill("meeting");
  await desk.pressAgain("main form button.primary");
  const identity = desk.page.locator("dd", { hasText: "Ivo Brandtmann" });
  assert.ok(await identity.isVisible());
  await desk.page.emulateMedia({ media: "print" });
  assert.ok(!(await identity.isVisible()), "the page of a source prints what it shows");
  await desk.page.emulateMedia({ media: "screen" });
  await desk.pressAgain("form[action$='/print'] button");
  assert.deepEqual(await desk.unfit(), []);
  await desk.page.emulateMedia({ media: "print" });
  assert.ok(await identity.isVisible());
  for (const end of [".sheet-head", ".sheet-foot"]) assert.match(await desk.page.locator(end).innerText(), /^VAULT · true identity · handlers only/);
  await desk.page.emulateMedia({ media: "screen" });
});

test("an address that only takes a form's post leads to its page", async () => {
  const desk = await officer("mira");
  for (const end of ["check", "send", "withdraw", "sign/begin"]) {
    await desk.go(`/releases/${world.exchange.waiting}/${end}`);
    assert.equal(new URL(desk.page.url()).pathname, `/releases/${world.exchange.waiting}`, end);
  }
});

test("a custodian keeps the registry and sees no content", async () => {
  const desk = await officer("c1");
  assert.equal(await desk.go("/officers"), 200);
  for (const address of ["/releases", "/recalls", "/search?q=orlisk", "/inbox", "/sources", `/releases/${world.exchange.sent}`, `/objects/${world.exchange.report}`]) {
    assert.equal(await desk.go(address), 404, address);
    assert.ok(!(await desk.page.textContent("main")).includes("Orlisk"), address);
  }
});

test("the author cannot approve", async () => {
  const desk = await officer("mira");
  await desk.go(`/releases/${world.exchange.waiting}`);
  assert.equal(await desk.page.locator("form[data-begin$='/approve/begin']").count(), 0);
  const answer = await desk.page.evaluate(async (address) => {
    const response = await fetch(address, { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
    return response.status;
  }, `/releases/${world.exchange.waiting}/approve/begin`);
  assert.ok(answer >= 400 && answer < 500, `answered ${answer}`);
});

// A page of somebody else, in the browser of a signed-in officer.
async function elsewhere(html, visit) {
  const server = createServer((_, response) => response.writeHead(200, { "content-type": "text/html" }).end(html));
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  try {
    return await visit(`http://elsewhere.localhost:${server.address().port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

test("a page of somebody else can neither act nor look as the officer", async () => {
  const desk = await officer("mira");
  const target = `${world.vsis.url}/releases/${world.exchange.waiting}/withdraw`;
  const page = await desk.context.newPage();
  await elsewhere(`<form id=f method=post action="${target}"></form>`, async (address) => {
    await page.goto(address);
    await Promise.all([page.waitForEvent("load"), page.evaluate(() => document.getElementById("f").submit())]);
    await page.goto(address);
    const seen = await page.evaluate(async ([withdraw, look]) => {
      await fetch(withdraw, { method: "POST", mode: "no-cors", credentials: "include" }).catch(() => {});
      return fetch(look, { credentials: "include" }).then((response) => response.text(), () => "refused");
    }, [target, `${world.vsis.url}/releases`]);
    assert.equal(seen, "refused");
  });
  await page.close();
  await desk.go(`/releases/${world.exchange.waiting}`);
  assert.notEqual(await desk.page.locator(".state[data-state]").first().getAttribute("data-state"), "withdrawn");
});

test("no page of the desk can be put into a frame", async () => {
  const desk = await officer("mira");
  const page = await desk.context.newPage();
  await elsewhere(`<iframe src="${world.vsis.url}/sign-in"></iframe>`, async (address) => {
    await page.goto(address, { waitUntil: "load" });
    const inside = await page.frames()[1].evaluate(() => document.body?.textContent ?? "").catch(() => "");
    assert.ok(!inside.includes("passkey"), "the sign-in stood in a frame");
  });
  await page.close();
});

test("a small screen has a menu", async () => {
  const desk = await officer("mira");
  await desk.page.setViewportSize({ width: 400, height: 800 });
  await desk.go("/releases");
  assert.equal(await desk.page.locator("#nav").isVisible(), false);
  await desk.page.locator("a.menu").click();
  await desk.page.locator("#nav a[href='/partners']").click();
  await desk.page.waitForURL(/\/partners$/);
});

test("without scripts everything but passkeys and pictures works", async () => {
  const signedIn = await officer("mira");
  const desk = await Desk.open(world.browser, world.vsis, { scripts: false, width: 400, height: 800 });
  await desk.context.addCookies(await signedIn.context.cookies(world.vsis.url));
  await desk.go("/");
  assert.equal(await desk.page.locator("#nav").isVisible(), false);
  await desk.page.locator("a.menu").click();
  await desk.page.locator("#nav a[href='/search']").waitFor();
  await desk.page.locator("#nav a[href='/search']").click();
  await desk.page.waitForURL(/\/search$/);
  await desk.page.locator("main input[name=q]").fill("Orlisk");
  await desk.press("main form[role=search] button");
  await desk.press("main .rows a");
  assert.match(new URL(desk.page.url()).pathname, /^\/objects\//);
  for (const address of ["/timeline", "/map", "/sightings", `/sightings/${world.sightings.own}`, `/objects/${world.exchange.report}/graph`]) {
    assert.equal(await desk.go(address), 200);
    assert.ok((await desk.page.locator("main a").count()) > 0, `${address}: no way on`);
  }
  await desk.go(`/releases/${world.exchange.sent}`);
  assert.ok((await desk.page.locator("main table").count()) > 0);
  await desk.close();
});

test("an item of a partner shows whose it is, and is not ours to release", async () => {
  const desk = await officer("mira");
  await desk.go("/inbox");
  await desk.press(`main .rows a[href$='${world.exchange.received}']`);
  const text = await desk.page.textContent("main");
  assert.ok(text.includes("kps released it to us") && text.includes("TLP:AMBER"), text.slice(0, 400));
  await desk.press("main a[href^='/releases/new']");
  await desk.page.locator("main [name=title]").fill("Onward");
  await desk.page.locator("main [name=text]").fill("Somebody bought several tickets.");
  await desk.page.locator("main [name=to]").first().check();
  await desk.press("main form button.primary");
  await desk.page.locator("main [role=alert]").waitFor();
});

test("a graph grows where it is opened, and stops at its limit", async () => {
  const desk = await officer("mira");
  const actor = world.story.find((object) => object.type === "campaign").id;
  await desk.go(`/objects/${actor}/graph`);
  await desk.settled();
  const shown = async () => Number(/^([\d,]+) objects/.exec(await desk.page.locator(".island .status").textContent())[1].replace(",", ""));
  const before = await shown();
  // The list beside the picture does it all by keyboard.
  await desk.page.locator(".island .beside button.link").first().focus();
  await desk.page.keyboard.press("Enter");
  const more = desk.page.getByRole("button", { name: /further relations/ });
  if (await more.count()) {
    await more.press("Enter");
    await until("the graph has grown", async () => (await shown()) > before);
  }
  assert.ok((await shown()) >= before && (await shown()) <= 500);
  assert.deepEqual(desk.complaints, []);
});

test("a partner is added by two officers, and is a link once both typed the words", async () => {
  const custodian = await officer("c1");
  const security = await officer("sol");
  const state = () => security.page.locator("main dl .state").first().textContent();
  await security.go("/partners/tfo");
  assert.equal(await state(), "proposed");
  assert.equal(await security.page.locator("main textarea[name=words]").count(), 0, "nothing to compare before two agreed");
  await security.press("form:has([name=step][value=approve]) button");
  assert.equal(await state(), "pending");
  // The words are read out from behind a fold: what is typed comes from the telephone.
  assert.equal(await security.page.locator("main ol.words").isVisible(), false);
  await security.page.locator("main details summary").click();
  const words = (await security.page.locator("main ol.words li").allTextContents()).join(" ");
  assert.equal(words.split(" ").length, 12);
  const form = "form:has([name=step][value=confirm])";
  await security.page.locator(`${form} textarea`).fill(words.split(" ").reverse().join(" "));
  await security.page.locator(`${form} button.primary`).click();
  await security.page.locator(`${form} [role=alert]:not([hidden])`).waitFor();
  assert.match(await security.page.locator(`${form} [role=alert]`).textContent(), /not the twelve words/);
  // By the keyboard alone, as a person types: capitals, commas.
  await security.page.locator(`${form} textarea`).fill("");
  await security.page.locator(`${form} textarea`).focus();
  await security.page.keyboard.type(words.toUpperCase().replaceAll(" ", ", "));
  await security.page.keyboard.press("Tab");
  const typed = security.page.waitForEvent("load");
  await security.page.keyboard.press("Enter");
  await typed;
  assert.equal(await state(), "pending", "one officer typed them");
  assert.match(await security.page.textContent("main"), /Typed by sol/);
  await custodian.go("/partners/tfo");
  await custodian.page.locator(`${form} textarea`).fill(words);
  await custodian.press(`${form} button.primary`);
  await security.go("/partners/tfo");
  assert.equal(await state(), "active");
  // One stops it, two resume it.
  await security.pressAgain("form[action$='/suspend'] button");
  assert.equal(await state(), "suspended");
  await security.press("form:has([name=step][value=resume]) button");
  assert.equal(await state(), "suspended", "one officer agreed");
  await custodian.go("/partners/tfo");
  await custodian.press("form:has([name=step][value=approve]) button");
  await security.go("/partners/tfo");
  assert.equal(await state(), "active");
});
