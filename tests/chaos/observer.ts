import postgres from "postgres";

/** The name under which the database knows the test's own connections: they survive its restarts. */
export const OBSERVER = "chaos observer";

/** What the test itself reads and does in the database, beside the functions. */
export class Observer implements AsyncDisposable {
  readonly #server: postgres.Sql;

  constructor(databaseUrl: string) {
    this.#server = postgres(databaseUrl, {
      ...{ max: 1, onnotice: () => {} },
      connection: { application_name: OBSERVER },
    });
  }

  async query(sql: string, params: string[] = []): Promise<Record<string, unknown>[]> {
    return [...await this.#server.unsafe(sql, params)];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.end({ timeout: 2 });
  }
}
