/** Answers that never end, from raw TCP servers: of the platform and of the database. */
import assert from "node:assert/strict";
import type { Env } from "../../supabase/functions/_shared/wpp/env.ts";
import { Database } from "../../supabase/functions/_shared/wpp/store/database.ts";
import { WppMsgClient } from "../../supabase/functions/_shared/wpp.ts";
import { accessTokenOf, storedConnection } from "../support/connection.ts";
import { CHUNKED, serveEndless, SPACES, TWO_LENGTHS } from "../support/raw_http.ts";
import { codeOf } from "../support/wpp.ts";

const HEADS = {
  "says that it has 10 bytes": TWO_LENGTHS,
  "says nothing of its length": CHUNKED,
};
// The connections are closed by Deno a moment after their bodies were given up.
const options = { sanitizeOps: false, sanitizeResources: false };

/** How the database is asked. */
const QUERIES: Record<string, (database: Database) => Promise<unknown>> = {
  "a call": (database) => database.call("messenger_find_connection"),
  "a query": (database) => database.run((db) => db.from("messenger_integrations").select()),
};

for (const [what, fields] of Object.entries(HEADS)) {
  const head = `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n${fields}\r\n`;

  Deno.test(
    `status hangs up on an endless answer of the platform that ${what}`,
    options,
    async () => {
      await using server = serveEndless({ head, piece: SPACES });
      const client = new WppMsgClient({ baseUrl: server.url });
      const known = storedConnection({ accessToken: accessTokenOf(3600) });
      assert.equal(await codeOf(client.status(known)), "gateway_invalid_response");
      await server.hungUp();
    },
  );

  for (const [name, ask] of Object.entries(QUERIES)) {
    Deno.test(
      `${name} hangs up on an endless answer of the database that ${what}`,
      options,
      async () => {
        await using server = serveEndless({ head, piece: SPACES });
        const asked = ask(new Database({ supabaseUrl: server.url, secretKey: "key" } as Env));
        const startedAt = performance.now();
        assert.equal(await codeOf(asked), "database_unavailable");
        assert.ok(performance.now() - startedAt < 4_000, "it ended by its deadline only");
        await server.hungUp();
      },
    );
  }
}
