/** The ways of docs/operations.md to have wpp-reconcile called. */
import assert from "node:assert/strict";
import { fillVault, takeRequests, withExtensions } from "../support/extensions.ts";
import { functions } from "../support/functions.ts";
import { inWorld, SECRET_KEY } from "../support/world.ts";
import { codeOf } from "./examples.ts";
import { page } from "./pages.ts";

const PAGE = "docs/operations.md";
const section = page(PAGE).text.split("## The reconciler\n")[1].split("\n## ")[0];

inWorld("the cron's command calls wpp-reconcile with the key from Vault", async (world) => {
  await world.connect();
  await withExtensions(world, async () => {
    await fillVault(world, codeOf(PAGE, "vault"));
    await world.database.exec(codeOf(PAGE, "reconcile"));
    const [{ schedule, command }] = await world.database.query("select * from cron.job");
    assert.equal(schedule, "* * * * *");
    assert.ok(!String(command).includes(SECRET_KEY));
    await world.database.exec(String(command));
    const [request] = await takeRequests(world);
    const response = await fetch(request);
    assert.equal(response.status, 200);
    const done = await response.json();
    assert.equal(done.connections, 1);
    const line = world.logs.findLast((line) => line.function === "wpp-reconcile");
    assert.deepEqual(line?.counts, done);
    for (const field of Object.keys(done)) assert.ok(section.includes(`\n| \`${field}\` |`), field);
  });
});

inWorld("the cron's curl calls wpp-reconcile", async () => {
  const server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    (request) => functions["wpp-reconcile"].fetch(request),
  );
  try {
    const env = { API_URL: `http://127.0.0.1:${server.addr.port}`, SECRET_KEY };
    const command = new Deno.Command("sh", {
      args: ["-euc", codeOf(PAGE, "reconcile with curl")],
      env,
    });
    const { stdout, stderr } = await command.output();
    assert.equal(new TextDecoder().decode(stderr), "");
    assert.equal(JSON.parse(new TextDecoder().decode(stdout)).connections, 0);
  } finally {
    await server.shutdown();
  }
});
