// A real node: the program itself in a home of its own, made ready by its own command line. Nothing here reaches into its stores.
import { execFile, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { request } from "node:http";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

export const ROOT = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../..");
const PASSPHRASE = "correct-horse-battery";

// The debug program of this tree, or the one that COMITY_PROGRAM names.
const target = process.env.CARGO_TARGET_DIR ?? path.join(ROOT, "target");
export const PROGRAM = process.env.COMITY_PROGRAM ?? path.join(target, "debug", "comity");

const environment = { ...process.env, COMITY_PASSPHRASE: PASSPHRASE, COMITY_LOG: "warn" };

// A port that was free a moment ago.
export function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

export function scratch() {
  return mkdtemp(path.join(tmpdir(), "comity-browser-"));
}

// Runs the program; answers its standard output as text. A refusal throws with what the program said.
export function run(...args) {
  return new Promise((resolve, reject) => {
    execFile(PROGRAM, args, { env: environment, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      if (error) reject(Object.assign(new Error(`comity ${args.join(" ")}: ${stderr.trim() || stdout.trim() || error.message}`), { code: error.code, stdout }));
      else resolve(stdout);
    });
  });
}

export class Node {
  constructor(folder, code, name) {
    Object.assign(this, { folder, code, name, home: path.join(folder, code), officers: new Map() });
  }

  key(officer) {
    return path.join(this.folder, `${this.code}-${officer}.key`);
  }

  // Answers what the verb says as JSON.
  async verb(...args) {
    const text = await run(...args, "--home", this.home, "--json");
    const lines = text.trim().split("\n");
    try {
      return JSON.parse(text);
    } catch {
      return JSON.parse(lines[lines.length - 1]);
    }
  }

  // The same where the answer may be "no": the document is what was asked for.
  async answer(...args) {
    try {
      return await this.verb(...args);
    } catch (refused) {
      if (refused.code !== 1) throw refused;
      return JSON.parse(refused.stdout);
    }
  }

  async init() {
    this.deskPort = await freePort();
    this.gatePort = await freePort();
    this.url = `http://${this.code}.localhost:${this.deskPort}`;
    await run("init", "--home", this.home, "--org", this.name, "--code", this.code, "--country", "XVM", "--kind", "police_unit",
      "--gate", `127.0.0.1:${this.gatePort}`, "--desk", `127.0.0.1:${this.deskPort}`, "--json");
    for (const custodian of ["c1", "c2"]) {
      await run("officer", "add", "--home", this.home, "--code", custodian, "--name", `Custodian ${custodian}`, "--roles", "custodian", "--key-out", this.key(custodian));
    }
  }

  async officer(code, name, roles) {
    await run("officer", "add", "--home", this.home, "--code", code, "--name", name, "--roles", roles, "--key-out", this.key(code),
      "--custodian", this.key("c1"), "--custodian", this.key("c2"));
    this.officers.set(code, { name, roles });
  }

  // The one-time link with which an officer enrols a passkey.
  async enrolLink(code) {
    const answer = await this.verb("officer", "enrol", "--code", code, "--key", this.key(code));
    return answer.link;
  }

  async serve() {
    this.log = [];
    this.child = spawn(PROGRAM, ["serve", "--home", this.home, "--url", this.url, "--json"], { env: environment, stdio: ["ignore", "pipe", "pipe"] });
    this.child.stderr.on("data", (data) => this.log.push(String(data)));
    const lines = createInterface({ input: this.child.stdout });
    await new Promise((resolve, reject) => {
      let said = "";
      lines.on("line", (line) => {
        said += line;
        if (/"state":\s*"ready"/.test(said)) resolve();
      });
      this.child.once("exit", (code) => reject(new Error(`${this.code} did not start (${code}): ${said} ${this.log.join("")}`)));
    });
  }

  // Asks the API as a program with a token; answers the JSON. By the address and not by the name, which only the browser resolves.
  async api(token, method, address, type, body) {
    const headers = { host: `${this.code}.localhost:${this.deskPort}`, authorization: `Bearer ${token}` };
    if (body !== undefined) Object.assign(headers, { "content-type": type, "content-length": Buffer.byteLength(body) });
    const text = await new Promise((resolve, reject) => {
      const asked = request({ host: "127.0.0.1", port: this.deskPort, method, path: `/api/v1${address}`, headers }, (response) => {
        let said = "";
        response.setEncoding("utf8").on("data", (part) => { said += part; }).on("end", () => {
          if (response.statusCode === 200) resolve(said);
          else reject(new Error(`${method} ${address}: ${response.statusCode} ${said}`));
        });
      });
      asked.on("error", reject).end(body);
    });
    return JSON.parse(text);
  }

  async token(name, scope) {
    return (await this.verb("token", "add", "--name", name, "--scope", scope)).token;
  }

  async stop() {
    if (!this.child || this.child.exitCode !== null) return;
    const gone = new Promise((resolve) => this.child.once("exit", resolve));
    this.child.kill("SIGTERM");
    await gone;
  }
}

export async function remove(folder) {
  await rm(folder, { recursive: true, force: true });
}
