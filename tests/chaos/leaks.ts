/** What neither a response nor a log line may hold. */
const SECRETS: [RegExp, string][] = [
  [/wpp_sim_(key|token)_/, "an apiKey or a token"],
  [/eyJ[\w-]{10,}\.eyJ/, "a JWT"],
  [/chaos-shared-secret/, "the secret shared with the platform"],
];
/** Besides, a log line may not hold what people write, and to whom. */
const WRITTEN: [RegExp, string][] = [
  [/7999\d{7}/, "a phone number"],
  [/\b(message \d+|(event|send) \d+!)/, "a text"],
  [/[?&]token=/, "the token of a webhook"],
];

/** In words what a text holds that it may not hold. */
export function leakIn(text: string, kind: "response" | "log line"): string | undefined {
  const patterns = kind === "response" ? SECRETS : [...SECRETS, ...WRITTEN];
  return patterns.find(([pattern]) => pattern.test(text))?.[1];
}
