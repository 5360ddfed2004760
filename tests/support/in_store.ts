import { assertConsistent } from "./consistent.ts";
import { migratedEngines } from "./sql.ts";
import { Shop } from "./store.ts";

type Cases = Record<string, (shop: Shop) => Promise<void>>;

/** Of all files that one process runs: several may have cases of one title. */
const groups: [title: string, cases: Cases][] = [];

/**
 * Cases that share a database on each engine with all others of the file, as to open one takes
 * seconds; each has an organization of its own.
 */
export function inStore(title: string, cases: Cases): void {
  if (groups.length === 0) migratedEngines().forEach(register);
  groups.push([title, cases]);
}

function register({ name, open }: ReturnType<typeof migratedEngines>[number]): void {
  Deno.test(`the store's functions on ${name}`, async (t) => {
    const sql = await open();
    try {
      for (const [title, cases] of groups) {
        for (const [what, run] of Object.entries(cases)) {
          await t.step(`${title} ${what}`, async () => {
            const shop = await Shop.create(sql);
            await run(shop);
            await assertConsistent(shop);
          });
        }
      }
    } finally {
      await sql.close();
    }
  });
}
