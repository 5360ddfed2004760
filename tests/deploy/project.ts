import { type Database, openDatabase } from "../../local/database.ts";
import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import { type Gateway, listen } from "../../local/gateway.ts";
import { createSimulator, type Simulator } from "../../local/simulator/simulator.ts";
import { serveSimulator } from "../../local/simulator/serve.ts";
import { createSupabase, type Supabase } from "../../local/supabase.ts";
import { migratedImage } from "../support/database_image.ts";

/** A Supabase project and WPP Platform; the functions are still to come. */
export interface Project extends AsyncDisposable {
  /** Where `/auth/v1`, `/rest/v1` and, once opened, `/functions/v1` are. */
  readonly url: string;
  readonly gateway: Gateway;
  readonly supabase: Supabase;
  readonly database: Database;
  readonly wppBaseUrl: string;
  readonly simulator: Simulator;
}

export async function startProject(): Promise<Project> {
  await using started = new AsyncDisposableStack();
  const gateway = started.adopt(await listen(0), (one) => one.stop());
  const simulator = createSimulator({ startingFor: 0 });
  const platform = started.adopt(await serveSimulator(simulator), (one) => one.stop());
  const image = await migratedImage();
  const database = started.adopt(await openDatabase({ image }), (one) => one.close());
  const supabase = await createSupabase(database, DEVELOPMENT_KEYS);
  const running = started.move();
  return {
    url: gateway.url,
    gateway,
    supabase,
    database,
    wppBaseUrl: platform.url,
    simulator,
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}
