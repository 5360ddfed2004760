import { admitCaller, type Caller } from "./auth/caller.ts";
import { type Context, createContext } from "./context.ts";
import {
  type FunctionName,
  FUNCTIONS,
  type Input,
  organizationId,
  type Output,
  type PatchInput,
  type PatchName,
  type PatchOutput,
} from "./contract.ts";
import type { z } from "./deps/zod.ts";
import { diagnose } from "./diagnosis.ts";
import type { Reply } from "./http/boundary.ts";
import { endpoint } from "./http/endpoint.ts";

type Handle<In, Out> = (input: In, context: Context) => Promise<Reply<Out>>;

/**
 * A function for signed-in users and for the project's own server: `handle` acts for the verified
 * user, in their organization, or for the organization that the server names. `patch` answers PATCH.
 */
export function userEndpoint<Name extends FunctionName>(
  name: Name,
  handle: Handle<Input<Name>, Output<Name>>,
  ...[patch]: Name extends PatchName ? [Handle<PatchInput<Name>, PatchOutput<Name>>] : []
): (request: Request) => Promise<Response> {
  return endpoint<Caller>(name, {
    diagnose,
    admit: (request, env) => admitCaller(request, env, FUNCTIONS[name].callers),
    inputOf: (contract, { kind }) => kind === "server" ? withOrganization(contract) : contract,
    handle(input, call) {
      const { organizationId, ...own } = input as { organizationId?: string };
      const use = call.request.method === "PATCH" ? patch : handle;
      return (use as Handle<unknown, unknown>)(own, createContext(call, organizationId));
    },
  });
}

/** By what the contract says for users, who cannot name an organization. */
const forServers = new WeakMap<z.ZodObject, z.ZodObject>();

function withOrganization(contract: z.ZodObject): z.ZodObject {
  const made = forServers.get(contract) ?? contract.safeExtend({ organizationId });
  forServers.set(contract, made);
  return made;
}
