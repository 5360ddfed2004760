import { type FunctionProcess, startFunction } from "../../local/function_process.ts";
import { denoEnvironment, ROOT, serveArguments } from "../../local/functions.ts";
import type { DEPLOYED_NAMES } from "../../supabase/functions/_shared/wpp/contract.ts";
import type { Backend } from "./backend.ts";
import { leakIn } from "./leaks.ts";

/** Below the ports that outgoing connections take, so that none of those is in the way. */
const PORTS = { from: 20_000, to: 32_000 };

/** A function of the contract, or the webhook. */
export type DeployedName = typeof DEPLOYED_NAMES[number];

/** A place for a process of a function; a killed one is followed by the next generation. */
export interface Slot {
  readonly name: DeployedName;
  readonly index: number;
  /** Variables of its own. */
  readonly env: Record<string, string>;
  generation: number;
  /** Undefined while it starts. */
  process?: FunctionProcess;
  /** Calls that this generation has answered. */
  answered: number;
}

/** The functions in processes of their own, of which some get killed and are started again. */
export class Fleet implements AsyncDisposable {
  readonly slots: Slot[] = [];
  /** Lines that the processes printed and that are not their JSON log: there should be none. */
  readonly strayLines: string[] = [];
  /** The first log lines of errors that are nobody's fault but ours. */
  readonly internalErrors: string[] = [];
  /** What log lines held that they may not hold. */
  readonly leaks: string[] = [];
  /** `name/index/generation` of each process that was killed. */
  readonly killed = new Set<string>();
  readonly #restarts = new Set<Promise<unknown>>();
  #stopped = false;

  constructor(private readonly backend: Pick<Backend, "env" | "supabaseUrl" | "platformUrl">) {}

  /** Adds a process of that function, with more variables, and waits until it answers. */
  async add(name: DeployedName, env: Record<string, string> = {}): Promise<Slot> {
    const index = this.slots.filter((slot) => slot.name === name).length;
    const slot: Slot = { name, index, env, generation: 0, answered: 0 };
    this.slots.push(slot);
    await this.#start(slot);
    return slot;
  }

  /** A process of that function that lives, of those that fit: that one, or one after it. */
  async pick(
    name: DeployedName,
    index: number,
    fits: (slot: Slot) => boolean = () => true,
  ): Promise<Slot & { process: FunctionProcess }> {
    const slots = this.slots.filter((slot) => slot.name === name && fits(slot));
    for (;;) {
      const turned = [
        ...slots.slice(index % slots.length),
        ...slots.slice(0, index % slots.length),
      ];
      const living = turned.find((slot) => slot.process);
      if (living) return living as Slot & { process: FunctionProcess };
      if (this.#restarts.size === 0) throw new Error(`No process of ${name} lives`);
      await Promise.race(this.#restarts);
    }
  }

  /** Kills a process with SIGKILL and starts the next at once; false where it was just starting. */
  kill(slot: Slot): boolean {
    const { process } = slot;
    if (!process) return false;
    this.killed.add(this.nameOf(slot));
    slot.process = undefined;
    const restart = this.#restart(slot, process)
      .catch((error) => this.strayLines.push(error.message))
      .finally(() => this.#restarts.delete(restart));
    this.#restarts.add(restart);
    return true;
  }

  /** Resolves when every process lives. */
  async whole(): Promise<void> {
    while (this.#restarts.size > 0) await Promise.all(this.#restarts);
  }

  nameOf({ name, index, generation }: Pick<Slot, "name" | "index" | "generation">): string {
    return `${name}/${index}/${generation}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stopped = true;
    await Promise.allSettled(this.#restarts);
    await Promise.all(this.slots.map((slot) => slot.process?.stop()));
  }

  async #restart(slot: Slot, killed: FunctionProcess): Promise<void> {
    await killed.stop();
    slot.generation++;
    if (!this.#stopped) await this.#start(slot);
  }

  async #start(slot: Slot): Promise<void> {
    const { env, supabaseUrl, platformUrl } = this.backend;
    const port = freePort();
    const process = startFunction(slot.name, {
      port,
      args: serveArguments(slot.name, port, [supabaseUrl, platformUrl]),
      cwd: ROOT,
      env: { ...denoEnvironment(), ...env, ...slot.env },
      log: (line) => this.#read(line, slot),
    });
    await process.ready.catch(async (error) => {
      await process.stop();
      throw error;
    });
    slot.answered = 0;
    slot.process = process;
  }

  #read(line: string, slot: Slot): void {
    if (!line.startsWith("{")) this.strayLines.push(`[${this.nameOf(slot)}] ${line}`);
    const leak = leakIn(line, "log line");
    if (leak) this.leaks.push(`a log line of ${slot.name} holds ${leak}`);
    if (/"code":"(internal|misconfigured)"/.test(line)) this.internalErrors.push(line);
  }
}

function freePort(): number {
  for (;;) {
    const port = PORTS.from + Math.floor(Math.random() * (PORTS.to - PORTS.from));
    try {
      using _listener = Deno.listen({ hostname: "127.0.0.1", port });
      return port;
    } catch (error) {
      if (!(error instanceof Deno.errors.AddrInUse)) throw error;
    }
  }
}
