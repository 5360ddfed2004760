import { createClient, FunctionsHttpError } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import postgres from "postgres";
import { startStack } from "../../local/stack.ts";
import { sleep } from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import { captureConsole } from "../support/console.ts";
import { freshDatabase } from "../support/fresh_database.ts";

const databaseUrl = Deno.env.get("DATABASE_URL");

Deno.test({
  name: "startStack works again when Postgres was away",
  ignore: !databaseUrl,
  sanitizeOps: false,
  sanitizeResources: false,
  async fn() {
    using _console = captureConsole(); // Lite prints each error of the database
    await using stopped = new AsyncDisposableStack();
    const fresh = stopped.use(await freshDatabase(databaseUrl!));
    const name = new URL(fresh.url).pathname.slice(1);
    const stack = stopped.adopt(
      await startStack({ port: 0, quiet: true, databaseUrl: fresh.url }),
      (one) => one.stop(),
    );
    const server = stopped.adopt(postgres(databaseUrl!, { max: 1 }), (one) => one.end());
    const supabase = createClient(stack.url, stack.publishableKey, {
      auth: { autoRefreshToken: false, persistSession: false },
    });
    assert.equal((await supabase.auth.signInWithPassword(stack.demo)).error, null);
    /** `ok`, or the code of the error. */
    const call = async (name: string) => {
      const { error } = await supabase.functions.invoke(name, { body: {} });
      if (!error) return "ok";
      assert.ok(error instanceof FunctionsHttpError, String(error));
      return (await error.context.json()).error.code;
    };
    assert.equal(await call("wpp-create"), "ok");

    const terminate = () =>
      server`select pg_terminate_backend(pid) from pg_stat_activity where datname = ${name}`;
    // Idle connections break.
    await terminate();
    await eventually(call, "wpp-status");
    // Connections break under requests, and there are no new ones for a while.
    const during = Array.from({ length: 8 }, () => call("wpp-status"));
    await server.unsafe(`alter database ${name} allow_connections false`);
    await terminate();
    const codes = [...await Promise.all(during), await call("wpp-status")];
    await server.unsafe(`alter database ${name} allow_connections true`);
    assert.deepEqual(codes.filter((code) => code !== "ok" && code !== "database_unavailable"), []);
    assert.equal(codes.at(-1), "database_unavailable");
    await eventually(call, "wpp-status");
    assert.equal((await supabase.auth.signInWithPassword(stack.demo)).error, null);
  },
});

/** Calls until it works, for 3 s; until then the answer has to be that the database is away. */
async function eventually(call: (name: string) => Promise<string>, name: string): Promise<void> {
  const deadline = Date.now() + 3_000;
  for (;;) {
    const code = await call(name);
    if (code === "ok") return;
    assert.equal(code, "database_unavailable");
    assert.ok(Date.now() < deadline, "still unavailable after 3 s");
    await sleep(100);
  }
}
