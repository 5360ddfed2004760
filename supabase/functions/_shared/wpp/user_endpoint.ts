import { authenticate } from "./auth/caller.ts";
import { type Context, createContext } from "./context.ts";
import type { FunctionName, Input, Output } from "./contract.ts";
import { diagnose } from "./diagnosis.ts";
import { endpoint, type Reply } from "./http/endpoint.ts";

/** A function for signed-in users: `handle` acts for the verified user, in their organization. */
export function userEndpoint<Name extends FunctionName>(
  name: Name,
  handle: (input: Input<Name>, context: Context) => Promise<Reply<Output<Name>>>,
): (request: Request) => Promise<Response> {
  return endpoint(name, {
    diagnose,
    admit: authenticate,
    handle: (input, call) => handle(input, createContext(call)),
  });
}
