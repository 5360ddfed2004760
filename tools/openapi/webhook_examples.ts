const ACCOUNT = "0000000000004";

/** One of each form that WPP Platform posts, by name. */
export const WEBHOOK_EXAMPLES: Record<string, { summary: string; value: object }> = {
  text: {
    summary: "A text",
    value: {
      account: ACCOUNT,
      from: "+79991112233",
      raw_from: "79991112233@c.us",
      text: "Hello",
      type: "chat",
    },
  },
  image: {
    summary: "A picture with a caption",
    value: {
      account: ACCOUNT,
      from: "+79991112233",
      type: "image",
      text: "[Image] Look",
      media: { mimetype: "image/png", filename: "photo.png", base64: "iVBORw0KGgo=" },
    },
  },
  wrapped: {
    summary: "A text, in the older form",
    value: {
      id: "evt_1",
      type: "message.incoming",
      created: 1767225600,
      data: { account: ACCOUNT, from: "+79991112233", text: "Hello", timestamp: 1767225600 },
    },
  },
  receipt: {
    summary: "A message of ours was read",
    value: { type: "delivery", account: ACCOUNT, messageId: "task-1", status: "read" },
  },
  ids: {
    summary: "The two ids of a message of ours",
    value: {
      type: "message.status",
      data: { account: ACCOUNT, taskId: "task-1", waMessageId: "3EB0A1B2C3", status: "sent" },
    },
  },
  sent: {
    summary: "WhatsApp has taken a message",
    value: { type: "message.sent", data: { account: ACCOUNT, taskId: "task-1" } },
  },
  qr: {
    summary: "A new QR code",
    value: { type: "qr", data: { account: ACCOUNT, qr: "2@AbCdEf,GhIjKl" } },
  },
  connected: {
    summary: "The connection's state",
    value: { type: "connected", data: { account: ACCOUNT } },
  },
  wppconnect: {
    summary: "wppconnect's: a message in a group",
    value: {
      event: "onmessage",
      session: ACCOUNT,
      id: "false_120363040000000000@g.us_3EB0D4E5F6_79991112233@c.us",
      from: "120363040000000000@g.us",
      author: "79991112233@c.us",
      isGroupMsg: true,
      type: "chat",
      body: "Hello",
      t: 1767225600,
      notifyName: "Anna",
    },
  },
  reaction: {
    summary: "wppconnect's: a reaction",
    value: {
      event: "onreactionmessage",
      session: ACCOUNT,
      id: "false_79991112233@c.us_3EB0F7A8B9",
      msgId: "true_79991112233@c.us_3EB0A1B2C3",
      reactionText: "👍",
    },
  },
};
