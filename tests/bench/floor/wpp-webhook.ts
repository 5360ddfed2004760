import { createHash } from "node:crypto";
import { write } from "./hops.ts";

/** With the one call that ours makes, its event ready made. */
export default {
  async fetch(request: Request): Promise<Response> {
    const { account, text } = await request.json();
    const token = new URL(request.url).searchParams.get("token")!;
    const stored = await write("POST", "rpc/messenger_receive", {
      p_digest: createHash("sha256").update(token).digest("hex"),
      p_request_id: crypto.randomUUID(),
      p_event: JSON.stringify({
        account,
        type: "message",
        direction: "in",
        chat: { address: "79991112233@c.us", phone: "+79991112233", kind: "person" },
        kind: "text",
        text,
      }),
    });
    await stored.body?.cancel();
    return Response.json({});
  },
};
