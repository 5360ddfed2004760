/** Two users of one organization on the local stack, as docs/configuration.md makes them. */
import { createClient } from "@supabase/supabase-js";
import assert from "node:assert/strict";
import { createWppClient } from "../../client/wpp_client.ts";
import { type Stack, type StackOptions, startStack } from "../../local/stack.ts";
import { page } from "../docs/pages.ts";
import { migratedImage } from "../support/database_image.ts";

const COLLEAGUE = { email: "colleague@example.com", password: "colleague-password" };
const CURL = page("docs/configuration.md").fences.find(({ code }) => code.startsWith("curl"))!.code;

Deno.test("users of one organization share a connection, also after a restart", {
  sanitizeOps: false,
  sanitizeResources: false,
}, async () => {
  const dataDir = await Deno.makeTempDir();
  try {
    const image = await migratedImage();
    const { session } = await onStack(
      { dataDir, image, demoOrganization: "shop" },
      async (stack) => {
        assert.equal(stack.demo.organization, "shop");
        await run(CURL, { API_URL: stack.url, SECRET_KEY: stack.secretKey });
        const created = await (await clientOf(stack, stack.demo)).create();
        const found = await (await clientOf(stack, COLLEAGUE)).create();
        assert.deepEqual([found.session, found.created], [created.session, false]);
        assert.equal(stack.simulator!.countOf("create"), 1);
        return created;
      },
    );
    await onStack({ dataDir }, async (stack) => {
      assert.equal(stack.demo.organization, "shop");
      const rows = await stack.database.query("select session from public.messenger_integrations");
      assert.deepEqual(rows, [{ session }]);
      const found = await (await clientOf(stack, COLLEAGUE)).create();
      assert.deepEqual([found.session, found.created], [session, false]);
    });
  } finally {
    await Deno.remove(dataDir, { recursive: true });
  }
});

async function onStack<T>(options: Partial<StackOptions>, work: (stack: Stack) => Promise<T>) {
  const stack = await startStack({ port: 0, quiet: true, ...options });
  try {
    return await work(stack);
  } finally {
    await stack.stop();
  }
}

/** The client of a user who has signed in. */
async function clientOf(stack: Stack, user: { email: string; password: string }) {
  const supabase = createClient(stack.url, stack.publishableKey, {
    auth: { autoRefreshToken: false, persistSession: false },
  });
  assert.equal((await supabase.auth.signInWithPassword(user)).error, null);
  return createWppClient(supabase);
}

async function run(code: string, env: Record<string, string>): Promise<void> {
  const { stdout, stderr } = await new Deno.Command("sh", { args: ["-euc", code], env }).output();
  assert.equal(new TextDecoder().decode(stderr), "");
  assert.equal(JSON.parse(new TextDecoder().decode(stdout)).email, COLLEAGUE.email);
}
