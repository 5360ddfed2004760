import assert from "node:assert/strict";
import { panel } from "../../local/panel.ts";

const demo = { email: "demo@example.com", password: "demo-password" };
const scanned: string[] = [];
const written: unknown[] = [];
const simulator = {
  incoming(message: unknown) {
    written.push(message);
    return Promise.resolve(null);
  },
  scan(session: string) {
    if (session !== "1") throw new Error("Cannot find the session");
    scanned.push(session);
  },
};
const simulated = panel({ publishableKey: "sb_publishable_test", demo, simulator });
const real = panel({ publishableKey: "sb_publishable_test", demo });
const get = (path: string) => simulated(new Request(`http://127.0.0.1${path}`));
const post = (serve: typeof real, name: string, body: string) =>
  serve(new Request(`http://127.0.0.1/panel/${name}`, { method: "POST", body }));
const scan = (serve: typeof real, body: string) => post(serve, "scan", body);

Deno.test("panel serves a page that may use its own origin alone", async () => {
  const response = await get("/");
  assert.match(response.headers.get("content-type")!, /^text\/html/);
  assert.match(response.headers.get("content-security-policy")!, /^default-src 'self';/);
  const head = await simulated(new Request("http://127.0.0.1/", { method: "HEAD" }));
  assert.equal(head.status, 200);
  const html = await response.text();
  const loaded = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, path]) => path);
  assert.ok(loaded.length >= 4);
  for (const path of loaded) assert.equal((await get(path)).status, 200, path);
});

Deno.test("panel serves TypeScript as JavaScript, with all that it imports", async () => {
  const seen = new Set<string>();
  const follow = async (path: string) => {
    if (seen.has(path)) return;
    seen.add(path);
    const response = await get(path);
    assert.equal(response.status, 200, path);
    assert.match(response.headers.get("content-type")!, /^text\/javascript/);
    const code = await response.text();
    assert.doesNotMatch(code, /^(import|export) type|^interface /m);
    for (const [, specifier] of code.matchAll(/^(?:import|export)[^;]* from "([^"]+)";/gm)) {
      await follow(new URL(specifier, `http://127.0.0.1${path}`).pathname);
    }
  };
  await follow("/panel/main.ts");
  assert.ok(seen.has("/client/wpp_client.ts") && seen.has("/panel/texts_ru.ts"));
  assert.ok([...seen].every((path) => /^\/(panel|client)\//.test(path)));
});

Deno.test("panel serves nothing else when asked for it", async () => {
  const others = ["/x", "/panel/deno.json", "/panel/none.ts", "/panel/..%2Fstack.ts", "/client/"];
  for (const path of [...others, "/local/stack.ts"]) {
    assert.equal((await get(path)).status, 404, path);
  }
});

Deno.test("panel scans a code when the platform is simulated, and only then", async () => {
  assert.equal((await scan(simulated, '{"session":"1"}')).status, 200);
  assert.deepEqual(scanned, ["1"]);
  for (const bad of ['{"session":"2"}', "{", "null"]) {
    assert.equal((await scan(simulated, bad)).status, 400);
  }
  assert.equal((await scan(real, '{"session":"1"}')).status, 404);
  const config = await (await real(new Request("http://127.0.0.1/panel/config.json"))).json();
  assert.deepEqual(config, { publishableKey: "sb_publishable_test", demo, simulator: false });
});

Deno.test("panel lets a contact write when the platform is simulated, and only then", async () => {
  const message = { session: "1", from: "+79991112233", text: "Hello" };
  const body = JSON.stringify(message);
  assert.equal((await post(simulated, "incoming", body)).status, 200);
  assert.deepEqual(written, [message]);
  for (const bad of ['{"session":"1","from":"x"}', '{"apiKey":"1"}', "{", "null"]) {
    assert.equal((await post(simulated, "incoming", bad)).status, 400, bad);
  }
  assert.equal(written.length, 1);
  assert.equal((await post(real, "incoming", body)).status, 404);
});
