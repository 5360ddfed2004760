/** Who may read and upload media: by the policies themselves, on tables as Storage makes them. */
import assert from "node:assert/strict";
import { engines, migrate, rowsAs, type Sql, stateAs } from "../support/sql.ts";
import { STORAGE_SCHEMA } from "../support/storage_schema.ts";

/** Names that are each other's beginnings, hold wildcards, or are no names of folders. */
const ORGANIZATIONS = ["a", "a/b", "acme_1", "acmeX1", "%", "Организация", "A"];

const DENIED = "42501";

const member = (organization_id: unknown) => ({
  role: "authenticated",
  sub: crypto.randomUUID(),
  app_metadata: { organization_id },
});

async function folderOf(sql: Sql, organization: string): Promise<string> {
  const [{ folder }] = await sql.query("select messenger_folder($1) as folder", [organization]);
  return String(folder);
}

/** The SQLSTATE of an upload by somebody with these claims; undefined where it is let in. */
async function upload(
  sql: Sql,
  claims: object,
  name: string,
  { role = "authenticated", bucket = "messenger-media" } = {},
): Promise<string | undefined> {
  await sql.query("select set_config('request.jwt.claims', $1, false)", [JSON.stringify(claims)]);
  const values = [bucket, name].map((text) => `'${text.replaceAll("'", "''")}'`);
  return await stateAs(
    sql,
    role,
    `insert into storage.objects (bucket_id, name) values (${values})`,
  );
}

async function visible(sql: Sql, claims: object, role = "authenticated"): Promise<string[]> {
  const rows = await rowsAs(sql, role, "select name from storage.objects order by name", claims);
  return rows.map(({ name }) => String(name)).sort();
}

/** Puts an incoming and an outgoing object of each organization there; all names. */
async function fill(sql: Sql): Promise<void> {
  await sql.exec(
    "insert into storage.buckets (id, name) values ('other', 'other') on conflict do nothing",
  );
  for (const organization of ORGANIZATIONS) {
    const folder = await folderOf(sql, organization);
    for (const name of ["connection/in.png", "outgoing/1/out.png"]) {
      await sql.query(
        "insert into storage.objects (bucket_id, name) values ('messenger-media', $1), ('other', $1)",
        [`${folder}/${name}`],
      );
    }
  }
}

for (const { name, open } of engines()) {
  Deno.test(`media is its organization's own on ${name}`, async (t) => {
    const sql = await open();
    try {
      await migrate(sql);
      await sql.exec(STORAGE_SCHEMA);
      assert.deepEqual(await check(sql), { storage: true, bucket: null, policies: 0 });
      await sql.exec("select messenger_enable_media(); select messenger_enable_media()");
      await fill(sql);

      await t.step("messenger_check_media tells what is there", async () => {
        const bucket = { public: false, size_limit: 64 * 1024 * 1024 };
        assert.deepEqual(await check(sql), { storage: true, bucket, policies: 2 });
        await sql.exec("update storage.buckets set public = true, file_size_limit = 5");
        await sql.exec("select messenger_enable_media()");
        assert.deepEqual((await check(sql)).bucket, bucket);
      });
      await t.step("a member reads their own folder, and no other", async () => {
        for (const organization of ORGANIZATIONS) {
          const folder = await folderOf(sql, organization);
          assert.deepEqual(await visible(sql, member(organization)), [
            `${folder}/connection/in.png`,
            `${folder}/outgoing/1/out.png`,
          ], organization);
        }
      });
      await t.step("who belongs to no organization reads nothing", async () => {
        for (const claims of [{}, member(""), member([]), { role: "authenticated" }]) {
          assert.deepEqual(await visible(sql, claims), []);
        }
        assert.deepEqual(await visible(sql, { ...member("a"), role: "anon" }, "anon"), []);
        assert.deepEqual(await visible(sql, { ...member("a"), role: "anon" }), []);
      });
      await t.step("a member uploads to outgoing alone", async () => {
        for (const organization of ORGANIZATIONS) {
          const folder = await folderOf(sql, organization);
          const claims = member(organization);
          assert.equal(await upload(sql, claims, `${folder}/outgoing/2/a.png`), undefined);
          assert.equal(await upload(sql, claims, `${folder}/outgoing/a.png`), undefined);
          const others = ORGANIZATIONS.filter((one) => one !== organization);
          const refused = [
            `${folder}/a.png`,
            `${folder}/connection/a.png`,
            `${folder}/outgoing`,
            `${folder}/outgoing/`,
            `${folder}/Outgoing/a.png`,
            `${folder}/outgoing2/a.png`,
            `${folder}/outgoing/../a.png`,
            `${folder}/outgoing/./a.png`,
            `${folder}/outgoing//a.png`,
            `${folder}/outgoing/..`,
            `/${folder}/outgoing/a.png`,
            "outgoing/a.png",
            "_/outgoing/a.png",
            ...await Promise.all(
              others.map(async (other) => `${await folderOf(sql, other)}/outgoing/a.png`),
            ),
          ];
          for (const path of refused) assert.equal(await upload(sql, claims, path), DENIED, path);
          const bucket = { bucket: "other" };
          assert.equal(await upload(sql, claims, `${folder}/outgoing/a.png`, bucket), DENIED);
        }
      });
      await t.step("nobody else uploads", async () => {
        const path = "a/outgoing/a.png";
        assert.equal(await upload(sql, {}, path), DENIED);
        assert.equal(await upload(sql, { ...member("a"), role: "anon" }, path), DENIED);
        assert.equal(await upload(sql, member("a"), path, { role: "anon" }), DENIED);
      });
      await t.step("a member changes and deletes nothing", async () => {
        const claims = member("a");
        const statements = [
          "update storage.objects set name = name || '2' returning name",
          "update storage.buckets set public = true returning id",
          "select id from storage.buckets",
        ];
        for (const statement of statements) {
          assert.deepEqual(await rowsAs(sql, "authenticated", statement, claims), [], statement);
        }
        const deletion = "set local storage.allow_delete_query = 'true';" +
          "delete from storage.objects";
        await sql.query("select set_config('request.jwt.claims', $1, false)", [
          JSON.stringify(claims),
        ]);
        await sql.exec(`begin; set local role authenticated; ${deletion}; reset role; commit`);
        const [{ count }] = await sql.query("select count(*)::int as count from storage.objects");
        assert.equal(count, ORGANIZATIONS.length * 4);
      });
      await t.step("service_role finds an organization's own object alone", async () => {
        for (const organization of ORGANIZATIONS) {
          for (const other of ORGANIZATIONS) {
            const rows = await rowsAs(
              sql,
              "service_role",
              `select messenger_internal.find_object('${organization}', '${await folderOf(
                sql,
                other,
              )}/outgoing/1/out.png') is null as hidden`,
            );
            assert.equal(rows[0].hidden, organization !== other, `${organization}, ${other}`);
          }
        }
      });
    } finally {
      await sql.close();
    }
  });

  Deno.test(`media is off where there is no Storage on ${name}`, async () => {
    const sql = await open();
    try {
      await migrate(sql);
      const [{ enabled }] = await sql.query("select messenger_enable_media() as enabled");
      assert.equal(enabled, false);
      assert.deepEqual(await check(sql), { storage: false, bucket: null, policies: 0 });
      const [row] = await sql.query(
        "select messenger_take_unused_media(5) as unused, messenger_take_media(5) as waiting",
      );
      assert.deepEqual(row, { unused: [], waiting: [] });
    } finally {
      await sql.close();
    }
  });

  Deno.test(`the migrations only warn where they may not touch Storage on ${name}`, async () => {
    const sql = await open();
    try {
      await sql.exec(STORAGE_SCHEMA);
      await sql.exec(`
        create role applier_of_media nologin;
        grant create, usage on schema public to applier_of_media;
        grant usage on schema storage to applier_of_media;
        do $$ begin execute format('grant create on database %I to applier_of_media', current_database()); end $$;
        set role applier_of_media`);
      await migrate(sql);
      await sql.exec("reset role");
      assert.ok(sql.warnings.some((warning) => warning.startsWith("Media cannot be stored: ")));
    } finally {
      await sql.exec("reset role; drop owned by applier_of_media; drop role applier_of_media")
        .catch(() => {});
      await sql.close();
    }
  });
}

async function check(sql: Sql): Promise<Record<string, unknown>> {
  const [{ found }] = await sql.query("select messenger_check_media() as found");
  return found as Record<string, unknown>;
}
