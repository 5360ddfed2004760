import postgres from "postgres";
import { sleep } from "../../supabase/functions/_shared/wpp/lib/deadline.ts";
import { OBSERVER } from "./observer.ts";

/** Breaks every connection to a database as a restart does, and lets no new ones in for a while. */
export class Restarts implements AsyncDisposable {
  readonly #server: postgres.Sql;
  readonly #name: string;
  #last: Promise<void> = Promise.resolve();

  constructor(databaseUrl: string) {
    const url = new URL(databaseUrl);
    this.#name = url.pathname.slice(1);
    url.pathname = "/postgres";
    this.#server = postgres(url.href, { max: 1 });
  }

  /** One after the other. */
  begin(ms: number): void {
    this.#last = this.#last.then(() => this.#restart(ms));
    this.#last.catch(() => {}); // disposing tells
  }

  async #restart(ms: number): Promise<void> {
    await this.#server.unsafe(`alter database ${this.#name} allow_connections false`);
    try {
      await this.#server`
        select pg_terminate_backend(pid) from pg_stat_activity
        where datname = ${this.#name} and application_name <> ${OBSERVER}`;
      await sleep(ms);
    } finally {
      await this.#server.unsafe(`alter database ${this.#name} allow_connections true`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.#last;
    } finally {
      await this.#server.end({ timeout: 2 });
    }
  }
}
