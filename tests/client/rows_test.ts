import assert from "node:assert/strict";
import { ROWS_FILE, rowsText, rowType } from "../../tools/client/rows.ts";
import { migratedImage } from "../support/database_image.ts";

Deno.test("rows.ts of the client is what `deno task client:types` writes", async () => {
  const text = await Deno.readTextFile(ROWS_FILE);
  assert.ok(
    text === await rowsText({ image: await migratedImage() }),
    "client/rows.ts is stale: run `deno task client:types`",
  );
});

const column = (name: string, definition: string, comment: string | null = null) => ({
  ...{ name, definition, comment, grants: [] },
});

/** A table that has these columns, and a check of one of them. */
const table = (...columns: ReturnType<typeof column>[]) => ({
  ...{ name: "public.messenger_x", comment: "Some rows.", grants: [], columns },
  constraints: ["x_kind_check CHECK ((kind = ANY (ARRAY['a'::text, 'b'::text])))"],
  ...{ indexes: [], triggers: [], policies: [], sequences: [] },
  rowSecurity: { enabled: true, forced: false },
});

Deno.test("rowType writes a column as PostgREST's JSON has it", () => {
  const written = rowType(
    "X",
    table(
      column("kind", "text not null", "What it is."),
      column("size", "bigint"),
      column("at", "timestamp with time zone not null default now()"),
      column("media", "jsonb"),
      column("kind_of", "text default 'x'::text"),
    ),
  );
  assert.equal(
    written,
    '/** Some rows. */\nexport interface X {\n/** What it is. */\nkind: "a" | "b";\n' +
      "size: number | null;\nat: string;\nmedia: Media | null;\nkind_of: string | null;\n}\n",
  );
  for (const [name, type] of [["n", "numeric"], ["settings", "jsonb"]]) {
    assert.throws(() => rowType("X", table(column(name, type))), /Not known how to write/);
  }
});
