// Every page is readable: in light and dark, wide and narrow, for eyes, keyboard and screen reader; and it asks nobody but the desk.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Desk } from "./browser.mjs";
import { ABSENT, OUTSIDE, PAGES } from "./pages.mjs";
import { officer, world } from "./world.mjs";

const LOOKS = [
  { width: 1280, height: 900, dark: false }, { width: 1280, height: 900, dark: true },
  { width: 400, height: 800, dark: false }, { width: 400, height: 800, dark: true },
];

async function look(desk, address, { width, height, dark }) {
  await desk.page.setViewportSize({ width, height });
  await desk.page.emulateMedia({ colorScheme: dark ? "dark" : "light", reducedMotion: "reduce" });
  const status = await desk.go(address);
  await desk.settled();
  return status;
}

const readers = new Map();
for (const [address, code] of [...OUTSIDE.map((address) => [address, null]), ...PAGES]) {
  for (const wanted of LOOKS) {
    test(`${address} as ${code ?? "a stranger"}, ${wanted.width} wide, ${wanted.dark ? "dark" : "light"}`, async () => {
      if (!readers.has(code)) readers.set(code, code ? await officer(code) : await Desk.open(world.browser, world.vsis));
      const desk = readers.get(code);
      const status = await look(desk, address, wanted);
      assert.equal(status, ABSENT.includes(address) ? 404 : 200);
      assert.deepEqual(await desk.unfit(), [], "accessibility");
      assert.deepEqual(await desk.overflow(), [], "wider than the window");
      assert.equal(await desk.page.locator("[data-failed]").count(), 0, "a picture failed");
      assert.deepEqual(desk.complaints.splice(0), [], "complaints of the browser");
      assert.deepEqual(desk.foreign, [], "requests to others");
    });
  }
}
