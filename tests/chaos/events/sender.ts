import { sleep } from "../../../supabase/functions/_shared/wpp/lib/deadline.ts";
import { call } from "../call.ts";
import type { Fleet } from "../fleet.ts";
import type { Observer } from "../observer.ts";
import type { EventEvidence, Mark, Post, SendOutcome } from "./evidence.ts";
import { bodyOf } from "./forms.ts";
import type { Numbers } from "./numbers.ts";
import { claimsOf, ORGANIZATIONS, signInTo } from "./organizations.ts";
import { type PlannedMark, WEBHOOK_PROCESSES } from "./plan.ts";
import type { PlannedEvent, PlannedSend } from "./planned_event.ts";
import type { PlannedPlatform } from "./platform.ts";
import { post } from "./post.ts";

/** An event that is refused that often will never be taken. */
const MAX_POSTS = 60;
const MAX_SENDS = 6;
const MAX_PAUSE_MS = 500;
/** One event of so many still goes to the webhook that its number had before it was connected again. */
const LATE_EVERY = 5;

/** Does what the plan says: posts events until they are answered 200, sends, and reads chats. */
export class Sender implements Pick<EventEvidence, "posts" | "sends" | "marks"> {
  readonly posts: Post[] = [];
  readonly sends: SendOutcome[] = [];
  readonly marks: Mark[] = [];
  /** Events that the platform had nowhere to post to. */
  unposted = 0;
  readonly #fleet: Fleet;
  readonly #observer: Observer;
  readonly #platform: Pick<PlannedPlatform, "tokenOf" | "everRegistered">;
  readonly #numbers: Numbers;

  constructor(
    fleet: Fleet,
    observer: Observer,
    platform: Pick<PlannedPlatform, "tokenOf" | "everRegistered">,
    numbers: Numbers,
  ) {
    this.#fleet = fleet;
    this.#observer = observer;
    this.#platform = platform;
    this.#numbers = numbers;
  }

  async post(event: PlannedEvent): Promise<void> {
    // The platform tells of a message of ours that it knows to be sent.
    if (event.kind === "echo" && !this.#wasAccepted(event.about!.text!)) return;
    const session = this.#sessionFor(event);
    const token = await this.#platform.tokenOf(session);
    if (token === undefined) return void this.unposted++;
    const body = bodyOf(event, this.#accountIn(event, session));
    for (let attempt = 0; attempt < MAX_POSTS; attempt++) {
      const slot = await this.#fleet.pick(
        "wpp-webhook",
        (event.number + attempt) % WEBHOOK_PROCESSES,
      );
      const process = this.#fleet.nameOf(slot);
      const answer = await post(slot, token, body);
      this.posts.push({ event: event.number, process, session, ...answer });
      slot.answered++;
      if (answer.status === 200 || answer.status === 404) return;
      await sleep(Math.min(20 * 2 ** attempt, MAX_PAUSE_MS));
    }
  }

  async send(send: PlannedSend): Promise<void> {
    const { organization, target } = send;
    const outcome: SendOutcome = { send, status: 0, processes: [] };
    this.sends.push(outcome);
    const session = this.#numbers.sessionOf(organization).name;
    for (let attempt = 0; attempt < MAX_SENDS && outcome.status !== 202; attempt++) {
      const slot = await this.#fleet.pick("wpp-send", attempt + organization);
      const { status, body, process } = await call(this.#fleet, slot, {
        token: await signInTo(ORGANIZATIONS[organization], attempt % 2 as 0 | 1),
        body: { to: target.contact.phone, text: target.text, session },
        idempotencyKey: target.text,
      });
      outcome.processes.push(process);
      outcome.status = status;
      outcome.messageId = (body as { messageId?: string }).messageId;
      if (status !== 202) await sleep(50);
    }
  }

  /** As a page does that shows all there is. A stranger's asks for all that will ever be. */
  async mark(mark: PlannedMark): Promise<void> {
    const { organization, contact, by } = mark;
    const [chat] = await this.#observer.query(
      `select c.id, c.change from public.messenger_chats c
       join public.messenger_integrations i on i.id = c.integration_id
       where i.session = $1 and c.address = $2`,
      [this.#numbers.sessionOf(organization).name, contact.address],
    );
    if (!chat) return;
    const upTo = by === organization ? Number(chat.change) : Number.MAX_SAFE_INTEGER;
    this.marks.push({ ...mark, chatId: String(chat.id), upTo });
    const claims = JSON.stringify(claimsOf(ORGANIZATIONS[by], 0));
    // One transaction, as they are sent together.
    await this.#observer.query(
      `select set_config('role', 'authenticated', true),
         set_config('request.jwt.claims', '${claims}', true);
       select public.messenger_mark_chat_read('${chat.id}', ${upTo})`,
    );
  }

  /** Whose webhook an event goes to: of a session that the platform has no webhook of yet, the one before. */
  #sessionFor({ organization, number }: PlannedEvent): string {
    const { name } = this.#numbers.sessionOf(organization);
    const isLate = number % LATE_EVERY === 0 || !this.#platform.everRegistered.has(name);
    return isLate ? this.#numbers.formerSessionOf(organization).name : name;
  }

  /** What names its own account names the one whose webhook it is posted to. */
  #accountIn({ account, organization }: PlannedEvent, session: string): string | undefined {
    if (account === undefined) return undefined;
    return account === organization ? session : this.#numbers.sessionOf(account).name;
  }

  #wasAccepted(text: string): boolean {
    return this.sends.some((one) => one.send.target.text === text && one.status === 202);
  }
}
