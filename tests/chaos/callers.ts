import { DEVELOPMENT_KEYS } from "../../local/development_keys.ts";
import { type Answer, call } from "./call.ts";
import type { Fleet } from "./fleet.ts";
import { Known } from "./known.ts";
import type { ObjectStore } from "./object_store.ts";
import { pictureBytes } from "./pictures.ts";
import type { PlannedCall } from "./planned_call.ts";
import { isBySecret, organizationIdOf, signIn } from "./users.ts";

/** The variables of a process of wpp-create that creates with the secret shared with the platform. */
export const WITH_SECRET = { WPP_SECRET: "chaos-shared-secret" };

/** A planned call and what it came to. */
export interface Outcome extends Answer {
  call: PlannedCall;
  /** The input, without the organization that a server names. */
  asked: Record<string, unknown>;
}

/** The users of all organizations, and the project's own server. */
export class Callers {
  readonly #fleet: Fleet;
  readonly #objects: Pick<ObjectStore, "put">;
  readonly #known = new Known();

  constructor(fleet: Fleet, objects: Pick<ObjectStore, "put">) {
    this.#fleet = fleet;
    this.#objects = objects;
  }

  /** Makes one call in the process that it is for, or in one like it that lives. */
  async make(planned: PlannedCall): Promise<Outcome> {
    const { name, organization, caller, method, process, message } = planned;
    const creates = name === "wpp-create";
    const slot = await this.#fleet.pick(
      name,
      process,
      (slot) => !creates || isBySecret(organization) === "WPP_SECRET" in slot.env,
    );
    const isServer = caller === "server";
    if (message?.picture?.isThere) {
      await this.#objects.put(message.picture.path, pictureBytes(message.text));
    }
    const asked = this.#known.inputOf(planned);
    const answer = await call(this.#fleet, slot, {
      token: isServer ? DEVELOPMENT_KEYS.secretKey : (await signIn(organization, caller)).token,
      method,
      body: isServer ? { ...asked, organizationId: organizationIdOf(organization) } : asked,
      idempotencyKey: message?.key,
    });
    const outcome = { ...answer, call: planned, asked };
    this.#known.learn(outcome);
    return outcome;
  }
}
