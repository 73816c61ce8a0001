// A real Chromium without a window. Every page is watched: what it asks for, what it complains about, which dialogs it opens.
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { chromium } from "playwright-core";

const require = createRequire(import.meta.url);
const AXE = await readFile(require.resolve("axe-core/axe.min.js"), "utf8");

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update",
  "--disable-sync", "--disable-domain-reliability", "--no-default-browser-check", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE *.localhost, EXCLUDE localhost"];

export async function launch() {
  return chromium.launch({ executablePath: process.env.COMITY_CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
}

// One officer's browser: a context of its own with one page and a passkey in software.
export class Desk {
  static async open(browser, node, { width = 1280, height = 900, dark = false, scripts = true } = {}) {
    const context = await browser.newContext({ viewport: { width, height }, javaScriptEnabled: scripts, colorScheme: dark ? "dark" : "light", locale: "en-GB", timezoneId: "UTC", reducedMotion: "reduce" });
    const desk = new Desk();
    Object.assign(desk, { node, context, complaints: [], foreign: [], dialogs: [], requests: 0 });
    desk.page = await context.newPage();
    // While styles are being written: those of the tree instead of those in the program. Tests never set this.
    if (process.env.COMITY_SCREENS_ASSETS) {
      await context.route("**/assets/**", (route) => route.fulfill({ path: path.join(process.env.COMITY_SCREENS_ASSETS, new URL(route.request().url()).pathname.slice("/assets/".length)) }));
    }
    desk.watch(desk.page);
    const cdp = await context.newCDPSession(desk.page);
    await cdp.send("WebAuthn.enable");
    await cdp.send("WebAuthn.addVirtualAuthenticator", {
      options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    });
    return desk;
  }

  watch(page) {
    const ours = new URL(this.node.url).host;
    page.on("request", (request) => {
      this.requests += 1;
      const url = new URL(request.url());
      if (url.host !== ours) this.foreign.push(request.url());
    });
    page.on("console", (message) => {
      if (!["error", "warning"].includes(message.type())) return;
      // The browser itself notes every answer that is not 2xx; whether such an answer was right is the test's to say.
      if (/^Failed to load resource: the server responded with a status of/.test(message.text())) return;
      // Chromium would like RS256 to be offered as well; the desk takes no RSA.
      if (message.text().includes("pubKeyCredParams is missing")) return;
      this.complaints.push(`${page.url()}: ${message.text()}`);
    });
    page.on("pageerror", (error) => this.complaints.push(`${page.url()}: ${error}`));
    page.on("dialog", async (dialog) => {
      this.dialogs.push(`${page.url()}: ${dialog.message()}`);
      await dialog.dismiss();
    });
  }

  // Goes to a page of the node; answers its status.
  async go(address) {
    const response = await this.page.goto(this.node.url + address, { waitUntil: "load" });
    return response?.status() ?? 0;
  }

  async enrol(officer) {
    await this.page.goto(await this.node.enrolLink(officer), { waitUntil: "load" });
    const name = this.page.locator("main input[name=name]");
    if (await name.count()) await name.fill("Passkey of the test");
    await this.page.locator("main form[data-passkey] button").first().click();
    await this.page.waitForURL((url) => !url.pathname.startsWith("/enrol"), { timeout: 30_000 });
  }

  async signIn(address = "/") {
    await this.go(address === "/" ? "/sign-in" : `/sign-in?to=${encodeURIComponent(address)}`);
    await this.page.locator("main form[data-passkey] button").first().click();
    await this.page.waitForURL((url) => !url.pathname.startsWith("/sign-in"), { timeout: 30_000 });
  }

  // Presses something that leads to another page, or to this one anew, and waits for it.
  async press(place) {
    const arrived = this.page.waitForEvent("load", { timeout: 30_000 });
    await this.page.locator(place).first().click();
    await arrived;
  }

  // Presses; where the desk then asks for the passkey once more, gives it.
  async pressAgain(place) {
    await this.press(place);
    if (await this.page.locator("form[data-begin='/step-up/begin']").count()) await this.press("form[data-begin='/step-up/begin'] button");
  }

  // Waits until the pictures of the page are drawn, or have said that they cannot be.
  async settled() {
    await this.page.waitForFunction(() => [...document.querySelectorAll("[data-island]")].every((island) => island.dataset.ready || island.dataset.failed), { timeout: 30_000 });
  }

  // What the accessibility checker finds, as lines; none is what we want. Injected by evaluate, since the policy refuses script tags.
  async unfit() {
    await this.page.evaluate(AXE);
    const { violations } = await this.page.evaluate(() => globalThis.axe.run(document, {
      runOnly: { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] },
    }));
    return violations.flatMap((violation) => violation.nodes.slice(0, 4).map((node) => `${violation.id} (${violation.impact}): ${node.target.join(" ")}: ${node.failureSummary?.split("\n").slice(0, 3).join(" ")}`));
  }

  // Whether the page is wider than the window: then it must be pushed about to be read.
  overflow() {
    return this.page.evaluate(() => {
      const wide = document.documentElement.clientWidth;
      if (document.documentElement.scrollWidth <= wide) return [];
      return [...document.querySelectorAll("body *")].filter((element) => element.getBoundingClientRect().right > wide + 1 && !element.closest(".scroll, .stage, pre"))
        .slice(0, 5).map((element) => `${element.tagName.toLowerCase()}.${element.className}`);
    });
  }

  async close() {
    await this.context.close();
  }
}
