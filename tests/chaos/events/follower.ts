import postgres from "postgres";
import { sleep } from "../../../supabase/functions/_shared/wpp/lib/deadline.ts";
import { OBSERVER } from "../observer.ts";
import { claimsOf, type Organization, ORGANIZATIONS } from "./organizations.ts";

const PAUSE_MS = 200;
/** Small, so that most reads take several pages. */
const PAGE_ROWS = 7;

type Row = { id: string; organization_id: string };

interface Page {
  change: number;
  chats: Row[];
  messages: Row[];
  more: boolean;
}

/** A member of each organization whose page follows what changes, and shows nothing but that. */
export class Follower implements AsyncDisposable {
  readonly #sql: postgres.Sql;
  readonly #pages = ORGANIZATIONS.map((organization) => new OpenPage(organization));
  #stopped = false;
  readonly #running: Promise<void>;

  constructor(databaseUrl: string) {
    this.#sql = postgres(databaseUrl, {
      ...{ max: 1, onnotice: () => {} },
      connection: { application_name: OBSERVER },
    });
    this.#running = this.#run();
    this.#running.catch(() => {}); // stop() tells
  }

  /** Where a page, after it has read to the end, shows other rows than its organization has. */
  async stop(): Promise<string[]> {
    this.#stopped = true;
    await this.#running;
    const wrong: string[] = [];
    for (const page of this.#pages) {
      await page.read(this.#sql);
      wrong.push(...await page.differences(this.#sql));
    }
    return wrong;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      for (const page of this.#pages) await page.read(this.#sql);
      await sleep(PAUSE_MS);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await this.#sql.end({ timeout: 2 });
  }
}

class OpenPage {
  readonly #organization: Organization;
  readonly #rows = new Map<string, Row>();
  #change = 0;

  constructor(organization: Organization) {
    this.#organization = organization;
  }

  /** Reads what has changed, to the end. */
  async read(sql: postgres.Sql): Promise<void> {
    for (let more = true; more;) {
      const page = await this.#page(sql);
      for (const row of [...page.chats, ...page.messages]) this.#rows.set(row.id, row);
      this.#change = page.change;
      more = page.more;
    }
  }

  async #page(sql: postgres.Sql): Promise<Page> {
    const claims = JSON.stringify(claimsOf(this.#organization, 1));
    return await sql.begin(async (transaction) => {
      await transaction`set local role authenticated`;
      await transaction`select set_config('request.jwt.claims', ${claims}, true)`;
      const [{ page }] = await transaction`
        select messenger_changes_since(${this.#change}, ${PAGE_ROWS}) as page`;
      return page as Page;
    });
  }

  async differences(sql: postgres.Sql): Promise<string[]> {
    const { name, stored } = this.#organization;
    const rows = await sql`
      select to_jsonb(c) as row from messenger_chats c where c.organization_id = ${stored}
      union all
      select to_jsonb(m) as row from messenger_messages m where m.organization_id = ${stored}`;
    const wrong = rows.filter(({ row }) => !isSame(row, this.#rows.get(row.id)))
      .map(({ row }) => `${row.id} is not what a member of ${name} read`);
    const more = this.#rows.size - rows.length;
    return more === 0 ? wrong : [...wrong, `a member of ${name} read ${more} rows too many`];
  }
}

function isSame(row: unknown, other: unknown): boolean {
  return JSON.stringify(row) === JSON.stringify(other);
}
