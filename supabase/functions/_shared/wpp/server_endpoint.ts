import { admitCaller, type Caller } from "./auth/caller.ts";
import { createUpkeepContext, type UpkeepContext } from "./context.ts";
import { type FunctionName, FUNCTIONS, type Input, type Output } from "./contract.ts";
import { diagnose } from "./diagnosis.ts";
import type { Reply } from "./http/boundary.ts";
import { endpoint } from "./http/endpoint.ts";

/** The functions that only the project's own server may call. */
type ServerName = {
  [Name in FunctionName]: typeof FUNCTIONS[Name]["callers"] extends readonly ["server"] ? Name
    : never;
}[FunctionName];

/** A function for the project's own server alone, which acts for all organizations. */
export function serverEndpoint<Name extends ServerName>(
  name: Name,
  handle: (input: Input<Name>, context: UpkeepContext) => Promise<Reply<Output<Name>>>,
): (request: Request) => Promise<Response> {
  return endpoint<Caller>(name, {
    diagnose,
    admit: (request, env) => admitCaller(request, env, FUNCTIONS[name].callers),
    handle: (input, { env, trace, signal }) =>
      handle(input as Input<Name>, createUpkeepContext(env, trace, signal)),
  });
}
