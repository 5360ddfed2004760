import type { SentMessage } from "../../local/simulator/simulator.ts";
import type { Evidence } from "./evidence.ts";
import { pictureBytes } from "./pictures.ts";
import type { PlannedCall } from "./planned_call.ts";
import { organizationIdOf } from "./users.ts";

/**
 * What was broken of: a picture goes out byte for byte as it was uploaded, with its own caption, and only
 * from the organization's own folder.
 */
export function pictureViolations({ outcomes, sent }: Evidence): string[] {
  const planned = new Map(outcomes.map(({ call }) => [call.message?.text, call]));
  return sent.flatMap((message) => {
    const call = planned.get(message.text);
    const problem = call && problemOf(message, call);
    return problem ? [`the picture of ${message.text} ${problem}`] : [];
  });
}

function problemOf({ media, text }: SentMessage, call: PlannedCall): string | undefined {
  const picture = call.message?.picture;
  if (!picture) return media && "was sent, though there was to be none";
  if (!picture.isThere) return "was sent, though it is not there";
  if (!picture.path.startsWith(`${organizationIdOf(call.organization)}/`)) {
    return "was sent, though it is another organization's";
  }
  if (!media) return "was left out";
  const isSame = media.bytes.toBase64() === pictureBytes(text).toBase64();
  return isSame ? undefined : "is not what was uploaded";
}
