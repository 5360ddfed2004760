/** Who cannot read, and what is stopped. */
import { createClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import { createWppClient, type WppClient } from "../../client/wpp_client.ts";
import { userToken } from "../support/jwt.ts";
import { member } from "../support/reading.ts";
import { incoming } from "../support/store.ts";
import { inWorld, PUBLISHABLE_KEY, SECRET_KEY, SUPABASE_URL } from "../support/world.ts";

/** Everything that reads. */
const reads = (wpp: WppClient, id: string = crypto.randomUUID(), signal?: AbortSignal) => [
  wpp.chats({ signal }),
  wpp.chats({ signal, search: "anna" }),
  wpp.messages(id, { signal }),
  wpp.changesSince(0, { signal }),
  wpp.markRead(id, 1, { signal }),
  wpp.renameChat(id, "x", { signal }),
  wpp.eraseChat(id, { signal }),
];

const OPTIONS = { auth: { autoRefreshToken: false, persistSession: false } };

inWorld("reads reject with unauthorized when nobody is signed in", async (world) => {
  const signedOut = createClient(SUPABASE_URL, PUBLISHABLE_KEY, {
    auth: { persistSession: false },
  });
  for (const supabase of [signedOut, world.clientWith("no.token.atall")]) {
    for (const read of await Promise.allSettled(reads(createWppClient(supabase)))) {
      assert.equal(read.status, "rejected");
      const { code, action, status } = read.reason;
      assert.deepEqual([code, action, status], ["unauthorized", "sign_in", 401]);
    }
  }
});

inWorld("reads reject with not_supported when a server acts for an organization", async (world) => {
  const { shop } = await member(world);
  const supabase = createClient(SUPABASE_URL, SECRET_KEY, OPTIONS);
  const wpp = createWppClient(supabase, { organizationId: shop.organization });
  for (const read of reads(wpp)) await assert.rejects(read, { code: "not_supported" });
  assert.equal(world.serviceCalls.length, 0);
});

inWorld("reads go to the schema public when the app's client reads another", async (world) => {
  const { shop } = await member(world);
  await shop.receive(incoming());
  const token = await userToken({ app_metadata: { organization_id: shop.organization } });
  const supabase = createClient(SUPABASE_URL, PUBLISHABLE_KEY, {
    ...{ ...OPTIONS, accessToken: () => Promise.resolve(token) },
    db: { schema: "api" },
  });
  const schemas = new Set<string | null>();
  world.intercept = ({ headers }) => {
    schemas.add(headers.get("accept-profile") ?? headers.get("content-profile"));
    return undefined;
  };
  const wpp = createWppClient(supabase);
  assert.equal((await wpp.chats()).chats.length, 1);
  assert.equal((await wpp.changesSince(0)).messages.length, 1);
  assert.deepEqual([...schemas], ["public"]);
});

inWorld("reads reject with the signal's reason when aborted", async (world) => {
  const { wpp } = await member(world);
  const abort = new AbortController();
  const reason = new Error("enough");
  world.intercept = () => new Promise(() => {}); // answers nothing
  const under = reads(wpp, undefined, abort.signal).map((read) => assert.rejects(read, reason));
  abort.abort(reason);
  await Promise.all(under);
  world.serviceCalls.length = 0;
  await Promise.all(reads(wpp, undefined, abort.signal).map((r) => assert.rejects(r, reason)));
  assert.equal(world.serviceCalls.length, 0);
});
