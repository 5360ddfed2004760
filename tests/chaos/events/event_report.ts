import type { Realtime } from "../../../local/realtime/realtime.ts";
import type { Injector } from "../injector.ts";
import { grownMost, line } from "../report.ts";
import type { EventEvidence } from "./evidence.ts";
import type { ObjectStore } from "../object_store.ts";
import type { Sender } from "./sender.ts";
import { talliesOf } from "./tally.ts";

/** The figures of a run, for a person to read. */
export function eventReport(
  evidence: EventEvidence,
  injector: Injector,
  { objects, realtime, sender }: {
    objects: Pick<ObjectStore, "struck">;
    realtime: Pick<Realtime, "counts">;
    sender: Pick<Sender, "unposted">;
  },
  seconds: number,
): string {
  const { posts, sends, messages, chats, waiting, kept, writes, reading, killed, marks } = evidence;
  const accepted = sends.filter(({ status }) => status === 202).length;
  const tallies = talliesOf(evidence);
  const count = (status: number) => posts.filter((post) => post.status === status).length;
  return [
    `${tallies.length} events in ${seconds.toFixed(1)} s, by ${posts.length} posts: ` +
    `${Math.round(posts.length / seconds)} a second; ${count(200)} answered 200, ` +
    `${count(503)} 503, ${count(404)} 404, ${count(0)} not at all`,
    `${killed.size} processes killed; ${injector.databaseRequests} requests to the database; ` +
    `${accepted} of ${sends.length} sends accepted; ${marks.length} chats read; ` +
    `${reading.polls} polls`,
    `${sender.unposted} events were not posted, as the platform had forgotten where to; pages ` +
    `joined ${realtime.counts.joins} times and heard ${realtime.counts.broadcasts} hints`,
    `${messages.length} messages in ${chats.length} chats, by ${writes.length} writes; ` +
    `${waiting.length} receipts wait; ${kept.length} kept; ${evidence.objects.size} files`,
    "Events:",
    ...[...Map.groupBy(tallies, ({ event }) => event.kind)].sort()
      .map(([kind, all]) => line(all.length, kind)),
    "Faults:",
    ...[...injector.struck].sort().map(([kind, times]) => line(times, kind)),
    ...[...objects.struck].sort().map(([kind, times]) => line(times, `storage: ${kind}`)),
    "Memory:",
    ...grownMost(evidence.growth),
  ].join("\n");
}
