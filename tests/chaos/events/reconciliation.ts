import { DEVELOPMENT_KEYS } from "../../../local/development_keys.ts";
import type { Fleet } from "../fleet.ts";
import type { ObjectStore } from "./object_store.ts";
import type { Observer } from "./observer.ts";

/** More than a run needs: each stores what is due, and looks at 1,000 files. */
const MAX_RUNS = 100;
/** In a row, in which nothing was done: then all files were looked at. */
const IDLE_RUNS = 4;

/** Has wpp-reconcile bring files that wait into Storage, and remove those that no message has. */
export async function reconcileMedia(
  fleet: Fleet,
  observer: Observer,
  objects: ObjectStore,
): Promise<void> {
  await observer.query("update public.messenger_events set due_at = now() where kind = 'media'");
  await objects.age();
  const { process } = await fleet.add("wpp-reconcile");
  for (let runs = 0, idle = 0; idle < IDLE_RUNS && runs < MAX_RUNS; runs++) {
    const response = await fetch(`${process!.origin}/wpp-reconcile`, {
      method: "POST",
      headers: { apikey: DEVELOPMENT_KEYS.secretKey, "content-type": "application/json" },
      body: JSON.stringify({ limit: 1000 }),
    });
    const { events, removed, error } = await response.json();
    if (error) throw new Error(`wpp-reconcile answers ${error.code}`);
    idle = events + removed === 0 ? idle + 1 : 0;
  }
}
