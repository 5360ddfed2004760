import { residentMemory } from "../support/process_usage.ts";

/** What a process holds at one moment. */
export interface ProcessSample {
  name: string;
  /** Milliseconds since the measurement began. */
  at: number;
  mebibytes: number;
  /** File descriptors, and those of them that are sockets. */
  descriptors: number;
  sockets: number;
}

/** As Linux tells; undefined where the process has ended. */
export function sampleOf(name: string, pid: number, at: number): ProcessSample | undefined {
  const mebibytes = residentMemory(pid);
  if (mebibytes === undefined) return undefined;
  const targets = [...Deno.readDirSync(`/proc/${pid}/fd`)].map((file) => targetOf(pid, file.name));
  const sockets = targets.filter((target) => target.startsWith("socket:")).length;
  return { name, at, mebibytes, descriptors: targets.length, sockets };
}

function targetOf(pid: number, descriptor: string): string {
  try {
    return Deno.readLinkSync(`/proc/${pid}/fd/${descriptor}`);
  } catch {
    return ""; // closed since
  }
}
