import { admitCaller, type Caller } from "./auth/caller.ts";
import { type Context, createContext } from "./context.ts";
import { organizationId } from "./contract/fields.ts";
import type { FunctionContract, InputOf, OutputOf } from "./contract/function_contract.ts";
import type { z } from "./deps/zod.ts";
import { diagnose } from "./diagnosis.ts";
import type { Reply } from "./http/boundary.ts";
import { endpoint } from "./http/endpoint.ts";

type Handle<In, Out> = (input: In, context: Context) => Promise<Reply<Out>>;

/** What answers PATCH, for a function that has it. */
type Patch<Contract> = Contract extends { patch: { input: z.ZodObject; output: z.ZodType } }
  ? Handle<z.output<Contract["patch"]["input"]>, z.input<Contract["patch"]["output"]>>
  : never;

/**
 * A function for signed-in users and for the project's own server: `handle` acts for the verified
 * user, in their organization, or for the organization that the server names. `patch` answers PATCH.
 */
export function userEndpoint<Contract extends FunctionContract>(
  contract: Contract,
  handle: Handle<InputOf<Contract>, OutputOf<Contract>>,
  patch?: Patch<Contract>,
): (request: Request) => Promise<Response> {
  return endpoint<Caller>(contract, {
    diagnose,
    admit: (request, env) => admitCaller(request, env, contract.callers),
    inputOf: (input, { kind }) => kind === "server" ? withOrganization(input) : input,
    handle(input, call) {
      const { organizationId, ...own } = input as { organizationId?: string };
      const use = call.request.method === "PATCH" ? patch : handle;
      return (use as Handle<unknown, unknown>)(own, createContext(call, organizationId));
    },
  });
}

/** By what the contract says for users, who cannot name an organization. */
const forServers = new WeakMap<z.ZodObject, z.ZodObject>();

function withOrganization(input: z.ZodObject): z.ZodObject {
  const made = forServers.get(input) ?? input.safeExtend({ organizationId });
  forServers.set(input, made);
  return made;
}
