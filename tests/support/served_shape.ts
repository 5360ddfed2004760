/** What holds of a database of theirs after the migrations, or when they have stopped. */
import assert from "node:assert/strict";
import { grantsWarning, LEGACY, rlsWarning, type Shape, SHOP, USER } from "./foreign_shape.ts";
import { snapshot } from "./snapshot.ts";
import { migrate, rowsAs, type Sql } from "./sql.ts";

/** The names of other providers' rows. */
const OTHERS = ["Bot", "Green"];

/** The migrations stop with this sentence, and have changed nothing. */
export async function assertStopped(sql: Sql, sentence: RegExp): Promise<void> {
  const before = [await snapshot(sql), await rowsOf(sql)];
  await assert.rejects(migrate(sql), (error: { message: string; hint?: string }) => {
    assert.match(error.message, sentence);
    assert.ok(error.hint, "says what to do");
    return true;
  });
  assert.deepEqual([await snapshot(sql), await rowsOf(sql)], before);
}

/** The migrations leave what was there, and the functions work beside it. */
export async function assertServed(sql: Sql, shape: Shape): Promise<void> {
  const { shop = SHOP, legacy = LEGACY, forbidden, warnings = [] } = shape;
  const before = await snapshot(sql);
  const rows = await rowsOf(sql);
  const shown = await shownTo(sql);

  await migrate(sql);
  assert.equal(sql.warnings.length, warnings.length, sql.warnings.join("\n"));
  warnings.forEach((warning, i) => assert.match(sql.warnings.toSorted()[i], warning));

  const after = await snapshot(sql);
  const missing = before.filter((line) => !after.includes(line) && !isExpected(line, shape));
  assert.deepEqual(missing, [], "others keep what they had");
  assert.deepEqual(await rowsOf(sql, rows[0]), rows.map(({ updated_at: _, ...row }) => row));
  assert.deepEqual(
    await shownTo(sql),
    shown.filter(({ name }) => OTHERS.includes(String(name))),
  );

  await shape.after?.(sql);
  if (!shape.withoutLegacy) await assertLegacyGoesOn(sql, legacy);

  const claims = JSON.stringify({ sub: USER, app_metadata: { organization_id: shop } });
  const count = (await rowsOf(sql)).length;
  const find = () => call(sql, "messenger_find_connection($1, null, null)", [claims]);
  const claim = () => call(sql, "messenger_claim_connection($1, null, null, null, 30)", [claims]);
  assert.equal((await find()).outcome, "not_found");
  const claimed = await claim();
  if (forbidden !== undefined) {
    assert.deepEqual(claimed, { outcome: "forbidden", organization: shop, constraint: forbidden });
    assert.equal((await rowsOf(sql)).length, count, "no row is left");
  } else {
    assert.equal(claimed.outcome, "claimed");
    assert.equal((await claim()).outcome, "busy");
    const finished = await call(
      sql,
      "messenger_finish_claim($1, $2, 'key', 'session-9', 'connected')",
      [claimed.id, claimed.claim_id],
    );
    assert.equal(finished.outcome, "saved");
    assert.equal((await find()).outcome, "found");
    assert.equal((await claim()).outcome, "exists");
    const begun = await call(
      sql,
      "messenger_begin_send($1, null, null, null, '+1', 'hi', 'a', 'f', gen_random_uuid(), null, 60)",
      [claims],
    );
    assert.equal(begun.outcome, "begun");
    for (const role of ["anon", "authenticated"]) {
      const seen = await rowsAs(sql, role, "select * from public.messenger_integrations")
        .catch((error) => assert.equal(error.code, "42501"));
      assert.ok(!JSON.stringify(seen ?? []).includes("session-9"), role);
    }
  }

  const last = [await snapshot(sql), await rowsOf(sql)];
  await migrate(sql);
  assert.deepEqual([await snapshot(sql), await rowsOf(sql)], last, "a second run changes nothing");
}

/** What the migrations may change of that which was there before. */
function isExpected(line: string, { sql, warnings = [] }: Shape): boolean {
  if (warnings.includes(rlsWarning) && line.startsWith("relation messenger_integrations ")) {
    return true;
  }
  if (warnings.includes(grantsWarning)) return !line.startsWith("policy ");
  if (sql.includes("messenger_organization_of")) {
    return line.startsWith("function messenger_organization_of(jsonb)"); // its grants are taken
  }
  return false;
}

async function assertLegacyGoesOn(sql: Sql, legacy: string): Promise<void> {
  const found = await call(sql, "messenger_find_connection(null, $1, '7')", [legacy]);
  assert.equal(found.integration?.api_key, "old-key");
  const claimed = await call(sql, "messenger_claim_connection(null, $1, null, null, 30)", [legacy]);
  assert.equal(claimed.outcome, "exists");
}

interface Answer {
  outcome: string;
  organization?: string;
  id?: string;
  claim_id?: string;
  constraint?: string;
  integration?: { api_key: string };
}

/** What a function of the database answers. */
export async function call(sql: Sql, expression: string, params: unknown[]): Promise<Answer> {
  const [{ answer }] = await sql.query(`select public.${expression} as answer`, params);
  return answer as Answer;
}

/** The rows of the table, or of as much of it as a row before had. */
async function rowsOf(
  sql: Sql,
  like?: Record<string, unknown>,
): Promise<Record<string, unknown>[]> {
  const [{ there }] = await sql.query(
    "select to_regclass('public.messenger_integrations') is not null as there",
  );
  if (!there) return [];
  // Marking the earlier version's row as primary is a write of it.
  const columns = like === undefined
    ? "*"
    : Object.keys(like).filter((name) => name !== "updated_at").join(", ");
  const rows = await sql.query(`select ${columns} from public.messenger_integrations`);
  return rows.toSorted((a, b) => String(a.id) < String(b.id) ? -1 : 1);
}

/** What an authenticated user sees of the table. */
async function shownTo(sql: Sql): Promise<Record<string, unknown>[]> {
  const [{ readable }] = await sql.query(
    `select coalesce(has_table_privilege('authenticated',
       to_regclass('public.messenger_integrations')::oid, 'select'), false) as readable`,
  );
  if (!readable) return [];
  return await rowsAs(
    sql,
    "authenticated",
    "select id, name from public.messenger_integrations order by id",
  );
}
