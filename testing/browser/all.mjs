// All tests in one process, so that the nodes are made once. COMITY_BROWSER_ONLY names the files to run, separated by commas.
import { after, test } from "node:test";

const only = process.env.COMITY_BROWSER_ONLY?.split(",");
const files = ["work", "reading", "hostile"].filter((name) => !only || only.includes(name));

// The first test waits until all others are known: the runner takes the nodes down when it has nothing left to run.
const known = (async () => {
  const { world } = await import("./world.mjs");
  after(() => world.close());
  for (const name of files) await import(`./${name}.test.mjs`);
})();
test("two linked nodes with content stand", { timeout: 600_000 }, () => known);
