/** Who may listen to what the store tells through Supabase Realtime. */
import assert from "node:assert/strict";
import { REALTIME_SCHEMA } from "../../local/realtime/schema.ts";
import { member } from "../support/hints.ts";
import { engines, migrate, rowsAs, type Sql, withSql } from "../support/sql.ts";
import type { Row } from "../support/store.ts";

for (const { name, open } of engines()) {
  Deno.test(`only members of the organization may listen on ${name}`, async () => {
    await withSql(open, async (sql) => {
      await sql.exec(REALTIME_SCHEMA);
      await migrate(sql);
      await onlyMembers(sql);
    });
  });
}

/** As Realtime asks: by a row with topic and extension alone, which is taken back. */
async function mayListen(sql: Sql, role: string, topic: string, claims: Row): Promise<boolean> {
  await sql.exec("insert into realtime.messages (topic, extension) values ('t', 'broadcast')");
  try {
    const rows = await rowsAs(
      sql,
      role,
      `select set_config('realtime.topic', '${topic}', true), (select count(*) from realtime.messages)`,
      claims,
    );
    return Number(rows[0].count) > 0;
  } finally {
    await sql.exec("truncate realtime.messages");
  }
}

async function onlyMembers(sql: Sql): Promise<void> {
  const folders: Record<string, string> = {
    a: "a",
    "acme-1": "acme-1",
    "a/b": "_c14cddc033f64b9dea80ea675cf280a015e672516090a5626781153dc68fea11",
    acme_1: await hashed("acme_1"),
    "-a": await hashed("-a"),
    "организация": await hashed("организация"),
    [`x${"y".repeat(100)}`]: await hashed(`x${"y".repeat(100)}`),
  };
  const names = Object.entries(folders);
  for (const [organization, folder] of names) {
    for (const [other, otherFolder] of names) {
      assert.equal(
        await mayListen(sql, "authenticated", `messenger:${otherFolder}`, member(organization)),
        organization === other,
        `${organization} on ${otherFolder}`,
      );
    }
    assert.equal(await mayListen(sql, "anon", `messenger:${folder}`, member(organization)), false);
    for (
      const claims of [
        {},
        member(organization, { role: "anon" }),
        member("", { sub: "" }),
        { role: "authenticated" },
      ]
    ) {
      assert.equal(await mayListen(sql, "authenticated", `messenger:${folder}`, claims), false);
    }
  }
  for (const topic of ["messenger:", "messenger", "", "a", "messenger:a%", "messenger:a:b"]) {
    assert.equal(await mayListen(sql, "authenticated", topic, member("a")), false, topic);
  }
}

async function hashed(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return `_${new Uint8Array(digest).toHex()}`;
}
