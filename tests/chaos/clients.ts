import type { SimulatedClient, Simulator } from "../../local/simulator/simulator.ts";

/** Finds the platform's clients without going through all of them for each request. */
export class Clients {
  readonly #simulator: Pick<Simulator, "clients">;
  readonly #byKey = new Map<string, SimulatedClient>();
  readonly #bySession = new Map<string, SimulatedClient>();

  constructor(simulator: Pick<Simulator, "clients">) {
    this.#simulator = simulator;
  }

  byKey(apiKey: string | undefined): SimulatedClient | undefined {
    return this.#find(this.#byKey, apiKey);
  }

  bySession(session: string | undefined): SimulatedClient | undefined {
    return this.#find(this.#bySession, session);
  }

  #find(clients: Map<string, SimulatedClient>, name?: string): SimulatedClient | undefined {
    if (name === undefined) return undefined;
    if (!clients.has(name)) this.#read();
    return clients.get(name);
  }

  #read(): void {
    for (const client of this.#simulator.clients) {
      this.#byKey.set(client.apiKey, client);
      this.#bySession.set(client.session, client);
    }
  }
}
