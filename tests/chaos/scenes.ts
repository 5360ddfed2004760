import type { FunctionName } from "../../supabase/functions/_shared/wpp/contract.ts";
import type { PlannedCall } from "./planned_call.ts";
import { chance, choice, weighted } from "./random.ts";
import { isBySecret } from "./users.ts";

type Scene = Partial<PlannedCall> & Pick<PlannedCall, "name" | "organization">;
type Kind =
  & Pick<PlannedCall, "input" | "target">
  & Partial<Pick<PlannedCall, "method" | "isForeign">>;

/**
 * What every organization goes through some time after its first calls: it clicks twice for another
 * number, ends one while it is used, has it back, and cannot agree on which is the primary one.
 *
 * @param step Counts the calls since the next organization began.
 */
export function sceneAt(step: number, organization: number): Scene | undefined {
  if (organization < 0) return undefined;
  const ended = organization % 2;
  const one = (name: FunctionName, more: Partial<PlannedCall> = {}): Scene => ({
    ...{ name, organization, input: {}, target: ended },
    ...more,
  });
  const another = { input: { another: true, name: `number of ${organization}` } };
  const primary = { method: "PATCH" as const, input: { isPrimary: true } };
  const scenes: Record<number, Scene> = {
    16: one("wpp-status"),
    17: one("wpp-send"),
    18: one("wpp-disconnect"),
    19: one("wpp-qr"),
    20: one("wpp-disconnect", { input: { force: organization % 4 === 0 } }),
    21: one("wpp-send"),
    22: one("wpp-connections", { ...primary, target: ended + 1 }),
    23: one("wpp-status"),
    30: one("wpp-status"),
    31: one("wpp-qr"),
    32: one("wpp-send"),
    34: one("wpp-create", { input: { reconnect: true } }),
    35: one("wpp-create", { input: { reconnect: true } }),
    42: one("wpp-connections", { ...primary, target: 0 }),
    43: one("wpp-connections", { ...primary, target: 1 }),
  };
  const clicks = isBySecret(organization) && step < 3;
  return clicks ? one("wpp-create", { ...another, target: undefined }) : scenes[step];
}

/** What else a call of that function may be about. */
export function kindOf(
  seed: number,
  number: number,
  name: FunctionName,
  organization: number,
): Kind {
  const target = choice(2, seed, "target", number);
  const at = chance(seed, "kind of call", number);
  switch (name) {
    case "wpp-create":
      return weighted<Kind>(at, [
        [isBySecret(organization) ? 400 : 600, { input: {} }],
        [350, { input: { reconnect: true }, target }],
        // Without WPP_SECRET it is refused.
        [1000, { input: { another: true, name: `number at ${number}` } }],
      ])!;
    case "wpp-connections":
      return weighted<Kind>(at, [
        [400, { input: {}, method: "GET" }],
        [400, { input: { isPrimary: true }, method: "PATCH", target }],
        [1000, { input: { name: `renamed at ${number}` }, method: "PATCH", target }],
      ])!;
    case "wpp-disconnect":
      if (at > 0.9) return { input: {}, target, isForeign: true };
      return {
        input: at < 0.3 ? { force: true } : {},
        // Which one is meant is clear only where there is one.
        target: isBySecret(organization) || at < 0.5 ? target : undefined,
      };
    case "wpp-delete":
      return { input: {} };
    default:
      if (at > 0.95) return { input: {}, target, isForeign: true };
      return { input: {}, target: at < 0.4 ? target : undefined };
  }
}
