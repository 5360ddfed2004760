import { z } from "../deps/zod.ts";
import {
  CONNECTION_ERRORS,
  type FunctionContract,
  USERS_AND_SERVERS,
} from "./function_contract.ts";

let segmenter: Intl.Segmenter | undefined;

/** One emoji as a person sees it; a newer one than this runtime knows is at least drawn like one. */
function isEmoji(text: string): boolean {
  segmenter ??= new Intl.Segmenter();
  return text.length <= 40 && [...segmenter.segment(text)].length === 1 &&
    /^[\p{Emoji}\p{Emoji_Component}\p{Extended_Pictographic}\u200D\uFE0F]+$/u.test(text) &&
    (/\p{Extended_Pictographic}|\p{Regional_Indicator}{2}/u.test(text) ||
      /^[\d#*]\uFE0F?\u20E3$/.test(text));
}

export const reactInput = z.strictObject({
  messageId: z.uuid().meta({ description: "A message of either direction." }),
  emoji: z.string().refine((emoji) => emoji === "" || isEmoji(emoji), {
    message: "Must be one emoji, or empty to take the reaction back",
  }).meta({ description: "One emoji; empty takes the reaction back.", maxLength: 40 }),
});
export const reactOutput = z.object({ messageId: z.uuid(), emoji: z.string() });

export const reactFunction = {
  name: "wpp-react",
  summary: "React to a message with an emoji",
  methods: ["POST"],
  callers: USERS_AND_SERVERS,
  input: reactInput,
  output: reactOutput,
  successes: { 200: "The reaction is set, or taken back." },
  errors: [...CONNECTION_ERRORS, "message_not_found", "message_not_addressable"],
} as const satisfies FunctionContract;

export type ReactInput = z.infer<typeof reactInput>;
export type ReactOutput = z.infer<typeof reactOutput>;
