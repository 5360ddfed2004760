import type { FunctionName } from "../../supabase/functions/_shared/wpp/contract.ts";

/** A body that each function takes, of a user; undefined where it is usually called without. */
export const BODIES: Record<FunctionName, Record<string, unknown> | undefined> = {
  "wpp-create": {},
  "wpp-qr": {},
  "wpp-status": {},
  "wpp-send": { to: "+79991112233", text: "x" },
  "wpp-connections": undefined,
  "wpp-disconnect": {},
  "wpp-delete": { messageId: "0a4c1c9e-3b0d-4a53-9d0c-9a5f6f3f2b11" },
  "wpp-react": { messageId: "0a4c1c9e-3b0d-4a53-9d0c-9a5f6f3f2b11", emoji: "👍" },
};
