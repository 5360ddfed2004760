/**
 * The HTTP contract: the one table of functions. What each accepts and answers is in `contract/`, in a file
 * of its own, as a function imports no other's: the shapes of all take as long to build as the rest of it.
 */
import { connectionsFunction } from "./contract/connections.ts";
import { createFunction } from "./contract/create.ts";
import { deleteFunction } from "./contract/delete.ts";
import { disconnectFunction } from "./contract/disconnect.ts";
import { qrFunction } from "./contract/qr.ts";
import { reactFunction } from "./contract/react.ts";
import { reconcileFunction } from "./contract/reconcile.ts";
import { sendFunction } from "./contract/send.ts";
import { statusFunction } from "./contract/status.ts";
import type { FunctionContract } from "./contract/function_contract.ts";

export * from "./contract/fields.ts";
export * from "./contract/function_contract.ts";
export * from "./contract/error_output.ts";
export * from "./contract/create.ts";
export * from "./contract/qr.ts";
export * from "./contract/status.ts";
export * from "./contract/send.ts";
export * from "./contract/connections.ts";
export * from "./contract/disconnect.ts";
export * from "./contract/delete.ts";
export * from "./contract/react.ts";
export * from "./contract/reconcile.ts";

/**
 * The one table of functions. OpenAPI, the local stack, the doctor and the tests take names and shapes from
 * here; each name is also a folder in `supabase/functions`.
 */
export const FUNCTIONS = {
  [createFunction.name]: createFunction,
  [qrFunction.name]: qrFunction,
  [statusFunction.name]: statusFunction,
  [sendFunction.name]: sendFunction,
  [connectionsFunction.name]: connectionsFunction,
  [disconnectFunction.name]: disconnectFunction,
  [deleteFunction.name]: deleteFunction,
  [reactFunction.name]: reactFunction,
  [reconcileFunction.name]: reconcileFunction,
} as const satisfies Record<string, FunctionContract>;

export type FunctionName = keyof typeof FUNCTIONS;
/** In the order of the table. */
export const FUNCTION_NAMES = Object.keys(FUNCTIONS) as FunctionName[];

/** What WPP Platform calls: no function for users, and so none of the table. */
export const WEBHOOK_NAME = "wpp-webhook";
/** Every folder of `supabase/functions` that deploys. */
export const DEPLOYED_NAMES = [...FUNCTION_NAMES, WEBHOOK_NAME] as const;
