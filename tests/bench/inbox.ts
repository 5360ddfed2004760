/** What the client's inbox costs a page to keep: time and memory for changes that come in. */
import type { StartOptions } from "./contestants.ts";
import type { Pace } from "./inbox_rows.ts";
import type { Size } from "./size.ts";
import { fixed, table } from "./table.ts";

interface Kept {
  milliseconds: number;
  /** Of the heap: with all changes there, and once it is closed. */
  heldMiB: number;
  leftMiB: number;
}

export interface InboxFigures {
  pace: Pace;
  /** Messages that came in, each with its chat's row. */
  changes: number;
  ours: Kept;
  /** Two maps of the same rows. */
  floor: Kept;
}

/** In a process of its own, whose heap holds nothing else. */
export async function measureInbox(
  _: StartOptions,
  { inboxChanges }: Size,
  signal: AbortSignal,
): Promise<InboxFigures[]> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [
      ...["run", "-A", "--no-check", "--v8-flags=--expose-gc"],
      new URL("inbox_process.ts", import.meta.url).pathname,
      String(inboxChanges),
    ],
    signal,
  }).output();
  const decode = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  if (!success) throw new Error(`Cannot measure the inbox: ${decode(stderr)}`);
  return JSON.parse(decode(stdout));
}

export function showInbox(figures: InboxFigures[]): string {
  const mebibytes = ({ heldMiB, leftMiB }: Kept) => `${fixed(heldMiB, 1)} (${fixed(leftMiB, 1)})`;
  return table(
    [
      ...["messages that came in", "all, ms", "each, ms", "two maps, all, ms"],
      ...["heap MiB (once closed)", "two maps, MiB"],
    ],
    figures.map(({ pace, changes, ours, floor }) => [
      `${changes}, ${pace}`,
      fixed(ours.milliseconds, 0),
      fixed(ours.milliseconds / changes, 3),
      fixed(floor.milliseconds, 0),
      mebibytes(ours),
      fixed(floor.heldMiB, 1),
    ]),
  );
}
