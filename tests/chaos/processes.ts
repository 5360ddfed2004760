import assert from "node:assert/strict";
import type { SimulatorOptions } from "../../local/simulator/simulator.ts";
import { type Backend, startBackend } from "./backend.ts";
import { Fleet } from "./fleet.ts";

const databaseUrl = Deno.env.get("DATABASE_URL");
let told = false;

/** A test of real processes of the functions on a real Postgres; skipped without DATABASE_URL. */
export function inProcesses(
  name: string,
  work: (backend: Backend, fleet: Fleet) => Promise<void>,
  options: SimulatorOptions = {},
): void {
  if (!databaseUrl && !told) console.log("Processes: skipped, as DATABASE_URL is not set.");
  told = true;
  Deno.test({
    name,
    ignore: !databaseUrl,
    async fn() {
      // Here nothing comes in: the platform does not know the call that registers a webhook.
      const platform = { startingFor: 0, webhookUnsupported: true, ...options };
      await using backend = await startBackend(databaseUrl!, platform);
      await using fleet = new Fleet(backend);
      await work(backend, fleet);
      assert.deepEqual([...fleet.strayLines, ...fleet.internalErrors], []);
    },
  });
}
