// What officers do: signing in and out, moving by keyboard, releasing together, recalling.
import assert from "node:assert/strict";
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
  const desk = await officer("mira");
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
  const desk = await officer("mira");
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
  const desk = await officer("mira");
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
  for (const visible of await desk.page.locator(".sheet").evaluateAll((all) => all.map((one) => getComputedStyle(one).position))) assert.equal(visible, "fixed");
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
  await author.page.locator("form[data-passkey][data-begin$='/sign/begin'] button").click();
  await author.page.waitForLoadState("load");
  await until("the author has signed", async () => {
    await author.go(address);
    return (await author.page.locator("form[data-begin$='/sign/begin']").count()) === 0;
  });
  await second.go(address);
  await second.page.locator("form[data-begin$='/approve/begin'] button.primary").click();
  await until("the second officer has approved", async () => {
    await second.go(address);
    return (await second.page.locator("form[action$='/send'] button").count()) === 1;
  });
  await second.page.locator("form[action$='/send'] button").click();
  await second.page.waitForLoadState("load");
  // Sending asks for the passkey once more.
  const again = second.page.locator("form[data-passkey][data-begin='/step-up/begin'] button");
  if (await again.count()) await again.click();
  await until("the partner's receipt", async () => {
    await second.go(address);
    return (await second.page.textContent("main")).includes("receipted");
  });
});

test("a source is read by its handler with a reason, and by nobody else", async () => {
  const handler = await officer("hal");
  await handler.go("/sources");
  await handler.page.locator("main table a").first().click();
  await handler.page.locator("main [name=reason]").fill("preparing a meeting");
  await handler.page.locator("main form button.primary").click();
  await handler.page.waitForLoadState("load");
  const again = handler.page.locator("form[data-passkey][data-begin='/step-up/begin'] button");
  if (await again.count()) await again.click();
  await handler.page.getByText("Ivo Brandtmann").waitFor();
  const source = new URL(handler.page.url()).pathname;
  const other = await officer("mira");
  await other.go("/sources");
  assert.ok(!(await other.page.content()).includes("GREYHERON"));
  await other.go(source);
  assert.ok(!(await other.page.content()).includes("Brandtmann"));
});
