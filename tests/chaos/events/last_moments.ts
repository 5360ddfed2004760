/**
 * What a run ends with: changes that come at a moment at which a page is told nothing of them. In the
 * storm the next hint brings along what an earlier one left out; here nothing follows.
 */
import type { Realtime } from "../../../local/realtime/realtime.ts";
import { sleep } from "../../../supabase/functions/_shared/wpp/lib/deadline.ts";
import type { Fleet } from "../fleet.ts";
import type { Observer } from "../observer.ts";
import { PERSONS } from "./contacts.ts";
import { bodyOf } from "./forms.ts";
import type { Numbers } from "./numbers.ts";
import type { Pages } from "./pages.ts";
import type { PlannedPlatform } from "./platform.ts";
import { post } from "./post.ts";

/** In which a hint that is told has gone its way. */
const HINT_MS = 500;

/** What the last moments of a run need. */
export interface LastMoments {
  fleet: Fleet;
  observer: Observer;
  platform: Pick<PlannedPlatform, "tokens">;
  numbers: Numbers;
  realtime: Pick<Realtime, "faults" | "cut">;
  pages: Pages;
}

/** Where a page does not show what came while it was told nothing. The pages are live and up to date. */
export async function missedChanges(world: LastMoments): Promise<string[]> {
  const { realtime, pages, observer } = world;
  realtime.faults.dropEvery = 1;
  await postToAll(world, 0);
  await sleep(HINT_MS);
  realtime.faults.dropEvery = 0;
  await postToAll(world, 1); // its hint has a higher number than what was not told
  const lost = await pages.differences(observer);
  realtime.cut();
  await postToAll(world, 2); // before they have joined again
  const missed = await pages.differences(observer);
  return [
    ...lost.map((one) => `${one}, after a hint was lost`),
    ...missed.map((one) => `${one}, after its channel was cut`),
  ];
}

/** A text to each page's organization, which the webhook answers with 200. */
async function postToAll(
  { fleet, platform, numbers, pages }: LastMoments,
  round: number,
): Promise<void> {
  for (const { index } of pages.organizations) {
    const { name } = numbers.sessionOf(index);
    const event = {
      ...{ number: 0, organization: index, kind: "text", form: 0 } as const,
      ...{ contact: PERSONS[round], key: `last-${round}`, text: `last ${round}` },
    };
    const slot = await fleet.pick("wpp-webhook", 0);
    const { status, body } = await post(slot, platform.tokens.get(name)!, bodyOf(event, name));
    if (status !== 200) throw new Error(`The webhook answered ${status}: ${JSON.stringify(body)}`);
  }
}
