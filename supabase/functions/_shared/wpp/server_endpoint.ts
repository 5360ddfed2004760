import { admitCaller, type Caller } from "./auth/caller.ts";
import { type BaseContext, createBaseContext } from "./context.ts";
import type { FunctionContract, InputOf, OutputOf } from "./contract/function_contract.ts";
import { diagnose } from "./diagnosis.ts";
import type { Reply } from "./http/boundary.ts";
import { endpoint } from "./http/endpoint.ts";

/** A function for the project's own server alone, which acts for all organizations. */
export function serverEndpoint<
  Contract extends FunctionContract & { callers: readonly ["server"] },
>(
  contract: Contract,
  handle: (input: InputOf<Contract>, context: BaseContext) => Promise<Reply<OutputOf<Contract>>>,
): (request: Request) => Promise<Response> {
  return endpoint<Caller>(contract, {
    diagnose,
    admit: (request, env) => admitCaller(request, env, contract.callers),
    handle: (input, { env, trace, signal }) =>
      handle(input as InputOf<Contract>, createBaseContext(env, trace, signal)),
  });
}
