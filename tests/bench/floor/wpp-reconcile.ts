import { callPlatform, rpc } from "./hops.ts";

/** How many connections are taken care of at once, as ours does. */
const CONCURRENCY = 8;

/** The calls that ours makes, with arguments that the request has ready made, by session. */
export default {
  async fetch(request: Request): Promise<Response> {
    const { limit, ready } = await request.json();
    const taken: Connection[] = await answerOf("messenger_take_neglected", { max_rows: limit });
    const waiting = [...taken];
    let registered = 0;
    const work = async () => {
      for (let one = waiting.shift(); one; one = waiting.shift()) {
        if (await careFor(one, ready[one.session])) registered++;
      }
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, work));
    await answerOf("messenger_take_media", { max_rows: 10 });
    await answerOf("messenger_take_unused_media", { max_rows: limit });
    await answerOf("messenger_expire_messages", {});
    await answerOf("messenger_expire_events", {});
    await answerOf("messenger_backfill", { max_rows: limit });
    return Response.json({ connections: taken.length, registered, events: 0 });
  },
};

interface Connection {
  id: string;
  session: string;
  credentials_id: string;
  webhook_url: string;
}

interface Ready {
  accessToken: string;
  /** Of the webhook's token. */
  digest: string;
}

async function careFor(
  { id, session, credentials_id, webhook_url }: Connection,
  { accessToken, digest }: Ready,
): Promise<boolean> {
  const token = await answerOf("messenger_claim_webhook", {
    p_id: id,
    p_credentials_id: credentials_id,
    p_url: webhook_url,
    p_digest: digest,
    p_token: "",
    p_anyway: true,
  });
  const path = `/internal/session/${session}/webhook`;
  const url = `${webhook_url}?token=${token}`;
  const told = await callPlatform(accessToken, path, { url });
  await told.body?.cancel();
  const noted = await rpc("messenger_note_webhook", {
    p_id: id,
    p_digest: digest,
    p_is_registered: told.ok,
    p_token: token,
  });
  await noted.body?.cancel();
  const answer = await callPlatform(accessToken, `/api/accounts/${session}/status`);
  return told.ok && (await answer.json()).status === "connected";
}

async function answerOf(name: string, parameters: object) {
  return await (await rpc(name, parameters)).json();
}
