import { rpc } from "./hops.ts";

/** The one call that ours makes, its arguments ready made; answers what the database says. */
export default {
  async fetch(request: Request): Promise<Response> {
    const { digest, event } = await request.json();
    const stored = await rpc("messenger_receive", {
      p_digest: digest,
      p_request_id: crypto.randomUUID(),
      p_event: event,
    });
    return new Response(await stored.text());
  },
};
