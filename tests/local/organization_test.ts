import assert from "node:assert/strict";
import { openDatabase } from "../../local/database.ts";
import { checkOrganization } from "../../local/organization.ts";
import { migratedImage } from "../support/database_image.ts";

const IDS = [
  ...["a", "shop", "две лавки", "a\u00A0b", "🛒".repeat(255), "x".repeat(255), "0", "null", "-"],
  ...["", " ", " a", "a ", "a\n", "\u00A0a", "a\uFEFF", "\u0085a", "a\u3000", "x".repeat(256)],
  ...["a\tb", "a\u0001b", "a\u007Fb", "a\u009Fb", "🛒".repeat(256)],
  ...[0, 7, -7, 2 ** 53 - 1, 2 ** 53, 1.5, true, false, [], ["a"], {}, { a: 1 }],
];

Deno.test("checkOrganization takes what messenger_organization_of takes, and nothing else", async () => {
  const database = await openDatabase({ image: await migratedImage() });
  try {
    for (const id of IDS) {
      const claims = JSON.stringify({ sub: "user", app_metadata: { organization_id: id } });
      const [{ organization }] = await database.query(
        "select public.messenger_organization_of($1::text::jsonb) as organization",
        [claims],
      );
      const check = () => checkOrganization(id, "DEMO_ORGANIZATION");
      if (organization === null) assert.throws(check, /^Error: Cannot use DEMO_ORGANIZATION: /);
      else assert.doesNotThrow(check, JSON.stringify(id));
    }
  } finally {
    await database.close();
  }
  assert.throws(() => checkOrganization("a\0b", "DEMO_ORGANIZATION")); // jsonb has no U+0000
});
