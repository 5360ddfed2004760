import postgres from "postgres";
import { freshDatabase } from "../support/fresh_database.ts";

/** A database as that of a new Supabase project, as far as `supabase db push` needs it. */
export interface ProjectDatabase extends AsyncDisposable {
  readonly url: string;
  readonly sql: postgres.Sql;
  /** The versions of the migrations that were pushed. */
  pushed(): Promise<string[]>;
}

/** Creates one on the server of the database that `url` names; dropped when it is disposed. */
export async function projectDatabase(url: string): Promise<ProjectDatabase> {
  const database = await freshDatabase(url);
  const sql = postgres(database.url, { max: 1, onnotice: () => {} });
  // They belong to the whole server, and may be made by other tests at the same moment.
  for (const role of ["anon", "authenticated", "service_role"]) {
    await sql.unsafe(`do $$ begin create role ${role} nologin; exception
      when duplicate_object or unique_violation then null; end $$`);
  }
  return {
    url: database.url,
    sql,
    async pushed() {
      const rows = await sql`select version from supabase_migrations.schema_migrations`;
      return rows.map(({ version }) => version);
    },
    async [Symbol.asyncDispose]() {
      await sql.end();
      await database[Symbol.asyncDispose]();
    },
  };
}
