import { accessTokenOf, callPlatform, organizationOf, rpc } from "./hops.ts";

/** With the ledger that ours keeps: one write before the platform is called, one after. */
export default {
  async fetch(request: Request): Promise<Response> {
    const organization = organizationOf(request);
    const { to, text } = await request.json();
    const opened = await rpc("messenger_begin_send", {
      p_claims: null,
      p_organization: organization,
      p_session: null,
      p_chat_id: null,
      p_recipient: to,
      p_text: text,
      p_idempotency_key: null,
      p_request_fingerprint: "",
      p_attempt_id: crypto.randomUUID(),
      p_request_id: crypto.randomUUID(),
      p_attempt_seconds: 60,
    });
    const { message: { id, session } } = await opened.json();
    const body = { account: session, to: to.slice(1), text };
    const token = accessTokenOf(organization);
    const sent = await (await callPlatform(token, "/api/messages/text", body)).json();
    const closed = await rpc("messenger_close_send", {
      p_message_id: id,
      p_attempt: 1,
      p_status: "accepted",
      p_task_id: sent.taskId,
      p_error_code: null,
      p_retryable: false,
    });
    await closed.body?.cancel();
    return Response.json(sent);
  },
};
