/** Two stores that differ only in how much is in them, each in a project of its own. */
import { fillStore, type StoreSize } from "../support/filled_store.ts";
import { type FilledPlace, placesIn } from "../support/places.ts";
import { type Backend, startBackendProcess } from "./backend.ts";
import { addOrganizations, type Organization } from "./organizations.ts";

export interface Store {
  size: StoreSize;
  backend: Backend;
  /** It has half of all chats and messages. */
  owner: Organization;
  /** Its number was not scanned yet. */
  newcomer: Organization;
  /** What is read and written, one after the other. */
  places: FilledPlace[];
}

const PLACES = 100;

export async function openStore(
  size: StoreSize,
  started: AsyncDisposableStack,
): Promise<Store> {
  const backend = started.use(await startBackendProcess());
  const [owner] = await addOrganizations(backend, 1, { connected: true });
  const query = async (sql: string, parameters: unknown[] = []) =>
    (await backend.order({ sql, parameters })).rows;
  await fillStore({ query }, size, owner.organizationId);
  const [newcomer] = await addOrganizations(backend, 1, { connected: false });
  const places = await placesIn(query, owner.organizationId, PLACES);
  return { size, backend, owner, newcomer, places };
}
