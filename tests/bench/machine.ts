import type { DenoVersion } from "../deploy/deno_versions.ts";
import type { Backend } from "./backend.ts";

/** The Deno that every measured function runs on: what the hosted runtime is compatible with. */
export const VERSION: DenoVersion = "2.1.4";

/** What the figures of a run were taken on. */
export interface Machine {
  date: string;
  processor: string;
  cores: number;
  memoryGiB: number;
  system: string;
  deno: { functions: string; load: string };
  database: string;
  text: string;
}

export async function describeMachine(backend: Backend): Promise<Machine> {
  const { rows: [{ version }] } = await backend.order({ sql: "select version()" });
  const engine = Deno.env.get("DATABASE_URL") ? "Postgres" : "PGlite";
  const database = `${engine} ${/^\w+ ([\d.]+)/.exec(String(version))?.[1]} through Supabase Lite`;
  const machine = {
    date: new Date().toISOString().slice(0, 10),
    processor: processor(),
    cores: navigator.hardwareConcurrency,
    memoryGiB: Math.round(Deno.systemMemoryInfo().total / 2 ** 30),
    system: `${Deno.build.os} ${Deno.build.arch}`,
    deno: { functions: VERSION, load: Deno.version.deno },
    database,
  };
  const text = `${machine.date}, ${machine.cores} cores of ${machine.processor}, ` +
    `${machine.memoryGiB} GiB, ${machine.system}; functions on Deno ${VERSION}, ` +
    `load from Deno ${machine.deno.load}; ${database}`;
  return { ...machine, text };
}

function processor(): string {
  try {
    const info = Deno.readTextFileSync("/proc/cpuinfo");
    return /^model name\s*: (.*)$/m.exec(info)?.[1] ?? "an unnamed processor";
  } catch {
    return "an unnamed processor"; // not Linux
  }
}
