/** What a process uses, as Linux tells; `undefined` where it has ended, or on another system. */

/** Milliseconds of processor time so far, of all its threads. */
export function processorTime(pid: number): number | undefined {
  const stat = read(`/proc/${pid}/stat`);
  // After the name in parentheses, which may hold spaces; in ticks of 10 ms.
  const fields = stat?.slice(stat.lastIndexOf(")") + 2).split(" ");
  return fields && (Number(fields[11]) + Number(fields[12])) * 10;
}

/** MiB of memory that are resident now. */
export function residentMemory(pid: number): number | undefined {
  return memory(pid, /^VmRSS:\s+(\d+) kB/m);
}

/** MiB of memory that were resident at most, since the process began. */
export function peakMemory(pid: number): number | undefined {
  return memory(pid, /^VmHWM:\s+(\d+) kB/m);
}

function memory(pid: number, line: RegExp): number | undefined {
  const kibibytes = line.exec(read(`/proc/${pid}/status`) ?? "")?.[1];
  return kibibytes === undefined ? undefined : Math.round(Number(kibibytes) / 1024);
}

function read(path: string): string | undefined {
  try {
    return Deno.readTextFileSync(path);
  } catch {
    return undefined;
  }
}
